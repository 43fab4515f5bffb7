"""What `profiles` has for people admins: directory, histories, roles, imports, clients, erasures; and audit logs."""

from typing import Any

from .held import ONE, Body, Held, Refused, Route, moment

_COUNTS = ("joiners", "movers", "changed", "unchanged", "leavers", "rehires", "manager_changes", "refused")
_STAFF = ("people_admin", "auditor")


class People(Held):
    """The people admins' part of the service `profiles`, and every service's audit log."""

    asked_of = ""

    def happened(self, person_id: str, act: str, *changes: tuple[str, str, str], **parts: Any) -> Body:
        """An entry of somebody's history."""
        told = [{"fact": fact, "before": before, "after": after} for fact, before, after in changes]
        entry = {"at": moment(-1), "act": act, "by": "prs_dora", "by_kind": "person", "import_id": None,
                 "changes": told, **parts}  # fmt: skip
        self.histories.setdefault(person_id, []).insert(0, entry)
        return entry

    def add_import(self, state: str, rows: list[Body] | None = None, **parts: Any) -> Body:
        """An import; `planned` and `done` name the counts that are not 0."""
        id = self.new("imp")
        counts = {name: dict.fromkeys(_COUNTS, 0) | parts.pop(name, {}) for name in ("planned", "done")}
        self.imports[id] = {
            "id": id, "file_name": "staff.csv", "mode": "full", "state": state, "reason": "",
            "requested_by": "prs_dora", "ignored_columns": [], "confirm_leavers": None, "created_at": moment(-1),
            "progress": {"lines": 10, "lines_read": 5, "rows": 8, "rows_applied": 2}, "finished_at": None,
            **counts, **parts,
        }  # fmt: skip
        self.rows[id] = rows or []
        return self.imports[id]

    def add_client(self, name: str, **parts: Any) -> Body:
        """A client."""
        id = self.new("cli")
        self.clients[id] = {
            "client_id": id, "name": name, "scopes": ["people:read"], "programs": [], "created_at": moment(-9),
            "rotated_at": None, "two_secrets": False, "revoked_at": None, **parts,
        }  # fmt: skip
        return self.clients[id]

    def add_erasure(self, person_id: str, state: str, **parts: Any) -> Body:
        """An erasure."""
        id = self.new("era")
        self.erasures[id] = {
            "id": id, "person_id": person_id, "state": state, "requested_by": "prs_dora", "requested_at": moment(-2),
            "deadline": moment(12), "cancelled_at": None, "started_at": None, "receipts_due": None, "missing": [],
            "overdue": False, "compacted_at": None, "completed_at": None, "destroyed": {}, **parts,
        }  # fmt: skip
        if state in ("requested", "started") and person_id in self.people:
            self.people[person_id]["erasure_id"] = id
        return self.erasures[id]

    def audit(self, service: str, action: str, subject: str = "", actor: str = "prs_dora", **parts: Any) -> Body:
        """A line of a service's audit log."""
        row = {"id": self.new("aud"), "at": moment(-1), "actor": actor, "actor_kind": "person", "action": action,
               "subject": subject, "codes": [], "number": 7, "digest": "00", **parts}  # fmt: skip
        self.audited[service].append(row)
        return row

    def add_term(self, name: str, **parts: Any) -> Body:
        """A word of the organisation's for a skill."""
        id = self.new("skl")
        self.terms[id] = {"id": id, "name": name, "synonyms": [], "category": "", "standing": "approved",
                          "retired": False, "merged_into": None, "version": 1, **parts}  # fmt: skip
        return self.terms[id]

    def _require(self, who: str, *roles: str) -> None:
        if not set(roles) & set(self.people[who]["roles"]):
            raise Refused(403, "forbidden")

    def _directory(self, who: str, query: dict[str, list[str]], *_: Any) -> Any:
        self._require(who, "people_admin")
        sought = query.get("q", [""])[0].lower()
        found = []
        for id, person in self.people.items():
            fits = all(person.get(name, "active") == query[name][0] for name in ("status", "department", "site")
                       if name in query)  # fmt: skip
            named = person["name"].lower().startswith(sought) or sought in (person["email"], id)
            if fits and named and ("id" not in query or id in query["id"]):
                found.append({
                    **{name: person[name] for name in ("id", "name", "email", "title", "department", "site")},
                    "status": person.get("status", "active"), "external_id": person.get("external_id"),
                    "roles": [role for role in person["roles"] if role != "employee"], "group_roles": [],
                    "erasure_id": person.get("erasure_id"), "registered_at": moment(-30),
                })  # fmt: skip
        return self._page(found)

    def _values(self, who: str, query: Any, body: Any, etag: str, fact: str) -> Any:
        return 200, {"items": sorted({person[fact] for person in self.people.values()})}, {}

    def _facts(self, who: str, query: Any, body: Any, etag: str, id: str) -> Any:
        status, person, headers = self._one(self.people, id)
        facts = {"external_id": "E-1", "level": 3, "remote": True, "manager_id": None, "attributes": {}}
        return status, {**facts, "status": "active", "registered_at": moment(-30), **person}, headers

    def _roles(self, who: str, query: Any, body: Any, etag: str, id: str) -> Any:
        if id not in self.people:
            raise Refused(404, "not-found")
        roles = [role for role in self.people[id]["roles"] if role != "employee"]
        return 200, {"roles": roles}, {"ETag": '"0"'}

    def _give(self, who: str, query: Any, body: Body, etag: str, id: str) -> Any:
        assert etag == '"0"'
        self.people[id]["roles"] = ["employee", *body["roles"]]
        return 200, body, {}

    def _history(self, who: str, query: Any, body: Any, etag: str, id: str) -> Any:
        if id not in self.people:
            raise Refused(404, "not-found")
        return 200, {"items": self.histories.get(id, [])}, {}

    def _upload(self, who: str, query: dict[str, list[str]], *_: Any) -> Any:
        if b"email" not in self.uploaded[-1]:
            raise Refused(422, "invalid-input", "The file's first line must name its columns.")
        return 201, self.add_import("reading", file_name=query["name"][0], mode=query["mode"][0]), {}

    def _rows_of(self, who: str, query: dict[str, list[str]], body: Any, etag: str, id: str) -> Any:
        wanted = query["action"][0]
        return self._page([row for row in self.rows[id] if wanted in (row["action"], "manager")])

    def _errors_of(self, who: str, query: Any, body: Any, etag: str, id: str) -> Any:
        self._one(self.imports, id)
        return 200, b"line,column,reason,what to write\r\n3,level,row,Write a whole number.\r\n", {}

    def _decide_import(self, who: str, query: Any, body: Body, etag: str, id: str, verb: str) -> Any:
        held = self.imports[id]
        if verb == "apply" and held["confirm_leavers"] not in (None, body.get("confirm_leavers")):
            raise Refused(409, "confirmation-needed", "This would end people.")
        held["state"] = {"apply": "applying", "cancel": "cancelled"}[verb]
        return 200, held, {}

    def _make_client(self, who: str, query: Any, body: Body, *_: Any) -> Any:
        self._require(who, "people_admin")
        return 201, {**self.add_client(**body), "client_secret": "the-only-time"}, {}

    def _alter_client(self, who: str, query: Any, body: Body, etag: str, id: str) -> Any:
        self._require(who, "people_admin")
        assert etag, "a change names the version that was shown"
        self.clients[id].update(body)
        return 200, self.clients[id], {}

    def _change_client(self, who: str, query: Any, body: Body, etag: str, id: str, verb: str) -> Any:
        held = self.clients[id]
        if verb == "secrets":
            held.update(two_secrets=True, rotated_at=moment())
            return 201, {**held, "client_secret": "another-secret"}, {}
        held.update({"two_secrets": False} if verb == "secrets/retire" else {"revoked_at": moment()})
        return 200, held, {}

    def _erasures(self, who: str, query: dict[str, list[str]], *_: Any) -> Any:
        self._require(who, *_STAFF)
        named = [name for name in ("state", "person_id") if name in query]
        return self._page([one for one in self.erasures.values() if all(one[name] == query[name][0] for name in named)])

    def _request_erasure(self, who: str, query: Any, body: Body, *_: Any) -> Any:
        return 201, self.add_erasure(body.get("person_id", who), "requested"), {}

    def _undo(self, who: str, query: Any, body: Any, etag: str, id: str) -> Any:
        self.erasures[id].update(state="cancelled", cancelled_at=moment())
        self.people[self.erasures[id]["person_id"]]["erasure_id"] = None
        return 200, self.erasures[id], {}

    def _audit(self, who: str, query: dict[str, list[str]], *_: Any) -> Any:
        self._require(who, *_STAFF)
        found = [row for row in self.audited[self.asked_of]
                 if all(row[name] == query[name][0] for name in ("actor", "subject", "action") if name in query)
                 and ("code" not in query or query["code"][0] in row["codes"])
                 and query.get("since", ["0"])[0] <= row["at"] < query.get("until", ["9"])[0]]  # fmt: skip
        return self._page(sorted(found, key=lambda row: str(row["at"]), reverse=True)[: int(query["limit"][0])])

    def _words(self, who: str, query: dict[str, list[str]], *_: Any) -> Any:
        sought = query.get("q", [""])[0].lower()
        retired = query.get("retired") == ["true"]
        listed = [one for one in self.terms.values() if one["retired"] == retired and not one["merged_into"]]
        return self._page([one for one in listed if one["name"].lower().startswith(sought)])

    def _add_word(self, who: str, query: Any, body: Body, *_: Any) -> Any:
        if any(one["name"] == body["name"] for one in self.terms.values()):
            raise Refused(409, "name-taken", "There is one.")
        return 201, self.add_term(**body), {}

    def _change_word(self, who: str, query: Any, body: Body, etag: str, id: str) -> Any:
        held = self.terms[id]
        if etag not in ("*", f'"{held["version"]}"'):
            raise Refused(412, "stale")
        held.update(body, version=held["version"] + 1)
        return 200, held, {}

    def _merge_word(self, who: str, query: Any, body: Body, etag: str, id: str) -> Any:
        self.terms[id].update(merged_into=body["into"], retired=True)
        return 200, self.terms[id], {}

    def _import_words(self, *_: Any) -> Any:
        if b"name" not in self.uploaded[-1]:
            raise Refused(422, "invalid-input", "The first line must name the columns.")
        trouble = {"line": 3, "column": "category", "detail": "Too long."}
        return 200, {"added": 2, "changed": 1, "unchanged": 4, "errors": [trouble]}, {}

    def _routes_of_people(self) -> list[Route]:
        return [
            ("GET", "/v1/directory", self._directory),
            ("GET", "/v1/directory/(department|site)s", self._values),
            ("GET", f"/v1/people{ONE}", self._facts),
            ("GET", f"/v1/people{ONE}/roles", self._roles),
            ("PUT", f"/v1/people{ONE}/roles", self._give),
            ("GET", f"/v1/people{ONE}/history", self._history),
            ("GET", "/v1/imports", lambda *_: self._page(list(self.imports.values()))),
            ("POST", "/v1/imports", self._upload),
            ("GET", f"/v1/imports{ONE}", lambda who, query, body, etag, id: self._one(self.imports, id)),
            ("GET", f"/v1/imports{ONE}/rows", self._rows_of),
            ("GET", f"/v1/imports{ONE}/errors", self._errors_of),
            ("POST", f"/v1/imports{ONE}/(apply|cancel)", self._decide_import),
            ("GET", "/v1/clients", lambda *_: self._page(list(self.clients.values()))),
            ("POST", "/v1/clients", self._make_client),
            ("GET", f"/v1/clients{ONE}", lambda who, query, body, etag, id: self._one(self.clients, id)),
            ("PATCH", f"/v1/clients{ONE}", self._alter_client),
            ("POST", f"/v1/clients{ONE}/(secrets|secrets/retire|revoke)", self._change_client),
            ("GET", "/v1/erasures", self._erasures),
            ("POST", "/v1/erasures", self._request_erasure),
            ("GET", f"/v1/erasures{ONE}", lambda who, query, body, etag, id: self._one(self.erasures, id)),
            ("POST", f"/v1/erasures{ONE}/cancel", self._undo),
            ("GET", "/v1/audit", self._audit),
            *([("GET", "/v1/skills", self._words)] if self.terms else []),
            ("POST", "/v1/skills", self._add_word),
            ("POST", "/v1/skills/import", self._import_words),
            ("GET", f"/v1/skills{ONE}", lambda who, query, body, etag, id: self._one(self.terms, id)),
            ("PATCH", f"/v1/skills{ONE}", self._change_word),
            ("POST", f"/v1/skills{ONE}/merge", self._merge_word),
        ]
