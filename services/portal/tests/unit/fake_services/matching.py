"""Programs, places, recommendations, requests and mentorships."""

from typing import Any

from .held import ONE, Body, Held, Refused, Reply, Route, moment
from .runs import TERMS

EVERY_REASON = [
    {"code": "offers_wanted_skill", "about": ["Kafka", "Rust"], "hours": None},
    {"code": "helps_with_goal", "about": ["Finding focus"], "hours": None},
    {"code": "free_at_the_same_time", "about": [], "hours": 2.5},
    {"code": "right_seniority", "about": [], "hours": None},
    {"code": "sees_it_from_elsewhere", "about": ["department", "site"], "hours": None},
    {"code": "you_wished", "about": [], "hours": None},
]


class Matching(Held):
    """The service `matching`, runs aside."""

    def add_program(self, state: str = "running", managers: tuple[str, ...] = ("prs_cara",), **parts: Any) -> Body:
        """A program."""
        id = self.new("prg")
        self.programs[id] = {
            "id": id, "name": "Leaders", "state": state, "managers": list(managers),
            "starts_on": "2026-11-01", "ends_on": "2027-05-01", "time_zone": "UTC", "description": "", "version": 1,
            "requests": {"open_per_mentee": 3}, "confirmation": "both", "confirm_within": "P7D", **TERMS,
            **parts,
        }  # fmt: skip
        return self.programs[id]

    def enrol(self, program_id: str, person_id: str, role: str, state: str = "approved") -> Body:
        """A place."""
        id = self.new("enr")
        self.enrolments[id] = {
            "id": id, "program_id": program_id, "person_id": person_id, "role": role, "state": state, "capacity": 1,
            "wishes": [], "applied_at": moment(-3), "changed_at": moment(-3), "taken": 0, "left": 1,
            "over_capacity": False,
        }  # fmt: skip
        return self.enrolments[id]

    def ask(
        self, program_id: str, mentee_id: str, mentor_id: str, message: str = "May I?", days: float = 1, **parts: Any
    ) -> Body:
        """A pending request of a mentee, made so many days ago."""
        id = self.new("req")
        self.requests[id] = {
            "id": id, "program_id": program_id, "mentee_id": mentee_id, "mentor_id": mentor_id, "made_by": "mentee",
            "message": message, "state": "pending", "made_at": moment(-days), "deadline": moment(7 - days),
            "reminded_at": None, "ended_at": None, "reason": None, "cause": None, "mentorship_id": None, **parts,
        }  # fmt: skip
        return self.requests[id]

    def pair(self, program_id: str, mentor_id: str, *mentee_ids: str, level: str = "steady") -> Body:
        """An active mentorship with its health."""
        id = self.new("mnt")
        self.mentorships[id] = {
            "id": id, "program_id": program_id, "mentor_id": mentor_id, "mentee_ids": list(mentee_ids),
            "state": "active", "request_id": None, "started_at": moment(-30), "ended_at": None, "outcome": None,
            "reason": None, "run_id": None, "asked": [], "confirmed_by": [], "deadline": None,
        }  # fmt: skip
        reasons = {"steady": ["meeting"], "silent": ["no_recent_session", "nothing_planned"]}.get(level, [])
        self.health[id] = {
            "mentorship_id": id, "program_id": program_id, "mentor_id": mentor_id, "mentee_ids": list(mentee_ids),
            "level": level, "reasons": reasons, "changed_at": moment(-2),
        }  # fmt: skip
        return self.mentorships[id]

    def propose(
        self, program_id: str, mentor_id: str, mentee_id: str, asked: tuple[str, ...] = (), **parts: Any
    ) -> Body:
        """A mentorship that a run proposes, which both are to confirm where nobody else is named."""
        proposed = self.pair(program_id, mentor_id, mentee_id)
        del self.health[proposed["id"]]
        proposed.update(state="proposed", run_id="run_0000", asked=list(asked or (mentor_id, mentee_id)),
                        deadline=moment(7), **parts)  # fmt: skip
        return proposed

    def recommend(self, mentor_id: str, **why: Any) -> None:
        """A candidate for everybody, for one reason (`code`, `about`, `hours`) or for all of them."""
        codes = [{"about": [], "hours": None, **why}] if why else EVERY_REASON
        self.recommended.append(
            {
                "mentor_id": mentor_id,
                "score": 84.0,
                "raw": 0.84,
                "wished": None,
                "reasons": [f"The service's sentence for {one['code']}." for one in codes],
                "why": codes,
                "components": {"skills": 0.9, "goals": 1.0, "seniority": 0.7, "availability": 0.5, "diversity": 1.0},
            }
        )

    def _visible(self, who: str) -> list[Body]:
        return [one for one in self.programs.values() if one["state"] in ("open", "running") or who in one["managers"]]

    def _create_program(self, who: str, query: Any, body: Body, *_: Any) -> tuple[int, Any, dict[str, str]]:
        if body.get("ends_on", "") < body.get("starts_on", ""):
            raise Refused(422, "invalid-input", "No.", {"/ends_on": "must not be before starts_on"})
        return 201, self.add_program("draft", (who,), **body), {}

    def _move_program(self, who: str, query: Any, body: Any, etag: str, id: str, verb: str) -> Any:
        self.programs[id]["state"] = {"open": "open", "start": "running", "close": "closing"}[verb]
        return 200, self.programs[id], {}

    def _enrolments(self, who: str, query: Any, body: Any, etag: str, id: str) -> Any:
        mine = who in self.programs[id]["managers"]
        return self._page([one for one in self.enrolments.values()
                           if one["program_id"] == id and (mine or one["person_id"] == who)
                           and query.get("person_id", [one["person_id"]]) == [one["person_id"]]
                           and query.get("state", [one["state"]]) == [one["state"]]])  # fmt: skip

    def _apply(self, who: str, query: Any, body: Body, etag: str, id: str) -> Any:
        return 201, self.enrol(id, who, body["role"], "applied"), {}

    def _decide(self, who: str, query: Any, body: Any, etag: str, id: str, verb: str) -> Any:
        self.enrolments[id]["state"] = {
            "approve": "approved", "reject": "rejected", "waitlist": "waitlisted", "withdraw": "withdrawn",
        }[verb]  # fmt: skip
        return 200, self.enrolments[id], {}

    def _recommendations(self, who: str, query: Any, body: Any, etag: str, id: str) -> Any:
        subject = query.get("mentee", [who])[0]
        places = [one for one in self.enrolments.values() if one["program_id"] == id and one["person_id"] == subject]
        if not any(one["role"] == "mentee" and one["state"] == "approved" for one in places):
            raise Refused(409, "not-enrolled")
        asked = {one["mentor_id"] for one in self.requests.values()
                 if one["state"] == "pending" and one["mentee_id"] == who}  # fmt: skip
        shown = [one for one in self.recommended if one["mentor_id"] not in asked]
        return 200, {"items": shown, "next": None, "known_at": moment(), "age_seconds": 0.0}, {}

    def _requests(self, who: str, query: dict[str, list[str]], *_: Any) -> tuple[int, Any, dict[str, str]]:
        def side(one: Body) -> str:
            asker = one["mentee_id"] if one["made_by"] == "mentee" else one["mentor_id"]
            return "outgoing" if asker == who else "incoming"

        state = query.get("state", [None])[0]
        return self._page([one for one in self.requests.values()
                           if who in (one["mentee_id"], one["mentor_id"]) and side(one) == query["direction"][0]
                           and state in (None, one["state"])])  # fmt: skip

    def _program_requests(self, who: str, query: dict[str, list[str]], body: Any, etag: str, id: str) -> Any:
        if who not in self.programs[id]["managers"]:
            raise Refused(403, "forbidden")
        most = int(query["limit"][0])
        found = [{name: value for name, value in one.items() if name not in ("message", "reason")}
                 for one in self.requests.values()
                 if one["program_id"] == id and one["state"] == query["state"][0]]  # fmt: skip
        return 200, {"items": found[:most], "next": "more" if len(found) > most else None}, {}

    def _ask(self, who: str, query: Any, body: Body, *_: Any) -> tuple[int, Any, dict[str, str]]:
        return 201, self.ask(body["program_id"], who, body["mentor_id"], body["message"]), {}

    def _answer_request(self, who: str, query: Any, body: Body, etag: str, id: str, verb: str) -> Any:
        request = self.requests[id]
        request["state"] = {"accept": "accepted", "decline": "declined", "withdraw": "withdrawn"}[verb]
        request["ended_at"] = moment()
        if verb == "accept":
            mentorship = self.pair(request["program_id"], request["mentor_id"], request["mentee_id"])
            request["mentorship_id"] = mentorship["id"]
        if verb == "decline":
            request["reason"] = body["reason"]
        return 200, request, {}

    def _mentorships(self, who: str, query: dict[str, list[str]], *_: Any) -> tuple[int, Any, dict[str, str]]:
        program = query.get("program_id", [None])[0]
        manages = program is not None and who in self.programs[program]["managers"]
        return self._page([one for one in self.mentorships.values()
                           if (manages and one["program_id"] == program)
                           or (program is None and who in (one["mentor_id"], *one["mentee_ids"]))])  # fmt: skip

    def _move_mentorship(self, who: str, query: Any, body: Body, etag: str, id: str, verb: str) -> Any:
        self.mentorships[id]["state"] = {"pause": "paused", "resume": "active", "end": "ended"}[verb]
        self.mentorships[id]["reason"] = body.get("reason")
        return 200, self.mentorships[id], {}

    def _answer_mentorship(self, who: str, query: Any, body: Body, etag: str, id: str, verb: str) -> Reply:
        held = self.mentorships[id]
        if verb == "decline":
            held.update(state="declined", reason=body["reason"])
            return 200, held, {}
        held["confirmed_by"].append(who)
        if set(held["asked"]) <= set(held["confirmed_by"]):
            held["state"] = "active"
        return 200, held, {}

    def _explanation(self, who: str, query: dict[str, list[str]], *_: Any) -> Reply:
        mentee, mentor = query["mentee"][0], query["mentor"][0]
        if who != mentee:
            raise Refused(403, "forbidden")
        match = next((one for one in self.recommended if one["mentor_id"] == mentor), None)
        return 200, {"mentee_id": mentee, "mentor_id": mentor, "available": match is not None, "rule": None,
                     "words": None, "would_help": None, "match": match, "known_at": moment()}, {}  # fmt: skip

    def _seats(self, who: str, query: Any, body: Any, etag: str, id: str) -> tuple[int, Any, dict[str, str]]:
        mine = [one for one in self.mentorships.values() if one["mentor_id"] == id and one["state"] == "active"]
        mentees = sum(len(one["mentee_ids"]) for one in mine)
        places = [{"program_id": one["program_id"], "role": one["role"], "limit": 1, "taken": 0}
                  for one in self.enrolments.values() if one["person_id"] == id]  # fmt: skip
        capacity = self.profiles.get(id, {"capacity": None})["capacity"]
        return 200, {"person_id": id, "capacity": capacity, "mentees": mentees, "places": places, "takes_new": True,
                     "over_by": 0}, {}  # fmt: skip

    def _routes_of_matching(self) -> list[Route]:
        return [
            ("GET", "/v1/programs", lambda who, *_: self._page(self._visible(who))),
            ("POST", "/v1/programs", self._create_program),
            ("GET", f"/v1/programs{ONE}", lambda who, query, body, etag, id: self._one(self.programs, id)),
            ("POST", f"/v1/programs{ONE}/(open|start|close)", self._move_program),
            ("GET", f"/v1/programs{ONE}/enrolments", self._enrolments),
            ("POST", f"/v1/programs{ONE}/enrolments", self._apply),
            ("POST", f"/v1/enrolments{ONE}/(approve|reject|waitlist|withdraw)", self._decide),
            ("GET", f"/v1/programs{ONE}/recommendations", self._recommendations),
            ("GET", f"/v1/programs{ONE}/requests", self._program_requests),
            ("GET", f"/v1/people{ONE}/seats", self._seats),
            ("GET", "/v1/requests", self._requests),
            ("POST", "/v1/requests", self._ask),
            ("POST", f"/v1/requests{ONE}/(accept|decline|withdraw)", self._answer_request),
            ("GET", "/v1/mentorships", self._mentorships),
            ("GET", f"/v1/mentorships{ONE}", lambda who, query, body, etag, id: self._one(self.mentorships, id)),
            ("POST", f"/v1/mentorships{ONE}/(pause|resume|end)", self._move_mentorship),
            ("POST", f"/v1/mentorships{ONE}/(confirm|decline)", self._answer_mentorship),
            ("GET", f"/v1/programs{ONE}/explanation", self._explanation),
        ]
