"""One archive of what all services hold about a person: JSON with its schema for machines, one page for people."""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

PAGE = "index.html"
_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 3rem; border-bottom: 1px solid; } h3 { margin-bottom: 0; }
dl { border: 1px solid #8888; border-radius: .5rem; padding: .75rem 1rem; display: grid; gap: .25rem 1rem;
     grid-template-columns: minmax(8rem, 1fr) 3fr; overflow-wrap: anywhere; }
dt { font-weight: 600; } dd { margin: 0; white-space: pre-line; } dd dl { margin: .25rem 0; }
"""


def archive(parts: Sequence[Mapping[str, Any]]) -> bytes:
    """The parts (as `/v1/people/{id}/data` answers them) as a zip file: per service its data and schema, and a page."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr(PAGE, page(parts))
        for part in parts:
            zipped.writestr(f"{part['service']}.json", _json(part["data"]))
            zipped.writestr(f"{part['service']}.schema.json", _json(part["schema"]))
    return buffer.getvalue()


def page(parts: Sequence[Mapping[str, Any]]) -> str:
    """Everything on one page, which needs nothing else to be read."""
    first = parts[0]
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>What MentorMesh holds about you</title><style>{_STYLE}</style></head><body><main>",
            "<h1>What MentorMesh holds about you</h1>",
            f"<p>Person {escape(first['person_id'])}, made at {escape(str(first['made_at']))}. Beside this page lies "
            "the same as JSON, one file for each part of the platform, each with its JSON Schema. Facts that name you "
            "by id alone are also in the platform's event log, and copies of replies are kept for a day.</p>",
            *(line for part in parts for line in _part(part)),
            "</main></body></html>",
        ]
    )


def _part(part: Mapping[str, Any]) -> Iterator[str]:
    yield f"<h2>{escape(_words(part['service']))}</h2>"
    for name, items in part["data"].items():
        yield f"<h3>{escape(_words(name))}</h3><p>{escape(part['about'][name])}</p>"
        if not items:
            yield "<p>Nothing.</p>"
        yield from (_value(item) for item in items)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        rows = (f"<dt>{escape(_words(str(name)))}</dt><dd>{_value(inner)}</dd>" for name, inner in value.items())
        return f"<dl>{''.join(rows)}</dl>" if value else "-"
    if isinstance(value, list):
        plain = all(not isinstance(one, Mapping | list) for one in value)
        return (", " if plain else "").join(map(_value, value)) or "-"
    if value is None or value == "":
        return "-"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else escape(str(value))


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
