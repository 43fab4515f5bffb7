"""Who may do what: a table of operations, deny by default, pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from servicekit.caller import Caller
from servicekit.refusals import Forbidden, Hidden, Unauthenticated

Relations = frozenset[str]
Test = Callable[[Caller | None, Relations], bool]


@dataclass(frozen=True)
class Rule:
    """Any one of the tests lets the caller pass."""

    tests: tuple[Test, ...]
    public: bool = False

    def allows(self, caller: Caller | None, relations: Iterable[str] = ()) -> bool:
        """Whether `caller`, standing in these `relations` to the object, may."""
        known = frozenset(relations)
        return self.public or any(test(caller, known) for test in self.tests)


def rule(*tests: Test) -> Rule:
    """May, if any of the tests holds."""
    return Rule(tests)


PUBLIC = Rule((), public=True)
"""No token is asked for."""


def employee(caller: Caller | None, relations: Relations) -> bool:
    """Any signed-in person."""
    return caller is not None and caller.kind == "person"


def anybody_known(caller: Caller | None, relations: Relations) -> bool:
    """Any signed-in person and any client."""
    return caller is not None


def role(*names: str) -> Test:
    """A person with one of these roles."""
    return lambda caller, relations: (
        caller is not None and caller.kind == "person" and bool(caller.roles & frozenset(names))
    )


def scope(*names: str) -> Test:
    """A client with one of these scopes."""
    return lambda caller, relations: (
        caller is not None and caller.kind == "client" and bool(caller.scopes & frozenset(names))
    )


@dataclass(frozen=True)
class _Related:
    """A test that names the relations it asks for, so that a table can say which there are."""

    names: frozenset[str]

    def __call__(self, caller: Caller | None, relations: Relations) -> bool:
        return caller is not None and bool(relations & self.names)


@dataclass(frozen=True)
class _All:
    """Every one of several tests."""

    tests: tuple[Test, ...]

    def __call__(self, caller: Caller | None, relations: Relations) -> bool:
        return all(test(caller, relations) for test in self.tests)


def relation(*names: str) -> Test:
    """Somebody who stands in one of these relations to the object: `self`, `mentor`, `manager`, ..."""
    return _Related(frozenset(names))


def both(*tests: Test) -> Test:
    """Every one of the tests holds."""
    return _All(tests)


def _named(tests: Iterable[Test]) -> Iterator[str]:
    """The relations that tests ask for."""
    for test in tests:
        if isinstance(test, _Related):
            yield from test.names
        elif isinstance(test, _All):
            yield from _named(test.tests)


class Permissions:
    """The table: operation -> rule."""

    def __init__(self, table: Mapping[str, Rule]) -> None:
        self._table = dict(table)

    def __contains__(self, operation: object) -> bool:
        return operation in self._table

    @property
    def operations(self) -> frozenset[str]:
        """Every operation that has a row."""
        return frozenset(self._table)

    def relations(self, operation: str) -> frozenset[str]:
        """The relations that the operation's row asks for."""
        return frozenset(_named(self._table[operation].tests))

    def could_allow(self, caller: Caller | None, operation: str) -> bool:
        """Whether the caller may in any relation at all; where not, nothing need be looked at to refuse."""
        return self.allows(caller, operation, self.relations(operation))

    def is_public(self, operation: str) -> bool:
        """Whether the operation asks for no token."""
        return self._table[operation].public

    def allows(self, caller: Caller | None, operation: str, relations: Iterable[str] = ()) -> bool:
        """Whether the caller may; the platform itself always may."""
        if caller is not None and caller.kind == "system":
            return True
        return self._table[operation].allows(caller, relations)

    def require(
        self, caller: Caller | None, operation: str, relations: Iterable[str] = (), *, knows: bool = True
    ) -> None:
        """Pass, or refuse.

        `knows` says whether the caller may know that the object exists at all.

        Raises:
            Unauthenticated: nobody is signed in.
            Forbidden: the caller may know the object and may not do this.
            Hidden: the caller may not even know of it; it is answered as NotFound.
        """
        if self.allows(caller, operation, relations):
            return
        if caller is None:
            raise Unauthenticated("Sign in first: send a platform token as `Authorization: Bearer ...`.")
        if not knows:
            raise Hidden("There is no such thing, or you may not see it.")
        raise Forbidden(f"You may not do this ({operation}).")
