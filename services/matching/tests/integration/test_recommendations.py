"""What one question for a mentor costs the document server: its round trips are counted, not timed."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from pymongo import MongoClient

from contracts.profiles import SkillOffered
from matching import repository
from matching.app import assemble
from matching.domain.person import Word
from matching.pool import FRESH_FOR, Pools
from matching.use_cases import people
from mentormesh.testing import Backing
from servicekit.clock import SystemClock
from servicekit.mongo import MongoStore
from servicekit.store import Catalogue
from servicekit.testing.clock import FrozenClock
from servicekit.testing.web import Issuer

from ..unit.world import World
from .trips import RoundTrips

pytestmark = pytest.mark.stack


@pytest.fixture
def world(stack_backing: Backing, own_name: str, trips: RoundTrips) -> Iterator[World]:
    """A mentee and thirty mentors on the document server, at a time that stands still."""
    client: MongoClient[dict[str, object]] = MongoClient(stack_backing.mongodb, tz_aware=True, event_listeners=[trips])
    store = MongoStore(client[own_name], repository.Unit, Catalogue(repository.DOCUMENTS), "matching")
    store.prepare()
    yield World(store=store, clock=FrozenClock(SystemClock().now()))
    client.drop_database(own_name)
    client.close()


def _asked(client: FlaskClient, issuer: Issuer, program_id: str, name: str) -> list[str]:
    answer = client.get(f"/v1/programs/{program_id}/recommendations", headers=issuer.bearer(f"prs_{name}"))
    assert answer.status_code == 200, answer.get_json()
    return [one["mentor_id"] for one in answer.get_json()["items"]]


def test_a_question_over_http_takes_three_round_trips_and_the_first_of_a_mentee_four(
    world: World, trips: RoundTrips
) -> None:
    program = world.program()
    for name in ("ana", "ada"):
        world.enrolled(program, name, "mentee")
    for number in range(30):
        world.enrolled(program, f"m{number:02}", "mentor")
    issuer, pools = Issuer(), Pools(world.store, world.clock, FRESH_FOR)
    client = assemble(world.store, world.clock, issuer.verifier(), "s" * 32, matcher=pools).test_client()
    assert len(_asked(client, issuer, program.id, "ana")) == 10
    for name, more in (("ana", []), ("ada", ["find requests"]), ("ada", [])):
        trips.sent.clear()
        assert len(_asked(client, issuer, program.id, name)) == 10
        # Whether the caller may still come in; by which rules; and whether those who are named are still as known.
        assert trips.sent == ["find people", "find programs", *more, "find seats"]
    world.profile("ana", opted_out=False)
    trips.sent.clear()
    assert len(_asked(client, issuer, program.id, "ana")) == 10
    # What changed about somebody concerned is read anew, and those who are named then are looked at again.
    anew = ["find seats", "find people", "find profiles", "find enrolments"]
    assert trips.sent == ["find people", "find programs", "find seats", *anew, "find requests", "find seats"]


def test_a_word_that_is_met_for_the_first_time_is_one_round_trip_more_and_once(world: World, trips: RoundTrips) -> None:
    program = world.program()
    world.enrolled(program, "ana", "mentee")
    world.enrolled(program, "ben", "mentor")
    world.profile("ana", skills_wanted=("skl_1",))
    world.profile("ben", skills_offered=(SkillOffered(skill_id="skl_1", level=5),))
    issuer, pools = Issuer(), Pools(world.store, world.clock, FRESH_FOR)
    client = assemble(world.store, world.clock, issuer.verifier(), "s" * 32, matcher=pools).test_client()

    def looked_up() -> int:
        trips.sent.clear()
        assert _asked(client, issuer, program.id, "ana") == ["prs_ben"]
        return trips.sent.count("find words")

    looked_up()
    assert looked_up() == 0
    people.keep_word(world.store, Word(id="skl_1", name="Rust", changed_at=world.clock.now()))
    world.clock.advance(seconds=1)
    assert [looked_up(), looked_up()] == [1, 0]
    world.clock.advance(seconds=1)
    assert looked_up() == 0
