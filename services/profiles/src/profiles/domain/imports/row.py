"""One row of an HR file: its columns, what it says of a person, and what is wrong with it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from profiles.domain.person import Facts, Person, Status
from profiles.domain.search import folded
from servicekit.entity import Entity
from servicekit.refusals import FieldError, InvalidInput

# What HR systems call the columns, folded and with `_` for blanks, beside our own names.
_ALIASES: Mapping[str, str] = {
    "employee_id": "external_id",
    "employee_number": "external_id",
    "personnel_number": "external_id",
    "id": "external_id",
    "e-mail": "email",
    "mail": "email",
    "email_address": "email",
    "work_email": "email",
    "full_name": "name",
    "display_name": "name",
    "first_name": "given_name",
    "last_name": "family_name",
    "surname": "family_name",
    "job_title": "title",
    "position": "title",
    "grade": "level",
    "location": "site",
    "office": "site",
    "timezone": "time_zone",
    "language": "languages",
    "manager_id": "manager",
    "manager_email": "manager",
    "manager_external_id": "manager",
    "manager_employee_id": "manager",
    "supervisor": "manager",
    "employment_status": "status",
}
COLUMNS = (
    "external_id", "email", "name", "given_name", "family_name", "title", "department", "level", "site", "remote",
    "manager", "time_zone", "languages", "locale", "status",
)  # fmt: skip
_ATTRIBUTE = "attributes."
_STATUSES: Mapping[str, Status] = {
    "active": "active",
    "employed": "active",
    "on_leave": "on_leave",
    "on leave": "on_leave",
    "leave": "on_leave",
    "left": "left",
    "inactive": "left",
    "terminated": "left",
}
_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False, "": False}


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a row says: only the facts whose columns the file has, by their names in `Facts`.

    `manager` is an external id or an address; `names_manager` says whether the file has that column at all.
    """

    line: int
    external_id: str | None
    email: str | None
    facts: dict[str, Any] = field(default_factory=dict)
    status: Status | None = None
    manager: str | None = None
    names_manager: bool = False

    @property
    def key(self) -> str:
        """By what this person is known in the file: one row each."""
        return f"x:{self.external_id}" if self.external_id else f"e:{folded(self.email or '')}"

    def changes_of(self, person: Person) -> dict[str, Any]:
        """The facts that this row changes; attributes that the file does not name stay."""
        said = dict(self.facts)
        if "attributes" in said:
            kept = {**person.facts.attributes, **said["attributes"]}
            said["attributes"] = {name: value for name, value in kept.items() if value}
        if "languages" in said:
            said["languages"] = tuple(said["languages"])
        return {name: value for name, value in said.items() if getattr(person.facts, name) != value}

    def as_facts(self, default_time_zone: str) -> Facts:
        """The facts of somebody new; raises InvalidInput where they cannot be."""
        attributes = {name: value for name, value in self.facts.get("attributes", {}).items() if value}
        said = {"name": "", "email": "", "time_zone": default_time_zone, **self.facts, "attributes": attributes}
        facts = Facts(**{**said, "languages": tuple(said.get("languages", ()))})
        facts.check()
        return facts


@dataclass(frozen=True, kw_only=True)
class Fault(Entity):
    """One thing that is wrong with a row, kept without what the row says; `line` counts the file's lines from 1."""

    import_id: str
    line: int
    column: str
    reason: str
    advice: str

    @staticmethod
    def of(import_id: str, line: int, column: str, reason: str, advice: str) -> "Fault":
        """The fault; there is one per line and column."""
        return Fault(
            id=f"{import_id}:{line:09d}:{column}",
            import_id=import_id,
            line=line,
            column=column,
            reason=reason,
            advice=advice,
        )


@dataclass(frozen=True, kw_only=True)
class Header:
    """Which column of a file is which fact; `ignored` are those that are none."""

    names: tuple[str, ...]
    ignored: tuple[str, ...] = ()


def read_header(cells: Sequence[str]) -> Header:
    """The header of a file.

    Raises:
        InvalidInput: a column comes twice, or there is none by which people are known.
    """
    names = tuple(_column(cell) for cell in cells)
    known = [name for name in names if name]
    twice = sorted({name for name in known if known.count(name) > 1})
    if twice:
        raise InvalidInput(f"The file has two columns for {', '.join(twice)}. Leave one of them out.")
    if "email" not in known and "external_id" not in known:
        raise InvalidInput("The file's first line must name its columns, `external_id` or `email` among them.")
    ignored = tuple(cell.strip()[:100] for cell, name in zip(cells, names, strict=True) if not name and cell.strip())
    return Header(names=names, ignored=ignored)


def read_row(header: Header, line: int, cells: Sequence[str]) -> Said | list[FieldError]:
    """What a row says, or everything that is wrong with it by itself; pointers are columns."""
    if len(cells) > len(header.names) and any(cell.strip() for cell in cells[len(header.names) :]):
        advice = f"The header has {len(header.names)} columns, this row {len(cells)}: put quotes around commas."
        return [FieldError("", advice)]
    padded = [*cells, *[""] * (len(header.names) - len(cells))]
    said = {name: cell.strip() for name, cell in zip(header.names, padded, strict=False) if name}
    wrong: list[FieldError] = []
    facts = _facts(said, wrong)
    status = _status(said, wrong)
    external_id, email = said.get("external_id") or None, said.get("email") or None
    if external_id is None and email is None:
        wrong.append(FieldError("external_id", "Write by what this person is known: an external id or an address."))
    if wrong:
        return wrong
    return Said(
        line=line,
        external_id=external_id,
        email=email,
        facts=facts,
        status=status,
        manager=said.get("manager") or None,
        names_manager="manager" in said,
    )


def _column(cell: str) -> str:
    text = cell.strip()
    if text.casefold().startswith(_ATTRIBUTE):
        return _ATTRIBUTE + text[len(_ATTRIBUTE) :]
    plain = re.sub(r"[\s_]+", "_", text.casefold())
    name = _ALIASES.get(plain, plain)
    return name if name in COLUMNS else ""


def _facts(said: Mapping[str, str], wrong: list[FieldError]) -> dict[str, Any]:
    facts: dict[str, Any] = {name: said[name] for name in ("title", "department", "site") if name in said}
    # What must be there stays as it is where a row leaves it empty.
    facts |= {name: said[name] for name in ("email", "time_zone") if said.get(name)}
    if said.get("external_id"):
        facts["external_id"] = said["external_id"]
    if name := said.get("name") or " ".join(filter(None, (said.get("given_name"), said.get("family_name")))):
        facts["name"] = name
    if "locale" in said:
        facts["locale"] = said["locale"] or None
    if "languages" in said:
        facts["languages"] = [tag for tag in re.split(r"[\s|;,]+", said["languages"]) if tag]
    if "level" in said:
        facts["level"] = _level(said["level"], wrong)
    if "remote" in said:
        if said["remote"].casefold() not in _FLAGS:
            wrong.append(FieldError("remote", "Write yes or no."))
        facts["remote"] = _FLAGS.get(said["remote"].casefold(), False)
    attributes = {name[len(_ATTRIBUTE) :]: value for name, value in said.items() if name.startswith(_ATTRIBUTE)}
    return {**facts, "attributes": attributes} if attributes else facts


def _level(text: str, wrong: list[FieldError]) -> int | None:
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        wrong.append(FieldError("level", "Write a whole number; higher is more senior."))
        return None


def _status(said: Mapping[str, str], wrong: list[FieldError]) -> Status | None:
    text = said.get("status", "").casefold()
    if not text:
        return None
    if text not in _STATUSES:
        wrong.append(FieldError("status", "Write active, on_leave or left."))
    return _STATUSES.get(text)


def faults_of(import_id: str, line: int, reason: str, errors: Iterable[FieldError]) -> list[Fault]:
    """The faults of a row; a pointer such as `/email` is the column `email`."""
    return [
        Fault.of(import_id, line, error.pointer.strip("/").replace("/", ".") or "row", reason, error.detail)
        for error in errors
    ]
