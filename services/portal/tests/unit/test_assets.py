"""What browsers are given to keep: vendored files as they were published, addresses that change with their content."""

import hashlib
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

import portal
from portal.pages.frame import asset

ASSETS = Path(portal.__file__).parent / "assets"


def test_vendored_files_are_those_of_the_manifest() -> None:
    vendor = ASSETS / "vendor"
    lines = [line.split() for line in (vendor / "MANIFEST.sha256").read_text().splitlines()]
    listed = {name: digest for digest, name in lines}
    present = {path.name for path in vendor.iterdir()} - {"MANIFEST.sha256", "README.md"}
    assert set(listed) == present
    for name, digest in listed.items():
        assert hashlib.sha256((vendor / name).read_bytes()).hexdigest() == digest


def test_an_asset_is_kept_for_a_year_under_an_address_of_its_content(app: Flask, browser: FlaskClient) -> None:
    with app.test_request_context("/"):
        address = asset("portal.css")
    assert "?v=" in address
    reply = browser.get(address)
    reply.close()
    assert "max-age=31536000" in reply.headers["Cache-Control"]


def test_our_own_files_ask_for_nothing_outside() -> None:
    for name in ("portal.css", "portal.js", "theme.js"):
        text = (ASSETS / name).read_text()
        assert "//" not in text.replace("// ", "").replace("http://www.w3.org", "")
        assert "@import" not in text
