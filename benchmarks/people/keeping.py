"""The figures of one run, kept while it runs."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.path.rows import table
from benchmarks.people.rows import rows_of


class Kept:
    """The figures of one run as they come: each new row is printed at once, and the results are written anew."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._began = time.monotonic()
        self._figures: dict[str, Any] = {}
        self._printed: set[str] = set()

    def keep(self, group: Mapping[str, Any], *, whole: bool = False) -> None:
        """Add a group of figures; `whole` says that nothing is missing any more."""
        self._figures |= group
        rows = rows_of(self._figures)
        for row in rows:
            if row.part not in self._printed:
                print(f"{row.part}: {row.measured}", flush=True)
        self._printed |= {row.part for row in rows}
        self._folder.mkdir(exist_ok=True)
        (self._folder / "people.txt").write_text(self.text(whole=whole) + "\n")
        (self._folder / "people.json").write_text(json.dumps(self._figures, indent=2) + "\n")

    def text(self, *, whole: bool) -> str:
        """The table of what there is."""
        held, seconds = self._figures, time.monotonic() - self._began
        head = f"People: {held['cores']} cores, load {held['load_before']} before; document server {held['server']}; "
        cut_off = "" if whole else ", not all measured"
        return f"{head}{seconds:.0f} s{cut_off}\n\n{table(rows_of(held))}"
