"""A journey: the plan of one mentorship, opened when it starts and closed when it ends."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from contracts.feedback import AgreementAgreed
from feedback.domain.errors import JourneyClosed
from servicekit.entity import Entity

State = Literal["active", "paused", "ended"]


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """How the two want to work; `agreed_by` names who said yes to these very words."""

    aims: str
    meeting: str = ""
    boundaries: str = ""
    agreed_by: tuple[str, ...] = ()
    agreed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Journey(Entity):
    """One mentorship as its people live it; the id is the mentorship's."""

    program_id: str
    mentor_id: str
    mentee_ids: tuple[str, ...]
    state: State
    started_at: datetime
    active_since: datetime
    ended_at: datetime | None = None
    agreement: Agreement | None = None

    @property
    def people(self) -> tuple[str, ...]:
        """The mentor and every mentee."""
        return (self.mentor_id, *self.mentee_ids)

    def require_open(self) -> None:
        """Pass while the mentorship is active.

        Raises:
            JourneyClosed: it is paused or over.
        """
        if self.state == "paused":
            raise JourneyClosed("This mentorship is paused. Resume it first.")
        if self.state == "ended":
            raise JourneyClosed("This mentorship has ended. Its journey can be read, not changed.")

    def with_mentees(self, mentee_ids: tuple[str, ...]) -> "Journey":
        """Somebody joined the group, or departed."""
        return replace(self, mentee_ids=mentee_ids)

    def paused(self) -> "Journey":
        """The mentorship rests; one that is over stays over."""
        return replace(self, state="paused") if self.state == "active" else self

    def resumed(self, now: datetime) -> "Journey":
        """The mentorship goes on, and its silence counts from now; one that is over stays over."""
        return replace(self, state="active", active_since=now) if self.state == "paused" else self

    def ended(self, now: datetime) -> "Journey":
        """The mentorship is over."""
        return self if self.state == "ended" else replace(self, state="ended", ended_at=now)

    def proposing(self, agreement: Agreement, by: str) -> "Journey":
        """New words for the agreement; who wrote them agrees, everybody else has to say so again.

        Raises:
            JourneyClosed: the mentorship is paused or over.
        """
        self.require_open()
        return replace(self, agreement=replace(agreement, agreed_by=(by,), agreed_at=None))

    def agreed(self, by: str, now: datetime) -> tuple["Journey", tuple[AgreementAgreed, ...]]:
        """One more of its people agrees; the last one makes it an agreement.

        Raises:
            JourneyClosed: the mentorship is paused or over, or nobody proposed an agreement.
        """
        self.require_open()
        if self.agreement is None:
            raise JourneyClosed("Nobody has proposed an agreement yet. PUT one first.")
        if by in self.agreement.agreed_by:
            return self, ()
        agreed_by = (*self.agreement.agreed_by, by)
        if not set(self.people) <= set(agreed_by):
            return replace(self, agreement=replace(self.agreement, agreed_by=agreed_by)), ()
        complete = replace(self.agreement, agreed_by=agreed_by, agreed_at=now)
        return replace(self, agreement=complete), (
            AgreementAgreed(
                mentorship_id=self.id,
                program_id=self.program_id,
                mentor_id=self.mentor_id,
                mentee_ids=self.mentee_ids,
            ),
        )
