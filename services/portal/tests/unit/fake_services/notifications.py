"""The inbox and what one wants to be told."""

from typing import Any

from .held import ONE, Body, Held, Route, moment


class Notifications(Held):
    """The service `notifications`."""

    def tell(self, title: str, link: str = "/requests", read: bool = False) -> Body:
        """A notice in everybody's inbox."""
        id = self.new("msg")
        self.messages[id] = {
            "id": id, "kind": "request_received", "title": title, "body": "Have a look.", "link": link,
            "created_at": moment(-0.1), "read_at": moment() if read else None, "archived_at": None,
        }  # fmt: skip
        return self.messages[id]

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

    def _routes_of_notifications(self) -> list[Route]:
        return [
            ("GET", "/v1/inbox", self._inbox),
            ("POST", f"/v1/messages{ONE}/(read|archive)", self._mark),
            ("GET", "/v1/preferences", lambda *_: (200, {"kinds": self.choices, "version": 1}, {"ETag": '"1"'})),
            ("PUT", "/v1/preferences", self._choose),
        ]
