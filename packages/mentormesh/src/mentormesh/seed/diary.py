"""What the seeding has done already, one line for each step, so that a second run does nothing twice."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any


class Diary:
    """Steps by their key, with what is worth remembering of each (mostly an id)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writing = threading.Lock()
        self._done: dict[str, Any] = {}
        if path.exists():
            for line in path.read_text().splitlines():
                entry = json.loads(line)
                self._done[entry["step"]] = entry["value"]

    def __contains__(self, step: str) -> bool:
        return step in self._done

    def once(self, step: str, do: Callable[[], Any]) -> Any:
        """The value of `step`, which `do` gives where it was not done before; different steps may run side by side."""
        if step not in self._done:
            value = do()
            with self._writing, self._path.open("a") as file:
                file.write(json.dumps({"step": step, "value": value}) + "\n")
                self._done[step] = value
        return self._done[step]
