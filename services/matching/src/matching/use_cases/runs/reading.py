"""What a program's managers read of a run: its course and figures, its pairs, and whom it found nobody for."""

from dataclasses import dataclass, replace
from typing import Any

from matching.domain.person import Word
from matching.domain.program import Program
from matching.domain.proposal import MARKS, Alone, Because, Proposal
from matching.domain.run import Run
from matching.permissions import TABLE, to_program
from matching.ports.unit import Store, Unit
from matching.use_cases.pages import cut
from matching.use_cases.programs import visible_program
from matching.use_cases.runs.pairs import all_marked
from matching.use_cases.words import ALONE, HELPS_ALONE
from servicekit.caller import Caller


@dataclass(frozen=True, kw_only=True)
class Unmatched(Alone):
    """A mentee without a proposal, with the reason and what would help in words."""

    words: str
    would_help: str | None


def list_runs(
    store: Store, caller: Caller, program_id: str, after: str | None, limit: int
) -> tuple[list[Run], str | None]:
    """The runs of a program, the newest first."""

    def work(unit: Unit) -> tuple[list[Run], str | None]:
        program = visible_program(unit, caller, program_id)
        TABLE.require(caller, "run.list", to_program(caller, program))
        found, following = cut(unit.runs_of(program_id, after, limit + 1), limit)
        return [shown(unit, run) for run in found], following

    return store.reading(work)


def get_run(store: Store, caller: Caller, run_id: str) -> Run:
    """One run."""
    return store.reading(lambda unit: shown(unit, allowed(unit, caller, "run.read", run_id)[0]))


def list_proposals(
    store: Store,
    caller: Caller,
    run_id: str,
    *,
    state: str | None,
    marked: str | None,
    person_id: str | None,
    order: str,
    after: dict[str, Any] | None,
    limit: int,
) -> tuple[list[Proposal], dict[str, Any] | None]:
    """The pairs of a run; none before it is ready, since they are not whole."""

    def work(unit: Unit) -> tuple[list[Proposal], dict[str, Any] | None]:
        run, _ = allowed(unit, caller, "proposal.list", run_id)
        if not run.is_solved:
            return [], None
        where: dict[str, object] = {} if state is None else {"state": state}
        if marked is not None:
            where[marked] = True
        if person_id is not None:
            found = [
                *unit.proposals_with(run_id, mentee_id=person_id),
                *unit.proposals_with(run_id, mentor_id=person_id),
            ]
            return [
                told(unit, one) for one in found if all(getattr(one, key) == held for key, held in where.items())
            ], None
        position = None if after is None else (float(after.get("percent", 0.0)), str(after.get("id", "")))
        page, following = cut(unit.proposals_of(run_id, where, order, position, limit + 1), limit)
        at = None if following is None else {"id": following, "percent": page[-1].percent}
        return [told(unit, one) for one in page], at

    return store.reading(work)


def list_unmatched(
    store: Store, caller: Caller, run_id: str, after: str | None, limit: int
) -> tuple[list[Unmatched], str | None]:
    """Mentees whom the run found nobody for and nobody was given by hand; an avoid list shows as `private`."""

    def work(unit: Unit) -> tuple[list[Unmatched], str | None]:
        run, _ = allowed(unit, caller, "proposal.list", run_id)
        if not run.is_solved:
            return [], None
        found, following = cut(unit.alone_in(run_id, after, limit + 1), limit)
        by_hand = all_marked(unit, run_id, {"by_hand": True, "state": "proposed"})
        given = {id for one in by_hand for id in one.pair}
        return [_in_words(one) for one in found if one.person_id not in given], following

    return store.reading(work)


def allowed(
    unit: Unit, caller: Caller, operation: str, run_id: str, expected: int | None = None
) -> tuple[Run, Program]:
    """The run and its program, if the caller may."""
    run = unit.require(Run, run_id)
    program = unit.require(Program, run.program_id)
    relations = to_program(caller, program)
    TABLE.require(caller, "run.read", relations, knows=False)
    TABLE.require(caller, operation, relations)
    return unit.require(Run, run_id, expected), program


def shown(unit: Unit, run: Run) -> Run:
    """The run as it is shown: figures that may be withheld are, and its pairs are counted by their marks."""
    figures = None if run.figures is None else run.figures.shown()
    return replace(run, figures=figures, pairs=_pairs(unit, run))


def _pairs(unit: Unit, run: Run) -> dict[str, int]:
    if not run.is_solved:
        return dict.fromkeys(MARKS, 0)
    if not run.pairs:
        return counted(unit, run.id)
    if run.state != "publishing":
        return run.pairs
    # Each batch would have to save the run, which everybody else who touches the run waits for.
    done = {mark: unit.count_proposals(run.id, **MARKS[mark]) for mark in ("published", "skipped")}
    return run.pairs | done | {"to_publish": max(run.pairs["to_publish"] - sum(done.values()), 0)}


def counted(unit: Unit, run_id: str) -> dict[str, int]:
    """How many pairs of the run carry which mark, counted one by one."""
    return {mark: unit.count_proposals(run_id, **where) for mark, where in MARKS.items()}


def told(unit: Unit, proposal: Proposal) -> Proposal:
    """The pair with the names of the skills and themes that its reasons are about."""

    reasons = tuple(
        Because(code=one.code, part=one.part, about=tuple(named(unit, id) for id in one.about))
        for one in proposal.reasons
    )
    return replace(proposal, reasons=reasons)


def named(unit: Unit, id: str) -> str:
    """The name of a skill or theme; anything else as it is."""
    word = unit.get(Word, id) if id.startswith(("skl_", "thm_")) else None
    return word.name if word is not None else id


def _in_words(alone: Alone) -> Unmatched:
    reason = "private" if alone.reason == "avoid" else alone.reason
    removed = {("private" if rule == "avoid" else rule): count for rule, count in alone.removed.items() if count}
    return Unmatched(
        **{**vars(alone), "reason": reason, "removed": removed},
        words=ALONE.get(reason, "No candidate is left."),
        would_help=_remedy(alone) if reason == "lost_seat" else HELPS_ALONE.get(reason),
    )


def _remedy(alone: Alone) -> str | None:
    """What wins the seat that was lost: whoever adds more than its price has it in every best match."""
    if alone.by is None:
        return None
    return f"A pair with {alone.closest} that scores higher by more than {max(alone.by, 0.0):.6f}."
