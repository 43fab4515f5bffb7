"""What people type and look for is in no log of the portal, whether a page takes it or refuses it."""

import pytest

from .conftest import SignIn
from .fake_services import FakeServices
from .test_forms import send

CANARY = "canary-7f3a"


@pytest.mark.parametrize("capacity", ["1", "many"])
def test_what_is_typed_or_looked_for_is_in_no_log(
    signed_in: SignIn, world: FakeServices, capsys: pytest.CaptureFixture[str], capacity: str
) -> None:
    browser = signed_in("prs_ana")
    typed = {"capacity": capacity, "step": "2", "languages": ["en"], "bio": CANARY, "skills_wanted": [CANARY]}
    sent = send(browser, "/profile", "/profile", **typed)
    assert sent.status_code == (303 if capacity == "1" else 422)
    for path in (f"/people?q={CANARY}", f"/mentors?q={CANARY}", f"/{CANARY}", f"/mentors/{CANARY}?next={CANARY}"):
        browser.get(path)
    browser.post("/profile", data={"bio": CANARY})
    told = capsys.readouterr()
    assert "request" in told.out, "the portal logs each request"
    assert CANARY not in told.out + told.err
