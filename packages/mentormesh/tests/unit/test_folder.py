"""The stack's folder: secrets drawn once and private, a description written whole, damage said in words."""

from pathlib import Path

import pytest

from mentormesh.stack.failures import StackFailure
from mentormesh.stack.folder import Folder, chosen_root
from mentormesh.stack.lifecycle import down, status
from mentormesh.stack.services import SERVICES, Site, settings


def test_secrets_are_drawn_once_and_readable_by_their_owner_alone(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    first = folder.secrets()
    assert first == folder.secrets()
    assert all(len(secret) >= 32 for secret in first.values())
    assert (tmp_path / "secrets.json").stat().st_mode & 0o077 == 0


def test_a_damaged_description_says_how_to_start_again(tmp_path: Path) -> None:
    (tmp_path / "stack.json").write_text('{"portal":')
    with pytest.raises(StackFailure, match=r"stack.json is damaged.*--wipe"):
        Folder(tmp_path).read_stack()


def test_the_root_is_the_option_then_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MENTORMESH_LOCAL", str(tmp_path / "told"))
    assert chosen_root(None) == tmp_path / "told"
    assert chosen_root(str(tmp_path / "asked")) == tmp_path / "asked"


def test_a_root_that_cannot_be_made_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StackFailure, match=r"cannot be made.*--root"):
        Folder(tmp_path / "file" / "below").prepare()


def test_down_and_status_of_a_stack_that_never_was_are_harmless(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "none")
    assert status(folder) == []
    assert down(folder, wipe=True, tell=lambda part, news: None) == []
    assert not folder.root.exists()


def test_every_service_is_told_where_the_others_are(tmp_path: Path) -> None:
    from mentormesh.stack.ports import FRIENDLY

    site = Site(FRIENDLY, Folder(tmp_path).secrets())
    for service in SERVICES:
        told = settings(site, service)
        assert told["TOKEN_ISSUER"] == "http://127.0.0.1:8081"
        assert told["BIND"] != told["METRICS_BIND"]
    assert settings(site, "portal")["NOTIFICATIONS_URL"] == "http://127.0.0.1:8084"
    assert settings(site, "portal")["OIDC_CLIENT_SECRET"] == settings(site, "profiles")["PORTAL_CLIENT_SECRET"]
