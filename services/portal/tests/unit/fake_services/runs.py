"""Runs of a whole match: their course, figures and pairs, and what a manager does to single pairs."""

from typing import Any

from .held import ONE, Body, Held, Refused, Reply, Route, moment

TERMS: Body = {
    "kind": "one_to_one", "group": None, "as_of": "2026-11-01", "attributes": [],
    "weights": {"skills": 0.4, "goals": 0.2, "seniority": 0.15, "availability": 0.2, "diversity": 0.05},
    "seniority": {"ideal_gap": 2, "width": 1.4142}, "diversity": ["department"],
    "wishes": {"mentee": 0.25, "mentor": 0.15},
    "rules": {"shared_language": True, "max_time_zone_hours": 5, "meet": "remote_or_same_site",
              "reporting_line": "forbidden", "min_level_gap": None},
    "floor": 0.0, "objective": "best_total", "fairness": None, "spread": 0.0, "stickiness": 0.0, "seed": 1,
}  # fmt: skip
WHY = [
    {"code": "offers_wanted_skill", "part": 0.36, "about": ["Kafka"]},
    {"code": "helps_with_goal", "part": 0.2, "about": ["Finding focus"]},
    {"code": "right_seniority", "part": 0.1, "about": ["2"]},
    {"code": "free_at_the_same_time", "part": 0.1, "about": []},
    {"code": "sees_it_from_elsewhere", "part": 0.05, "about": ["department"]},
    {"code": "you_wished", "part": 0.25, "about": []},
    {"code": "mentor_wished", "part": 0.15, "about": []},
]
NOBODY: Body = {"mentees": None, "matched": None, "rate": None, "percent": None, "limit": None, "beyond": None}


class Runs(Held):
    """The runs of the service `matching`."""

    def add_run(self, program_id: str, state: str = "ready", **parts: Any) -> Body:
        """A run without pairs; a solved one has figures."""
        id = self.new("run")
        solved = state in ("ready", "publishing", "published", "discarded")
        self.runs[id] = {
            "id": id, "program_id": program_id, "requested_by": "prs_cara", "name": "", "state": state,
            "stage": "solve" if state == "running" else None, "progress": 0.4 if state == "running" else 0.0,
            "parent_id": None, "terms": TERMS, "overrides": [], "certify": False, "seed": 1, "queued_at": moment(-0.01),
            "started_at": moment(-0.009), "ready_at": moment(-0.008) if solved else None, "ended_at": None,
            "attempts": 1, "figures": self.figures() if solved else None, "input_hash": "f" * 64,
            "engine_version": "0.1.0", "seconds": {"solve": 0.4}, "failure": None, "problems": [], **parts,
        }  # fmt: skip
        self.alone[id] = []
        return self.runs[id]

    def figures(self, **parts: Any) -> Body:
        """What a run came to."""
        groups = [
            {"group": "3", "mentees": 40, "matched": 30, "rate": 0.75, "percent": 61.0, "limit": 8, "beyond": 2},
            {"group": "4", "mentees": 20, "matched": 19, "rate": 0.95, "percent": 70.5, "limit": 4, "beyond": 0},
            {"group": "", **NOBODY},
        ]
        return {
            "people": 100, "mentees": 62, "mentors": 38, "seats": 50, "pairs": 51, "matched": 51, "unmatched": 11,
            "locked": 0, "kept": 0, "candidates": 1240, "objective": "best_total", "total": 33.4567, "bound": None,
            "gap": None, "blocking_pairs": None, "percent": 64.2, "rate": 0.8226, "rate_without_fairness": 0.85,
            "wishes_met": 9, "breakdowns": [{"attribute": "level", "groups": groups}],
            "unmatched_by_reason": {"no_seat": 8, "shared_language": 2, "private": 1}, "closed_groups": 0, **parts,
        }  # fmt: skip

    def match(self, run_id: str, mentee_id: str, mentor_id: str, score: float = 71.5, **parts: Any) -> Body:
        """A pair that the run proposes."""
        held: Body = {
            "id": self.new("prp"), "run_id": run_id, "mentee_id": mentee_id, "mentor_id": mentor_id,
            "state": "proposed", "score": score, "total": score / 100,
            "components": {"skills": 0.9, "goals": 1.0, "seniority": 0.7, "availability": 0.5, "diversity": 1.0},
            "reasons": WHY, "wished_by_mentee": True, "wished_by_mentor": False, "locked": False, "kept": False,
            "by_hand": False, "instead_of": None, "skipped": None, "mentorship_id": None, **parts,
        }  # fmt: skip
        self.proposals[held["id"]] = held
        return held

    def leave_alone(self, run_id: str, person_id: str, reason: str = "no_seat", **parts: Any) -> Body:
        """A mentee whom the run found nobody for."""
        held: Body = {
            "person_id": person_id, "reason": reason, "words": f"The service's sentence for {reason}.",
            "candidates": 3, "removed": {"meet": 12, "private": 1}, "closest_mentor_id": None, "lost_to_id": None,
            "by": None, "would_help": None if reason in ("private", "direction") else "What would help.", **parts,
        }  # fmt: skip
        self.alone[run_id].append(held)
        return held

    def _shown(self, id: str) -> Body:
        pairs = [one for one in self.proposals.values() if one["run_id"] == id]

        def count(**where: Any) -> int:
            return sum(1 for one in pairs if all(one[name] == value for name, value in where.items()))

        return {
            **self.runs[id],
            "pairs": {
                "to_publish": count(state="proposed"), "locked": count(locked=True),
                "forbidden": count(state="forbidden"), "by_hand": count(by_hand=True),
                "published": count(state="published"), "skipped": count(state="skipped"),
            },
        }  # fmt: skip

    def _managed_run(self, who: str, id: str) -> Body:
        if id not in self.runs or who not in self.programs[self.runs[id]["program_id"]]["managers"]:
            raise Refused(404, "not-found")
        return self.runs[id]

    def _run(self, who: str, query: Any, body: Any, etag: str, id: str) -> Reply:
        self._managed_run(who, id)
        return 200, self._shown(id), {}

    def _program_runs(self, who: str, query: Any, body: Any, etag: str, id: str) -> Reply:
        if who not in self.programs[id]["managers"]:
            raise Refused(403, "forbidden")
        found = [self._shown(one["id"]) for one in self.runs.values() if one["program_id"] == id]
        return self._page(found[::-1][: int(query["limit"][0])])

    def _start_run(self, who: str, query: Any, body: Body, etag: str, id: str) -> Reply:
        return 201, self._shown(self._queued(id, None, body)["id"]), {}

    def _solve(self, who: str, query: Any, body: Body, etag: str, id: str) -> Reply:
        parent = self._managed_run(who, id)
        return 201, self._shown(self._queued(parent["program_id"], id, body)["id"]), {}

    def _queued(self, program_id: str, parent_id: str | None, body: Body) -> Body:
        if not sum((body.get("weights") or TERMS["weights"]).values()):
            raise Refused(422, "invalid-input", "No.", {"/weights": "must have a positive one; write one"})
        overrides = {name: value for name, value in body.items() if name not in ("name", "certify")}
        return self.add_run(program_id, "queued", name=body.get("name", ""), parent_id=parent_id,
                            certify=body.get("certify", False), terms={**TERMS, **overrides},
                            overrides=list(overrides))  # fmt: skip

    def _move_run(self, who: str, query: Any, body: Any, etag: str, id: str, verb: str) -> Reply:
        run = self._managed_run(who, id)
        run["state"] = {"cancel": "cancelled", "discard": "discarded", "publish": "publishing"}[verb]
        return 200, self._shown(id), {}

    def _proposals(self, who: str, query: dict[str, list[str]], body: Any, etag: str, id: str) -> Reply:
        self._managed_run(who, id)
        state, marked, person = (query.get(name, [None])[0] for name in ("state", "marked", "person"))
        found = [one for one in self.proposals.values()
                 if one["run_id"] == id and state in (None, one["state"]) and (marked is None or one[marked])
                 and (person is None or person in (one["mentee_id"], one["mentor_id"]))]  # fmt: skip
        order = query.get("order", ["mentee"])[0]
        found.sort(
            key=lambda one: one["mentee_id"] if order == "mentee" else one["score"], reverse=order == "strongest"
        )
        start, most = int(query.get("cursor", ["0"])[0]), int(query.get("limit", ["50"])[0])
        following = str(start + most) if len(found) > start + most else None
        return 200, {"items": found[start : start + most], "next": following}, {}

    def _unmatched(self, who: str, query: dict[str, list[str]], body: Any, etag: str, id: str) -> Reply:
        self._managed_run(who, id)
        return self._page(self.alone[id])

    def _pair_of(self, run_id: str, mentee_id: str, mentor_id: str) -> Body | None:
        return next(
            (one for one in self.proposals.values()
             if (one["run_id"], one["mentee_id"], one["mentor_id"]) == (run_id, mentee_id, mentor_id)),
            None,
        )  # fmt: skip

    def _mark_pair(self, who: str, query: Any, body: Body, etag: str, id: str, verb: str) -> Reply:
        self._managed_run(who, id)
        pair = self._pair_of(id, body["mentee_id"], body["mentor_id"])
        if pair is None and verb in ("lock", "unlock"):
            raise Refused(404, "not-found")
        pair = pair or self.match(id, body["mentee_id"], body["mentor_id"])
        pair.update(
            {
                "lock": {"locked": True},
                "unlock": {"locked": False},
                "forbid": {"state": "forbidden", "locked": False},
                "allow": {"state": "proposed"},
            }[verb]
        )
        return 200, pair, {}

    def _replace(self, who: str, query: Any, body: Body, etag: str, id: str) -> Reply:
        self._managed_run(who, id)
        held = next((one for one in self.proposals.values()
                     if one["run_id"] == id and one["mentee_id"] == body["mentee_id"]), None)  # fmt: skip
        if held is not None:
            del self.proposals[held["id"]]
        before = None if held is None else held["mentor_id"]
        return 200, self.match(id, body["mentee_id"], body["mentor_id"], by_hand=True, locked=True,
                               instead_of=before), {}  # fmt: skip

    def _explain_pair(self, who: str, query: dict[str, list[str]], body: Any, etag: str, id: str) -> Reply:
        self._managed_run(who, id)
        mentee, mentor = query["mentee"][0], query["mentor"][0]
        pair = self._pair_of(id, mentee, mentor)
        of_run = [one for one in self.proposals.values() if one["run_id"] == id and one["state"] == "proposed"]
        base = pair or self.match("run_none", mentee, mentor)
        return 200, {
            "run_id": id, "mentee_id": mentee, "mentor_id": mentor,
            "proposed": pair is not None and pair["state"] == "proposed", "rule": self.rules.get((mentee, mentor)),
            "would_help": "What would help." if self.rules.get((mentee, mentor), "private") != "private" else None,
            "words": "The service's sentence.", "score": base["score"], "total": base["total"],
            "components": base["components"], "wished_by_mentee": True, "wished_by_mentor": False,
            "seats_given_to": [one for one in of_run if one["mentor_id"] == mentor],
            "question": self._question_of(id, mentee, mentor),
            "mentor_instead": next((one for one in of_run if one["mentee_id"] == mentee and one is not pair), None),
        }, {}  # fmt: skip

    def _question_of(self, run_id: str, mentee_id: str, mentor_id: str) -> Body | None:
        about = {(one["run_id"], one["mentee_id"], one["mentor_id"]): one for one in self.run_questions.values()}
        return about.get((run_id, mentee_id, mentor_id))

    def ask_why(self, run_id: str, mentee_id: str, mentor_id: str) -> Body:
        """A manager asks about a pair that the run refused."""
        held = self._question_of(run_id, mentee_id, mentor_id)
        if held is None or held["state"] == "failed":
            held = {
                "id": self.new("qst"), "run_id": run_id, "mentee_id": mentee_id, "mentor_id": mentor_id,
                "state": "asked", "verdict": None, "rule": None, "cost": None, "people": 0, "changes": [],
                "words": "The service's sentence.", "failure": None, "asked_at": moment(0), "answered_at": None,
            }  # fmt: skip
            self.run_questions[held["id"]] = held
        return held

    def answer_why(self, run_id: str, mentee_id: str, mentor_id: str, **found: Any) -> None:
        """A worker answers what was asked; by default with a price and a change of each kind."""
        held = self._question_of(run_id, mentee_id, mentor_id)
        assert held is not None
        blank = dict.fromkeys(("person_id", "seats", "rank", "skill", "level", "hours", "score"))
        changes: list[Body] = [
            {"kind": "seat", "seats": 2}, {"kind": "wish", "rank": 3}, {"kind": "hours", "hours": 1.5},
            {"kind": "skill", "skill": "Kafka", "level": 4}, {"kind": "score", "score": 0.12}, {"kind": "lock"},
        ]  # fmt: skip
        told = [{**blank, "words": "The service's.", "tried": one["kind"] != "score", **one} for one in changes]
        held.update({"state": "answered", "verdict": "price", "cost": 0.12, "people": 0, "changes": told, **found})

    def _ask_why(self, who: str, query: Any, body: Body, etag: str, id: str) -> Reply:
        self._managed_run(who, id)
        return 201, self.ask_why(id, body["mentee_id"], body["mentor_id"]), {}

    def _question(self, who: str, query: Any, body: Any, etag: str, id: str, question_id: str) -> Reply:
        self._managed_run(who, id)
        return 200, self.run_questions[question_id], {}

    def _compare_runs(self, who: str, query: dict[str, list[str]], body: Any, etag: str, id: str) -> Reply:
        self._managed_run(who, id)
        other = query["with"][0]
        one, two = self.runs[id]["figures"], self.runs[other]["figures"]
        mentors = [{pair["mentee_id"]: pair["mentor_id"] for pair in self.proposals.values() if pair["run_id"] == run}
                   for run in (id, other)]  # fmt: skip
        moved = [
            {"mentee_id": mentee, "before": mentors[0].get(mentee), "after": mentors[1].get(mentee)}
            for mentee in sorted({**mentors[0], **mentors[1]})
            if mentors[0].get(mentee) != mentors[1].get(mentee)
        ]
        names = ("objective", "mentees", "pairs", "rate", "percent", "total", "wishes_met")
        return 200, {
            "run_id": id, "with_run_id": other, "same_people": True,
            "figures": [{"name": name, "before": one[name], "after": two[name]} for name in names],
            "before": one["breakdowns"], "after": two["breakdowns"], "same": 3, "other_mentor": len(moved),
            "gained": 0, "lost": 0, "moved": moved,
        }, {}  # fmt: skip

    def _routes_of_runs(self) -> list[Route]:
        return [
            ("GET", f"/v1/programs{ONE}/runs", self._program_runs),
            ("POST", f"/v1/programs{ONE}/runs", self._start_run),
            ("GET", f"/v1/runs{ONE}", self._run),
            ("POST", f"/v1/runs{ONE}/solve", self._solve),
            ("POST", f"/v1/runs{ONE}/(cancel|discard|publish)", self._move_run),
            ("GET", f"/v1/runs{ONE}/proposals", self._proposals),
            ("GET", f"/v1/runs{ONE}/unmatched", self._unmatched),
            ("GET", f"/v1/runs{ONE}/explanation", self._explain_pair),
            ("POST", f"/v1/runs{ONE}/questions", self._ask_why),
            ("GET", f"/v1/runs{ONE}/questions{ONE}", self._question),
            ("GET", f"/v1/runs{ONE}/comparison", self._compare_runs),
            ("POST", f"/v1/runs{ONE}/(lock|unlock|forbid|allow)", self._mark_pair),
            ("POST", f"/v1/runs{ONE}/replace", self._replace),
        ]
