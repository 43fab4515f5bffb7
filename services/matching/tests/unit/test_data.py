"""Everything that matching holds about a person, without what others keep private from them."""

import json

import jsonschema
import pytest

from matching.domain.proposal import Because, Proposal
from matching.use_cases.data import gather
from matching.use_cases.mentorships import end_mentorship
from matching.use_cases.requests import decline_request
from servicekit.caller import Caller
from servicekit.holdings import described
from servicekit.refusals import Forbidden

from .world import World, caller

ADMIN = Caller.person("prs_dora", "people_admin")


def test_somebody_reads_what_is_held_about_them_but_not_why_others_said_no(world: World) -> None:
    program = world.program()
    world.enrolled(program, "ana", "mentee")
    for name in ("ben", "dan"):
        world.enrolled(program, name, "mentor")
    world.profile("ana", avoid=("prs_x",))
    declined = world.asked(program, "ana", "dan", "Dear Dan")
    decline_request(world.store, world.clock, caller("dan"), declined.id, "no_time")
    mentorship = world.accepted(world.asked(program, "ana", "ben", "Dear Ben"))
    end_mentorship(world.store, world.clock, caller("ben"), mentorship.id, "not_a_fit")
    for reader in (caller("ana"), ADMIN):
        told = described("matching", "prs_ana", world.clock.now(), gather(world.store, reader, "prs_ana"))
        held = told["data"]
        jsonschema.validate(json.loads(json.dumps(held)), told["schema"])
        assert {request["message"] for request in held["requests"]} == {"Dear Ben", "Dear Dan"}
        assert [one["person_id"] for one in held["enrolments"]] == ["prs_ana"]
        assert (held["mentorships"][0]["reason"], held["mentorships"][0]["ended_by"]) == (None, None)
        assert "no_time" not in str(held)
        assert held["profile"][0]["avoid"] == ["prs_x"] or held["profile"][0]["avoid"] == ("prs_x",)
    dans = described("matching", "prs_dan", world.clock.now(), gather(world.store, caller("dan"), "prs_dan"))
    assert dans["data"]["requests"][0]["reason"] == "no_time"


def test_neither_of_a_proposed_pair_reads_the_others_wish() -> None:
    pair = Proposal(
        id="run_1.prs_ana.prs_ben",
        run_id="run_1",
        program_id="prg_1",
        mentee_id="prs_ana",
        mentor_id="prs_ben",
        percent=60.0,
        score=1.0,
        reasons=(Because(code="you_wished", part=0.25), Because(code="mentor_wished", part=0.15)),
        wish_of_mentee=0.25,
        wish_of_mentor=0.15,
        instead_of="prs_dan",
    )
    anas, bens = pair.as_seen_by("prs_ana"), pair.as_seen_by("prs_ben")
    assert (anas.wish_of_mentee, anas.wish_of_mentor, anas.score, anas.instead_of) == (0.25, 0.0, 0.85, None)
    assert (bens.wish_of_mentee, bens.wish_of_mentor, bens.score, bens.instead_of) == (0.0, 0.15, 0.75, None)
    assert [one.code for one in (*anas.reasons, *bens.reasons)] == ["you_wished", "mentor_wished"]


def test_nobody_else_reads_it(world: World) -> None:
    for stranger in (caller("eve"), Caller.person("prs_eve", "auditor", "program_manager")):
        with pytest.raises(Forbidden):
            gather(world.store, stranger, "prs_ana")
