"""Who reports to whom, however far, through everybody who is known."""

from collections.abc import Mapping


class Lines:
    """The reporting lines: a manager per person, and the reports of each manager."""

    def __init__(self, managers: Mapping[str, str] | None = None) -> None:
        self._manager: dict[str, str] = {}
        self._reports: dict[str, set[str]] = {}
        for person, manager in (managers or {}).items():
            self.put(person, manager)

    def put(self, person_id: str, manager_id: str) -> None:
        """`person_id` reports to `manager_id`, or to nobody where that is empty."""
        self.drop(person_id)
        if manager_id:
            self._manager[person_id] = manager_id
            self._reports.setdefault(manager_id, set()).add(person_id)

    def drop(self, person_id: str) -> None:
        """Nobody manages `person_id` any more."""
        manager = self._manager.pop(person_id, None)
        if manager is not None:
            self._reports[manager].discard(person_id)

    def manager(self, person_id: str) -> str:
        """The manager's id, or an empty text."""
        return self._manager.get(person_id, "")

    def above(self, person_id: str) -> set[str]:
        """Every manager up the line; a cycle ends where it began."""
        seen: set[str] = set()
        current = self.manager(person_id)
        while current and current not in seen:
            seen.add(current)
            current = self.manager(current)
        return seen

    def below(self, person_id: str) -> set[str]:
        """Everybody down the line."""
        seen: set[str] = set()
        waiting = [person_id]
        while waiting:
            for report in self._reports.get(waiting.pop(), ()):
                if report not in seen:
                    seen.add(report)
                    waiting.append(report)
        return seen
