"""Every page, for everybody it is for, with something to show and with nothing."""

from .conftest import SignIn
from .fake_services import FakeServices


def test_home_shows_the_next_step(world: FakeServices, signed_in: SignIn) -> None:
    page = signed_in("prs_ana").get("/")
    assert page.status_code == 200
    assert "Say what you know" in page.text
