"""Runs: one computation of a whole match, from the queue to its publication."""

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from contracts.fields import Code, Count, PersonId, ProgramId, RunId
from contracts.registry import Event, about, fact

READERS = ("notifications",)

about("matching.run", "The course of each computation of a whole match, with its figures.")


@dataclass(frozen=True, kw_only=True)
class _RunFact(Event):
    run_id: RunId
    program_id: ProgramId
    requested_by: Annotated[PersonId, Meta(description="The manager who asked for it.")]


@fact("matching.run", "queued", key="run_id", visibility="public", consumers=READERS)
class RunQueued(_RunFact):
    """A manager asked for a match."""


@fact("matching.run", "started", key="run_id", visibility="public", consumers=READERS)
class RunStarted(_RunFact):
    """The computation began."""


@fact("matching.run", "ready", key="run_id", visibility="public", consumers=READERS)
class RunReady(_RunFact):
    """The proposals can be looked at; nothing is public yet."""

    pairs: Count
    unmatched: Annotated[Count, Meta(description="Mentees without a proposal.")]


@fact("matching.run", "published", key="run_id", visibility="public", consumers=READERS)
class RunPublished(_RunFact):
    """Every proposal became a mentorship, or was skipped because it had become impossible."""

    published: Count
    skipped: Count


@fact("matching.run", "discarded", key="run_id", visibility="public", consumers=READERS)
class RunDiscarded(_RunFact):
    """A manager threw the proposals away."""


@fact("matching.run", "failed", key="run_id", visibility="public", consumers=READERS)
class RunFailed(_RunFact):
    """The computation ended without a result."""

    reason: Code


@fact("matching.run", "cancelled", key="run_id", visibility="public", consumers=READERS)
class RunCancelled(_RunFact):
    """A manager stopped it before it was ready."""
