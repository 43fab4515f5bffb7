"""Pictures as SVG text with their data tables; colours come from the page's style, so that light and dark both work."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from textwrap import wrap

WIDTH = 720
ROW = 26
LABEL = 190
# On a telephone a label stands above its bar, at the size in which it is read.
NARROW = 300
NARROW_ROW = 38
# The width of a letter of a note, and how many fit into a line.
LETTER = 7.2
NARROW_LETTERS = 41


@dataclass(frozen=True)
class Bar:
    """One bar: its label, its length in [0, 1] and the words at its end."""

    label: str
    share: float
    words: str
    strong: bool = False


@dataclass(frozen=True)
class Line:
    """One line of a curve: its name, and a y in [0, 1] with its words for every x."""

    name: str
    points: Sequence[tuple[float, str]]


def bars(title: str, rows: Sequence[Bar], mark: float | None = None, mark_words: str = "") -> str:
    """Horizontal bars; `mark` draws one vertical line across them, such as the average."""
    room, height = WIDTH - LABEL - 110, ROW * len(rows) + (22 if mark is not None else 4)
    drawn = []
    for index, row in enumerate(rows):
        top, length = index * ROW + 2, max(1.0, room * min(row.share, 1.0))
        kind = "bar strong" if row.strong else "bar"
        drawn.append(
            f'<text x="{LABEL - 8}" y="{top + 15}" class="label" text-anchor="end">{escape(clipped(row.label))}</text>'
            f'<rect x="{LABEL}" y="{top}" width="{room}" height="20" rx="3" class="track"/>'
            f'<rect x="{LABEL}" y="{top}" width="{length:.1f}" height="20" rx="3" class="{kind}"/>'
            f'<text x="{LABEL + room + 8}" y="{top + 15}" class="value">{escape(row.words)}</text>'
        )
    if mark is not None:
        x, bottom = LABEL + room * mark, ROW * len(rows)
        drawn.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{bottom}" class="mark"/>')
        drawn.append(
            f'<text x="{x:.1f}" y="{bottom + 15}" class="note" text-anchor="middle">{escape(mark_words)}</text>'
        )
    return picture(title, height, drawn, narrow_bars(title, rows, mark, mark_words))


def narrow_bars(title: str, rows: Sequence[Bar], mark: float | None, mark_words: str, under: str = "") -> str:
    """The same bars for a narrow screen; `under` is a line of words below them."""
    bottom, drawn = NARROW_ROW * len(rows), []
    for index, row in enumerate(rows):
        top, length = index * NARROW_ROW, max(1.0, NARROW * min(row.share, 1.0))
        kind = "bar strong" if row.strong else "bar"
        drawn.append(
            f'<text x="0" y="{top + 14}">{escape(clipped(row.label))}</text>'
            f'<text x="{NARROW}" y="{top + 14}" text-anchor="end">{escape(row.words)}</text>'
            f'<rect x="0" y="{top + 20}" width="{NARROW}" height="10" rx="3" class="track"/>'
            f'<rect x="0" y="{top + 20}" width="{length:.1f}" height="10" rx="3" class="{kind}"/>'
        )
        if mark is not None:
            # Across the bar alone, so that it crosses no words.
            x = NARROW * mark
            drawn.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top + 18}" y2="{top + 32}" class="mark"/>')
    if mark is not None:
        x, anchor = NARROW * mark, "end" if mark > 0.5 else "start"
        told = escape(mark_words)
        drawn.append(f'<text x="{x:.1f}" y="{bottom + 14}" class="note" text-anchor="{anchor}">{told}</text>')
    if under:
        drawn.append(f'<text x="0" y="{bottom + 14}" class="note">{escape(under)}</text>')
    return svg(title, NARROW, bottom + (20 if under or mark is not None else 0), drawn, "narrow")


def columns(title: str, rows: Sequence[Bar], under: str) -> str:
    """Vertical columns side by side, each with its label below and its words above; `under` names the axis."""
    height, step = 220, WIDTH / max(1, len(rows))
    drawn = [f'<line x1="0" x2="{WIDTH}" y1="{height - 40}" y2="{height - 40}" class="axis"/>']
    for index, row in enumerate(rows):
        tall = (height - 66) * min(row.share, 1.0)
        x, middle, top, wide = index * step + step * 0.08, (index + 0.5) * step, height - 40 - tall, step * 0.84
        drawn.append(
            f'<rect x="{x:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{tall:.1f}" class="bar"/>'
            f'<text x="{middle:.1f}" y="{top - 6:.1f}" class="note" text-anchor="middle">{escape(row.words)}</text>'
            f'<text x="{middle:.1f}" y="{height - 24}" class="note" text-anchor="middle">{escape(row.label)}</text>'
        )
    drawn.append(f'<text x="{WIDTH / 2}" y="{height - 4}" class="note" text-anchor="middle">{escape(under)}</text>')
    return picture(title, height, drawn, narrow_bars(title, rows, None, "", under))


def curve(title: str, labels: Sequence[str], lines: Sequence[Line], under: str, chosen: int | None = None) -> str:
    """Lines over the same labelled steps; `chosen` marks the step that the program uses."""
    height, left, right, top, bottom = 260, 20, WIDTH - 20, 36, 200
    steps = [left + (right - left) * (index + 0.5) / len(labels) for index in range(len(labels))]
    drawn = [f'<line x1="{left}" x2="{right}" y1="{bottom}" y2="{bottom}" class="axis"/>']
    if chosen is not None:
        drawn.append(f'<line x1="{steps[chosen]:.1f}" x2="{steps[chosen]:.1f}" y1="{top}" y2="{bottom}" class="mark"/>')
    for number, line in enumerate(lines):
        heights = [bottom - (bottom - top) * y for y, _ in line.points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(steps, heights, strict=True))
        drawn.append(f'<polyline points="{path}" class="line line{number}"/>')
        for x, y, (_, words) in zip(steps, heights, line.points, strict=True):
            drawn.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" class="dot line{number}"/>')
            # Words of the first line stand above it, those of the second below, so that near lines stay readable.
            level = y - 9 if number == 0 else y + 18
            drawn.append(f'<text x="{x:.1f}" y="{level:.1f}" class="note" text-anchor="middle">{escape(words)}</text>')
        drawn.append(f'<rect x="{left + 240 * number}" y="4" width="14" height="4" rx="2" class="key line{number}"/>')
        drawn.append(f'<text x="{left + 240 * number + 20}" y="12" class="note">{escape(line.name)}</text>')
    for x, label in zip(steps, labels, strict=True):
        drawn.append(f'<text x="{x:.1f}" y="{bottom + 18}" class="note" text-anchor="middle">{escape(label)}</text>')
    drawn.append(f'<text x="{WIDTH / 2}" y="{height - 12}" class="note" text-anchor="middle">{escape(under)}</text>')
    return picture(title, height, drawn, narrow_curve(title, labels, lines, under, chosen))


def narrow_curve(title: str, labels: Sequence[str], lines: Sequence[Line], under: str, chosen: int | None) -> str:
    """The same lines for a narrow screen; where there is little room, words stand at the ends and the chosen step."""
    top, told = 20 * len(lines) + 20, wrap(under, NARROW_LETTERS)
    bottom, room = top + 150, NARROW / len(labels)
    steps = [room * (index + 0.5) for index in range(len(labels))]
    longest = max(len(words) for words in (*labels, *(words for line in lines for _, words in line.points)))
    worded = set(range(len(labels)))
    if longest * LETTER > room:
        worded = {0, len(labels) - 1} | (set() if chosen is None else {chosen})
    drawn = [f'<line x1="0" x2="{NARROW}" y1="{bottom}" y2="{bottom}" class="axis"/>']
    if chosen is not None:
        drawn.append(f'<line x1="{steps[chosen]:.1f}" x2="{steps[chosen]:.1f}" y1="{top}" y2="{bottom}" class="mark"/>')
    for number, line in enumerate(lines):
        heights = [bottom - (bottom - top) * y for y, _ in line.points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(steps, heights, strict=True))
        drawn.append(f'<polyline points="{path}" class="line line{number}"/>')
        for index, (x, y, (_, words)) in enumerate(zip(steps, heights, line.points, strict=True)):
            drawn.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" class="dot line{number}"/>')
            if index in worded:
                drawn.append(within(x, y - 9 if number == 0 else y + 18, words))
        drawn.append(f'<rect x="0" y="{20 * number + 6}" width="14" height="4" rx="2" class="key line{number}"/>')
        drawn.append(f'<text x="20" y="{20 * number + 14}" class="note">{escape(line.name)}</text>')
    drawn += [within(steps[index], bottom + 18, labels[index]) for index in sorted(worded)]
    for row, words in enumerate(told):
        drawn.append(f'<text x="0" y="{bottom + 40 + 16 * row}" class="note">{escape(words)}</text>')
    return svg(title, NARROW, bottom + 46 + 16 * (len(told) - 1), drawn, "narrow")


def within(x: float, y: float, words: str) -> str:
    """A note as near to `x` as the edges of a narrow drawing let it be."""
    half = len(words) * LETTER / 2
    middle = min(max(x, half), NARROW - half)
    return f'<text x="{middle:.1f}" y="{y:.1f}" class="note" text-anchor="middle">{escape(words)}</text>'


def picture(title: str, height: float, drawn: Sequence[str], narrow: str) -> str:
    """A drawing, and the same for a narrow screen."""
    wide = svg(title, WIDTH, height, drawn, "wide")
    return f'<div class="picture" role="group" aria-label="{escape(title)}">{wide}{narrow}</div>'


def svg(title: str, width: float, height: float, drawn: Sequence[str], kind: str) -> str:
    return (
        f'<svg class="{kind}" viewBox="0 0 {width} {height:.0f}" role="img" aria-label="{escape(title)}" '
        f'preserveAspectRatio="xMinYMin meet">{"".join(drawn)}</svg>'
    )


def table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], numbers_from: int = 1) -> str:
    """The same figures to read; columns from `numbers_from` on are set flush right."""
    kinds = ["num" if index >= numbers_from else "txt" for index in range(len(head))]
    header = "".join(
        f'<th scope="col" class="{kind}">{escape(name)}</th>' for kind, name in zip(kinds, head, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(f'<td class="{kind}">{escape(cell)}</td>' for kind, cell in zip(kinds, row, strict=True))
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{header}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def clipped(label: str, most: int = 26) -> str:
    return label if len(label) <= most else label[: most - 1] + "\u2026"
