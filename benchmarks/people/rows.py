"""The table: each figure beside the bare ones of the same run, and as much of it as is measured by now."""

import statistics
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from benchmarks.path.rows import Row

WHOLE = 100_000
MOST_SECONDS = 600.0


def rows_of(figures: Mapping[str, Any]) -> list[Row]:
    """Every row whose figures are there. Before the bare server is measured again, a ratio is to what it did before."""
    parts = {
        "bare_before": _bare,
        "projected_s": _imports,
        "search_ms": _search,
        "scim_patch": _scim,
        "verification_ms": _token_check,
        "certified_s": _erasure,
        "peak_megabytes": _memory,
    }
    return [row for name, rows in parts.items() if name in figures for row in rows(figures)]


def _rate(figures: Mapping[str, Any], name: str) -> float:
    """Bare inserts a second, in the middle of before and after."""
    told: list[float] = [figures[when][name] for when in ("bare_before", "bare_after") if when in figures]
    return statistics.mean(told)


def _bare(figures: Mapping[str, Any]) -> Iterator[Row]:
    def told(name: str) -> str:
        after = f"{figures['bare_after'][name]:.0f}/s after" if "bare_after" in figures else "not yet known after"
        return f"{figures['bare_before'][name]:.0f}/s before, {after}"

    yield Row("bare inserts, 200 a transaction", told("bulk"))
    yield Row("bare inserts, one a transaction", told("single"))


def _imports(figures: Mapping[str, Any]) -> Iterator[Row]:
    people, bulk = figures["people"], _rate(figures, "bulk")

    def imported(part: str, name: str) -> Row:
        each = figures[name] / people
        told = f"{figures[name]:.1f} s, {each * 1000:.1f} ms a person = {each * bulk:.1f} bare inserts"
        return Row(f"{people:,} people: {part}", told)

    yield imported("upload to preview", "preview_s")
    yield imported("upload to the last one written", "written_s")
    projected = imported("upload to the last projection of matching", "projected_s")
    met = figures["projected_s"] <= MOST_SECONDS
    yield replace(projected, goal=f"at most {MOST_SECONDS:.0f} s", met=met) if people >= WHOLE else projected


def _search(figures: Mapping[str, Any]) -> Iterator[Row]:
    look_up = figures["bare_look_up_ms"]
    yield Row("bare look-up by id", "p50 {:.1f} ms, p99 {:.1f} ms".format(*look_up))
    for kind, (p50, p99) in figures["search_ms"].items():
        told = f"p50 {p50:.1f} ms, p99 {p99:.1f} ms = {p99 / look_up[1]:.1f} x a bare look-up's"
        yield Row(f"people search among {figures['people']:,}: {kind}", told)


def _scim(figures: Mapping[str, Any]) -> Iterator[Row]:
    single = _rate(figures, "single")
    for part, name in (("create", "scim_create"), ("find", "scim_look_up"), ("patch", "scim_patch")):
        by = " by name" if part == "find" else ""
        yield Row(f"SCIM: {part} a user{by}", f"{figures[name] / single:.2f} x bare ({figures[name]:.0f}/s)")


def _token_check(figures: Mapping[str, Any]) -> Iterator[Row]:
    bare, check, admission = (figures[name] for name in ("bare_signature_ms", "verification_ms", "admission_ms"))
    look_up = figures["bare_look_up_ms"][0]
    request = figures["request_ms"]
    yield Row("token check: the bare signature", f"{bare:.3f} ms")
    yield Row("token check: all of the token", f"{check:.3f} ms = {check / bare:.1f} x the bare signature")
    told = f"{admission:.2f} ms = {admission / look_up:.1f} x a bare look-up"
    yield Row("token check: whether its owner is still let in", told)
    told = f"{(check + admission) / request:.0%} of {request:.1f} ms"
    yield Row("token check: both, of a request that finds a user", told)


def _erasure(figures: Mapping[str, Any]) -> Iterator[Row]:
    single = _rate(figures, "single")

    def erased(part: str, name: str) -> Row:
        middle, worst = statistics.median(figures[name]), max(figures[name])
        told = f"{middle:.2f} s in the middle, {worst:.2f} s at worst = {middle * single:.0f} bare transactions"
        return Row(f"erasure: {part}", told)

    yield erased("request to all receipts", "receipts_s")
    yield erased("request to certificate, no cool-off or compaction", "certified_s")
    yield Row("erasure: what compaction adds, by configuration", f"{figures['compaction_s'] / 3600:.1f} h")


def _memory(figures: Mapping[str, Any]) -> Iterator[Row]:
    yield Row("memory of the process that did all of it, at most", f"{figures['peak_megabytes']:.0f} MB")
