"""People, their profiles and cards."""

from typing import Any

from .held import ONE, Body, Held, Refused, Route, moment


class Profiles(Held):
    """The service `profiles`."""

    def add_person(self, id: str, name: str, roles: list[str], **facts: Any) -> Body:
        """A person."""
        self.people[id] = {
            "id": id, "name": name, "email": f"{id[4:]}@harbour.example", "title": "Engineer", "department": "Platform",
            "site": "Berlin", "time_zone": "Europe/Berlin", "locale": None, "roles": roles, **facts,
        }  # fmt: skip
        return self.people[id]

    def publish(self, person_id: str, **parts: Any) -> Body:
        """A mentoring profile."""
        empty: Body = {
            "person_id": person_id, "skills_offered": [], "skills_wanted": [], "goals": [], "helps_with": [],
            "availability": [], "capacity": 1, "bio": "", "opted_out": False, "avoid": [], "consent": {},
            "paused_until": None,
        }  # fmt: skip
        version = self.profiles.get(person_id, {"version": 0})["version"] + 1
        self.profiles[person_id] = {**empty, **parts, "version": version}
        return self.profiles[person_id]

    def _me(self, who: str, *_: Any) -> tuple[int, Any, dict[str, str]]:
        return 200, {**self.people[who], "has_profile": who in self.profiles}, {}

    def _cards(self, who: str, query: dict[str, list[str]], *_: Any) -> tuple[int, Any, dict[str, str]]:
        cards = []
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
                    }
                )
        return self._page(cards)

    def _profile(self, who: str, query: Any, body: Any, etag: str, id: str) -> tuple[int, Any, dict[str, str]]:
        assert who == id
        held = self.profiles.get(id)
        if held is None:
            return 200, {"person_id": id, "capacity": 1}, {"ETag": '"0"'}
        return 200, held, {"ETag": f'"{held["version"]}"'}

    def _put_profile(self, who: str, query: Any, body: Body, etag: str, id: str) -> tuple[int, Any, dict[str, str]]:
        assert who == id
        if etag != f'"{self.profiles.get(id, {"version": 0})["version"]}"':
            raise Refused(412, "stale")
        errors = {
            f"/availability/{place}": "The end must come after the start on the same day; 24:00 ends a day."
            for place, one in enumerate(body["availability"])
            if one["end"] <= one["start"]
        }
        if not isinstance(body["capacity"], int):
            errors["/capacity"] = "Not a valid integer."
        if errors:
            raise Refused(422, "invalid-input", "Some values are not as they must be; see `errors`.", errors)
        return 200, self.publish(id, **body), {}

    def _terms(self, who: str, query: dict[str, list[str]], body: Any, etag: str, kind: str) -> Any:
        names = {"skills": ["Kafka", "Public speaking", "Rust"], "themes": ["Leading people", "Finding focus"]}[kind]
        beginning = query.get("q", [""])[0].lower()
        return self._page([{"id": name, "name": name, "category": "", "retired": False}
                           for name in names if name.lower().startswith(beginning)])  # fmt: skip

    def _data(self, who: str, query: Any, body: Any, etag: str, id: str) -> tuple[int, Any, dict[str, str]]:
        if who != id:
            raise Refused(403, "forbidden")
        held = {"notes": [{"id": id, "text": "<b>about me</b>"}]}
        told = {"service": self.new("part"), "person_id": id, "made_at": moment(), "about": {"notes": "Why."}}
        return 200, {**told, "data": held, "schema": {}}, {}

    def _routes_of_profiles(self) -> list[Route]:
        return [
            ("GET", "/v1/me", self._me),
            ("GET", "/v1/people", self._cards),
            ("GET", f"/v1/people{ONE}/data", self._data),
            ("GET", f"/v1/people{ONE}/profile", self._profile),
            ("PUT", f"/v1/people{ONE}/profile", self._put_profile),
            ("GET", "/v1/(skills|themes)", self._terms),
        ]
