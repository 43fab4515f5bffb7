"""One self-contained HTML page about a match, for people who decide about programs: no script, no outside request."""

from collections.abc import Sequence
from html import escape

from engine.report.charts import Bar, Line, bars, columns, curve, table
from engine.report.figures import Figures, Group, Variant, means_withheld, shown
from engine.report.style import STYLE

WAITING_SHOWN = 500
CHARTED = 16
SECURITY = "default-src 'none'; style-src 'unsafe-inline'"
OBJECTIVES = {
    "best_total": "the best total over everybody",
    "most_people": "the most people first, then the best total",
    "stable": "no two people who would both rather have each other",
}


def render(figures: Figures) -> str:
    """The page as text; every value is escaped."""
    sections = [headline(figures), by_group(figures), distribution(figures), unmatched(figures)]
    sections += [price_of_fairness(figures.fairness), price_of_keeping(figures.keeping)]
    sections += [price_of_stability(figures.stability), record(figures)]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{SECURITY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Match report: {escape(figures.program)}</title><style>{STYLE}</style></head>"
        f"<body><main>{''.join(sections)}</main></body></html>\n"
    )


def headline(figures: Figures) -> str:
    tiles = [
        (percent(figures.coverage), "of mentees have a mentor", f"{figures.matched:,} of {figures.mentees:,}"),
        (f"{figures.percent:.0f}", "mean score of a pair, of 100", "wishes left out"),
        (f"{figures.mentors_used:,}", "mentors have somebody", f"of {figures.mentors:,}; {figures.seats:,} seats"),
        (f"{figures.wishes_met:,}", "pairs that somebody wished for", "either side's wish"),
    ]
    cells = "".join(
        f'<li><span class="big">{escape(figure)}</span><span>{escape(words)}</span><small>{escape(more)}</small></li>'
        for figure, words, more in tiles
    )
    aim = OBJECTIVES.get(figures.objective, figures.objective)
    return (
        f"<header><p class=kicker>Match report</p><h1>{escape(figures.program)}</h1>"
        f"<p>As of {escape(figures.as_of)}. The match looks for {escape(aim)}.</p></header>"
        f'<ul class="tiles">{cells}</ul>'
    )


def by_group(figures: Figures) -> str:
    if not figures.groups:
        return ""
    parts = [group_pictures(one.attribute, shown(one.groups), figures) for one in figures.groups]
    words = (
        "How many mentees of each group have a mentor, and how good their pairs are. "
        "Groups of fewer than five people are shown together."
    )
    return section("Coverage and quality by group", words, "".join(parts))


def group_pictures(attribute: str, groups: Sequence[Group], figures: Figures) -> str:
    name = attribute.replace("+", " and ")
    withheld = means_withheld(groups)
    lowest = min((group.coverage for group in groups), default=0.0)
    coverage = [
        Bar(
            group.name or "(not known)",
            group.coverage,
            percent(group.coverage),
            group.coverage == lowest and len(groups) > 1,
        )
        for group in groups[:CHARTED]
    ]
    rows = [
        (
            group.name or "(not known)",
            f"{group.people:,}",
            f"{group.matched:,}",
            percent(group.coverage),
            quality(group, withheld),
        )
        for group in groups
    ]
    chart = bars(
        f"Share of mentees with a mentor, by {name}",
        coverage,
        figures.coverage,
        f"everybody: {percent(figures.coverage)}",
    )
    told = table(f"By {name}", ("Group", "Mentees", "With a mentor", "Coverage", "Mean score"), rows)
    few = f"<p>The picture shows {CHARTED} of the {len(groups)} groups; the table has all.</p>"
    return f"<h3>By {escape(name)}</h3>{few if len(groups) > CHARTED else ''}{chart}{told}"


def quality(group: Group, withheld: set[str]) -> str:
    return "withheld" if group.name in withheld else f"{group.quality:.0f}" if group.matched else ""


def distribution(figures: Figures) -> str:
    if not figures.percents:
        return ""
    counts = [0] * 10
    for value in figures.percents:
        counts[min(9, max(0, int(value // 10)))] += 1
    labels = [f"{10 * step}\u2013{10 * step + 10}" for step in range(10)]
    tall = [Bar(label, count / max(counts), f"{count:,}") for label, count in zip(labels, counts, strict=True)]
    chart = columns("Pairs by score", tall, "score of the pair, 0 to 100")
    rows = [
        (label, f"{count:,}", percent(count / len(figures.percents)))
        for label, count in zip(labels, counts, strict=True)
    ]
    told = table("Pairs by score", ("Score", "Pairs", "Share"), rows)
    words = "100 would be a pair that is perfect in everything the program weighs. Most good pairs score well below it."
    return section("How good the pairs are", words, chart + told)


def unmatched(figures: Figures) -> str:
    if not figures.reasons:
        return section("People without a pair", "Everybody who takes part has one.", "")
    most = max(reason.people for reason in figures.reasons)
    chart = bars(
        "People without a pair, by reason",
        [Bar(reason.name, reason.people / most, f"{reason.people:,}") for reason in figures.reasons],
    )
    why = table(
        "Why people have no pair",
        ("Reason", "What it means", "People"),
        [(reason.name, reason.words, f"{reason.people:,}") for reason in figures.reasons],
        numbers_from=2,
    )
    rows = [
        (one.person, one.side, one.words, one.most_removed_by, f"{one.candidates:,}")
        for one in figures.waiting[:WAITING_SHOWN]
    ]
    more = f" (the first {WAITING_SHOWN:,} of {len(figures.waiting):,})" if len(figures.waiting) > WAITING_SHOWN else ""
    who = table(
        f"Who has no pair{more}", ("Person", "As", "Why", "Rule that removed most", "Candidates"), rows, numbers_from=4
    )
    folded = f"<details><summary>Who they are{more}</summary>{who}</details>"
    return section("People without a pair", "What keeps them waiting, and whom to look after.", chart + why + folded)


def price_of_fairness(variants: Sequence[Variant]) -> str:
    if len(variants) < 2:
        return ""
    best = max(variant.total for variant in variants) or 1.0
    total = Line(
        "total score, of the best", [(variant.total / best, percent(variant.total / best, 2)) for variant in variants]
    )
    worst = Line(
        "coverage of the worst group",
        [(variant.worst_group or 0.0, percent(variant.worst_group or 0.0)) for variant in variants],
    )
    chosen = next((index for index, variant in enumerate(variants) if variant.chosen), None)
    chart = curve(
        "What fairness costs", [variant.name for variant in variants], [total, worst],
        "tolerance: how far a group may fall behind (dashed: the program's)", chosen,
    )  # fmt: skip
    words = "Each step is the same match with another tolerance. The total falls a little where the worst group rises."
    return section("The price of fairness", words, chart + variants_table("What fairness costs", "Tolerance", variants))


def price_of_keeping(variants: Sequence[Variant]) -> str:
    if len(variants) < 2:
        return ""
    best = max(variant.total for variant in variants) or 1.0
    lines = [
        Line("total score, of the best", [(v.total / best, percent(v.total / best, 2)) for v in variants]),
        Line("pairs of before that stay", [(v.kept or 0.0, percent(v.kept or 0.0)) for v in variants]),
    ]
    chosen = next((index for index, variant in enumerate(variants) if variant.chosen), None)
    chart = curve(
        "What keeping pairs costs", [variant.name for variant in variants], lines,
        "stickiness: what a pair of before is worth on top of its score (dashed: the program's)", chosen,
    )  # fmt: skip
    rows = [
        (
            variant.name + (" (this match)" if variant.chosen else ""),
            percent(variant.kept or 0.0, 1),
            f"{variant.total:,.2f}",
            percent(variant.total / best, 2),
        )
        for variant in variants
    ]
    told = table("What keeping pairs costs", ("Stickiness", "Pairs that stay", "Total", "Of the best"), rows)
    words = "People like to stay with whom they know. Each step is the same match with pairs of before worth more."
    return section("The price of keeping pairs", words, chart + told)


def price_of_stability(variants: Sequence[Variant]) -> str:
    if len(variants) < 2:
        return ""
    best = max(variant.total for variant in variants) or 1.0
    chart = bars(
        "Total score by objective",
        [
            Bar(variant.name, variant.total / best, percent(variant.total / best, 1), variant.chosen)
            for variant in variants
        ],
    )
    words = (
        "In a stable match no two people would both rather leave what they were given for each other. "
        "The best total may ask a few to accept a little less, so that more is gained elsewhere."
    )
    return section(
        "The price of stability", words, chart + variants_table("Objectives compared", "Objective", variants)
    )


def variants_table(caption: str, first: str, variants: Sequence[Variant]) -> str:
    best = max(variant.total for variant in variants) or 1.0
    rows = [
        (
            variant.name + (" (this match)" if variant.chosen else ""),
            f"{variant.matched:,}",
            f"{variant.percent:.1f}",
            f"{variant.total:,.2f}",
            percent(variant.total / best, 2),
            "" if variant.worst_group is None else percent(variant.worst_group, 1),
        )
        for variant in variants
    ]
    return table(caption, (first, "Matched", "Mean score", "Total", "Of the best", "Worst group"), rows)


def record(figures: Figures) -> str:
    told = table("The run", ("What", "Value"), figures.record, numbers_from=2)
    words = (
        "A pair's score adds five parts, each between 0 and 1, by the program's weights: skills, goals, seniority, "
        "shared hours and diversity; a wish counts on top. docs/matching.md has the whole formula. "
        "The same inputs and version give the same match, to the byte."
    )
    return section("How this was computed", words, told)


def section(title: str, words: str, content: str) -> str:
    return f"<section><h2>{escape(title)}</h2><p>{escape(words)}</p>{content}</section>"


def percent(share: float, decimals: int = 0) -> str:
    return f"{100 * share:.{decimals}f}\u00a0%"
