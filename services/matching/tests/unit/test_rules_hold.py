"""Whatever people do, in whichever order: rules 1 to 5 of the domain hold after every step."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from contracts.fields import Role
from matching.domain.program import Program
from matching.domain.terms import Requests
from matching.use_cases import enrolments, mentorships, programs, requests
from servicekit.caller import Caller
from servicekit.refusals import Refusal

from .world import CARA, SYSTEM, World

MENTEES = ("ana", "ada", "amy", "abe")
MENTORS = ("ben", "bob", "bea")
LIVE = ("proposed", "active", "paused")
mentees, mentors, anybody = st.sampled_from(MENTEES), st.sampled_from(MENTORS), st.sampled_from(MENTEES + MENTORS)


class People(RuleBasedStateMachine):
    """Two programs, four mentees, three mentors; Ben manages Ana's manager, and Ada avoids Bob."""

    @initialize()
    def begin(self) -> None:
        self.world = World()
        self.left: set[str] = set()
        self.taken: dict[str, int] = {}
        self.world.person("mia", manager_id="prs_ben")
        for name in MENTEES + MENTORS:
            self.world.person(name, **({"manager_id": "prs_mia"} if name == "ana" else {}))
        self.world.profile("ada", avoid=("prs_bob",))
        self.programs: list[Program] = [
            self.world.program(
                starts_on=date(2027, 1, 12),
                ends_on=date(2027, 3, 1),
                requests=Requests(on_no_answer=terms, open_per_mentee=2, open_per_mentor=3),
            )
            for terms in ("suggest", "next_choice")
        ]
        for program in self.programs:
            for name in MENTEES:
                self.world.enrolled(program, name, "mentee", wishes=("prs_ben", "prs_bob", "prs_bea"))
            for name in MENTORS:
                self.world.enrolled(program, name, "mentor", capacity=2)

    def attempt(self, verb: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Do it, or be refused: a refusal is an answer, anything else a fault."""
        try:
            return verb(*arguments, **named)
        except Refusal:
            return None

    def some(self, kind: str, number: int, *states: str) -> dict[str, Any] | None:
        found = [one for one in self.world.store.held(kind) if one["state"] in states]
        return found[number % len(found)] if found else None

    @rule(which=st.integers(0, 1), mentee=mentees, mentor=mentors, offered=st.booleans())
    def ask(self, which: int, mentee: str, mentor: str, offered: bool) -> None:
        program = self.programs[which]
        if offered:
            self.attempt(self.world.offered, program, mentor, mentee)
        else:
            self.attempt(self.world.asked, program, mentee, mentor)

    @rule(number=st.integers(0, 50))
    def accept(self, number: int) -> None:
        request = self.some("requests", number, "pending")
        if request is None:
            return
        answerer = request["mentor_id"] if request["made_by"] == "mentee" else request["mentee_id"]
        accepted = self.attempt(
            requests.accept_request, self.world.store, self.world.clock, Caller.person(answerer), request["_id"]
        )
        if accepted is not None:
            self.everything_that_cannot_be_any_more_is_superseded(accepted.program_id, request)

    def everything_that_cannot_be_any_more_is_superseded(self, program_id: str, request: dict[str, Any]) -> None:
        seats = {
            one["_id"]: self.world.seats(one["_id"].removeprefix("prs_")) for one in self.world.store.held("seats")
        }
        for other in self.world.store.held("requests"):
            if other["state"] != "pending":
                continue
            if other["mentee_id"] == request["mentee_id"] and other["program_id"] == program_id:
                assert seats[other["mentee_id"]].left(program_id, "mentee") > 0
            if other["mentor_id"] == request["mentor_id"]:
                assert seats[other["mentor_id"]].left(other["program_id"], "mentor") > 0

    @rule(number=st.integers(0, 50), how=st.sampled_from(("decline", "withdraw")))
    def end_request(self, number: int, how: str) -> None:
        request = self.some("requests", number, "pending")
        if request is None:
            return
        mentee, mentor = Caller.person(request["mentee_id"]), Caller.person(request["mentor_id"])
        asker, answerer = (mentee, mentor) if request["made_by"] == "mentee" else (mentor, mentee)
        store, clock = self.world.store, self.world.clock
        if how == "decline":
            self.attempt(requests.decline_request, store, clock, answerer, request["_id"], "no_time")
        else:
            self.attempt(requests.withdraw_request, store, clock, asker, request["_id"])

    @rule(number=st.integers(0, 50), how=st.sampled_from(("end", "pause", "resume")))
    def move_mentorship(self, number: int, how: str) -> None:
        found = self.some("mentorships", number, "active", "paused")
        if found is None:
            return
        who, store, clock = Caller.person(found["mentor_id"]), self.world.store, self.world.clock
        if how == "end":
            self.attempt(mentorships.end_mentorship, store, clock, who, found["_id"], "completed")
        elif how == "pause":
            self.attempt(mentorships.pause_mentorship, store, clock, who, found["_id"])
        else:
            self.attempt(mentorships.resume_mentorship, store, clock, who, found["_id"])

    @rule(name=mentors, capacity=st.integers(0, 4))
    def change_capacity(self, name: str, capacity: int) -> None:
        self.world.profile(name, capacity=capacity)

    @rule(name=anybody, status=st.sampled_from(("active", "active", "on_leave", "left")))
    def change_person(self, name: str, status: str) -> None:
        self.world.person(name, status=status, **({"manager_id": "prs_mia"} if name == "ana" else {}))
        (self.left.add if status == "left" else self.left.discard)(name)

    @rule(name=anybody, which=st.integers(0, 1))
    def enrol_again(self, name: str, which: int) -> None:
        role: Role = "mentor" if name in MENTORS else "mentee"
        self.attempt(self.world.enrolled, self.programs[which], name, role, capacity=2)

    @rule(number=st.integers(0, 50), how=st.sampled_from(("pause", "resume", "withdraw")))
    def move_enrolment(self, number: int, how: str) -> None:
        found = self.some("enrolments", number, "approved", "paused")
        if found is not None:
            who = Caller.person(found["person_id"])
            self.attempt(getattr(enrolments, how), self.world.store, self.world.clock, who, found["_id"])

    @rule(hours=st.integers(1, 150))
    def let_time_pass(self, hours: int) -> None:
        self.world.clock.advance(hours=hours)
        now, store, clock = self.world.clock.now(), self.world.store, self.world.clock
        for request_id in store.reading(lambda unit: unit.requests_to_remind(now, 100)):
            requests.remind_request(store, clock, SYSTEM, request_id)
        for request_id in store.reading(lambda unit: unit.requests_overdue(now, 100)):
            requests.expire_request(store, clock, SYSTEM, request_id)
        for program_id in store.reading(lambda unit: unit.programs_due(now, 100)):
            programs.advance_program(store, clock, SYSTEM, program_id)

    @precondition(lambda self: len(self.world.store.held("mentorships")) > 3)
    @rule(which=st.integers(0, 1))
    def close(self, which: int) -> None:
        self.attempt(programs.close_program, self.world.store, self.world.clock, CARA, self.programs[which].id)

    def live(self) -> list[dict[str, Any]]:
        return [one for one in self.world.store.held("mentorships") if one["state"] in LIVE]

    @invariant()
    def seats_are_what_mentorships_hold(self) -> None:
        held = Counter(
            key
            for one in self.live()
            for mentee in one["mentee_ids"]
            for key in ((one["mentor_id"], one["program_id"], "mentor"), (mentee, one["program_id"], "mentee"))
        )
        counted = {
            (one["_id"], place["program_id"], place["role"]): place["taken"]
            for one in self.world.store.held("seats")
            for place in one["places"]
            if place["taken"]
        }
        assert counted == dict(held)

    @invariant()
    def no_move_takes_a_seat_that_is_not_there(self) -> None:
        for name in MENTORS:
            seats = self.world.seats(name)
            if seats.taken > self.taken.get(name, 0):
                assert not seats.is_over_capacity
                assert all(place.taken <= place.limit for place in seats.places)
            self.taken[name] = seats.taken
        for name in MENTEES:
            assert all(
                place.taken <= max(place.limit, 0) or place.limit == 0 for place in self.world.seats(name).places
            )

    @invariant()
    def nobody_is_paired_against_a_rule(self) -> None:
        pairs = {(one["mentor_id"], mentee) for one in self.live() for mentee in one["mentee_ids"]}
        assert not pairs & {("prs_ben", "prs_ana"), ("prs_bob", "prs_ada")}

    @invariant()
    def two_people_have_one_pending_request_and_one_live_mentorship(self) -> None:
        pending = [one for one in self.world.store.held("requests") if one["state"] == "pending"]
        asked = Counter((one["program_id"], frozenset((one["mentee_id"], one["mentor_id"]))) for one in pending)
        paired = Counter(
            (one["program_id"], frozenset((one["mentor_id"], mentee)))
            for one in self.live()
            for mentee in one["mentee_ids"]
        )
        assert all(count == 1 for count in (*asked.values(), *paired.values()))
        per_mentee = Counter((one["program_id"], one["mentee_id"]) for one in pending)
        per_mentor = Counter((one["program_id"], one["mentor_id"]) for one in pending)
        assert all(count <= 2 for count in per_mentee.values())
        assert all(count <= 3 for count in per_mentor.values())

    @invariant()
    def whoever_left_is_in_nothing(self) -> None:
        gone = {f"prs_{name}" for name in self.left}
        pending = [one for one in self.world.store.held("requests") if one["state"] == "pending"]
        assert not gone & {one[side] for one in pending for side in ("mentee_id", "mentor_id")}
        assert not gone & {id for one in self.live() for id in (one["mentor_id"], *one["mentee_ids"])}
        places = [
            one for one in self.world.store.held("enrolments") if one["state"] in ("applied", "approved", "paused")
        ]
        assert not gone & {one["person_id"] for one in places}

    @invariant()
    def every_request_has_one_end(self) -> None:
        ends = Counter(
            row["key"]
            for row in self.world.store.held("outbox")
            if row["topic"].endswith(".request")
            and row["type"].split(".")[3] in ("accepted", "declined", "withdrawn", "expired", "superseded")
        )
        assert all(count == 1 for count in ends.values())
        ended = {one["_id"] for one in self.world.store.held("requests") if one["state"] != "pending"}
        assert ended == set(ends)


TestRulesHold = People.TestCase
TestRulesHold.settings = settings(max_examples=15, stateful_step_count=40, deadline=None)
