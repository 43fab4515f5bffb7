"""Journeys, sessions, reviews and health."""

from typing import Any

from .held import ONE, Body, Held, Refused, Route, moment


class Feedback(Held):
    """The service `feedback`."""

    def meet(self, mentorship_id: str, days: float, state: str = "scheduled", **parts: Any) -> Body:
        """A session so many days from now; a held one asks both sides for a review."""
        mentorship = self.mentorships[mentorship_id]
        id = self.new("ses")
        self.sessions[id] = {
            "id": id, "mentorship_id": mentorship_id, "program_id": mentorship["program_id"],
            "mentor_id": mentorship["mentor_id"], "mentee_ids": mentorship["mentee_ids"], "state": state,
            "starts_at": moment(days), "minutes": 45, "revision": 0, "agenda": "", "place": "", "notes": "",
            "scheduled_by": mentorship["mentor_id"], "held_at": None, "version": 1, **parts,
        }  # fmt: skip
        if state == "held":
            self._ask_for_reviews(self.sessions[id])
        return self.sessions[id]

    def _journey(self, who: str, query: Any, body: Any, etag: str, id: str) -> Any:
        if id not in self.health:
            raise Refused(404, "not-found")
        mentorship = self.mentorships[id]
        sessions = [one for one in self.sessions.values() if one["mentorship_id"] == id]
        due = [one for one in self.reviews.values()
               if one["mentorship_id"] == id and one["author_id"] == who and one["state"] == "due"]  # fmt: skip
        return 200, {
            "mentorship_id": id, "program_id": mentorship["program_id"], "mentor_id": mentorship["mentor_id"],
            "mentee_ids": mentorship["mentee_ids"], "state": mentorship["state"], "started_at": moment(-30),
            "ended_at": None, "agreement": None,
            "milestones": [{"key": "goals", "title": "Goals agreed", "due_on": "2026-12-20"}],
            "sessions": sorted(sessions, key=lambda one: str(one["starts_at"])), "health": self.health[id],
            "reviews_due": due, "version": 1,
        }, {}  # fmt: skip

    def _program_health(self, who: str, query: Any, body: Any, etag: str, id: str) -> Any:
        if who not in self.programs[id]["managers"]:
            raise Refused(403, "forbidden")
        return self._page([one for one in self.health.values() if one["program_id"] == id])

    def _schedule(self, who: str, query: Any, body: Body, etag: str, id: str) -> tuple[int, Any, dict[str, str]]:
        if not isinstance(body["minutes"], int):
            raise Refused(422, "invalid-input", "No.", {"/minutes": "Not a valid integer."})
        return 201, self.meet(id, 0, **body), {}

    def _describe(self, who: str, query: Any, body: Body, etag: str, id: str) -> tuple[int, Any, dict[str, str]]:
        session = self.sessions[id]
        if etag != f'"{session["version"]}"':
            raise Refused(412, "stale")
        session.update(body, version=session["version"] + 1)
        return 200, session, {}

    def _move_session(self, who: str, query: Any, body: Body, etag: str, id: str, verb: str) -> Any:
        session = self.sessions[id]
        if verb == "reschedule":
            session.update(body, revision=session["revision"] + 1)
        else:
            session["state"] = {"hold": "held", "miss": "missed", "cancel": "cancelled"}[verb]
        if verb == "hold":
            self._ask_for_reviews(session)
        return 200, session, {}

    def _ask_for_reviews(self, session: Body) -> None:
        for mentee in session["mentee_ids"]:
            for author, addressee in ((mentee, session["mentor_id"]), (session["mentor_id"], mentee)):
                id = self.new("rev")
                self.reviews[id] = {
                    "id": id,
                    "session_id": session["id"],
                    "mentorship_id": session["mentorship_id"],
                    "author_id": author,
                    "addressee_id": addressee,
                    "state": "due",
                    "rating": None,
                    "comment": "",
                    "given_at": None,
                    "revealed_at": None,
                    "closes_at": moment(14),
                    "version": 1,
                }

    def _session_reviews(self, who: str, query: Any, body: Any, etag: str, id: str) -> Any:
        every = [one for one in self.reviews.values() if one["session_id"] == id]
        return 200, {
            "own": [one for one in every if one["author_id"] == who],
            "received": [one for one in every if one["addressee_id"] == who and one["state"] == "revealed"],
        }, {}  # fmt: skip

    def _review(self, who: str, query: Any, body: Body, etag: str, id: str) -> tuple[int, Any, dict[str, str]]:
        mine = next(one for one in self.reviews.values() if one["session_id"] == id and one["author_id"] == who)
        if mine["state"] == "given" and etag != f'"{mine["version"]}"':
            raise Refused(428, "precondition-required")
        mine.update(rating=body["rating"], comment=body["comment"], state="given", version=mine["version"] + 1)
        return 200, mine, {}

    def _routes_of_feedback(self) -> list[Route]:
        return [
            ("GET", f"/v1/programs{ONE}/health", self._program_health),
            ("GET", f"/v1/mentorships{ONE}/journey", self._journey),
            ("POST", f"/v1/mentorships{ONE}/sessions", self._schedule),
            ("GET", f"/v1/sessions{ONE}", lambda who, query, body, etag, id: self._one(self.sessions, id)),
            ("PATCH", f"/v1/sessions{ONE}", self._describe),
            ("POST", f"/v1/sessions{ONE}/(reschedule|hold|miss|cancel)", self._move_session),
            ("GET", f"/v1/sessions{ONE}/review", self._session_reviews),
            ("PUT", f"/v1/sessions{ONE}/review", self._review),
        ]
