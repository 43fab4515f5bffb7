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


def test_a_wipe_removes_what_a_stack_keeps_and_nothing_that_lies_beside_it(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.prepare()
    folder.secrets()
    folder.write_ports({"portal": 8080})
    for part in ("kafka", "mongodb"):
        folder.data(part).mkdir()
        (folder.data(part) / "data").write_text("")
    (tmp_path / "seed.jsonl").write_text("")
    (tmp_path / "thesis.txt").write_text("years")
    down(folder, wipe=True, tell=lambda part, news: None)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_folder_that_is_no_stack_is_left_alone_by_a_wipe(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "years.log").write_text("")
    (tmp_path / "mail").mkdir()
    assert down(Folder(tmp_path), wipe=True, tell=lambda part, news: None) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["logs", "mail"]
    assert (tmp_path / "logs" / "years.log").exists()


def test_a_root_that_cannot_itself_be_removed_is_emptied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a mounted volume cannot."""
    folder = Folder(tmp_path / "volume")
    folder.prepare()
    folder.secrets()

    def busy(_path: Path) -> None:
        raise OSError(16, "Device or resource busy")

    monkeypatch.setattr(Path, "rmdir", busy)
    down(folder, wipe=True, tell=lambda part, news: None)
    assert list(folder.root.iterdir()) == []


def test_a_damaged_description_can_be_wiped_as_its_message_says(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "stack")
    folder.prepare()
    folder.secrets()
    (folder.root / "stack.json").write_text('{"portal":')
    told: list[str] = []
    with pytest.raises(StackFailure, match="damaged"):
        down(folder, wipe=False, tell=lambda part, news: None)
    assert down(folder, wipe=True, tell=lambda part, news: told.append(f"{part} {news}")) == []
    assert not folder.root.exists()
    assert any("stack.json is damaged" in line for line in told)


def test_every_service_is_told_where_the_others_are(tmp_path: Path) -> None:
    from mentormesh.stack.ports import FRIENDLY

    site = Site(FRIENDLY, Folder(tmp_path).secrets())
    for service in SERVICES:
        told = settings(site, service)
        assert told["TOKEN_ISSUER"] == "http://127.0.0.1:8081"
        assert told["BIND"] != told["METRICS_BIND"]
    assert settings(site, "portal")["NOTIFICATIONS_URL"] == "http://127.0.0.1:8084"
    assert settings(site, "portal")["OIDC_CLIENT_SECRET"] == settings(site, "profiles")["PORTAL_CLIENT_SECRET"]
