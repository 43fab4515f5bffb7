"""The archive of what is held about the signed-in person, as the portal hands it out."""

import io
import zipfile

from .conftest import SignIn
from .fake_services import FakeServices, Refused


def test_the_archive_has_a_page_and_each_service_s_data_and_schema(signed_in: SignIn) -> None:
    reply = signed_in("prs_ana").get("/my-data/archive")
    assert (reply.status_code, reply.mimetype) == (200, "application/zip")
    assert "attachment" in reply.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(reply.data)) as zipped:
        assert "index.html" in zipped.namelist()
        page = zipped.read("index.html").decode()
    assert "&lt;b&gt;about me&lt;/b&gt;" in page
    assert "<b>" not in page


def test_half_an_archive_is_none(signed_in: SignIn, world: FakeServices) -> None:
    world.refuse("GET", "/v1/people/prs_ana/data", Refused(503, "store-unavailable"))
    reply = signed_in("prs_ana").get("/my-data/archive")
    assert reply.status_code == 503
    assert reply.mimetype == "text/html"


def test_the_profile_page_leads_to_it(signed_in: SignIn) -> None:
    assert 'href="/my-data/archive"' in signed_in("prs_ana").get("/profile").text
