"""People, their profiles and cards."""

from typing import Any

from .held import ONE, Body, Held, Refused, Route, moment


class Profiles(Held):
    """The service `profiles`."""

    def add_person(self, id: str, name: str, roles: list[str], **facts: Any) -> Body:
        """A person."""
        self.people[id] = {
            "id": id, "name": name, "email": f"{id[4:]}@harbour.example", "title": "Engineer", "department": "Platform",
            "site": "Berlin", "time_zone": "Europe/Berlin", "locale": None, "roles": roles, "languages": ["en"],
            "version": 1, **facts,
        }  # fmt: skip
        return self.people[id]

    def publish(self, person_id: str, **parts: Any) -> Body:
        """A mentoring profile."""
        empty: Body = {
            "person_id": person_id, "skills_offered": [], "skills_wanted": [], "goals": [], "helps_with": [],
            "availability": [], "capacity": 1, "bio": "", "opted_out": False, "avoid": [], "consent": {},
            "paused_until": None, "fields": {},
            "completeness": {"share": 0.55, "next": {"field": "goals", "why": "?"}},
        }  # fmt: skip
        version = self.profiles.get(person_id, {"version": 0})["version"] + 1
        self.profiles[person_id] = {**empty, **parts, "version": version}
        return self.profiles[person_id]

    def question(self, key: str, kind: str = "choice", **parts: Any) -> Body:
        """A question of the organisation's own."""
        options = [{"key": one.lower(), "label": {"en": one}, "retired": False} for one in ("Expert", "Lead")]
        self.questions[key] = {
            "key": key, "kind": kind, "label": {"en": f"Your {key}"}, "hint": {}, "least": None, "most": None,
            "options": options if kind in ("choice", "choices") else [], "required": False, "visible": "private",
            "matched": False, "order": 0, "retired": False, "version": 1, **parts,
        }  # fmt: skip
        return self.questions[key]

    def _me(self, who: str, *_: Any) -> tuple[int, Any, dict[str, str]]:
        return 200, {**self.people[who], "has_profile": who in self.profiles}, {}

    def _cards(self, who: str, query: dict[str, list[str]], *_: Any) -> tuple[int, Any, dict[str, str]]:
        cards = []
        whole = query.get("answers") == ["all"]
        if whole and not {"program_manager", "people_admin"} & set(self.people[who]["roles"]):
            raise Refused(403, "forbidden")
        sought = query.get("q", [""])[0].lower()
        named = [id for id, one in self.people.items() if sought and one["name"].lower().startswith(sought)]
        for id in [*query.get("id", []), *named]:
            if person := self.people.get(id):
                profile = self.profiles.get(id, {})
                cards.append(
                    {name: person[name] for name in ("id", "name", "title", "department", "site")}
                    | {
                        "skills": [
                            {"name": one["skill"], "level": one["level"]} for one in profile.get("skills_offered", [])
                        ],
                        "themes": profile.get("helps_with", []),
                        "bio": profile.get("bio", ""),
                        "fields": {
                            key: answer
                            for key, answer in profile.get("fields", {}).items()
                            if whole or self.questions[key]["visible"] == "card"
                        },
                    }
                )
        return self._page(cards)

    def _profile(self, who: str, query: Any, body: Any, etag: str, id: str) -> tuple[int, Any, dict[str, str]]:
        assert who == id
        held = self.profiles.get(id)
        if held is None:
            gap = {"field": "skills_wanted", "why": "?"}
            empty = {"person_id": id, "capacity": 1, "paused_until": None}
            return 200, {**empty, "completeness": {"share": 0.0, "next": gap}}, {"ETag": '"0"'}
        return 200, held, {"ETag": f'"{held["version"]}"'}

    def _put_profile(self, who: str, query: Any, body: Body, etag: str, id: str) -> tuple[int, Any, dict[str, str]]:
        assert who == id
        if etag != f'"{self.profiles.get(id, {"version": 0})["version"]}"':
            raise Refused(412, "stale")
        errors = {}
        if len(body["availability"]) > 100:
            errors["/availability"] = "Longer than maximum length 100."
        if not isinstance(body["capacity"], int):
            errors["/capacity"] = "Not a valid integer."
        for key, one in self.questions.items():
            if one["required"] and key not in body["fields"]:
                errors[f"/fields/{key}"] = "Your organisation asks everybody; answer this."
            if one["kind"] == "number" and isinstance(body["fields"].get(key), str):
                errors[f"/fields/{key}"] = "Write a number."
        if errors:
            raise Refused(422, "invalid-input", "Some values are not as they must be; see `errors`.", errors)
        return 200, self.publish(id, **body), {}

    def _change_person(self, who: str, query: Any, body: Body, etag: str, id: str) -> tuple[int, Any, dict[str, str]]:
        person = self.people[id]
        if etag != f'"{person["version"]}"':
            raise Refused(412, "stale")
        person.update(body, version=person["version"] + 1)
        return 200, person, {}

    def _pause(self, who: str, query: Any, body: Body, etag: str, id: str, verb: str) -> Any:
        assert who == id
        if verb == "pause" and body["until"] < moment()[:10]:
            words = f"Write a day after {moment()[:10]}."
            raise Refused(422, "invalid-input", "A pause ends on a day to come.", {"/until": words})
        self.profiles[id]["paused_until"] = body.get("until")
        return 200, self.profiles[id], {}

    def _declare(self, who: str, query: Any, body: Body, *_: Any) -> tuple[int, Any, dict[str, str]]:
        if body["key"] in self.questions:
            raise Refused(409, "key-taken", "There is one.", {"/key": "Choose another code."})
        if not body["label"]:
            raise Refused(422, "invalid-input", "No.", {"/label": "Write the question in at least one language."})
        return 201, self.question(**body), {}

    def _change_question(self, who: str, query: Any, body: Body, etag: str, key: str) -> Any:
        held = self.questions[key]
        if etag != f'"{held["version"]}"':
            raise Refused(412, "stale")
        held.update(body, version=held["version"] + 1)
        return 200, held, {}

    def _terms(self, who: str, query: dict[str, list[str]], body: Any, etag: str, kind: str) -> Any:
        names = {"skills": ["Kafka", "Public speaking", "Rust"], "themes": ["Leading people", "Finding focus"]}[kind]
        beginning = query.get("q", [""])[0].lower()
        return self._page([{"id": name, "name": name, "category": "", "retired": False}
                           for name in names if name.lower().startswith(beginning)])  # fmt: skip

    def _consent(self, who: str, query: Any, body: Any, etag: str, id: str) -> tuple[int, Any, dict[str, str]]:
        assert who == id
        history = self.words.get(id, [])
        holds = {word["purpose"]: word["granted"] for word in history}
        told = {"person_id": id, "purposes": holds, "history": history}
        return 200, told, {"ETag": f'"{len(history)}"'}

    def _agree(self, who: str, query: Any, body: Body, etag: str, id: str) -> tuple[int, Any, dict[str, str]]:
        held = self.words.setdefault(id, [])
        if etag != f'"{len(held)}"':
            raise Refused(412, "stale")
        held += [{"purpose": purpose, "granted": granted, "at": moment(), "by": who}
                 for purpose, granted in body["purposes"].items()]  # fmt: skip
        return self._consent(who, query, body, etag, id)

    def _end_sessions(self, who: str, query: Any, body: Any, etag: str, id: str) -> tuple[int, Any, dict[str, str]]:
        if "people_admin" not in self.people[who]["roles"] and who != id:
            raise Refused(403, "forbidden")
        self.ended_for.append(id)
        return 200, {"ended": 1}, {}

    def _data(self, who: str, query: Any, body: Any, etag: str, id: str) -> tuple[int, Any, dict[str, str]]:
        if who != id and "people_admin" not in self.people[who]["roles"]:
            raise Refused(403, "forbidden")
        held = {"notes": [{"id": id, "text": "<b>about me</b>"}]}
        told = {"service": self.new("part"), "person_id": id, "made_at": moment(), "about": {"notes": "Why."}}
        return 200, {**told, "data": held, "schema": {}}, {}

    def _sessions_of(self, who: str, query: Any, body: Any, etag: str, id: str) -> tuple[int, Any, dict[str, str]]:
        if who != id and "people_admin" not in self.people[who]["roles"]:
            raise Refused(403, "forbidden")
        return 200, {"items": []}, {}

    def _routes_of_profiles(self) -> list[Route]:
        return [
            ("GET", "/v1/me", self._me),
            ("GET", "/v1/people", self._cards),
            ("GET", f"/v1/people{ONE}/data", self._data),
            ("GET", f"/v1/people{ONE}/consent", self._consent),
            ("PUT", f"/v1/people{ONE}/consent", self._agree),
            ("GET", f"/v1/people{ONE}/sessions", self._sessions_of),
            ("POST", f"/v1/people{ONE}/sessions/end", self._end_sessions),
            ("GET", f"/v1/people{ONE}", lambda who, query, body, etag, id: self._one(self.people, id)),
            ("PATCH", f"/v1/people{ONE}", self._change_person),
            ("POST", f"/v1/people{ONE}/profile/(pause|resume)", self._pause),
            ("GET", "/v1/profile-fields", lambda *_: self._page(list(self.questions.values()))),
            ("POST", "/v1/profile-fields", self._declare),
            (
                "GET",
                "/v1/profile-fields/([a-z0-9_]+)",
                lambda who, query, body, etag, key: self._one(self.questions, key),
            ),
            ("PUT", "/v1/profile-fields/([a-z0-9_]+)", self._change_question),
            ("GET", f"/v1/people{ONE}/profile", self._profile),
            ("PUT", f"/v1/people{ONE}/profile", self._put_profile),
            ("GET", "/v1/(skills|themes)", self._terms),
        ]
