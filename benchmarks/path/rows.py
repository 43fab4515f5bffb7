"""The table: each figure beside its goal, rates as a ratio to the bare transactions of the same run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MOST_MEGABYTES = 4000.0


@dataclass(frozen=True)
class Row:
    """One line: what was measured, the goal, and whether it is met (None where there is no goal)."""

    part: str
    measured: str
    goal: str = "-"
    met: bool | None = None


def rows_of(figures: Mapping[str, Any]) -> list[Row]:
    """Every row of the table from the figures of one run."""
    bare = (figures["bare_before"] + figures["bare_after"]) / 2

    def rate(part: str, name: str, least: float | None = None) -> Row:
        ratio = figures[name] / bare
        measured = f"{ratio:.2f} x bare ({figures[name]:.0f}/s)"
        return Row(part, measured) if least is None else Row(part, measured, f"at least {least}", ratio >= least)

    def delay(part: str, name: str, most: float) -> Row:
        median, slow = figures[name]
        # A disk that is slow today is slow in both.
        measured = f"p50 {median:.0f} ms, p99 {slow:.0f} ms ({slow * bare / 1000:.0f} x a bare transaction)"
        return Row(part, measured, f"p99 at most {most:.0f} ms", slow <= most)

    return [
        Row(
            "bare three-write transactions",
            f"{figures['bare_before']:.0f}/s before, {figures['bare_after']:.0f}/s after",
        ),
        rate("commands with outbox and stored reply, alone", "commands", 0.5),
        rate("relay, batches of 200", "relay", 1.5),
        rate("consumer, one event per transaction", "consumer_1"),
        rate("consumer, 50 per transaction", "consumer_50", 3.5),
        rate("everything at once", "everything", 0.15),
        delay("commit to projection at 20/s, change stream", "latency_woken_ms", 100),
        delay("commit to projection at 20/s, polling at 100 ms", "latency_polled_ms", 250),
        *memory_rows(figures["memory_mb"]),
    ]


def memory_rows(megabytes: Mapping[str, float]) -> list[Row]:
    """Resident memory of each process with its children, and of all together."""
    together = sum(megabytes.values())
    goal = f"at most {MOST_MEGABYTES / 1000:.0f} GB"
    return [
        *(Row(f"memory of {name}", f"{size:.0f} MB") for name, size in megabytes.items()),
        Row("memory of the whole platform", f"{together:.0f} MB", goal, together <= MOST_MEGABYTES),
    ]


def table(rows: Sequence[Row]) -> str:
    """The rows as text; a missed one stands out."""
    cells = [("part", "measured", "goal", ""), *((row.part, row.measured, row.goal, _verdict(row)) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(4)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in cells)


def _verdict(row: Row) -> str:
    return {True: "met", False: "MISSED <<<", None: ""}[row.met]
