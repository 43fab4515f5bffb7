"""From a run to the figures of its report: groups, reasons, and what other settings would have given."""

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from engine.explain.unmatched import Unmatched
from engine.match import Match, match_again
from engine.match.fairness import attributes_shown, groups_of
from engine.program import Fairness
from engine.report.figures import FEWEST, Figures, Group, Groups, Reason, Variant, Waiting

STICKINESS = (0.0, 0.01, 0.02, 0.05, 0.1)
TOLERANCES = (0.10, 0.05, 0.02, 0.0)
# Above this many possible pairs each further run takes many seconds, so fewer points of the curve are drawn.
LARGE = 200_000_000
RULES = {
    "shared_language": ("No shared language", "Nobody speaks a language of theirs."),
    "max_time_zone_hours": ("Too many hours away", "Everybody's clock is further away than the program allows."),
    "meet": ("No way to meet", "Nobody is at their site, or both would have to meet remotely."),
    "opted_out": ("Others opted out", "Everybody who is left opted out."),
    "reporting_line": ("Reporting line", "Everybody who is left stands above or below them."),
    "avoid": ("Private", "What remains is between the people concerned."),
    "capacity": ("No capacity", "Those who could mentor them take no mentees."),
    "floor": ("Below the floor", "No pair reaches the least score that the program asks for."),
    "min_level_gap": ("Not senior enough", "Nobody is senior enough to mentor them."),
    "forbidden": ("Forbidden pairs", "The program forbids the pairs that remain."),
    "direction": ("Better the other way", "Those who are left would better be mentored by them."),
}
REASONS = RULES | {
    "nobody": ("Nobody there", "There is nobody on the other side."),
    "no_seat": ("No seat left", "All seats of their candidates went to pairs that add more."),
    "lost_seat": ("Lost a seat", "They have candidates, but each seat went to a pair that adds more."),
}


def figures_of(result: Match, alone: Sequence[Unmatched], record: Mapping[str, Any]) -> Figures:
    """What the report shows of `result`, with its unmatched people and its record as run.json has it."""
    cohort, program = result.cohort, result.cohort.program
    counts = Counter(one.reason for one in alone)
    peers = np.concatenate((result.chosen.i, result.chosen.j)) if program.kind == "peer" else result.chosen.i
    return Figures(
        program=program.name,
        as_of=program.as_of.isoformat(),
        objective=program.objective,
        mentees=len(result.mentees),
        matched=len(peers),
        mentors=int((~cohort.mentors.opted_out).sum()),
        mentors_used=len(np.unique(peers if program.kind == "peer" else result.chosen.j)),
        seats=int(np.maximum(cohort.mentors.capacity, 0)[~cohort.mentors.opted_out].sum()),
        percents=(100 * result.scores.base / program.weights.total).tolist(),
        wishes_met=int(((result.scores.wish_of_mentee > 0) | (result.scores.wish_of_mentor > 0)).sum()),
        groups=[groups(result, attributes) for attributes in attributes_shown(program)],
        reasons=[Reason(*REASONS.get(code, (code, "")), people) for code, people in counts.most_common()],
        waiting=[waiting(one) for one in alone],
        fairness=price_of_fairness(result),
        stability=price_of_stability(result),
        keeping=price_of_keeping(result),
        record=told(record),
    )


def groups(result: Match, attributes: tuple[str, ...]) -> Groups:
    """Every mentee's group with what became of it; peers count on both sides of their pair."""
    cohort = result.cohort
    known = groups_of(cohort, attributes)
    rows, percents = result.chosen.i, 100 * result.scores.base / cohort.program.weights.total
    if cohort.program.kind == "peer":
        rows, percents = np.concatenate((rows, result.chosen.j)), np.concatenate((percents, percents))
    size = np.bincount(known.code[result.mentees], minlength=len(known.names))
    matched = np.bincount(known.code[rows], minlength=len(known.names))
    quality = np.bincount(known.code[rows], weights=percents, minlength=len(known.names))
    return Groups(
        "+".join(attributes),
        tuple(
            Group(name.strip("+"), int(size[code]), int(matched[code]), float(quality[code]))
            for code, name in enumerate(known.names)
            if size[code]
        ),
    )


def waiting(one: Unmatched) -> Waiting:
    """A person without a pair; what an avoid list did stays private."""
    most = max(one.removed, key=lambda rule: one.removed[rule], default="")
    removed = RULES[most][0] if one.removed.get(most) and most in RULES else ""
    words = one.words if "avoid list" not in one.words else "No candidate is left (private)."
    return Waiting(one.person, "mentee", words, one.candidates, removed)


def price_of_fairness(result: Match) -> list[Variant]:
    """The same match without fairness and with tighter and tighter tolerances; none where no group is protected."""
    program = result.cohort.program
    if program.fairness is None:
        return []
    tolerances = {program.fairness.tolerance} if large(result) else {*TOLERANCES, program.fairness.tolerance}
    existing = result.existing_pairs()
    free = match_again(result, dataclasses.replace(program, fairness=None), existing)
    variants = [variant("none", free, program.fairness)]
    for tolerance in sorted(tolerances, reverse=True):
        mine = tolerance == program.fairness.tolerance
        fairness = dataclasses.replace(program.fairness, tolerance=tolerance)
        other = result if mine else match_again(result, dataclasses.replace(program, fairness=fairness), existing)
        variants.append(variant(f"{100 * tolerance:g} %", other, program.fairness, chosen=mine))
    return variants


def price_of_keeping(result: Match) -> list[Variant]:
    """The same match with other values of stickiness; none without pairs of before, or where they earn nothing."""
    program = result.cohort.program
    if not result.existing or program.objective == "stable":
        return []
    values = {0.0, program.stickiness} if large(result) else {*STICKINESS, program.stickiness}
    variants = []
    for value in sorted(values):
        mine = value == program.stickiness
        other = result
        if not mine:
            other = match_again(result, dataclasses.replace(program, stickiness=value), result.existing_pairs())
        kept = float(other.kept.sum()) / result.existing
        variants.append(dataclasses.replace(variant(f"{value:g}", other, program.fairness, chosen=mine), kept=kept))
    return variants


def price_of_stability(result: Match) -> list[Variant]:
    """The same people by each objective, bare of what `stable` cannot have; none for groups and peers."""
    program = result.cohort.program
    if program.kind in ("group", "peer"):
        return []
    bare = dataclasses.replace(program, fairness=None, spread=0.0, stickiness=0.0)
    variants = []
    for name, objective in (("Best total", "best_total"), ("Most people", "most_people"), ("Stable", "stable")):
        same = program.objective == objective and bare == program
        other = result if same else match_again(result, dataclasses.replace(bare, objective=objective))  # type: ignore[arg-type]
        variants.append(variant(name, other, program.fairness, chosen=same))
    return variants


def large(result: Match) -> bool:
    return result.cohort.shape[0] * result.cohort.shape[1] > LARGE


def variant(name: str, result: Match, fairness: Fairness | None, chosen: bool = False) -> Variant:
    percent = 100 * result.scores.base / result.cohort.program.weights.total
    worst = None
    if fairness is not None:
        rates = [group.coverage for group in groups(result, fairness.group).groups if group.people >= FEWEST]
        worst = min(rates, default=None)
    mean = float(percent.mean()) if len(percent) else 0.0
    return Variant(name, len(result.chosen), mean, result.score, worst, chosen)


def told(record: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The lines of the record that make the run repeatable."""
    counts = record["counts"]
    lines = [
        ("Version", str(record["version"])),
        ("Inputs (SHA-256)", str(record["input_hash"])),
        ("Seed", str(record["seed"])),
        ("Objective", str(record["objective"])),
        ("Total score", f"{record['score']:,.6f}"),
        ("Pairs", f"{counts['pairs']:,}"),
        ("Candidate pairs considered", f"{counts['candidates']:,}"),
        ("Rows of the file with problems", f"{len(record['problems']):,}"),
    ]
    if record["gap"] is not None:
        lines.append(("Certified: at most this far from the best possible", f"{100 * record['gap']:.5f} %"))
    return lines
