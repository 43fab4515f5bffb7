"""The four services and the identity provider as the portal meets them: their bodies and refusals, kept in memory.

Every HTTP call of the portal's process ends here, so no unit test opens a socket. Bodies are those of the services'
own schemas; what a rule of theirs would refuse is refused by adding to `refusals`.
"""

import base64
import hashlib
import itertools
import json
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from joserfc import jwt
from joserfc.jwk import RSAKey

ISSUER = "http://identity.test"
URLS = {name: f"http://{name}.test" for name in ("profiles", "matching", "feedback", "notifications")}
CLIENT = ("portal", "portal-secret")
Body = dict[str, Any]
EVERY_REASON = [
    {"code": "offers_wanted_skill", "about": ["Kafka", "Rust"], "hours": None},
    {"code": "helps_with_goal", "about": ["Finding focus"], "hours": None},
    {"code": "free_at_the_same_time", "about": [], "hours": 2.5},
    {"code": "right_seniority", "about": [], "hours": None},
    {"code": "sees_it_from_elsewhere", "about": ["department", "site"], "hours": None},
    {"code": "you_wished", "about": [], "hours": None},
]
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})


def moment(days: float = 0) -> str:
    """A moment so many days from now, as the services write it."""
    return (datetime.now(UTC) + timedelta(days=days)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Refused(Exception):
    """A problem document."""

    def __init__(self, status: int, slug: str, detail: str = "No.", errors: dict[str, str] | None = None) -> None:
        super().__init__(slug)
        self.reply = (
            status,
            {
                "type": f"https://mentormesh.example/problems/{slug}",
                "title": slug,
                "status": status,
                "detail": detail,
                "errors": [{"pointer": pointer, "detail": words} for pointer, words in (errors or {}).items()],
            },
        )


class FakeServices:
    """People Ana (mentee), Ben (mentor) and Cara (manages programs), and what they did so far."""

    def __init__(self) -> None:
        self.people: dict[str, Body] = {}
        self.profiles: dict[str, Body] = {}
        self.questions: dict[str, Body] = {}
        self.programs: dict[str, Body] = {}
        self.enrolments: dict[str, Body] = {}
        self.requests: dict[str, Body] = {}
        self.mentorships: dict[str, Body] = {}
        self.sessions: dict[str, Body] = {}
        self.reviews: dict[str, Body] = {}
        self.messages: dict[str, Body] = {}
        self.health: dict[str, Body] = {}
        self.choices: dict[str, dict[str, bool]] = {
            kind: {"inbox": True, "email": True} for kind in ("request_received", "session_scheduled")
        }
        self.recommended: list[Body] = []
        self.silent: set[str] = set()
        self.refusals: dict[tuple[str, str], list[Refused]] = {}
        self.calls: list[tuple[str, str, str]] = []
        self.queries: list[dict[str, list[str]]] = []
        self.headers: list[dict[str, str]] = []
        self.codes: dict[str, Body] = {}
        self.granted: dict[str, str] = {}
        self.lifetime = 300
        self._numbers = itertools.count(1)
        for id, name, roles in (
            ("prs_ana", "Ana Silva", ["employee"]),
            ("prs_ben", "Ben Okafor", ["employee"]),
            ("prs_cara", "Cara Lindqvist", ["employee", "program_manager"]),
            ("prs_dora", "Dora Achterberg", ["employee", "people_admin"]),
        ):
            self.add_person(id, name, roles)

    # What tests set up

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

    def add_program(self, state: str = "running", managers: tuple[str, ...] = ("prs_cara",), **parts: Any) -> Body:
        """A program."""
        id = self.new("prg")
        self.programs[id] = {
            "id": id, "name": "Leaders", "kind": "one_to_one", "state": state, "managers": list(managers),
            "starts_on": "2026-11-01", "ends_on": "2027-05-01", "time_zone": "UTC", "description": "", "version": 1,
            "requests": {"open_per_mentee": 3}, **parts,
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
            "reason": None,
        }  # fmt: skip
        reasons = {"steady": ["meeting"], "silent": ["no_recent_session", "nothing_planned"]}.get(level, [])
        self.health[id] = {
            "mentorship_id": id, "program_id": program_id, "mentor_id": mentor_id, "mentee_ids": list(mentee_ids),
            "level": level, "reasons": reasons, "changed_at": moment(-2),
        }  # fmt: skip
        return self.mentorships[id]

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

    def tell(self, title: str, link: str = "/requests", read: bool = False) -> Body:
        """A notice in everybody's inbox."""
        id = self.new("msg")
        self.messages[id] = {
            "id": id, "kind": "request_received", "title": title, "body": "Have a look.", "link": link,
            "created_at": moment(-0.1), "read_at": moment() if read else None, "archived_at": None,
        }  # fmt: skip
        return self.messages[id]

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

    def refuse(self, method: str, path: str, refused: Refused, times: int = 1) -> None:
        """Answer the next calls of this method and path (a regular expression) with a problem."""
        self.refusals.setdefault((method, path), []).extend([refused] * times)

    def new(self, kind: str) -> str:
        """The next id."""
        return f"{kind}_{next(self._numbers):04d}"

    def sent(self, method: str, path: str) -> int:
        """How many calls of this method and path (a regular expression) came."""
        return sum(1 for called, _, where in self.calls if called == method and re.fullmatch(path, where))

    # What the portal's HTTP client meets

    def send(self, request: requests.PreparedRequest) -> requests.Response:
        """Answer one call."""
        url = urlsplit(str(request.url))
        host = str(url.hostname).removesuffix(".test")
        self.calls.append((str(request.method), host, url.path))
        self.queries.append(parse_qs(url.query))
        self.headers.append(dict(request.headers))
        if host in self.silent:
            raise requests.ConnectionError(f"{host} is silent")
        try:
            status, body, headers = self._answer(host, request, url.path, parse_qs(url.query))
        except Refused as refused:
            (status, body), headers = refused.reply, {}
        reply = requests.Response()
        reply.status_code = status
        reply._content = json.dumps(body).encode()
        reply.headers.update({"Content-Type": "application/json", **headers})
        reply.request = request
        reply.url = str(request.url)
        return reply

    def _answer(
        self, host: str, request: requests.PreparedRequest, path: str, query: dict[str, list[str]]
    ) -> tuple[int, Any, dict[str, str]]:
        raw = request.body.decode() if isinstance(request.body, bytes) else str(request.body or "")
        if host == "identity":
            return 200, self._identity(path, raw), {}
        if path == "/v1/oauth/token":
            return 200, self._token(dict(parse_qs(raw)), request), {}
        caller = self.granted.get(str(request.headers.get("Authorization", "")).removeprefix("Bearer "))
        if caller is None:
            raise Refused(401, "unauthenticated")
        for (method, pattern), refusals in self.refusals.items():
            if method == request.method and refusals and re.fullmatch(pattern, path):
                raise refusals.pop(0)
        for method, pattern, answer in self._routes():
            if method == request.method and (found := re.fullmatch(pattern, path)):
                if method == "POST":
                    assert request.headers.get("Idempotency-Key"), f"POST {path} without a key"
                body = json.loads(raw) if raw else {}
                return answer(caller, query, body, str(request.headers.get("If-Match", "")), *found.groups())
        raise AssertionError(f"the portal asked for {request.method} {host}{path}, which no service has")

    def _routes(self) -> list[tuple[str, str, Callable[..., tuple[int, Any, dict[str, str]]]]]:
        one = "/([a-z]+_[a-z0-9]+)"
        return [
            ("GET", "/v1/me", self._me),
            ("GET", "/v1/people", self._cards),
            ("GET", f"/v1/people{one}", lambda who, query, body, etag, id: self._one(self.people, id)),
            ("PATCH", f"/v1/people{one}", self._change_person),
            ("GET", f"/v1/people{one}/seats", self._seats),
            ("POST", f"/v1/people{one}/profile/(pause|resume)", self._pause),
            ("GET", "/v1/profile-fields", lambda *_: self._page(list(self.questions.values()))),
            ("POST", "/v1/profile-fields", self._declare),
            (
                "GET",
                "/v1/profile-fields/([a-z0-9_]+)",
                lambda who, query, body, etag, key: self._one(self.questions, key),
            ),
            ("PUT", "/v1/profile-fields/([a-z0-9_]+)", self._change_question),
            ("GET", f"/v1/people{one}/profile", self._profile),
            ("PUT", f"/v1/people{one}/profile", self._put_profile),
            ("GET", "/v1/(skills|themes)", self._terms),
            ("GET", "/v1/programs", lambda who, *_: self._page(self._visible(who))),
            ("POST", "/v1/programs", self._create_program),
            ("GET", f"/v1/programs{one}", lambda who, query, body, etag, id: self._one(self.programs, id)),
            ("POST", f"/v1/programs{one}/(open|start|close)", self._move_program),
            ("GET", f"/v1/programs{one}/enrolments", self._enrolments),
            ("POST", f"/v1/programs{one}/enrolments", self._apply),
            ("POST", f"/v1/enrolments{one}/(approve|reject|waitlist|withdraw)", self._decide),
            ("GET", f"/v1/programs{one}/recommendations", self._recommendations),
            ("GET", f"/v1/programs{one}/requests", self._program_requests),
            ("GET", f"/v1/programs{one}/health", self._program_health),
            ("GET", "/v1/requests", self._requests),
            ("POST", "/v1/requests", self._ask),
            ("POST", f"/v1/requests{one}/(accept|decline|withdraw)", self._answer_request),
            ("GET", "/v1/mentorships", self._mentorships),
            ("GET", f"/v1/mentorships{one}", lambda who, query, body, etag, id: self._one(self.mentorships, id)),
            ("POST", f"/v1/mentorships{one}/(pause|resume|end)", self._move_mentorship),
            ("GET", f"/v1/mentorships{one}/journey", self._journey),
            ("POST", f"/v1/mentorships{one}/sessions", self._schedule),
            ("GET", f"/v1/sessions{one}", lambda who, query, body, etag, id: self._one(self.sessions, id)),
            ("PATCH", f"/v1/sessions{one}", self._describe),
            ("POST", f"/v1/sessions{one}/(reschedule|hold|miss|cancel)", self._move_session),
            ("GET", f"/v1/sessions{one}/review", self._session_reviews),
            ("PUT", f"/v1/sessions{one}/review", self._review),
            ("GET", "/v1/inbox", self._inbox),
            ("POST", f"/v1/messages{one}/(read|archive)", self._mark),
            ("GET", "/v1/preferences", lambda *_: (200, {"kinds": self.choices, "version": 1}, {"ETag": '"1"'})),
            ("PUT", "/v1/preferences", self._choose),
        ]

    # Identity

    def authorise(self, query: dict[str, str], person_id: str) -> str:
        """What the provider does with a browser: the address it sends it back to."""
        code = self.new("code")
        self.codes[code] = {**query, "sub": self.people[person_id]["email"] if person_id in self.people else person_id}
        return f"{query['redirect_uri']}?code={code}&state={query['state']}"

    def _identity(self, path: str, raw: str) -> Any:
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": ISSUER,
                "authorization_endpoint": f"{ISSUER}/authorise",
                "token_endpoint": f"{ISSUER}/token",
                "jwks_uri": f"{ISSUER}/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
            }
        if path == "/keys":
            return {"keys": [KEY.as_dict(private=False)]}
        form = {name: values[0] for name, values in parse_qs(raw).items()}
        asked = self.codes.pop(form["code"])
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"], "PKCE"
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": CLIENT[0], "sub": asked["sub"], "email": asked["sub"], "iat": now,
                  "exp": now + 300, "nonce": asked["nonce"]}  # fmt: skip
        return {"access_token": "opaque", "token_type": "Bearer", "expires_in": 300,
                "id_token": jwt.encode({"alg": "RS256", "kid": "one"}, claims, KEY)}  # fmt: skip

    def _token(self, form: dict[str, list[str]], request: requests.PreparedRequest) -> Body:
        basic = base64.b64decode(str(request.headers["Authorization"]).removeprefix("Basic ")).decode()
        assert tuple(basic.split(":")) == CLIENT
        if form["grant_type"] == ["refresh_token"]:
            old = form["refresh_token"][0]
            if old not in self.granted:
                raise Refused(400, "invalid_grant")
            person_id = self.granted.pop(old)
        else:
            payload = form["subject_token"][0].split(".")[1]
            subject = json.loads(base64.urlsafe_b64decode(payload + "=="))["sub"]
            known = [person["id"] for person in self.people.values() if person["email"] == subject]
            if not known:
                raise Refused(403, "not-provisioned", "Nobody here has that identity.")
            person_id = known[0]
        access, refresh = self.new("access"), self.new("refresh")
        self.granted[access] = self.granted[refresh] = person_id
        return {"access_token": access, "token_type": "Bearer", "expires_in": self.lifetime, "refresh_token": refresh}

    # Profiles

    def _me(self, who: str, *_: Any) -> tuple[int, Any, dict[str, str]]:
        return 200, {**self.people[who], "has_profile": who in self.profiles}, {}

    def _cards(self, who: str, query: dict[str, list[str]], *_: Any) -> tuple[int, Any, dict[str, str]]:
        cards = []
        for id in query.get("id", []):
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

    def _seats(self, who: str, query: Any, body: Any, etag: str, id: str) -> tuple[int, Any, dict[str, str]]:
        mine = [one for one in self.mentorships.values() if one["mentor_id"] == id and one["state"] == "active"]
        mentees = sum(len(one["mentee_ids"]) for one in mine)
        places = [{"program_id": one["program_id"], "role": one["role"], "limit": 1, "taken": 0}
                  for one in self.enrolments.values() if one["person_id"] == id]  # fmt: skip
        capacity = self.profiles.get(id, {"capacity": None})["capacity"]
        return 200, {"person_id": id, "capacity": capacity, "mentees": mentees, "places": places, "takes_new": True,
                     "over_by": 0}, {}  # fmt: skip

    def _terms(self, who: str, query: dict[str, list[str]], body: Any, etag: str, kind: str) -> Any:
        names = {"skills": ["Kafka", "Public speaking", "Rust"], "themes": ["Leading people", "Finding focus"]}[kind]
        beginning = query.get("q", [""])[0].lower()
        return self._page([{"id": name, "name": name, "category": "", "retired": False}
                           for name in names if name.lower().startswith(beginning)])  # fmt: skip

    # Matching

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
        places = [one for one in self.enrolments.values() if one["program_id"] == id and one["person_id"] == who]
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

    # Feedback

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

    # Notifications

    def _inbox(self, who: str, query: dict[str, list[str]], *_: Any) -> tuple[int, Any, dict[str, str]]:
        items = list(self.messages.values())[::-1]
        unread = sum(1 for one in items if one["read_at"] is None)
        limit = int(query.get("limit", ["20"])[0])
        return 200, {"items": items[:limit], "next": None, "unread": unread}, {}

    def _mark(self, who: str, query: Any, body: Any, etag: str, id: str, verb: str) -> Any:
        self.messages[id]["read_at" if verb == "read" else "archived_at"] = moment()
        return 200, self.messages[id], {}

    def _choose(self, who: str, query: Any, body: Body, etag: str) -> tuple[int, Any, dict[str, str]]:
        assert etag == '"1"'
        self.choices = body["kinds"]
        return 200, {"kinds": self.choices, "version": 2}, {}

    def _page(self, items: list[Body]) -> tuple[int, Any, dict[str, str]]:
        return 200, {"items": items, "next": None}, {}

    def _one(self, held: dict[str, Body], id: str) -> tuple[int, Any, dict[str, str]]:
        if id not in held:
            raise Refused(404, "not-found")
        return 200, held[id], {"ETag": f'"{held[id].get("version", 1)}"'}
