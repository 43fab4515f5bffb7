"""Shares, fits and counts as the reader writes numbers."""

from babel import numbers
from flask import Flask

from portal.pages.language import locale


def register(app: Flask) -> None:
    """Give templates the filters."""
    for show in (share, number, signed):
        app.add_template_filter(show)


def share(value: float, digits: int = 0) -> str:
    """A share from 0 to 1 in percent; what is not all is never rounded up to all, nor something down to nothing."""
    least = 10.0 ** -(digits + 2)
    shown = min(max(value, least), 1 - least) if 0 < value < 1 else value
    places = f".{'0' * digits}" if digits else ""
    pattern = locale().percent_formats[None].pattern.replace("#,##0", f"#,##0{places}")
    return str(numbers.format_percent(shown, pattern, locale=locale()))


def number(value: float, digits: int = 0) -> str:
    """A number with so many places."""
    return str(numbers.format_decimal(round(value, digits), f"#,##0{'.' if digits else ''}{'#' * digits}", locale()))


def signed(value: float, digits: int = 0) -> str:
    """A difference, with its sign."""
    rounded = round(value, digits)
    if rounded == 0:
        return "\N{PLUS-MINUS SIGN}0"
    return ("+" if rounded > 0 else "\N{MINUS SIGN}") + number(abs(rounded), digits)
