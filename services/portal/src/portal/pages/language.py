"""The reader's language: which one, the texts in it, and dates and numbers as it writes them.

Catalogues are `words/<language>.po`, read once at start; English is the language of the code.
"""

import io
from collections.abc import Callable
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Any

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, g, has_request_context, request, session

WORDS = Path(__file__).parent.parent / "words"
LANGUAGES = ("en", "de")


def register(app: Flask) -> None:
    """Give templates `_`, `ngettext` and the language."""
    for known in LANGUAGES:
        catalogue(known)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    install: Callable[..., None] = app.jinja_env.install_gettext_callables  # type: ignore[attr-defined]
    install(gettext=lambda text: _words().gettext(text), ngettext=_plural, newstyle=True)
    app.context_processor(lambda: {"language": language()})


@cache
def catalogue(language: str) -> NullTranslations:
    """The texts of one language."""
    path = WORDS / f"{language}.po"
    if not path.exists():
        return NullTranslations()
    with path.open("rb") as source:
        catalog = read_po(source, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    return GNUTranslations(io.BytesIO(compiled.getvalue()))


def language() -> str:
    """The person's own language if they said one, else the first that their browser asks for, else English."""
    if not has_request_context():
        return LANGUAGES[0]
    if "language" not in g:
        g.language = _chosen()
    return str(g.language)


def locale() -> Locale:
    """How the reader writes dates and numbers: their browser's region where its language is the page's."""
    wanted = language()
    for tag in request.accept_languages.values() if has_request_context() else ():
        if tag.replace("_", "-").split("-")[0].lower() == wanted:
            try:
                return Locale.parse(tag, sep="-")
            except (ValueError, LookupError):
                continue  # an unknown region is no reason not to show a date
    return Locale.parse("en_GB" if wanted == "en" else wanted)


def _(text: str, **values: Any) -> str:
    """The text in the reader's language, with `%(name)s` filled in."""
    translated = _words().gettext(text)
    return translated % values if values else translated


def N_(text: str) -> str:
    """Mark a text for the catalogues."""
    return text


def _words() -> NullTranslations:
    return catalogue(language())


def _plural(one: str, many: str, n: int) -> str:
    return _words().ngettext(one, many, n)


def _chosen() -> str:
    person: dict[str, Any] = (session.get("person") if session else None) or {}
    for tag in (person.get("locale"), *request.accept_languages.values()):
        known = str(tag or "").replace("_", "-").split("-")[0].lower()
        if known in LANGUAGES:
            return known
    return LANGUAGES[0]
