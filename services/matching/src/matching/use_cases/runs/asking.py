"""A manager asks why a run did not make a pair and what would change it; the answer is a worker's to find."""

from dataclasses import dataclass, replace

from matching.domain import pairing
from matching.domain.errors import TooManyQuestions
from matching.domain.proposal import Proposal
from matching.domain.question import Counterfactual, Finding, PairQuestion, Verdict
from matching.domain.run import Run
from matching.ports.unit import Store, Unit
from matching.use_cases.runs.marking import in_order, judge
from matching.use_cases.runs.reading import allowed, named
from matching.use_cases.seating import known_person
from matching.use_cases.words import HELPS, WORDS
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.refusals import NotFound, WrongState

# What one program may have waiting: each answer takes several times as long as the run did.
MOST_WAITING = 5
VERDICTS: dict[Verdict, str] = {
    "locked": "The mentee is in a locked pair.",
    "price": "With this pair the whole comes out worse.",
    "rank": "Whoever has the mentor's seats ranks higher there, or the mentee's own mentor does for the mentee.",
    "no_room": "The locked pairs of the run leave these two no room.",
    "made": "The match itself makes this pair; what was changed by hand or who left since undid it.",
}


@dataclass(frozen=True, kw_only=True)
class ToldQuestion(PairQuestion):
    """A question as a manager reads it: the answer in words, skills by their names, an avoid list as `private`."""

    words: str

    @property
    def verdict(self) -> Verdict | None:
        """What kind of answer it is."""
        return None if self.finding is None else self.finding.verdict

    @property
    def rule(self) -> str | None:
        """The rule that keeps the two apart."""
        return None if self.finding is None else self.finding.rule

    @property
    def cost(self) -> float | None:
        """What the pair would cost the objective."""
        return None if self.finding is None else self.finding.cost

    @property
    def people(self) -> int:
        """How many fewer would be matched."""
        return 0 if self.finding is None else self.finding.people

    @property
    def changes(self) -> tuple[Counterfactual, ...]:
        """What would make the pair."""
        return () if self.finding is None else self.finding.changes


def ask(store: Store, clock: Clock, caller: Caller, run_id: str, mentee_id: str, mentor_id: str) -> ToldQuestion:
    """The question about this pair, which waits for a worker unless a rule answers it; asked twice it is the same one.

    Raises:
        WrongState: the run's proposals are not whole, or the run itself came to this pair.
        NotFound: one of the two is not part of the run, or not any more.
        TooManyQuestions: enough of them wait for an answer.
    """

    def work(unit: Unit) -> ToldQuestion:
        run, program = allowed(unit, caller, "question.ask", run_id)
        run.require_solved()
        pair = in_order(run, mentee_id, mentor_id)
        _, _, _, rule = judge(unit, run, program, *pair)
        _require_here(unit, pair)
        _require_not_made(unit, run, pair)
        now = clock.now()
        held = unit.get(PairQuestion, PairQuestion.key(run_id, *pair))
        asked = _new(run, pair, clock) if held is None else held.ask_again(now)
        if asked == held:
            return told(unit, asked)
        if rule is not None:
            asked = asked.answer(Finding.of_rule(rule), now)
        elif unit.questions_waiting(program.id) >= MOST_WAITING:
            raise TooManyQuestions(
                f"{MOST_WAITING} questions about runs of this program wait for an answer. Wait for one."
            )
        return told(unit, unit.save(asked))

    return store.atomically(work)


def get_question(store: Store, caller: Caller, run_id: str, question_id: str) -> ToldQuestion:
    """One question of a run, with its answer once there is one."""

    def work(unit: Unit) -> ToldQuestion:
        allowed(unit, caller, "question.read", run_id)
        question = unit.require(PairQuestion, question_id)
        if question.run_id != run_id:
            raise NotFound("The run has no such question.")
        return told(unit, question)

    return store.reading(work)


def told(unit: Unit, question: PairQuestion) -> ToldQuestion:
    """The question as a manager reads it."""
    finding = question.finding
    if finding is not None:
        rule = None if finding.rule is None else pairing.shown(finding.rule, to_manager=True)
        changes = tuple(_named(unit, one) for one in finding.changes) if rule is None else _lifting(rule)
        finding = replace(finding, rule=rule, changes=changes)
    return ToldQuestion(**{**vars(question), "finding": finding}, words=_words(question, finding))


def _lifting(rule: str) -> tuple[Counterfactual, ...]:
    """What lifts a rule; of one that is private, and of one that nothing lifts, nothing is told."""
    return (Counterfactual(kind="rule", words=HELPS[rule], tried=False),) if rule in HELPS else ()


def _named(unit: Unit, change: Counterfactual) -> Counterfactual:
    if change.skill is None:
        return change
    name = named(unit, change.skill)
    return replace(change, skill=name, words=change.words.replace(change.skill, name))


def _words(question: PairQuestion, finding: Finding | None) -> str:
    if finding is None:
        return "It is being worked out." if question.waits else "It could not be worked out. Ask again."
    if finding.rule is not None:
        return WORDS[finding.rule]
    if finding.cost is None:
        return VERDICTS[finding.verdict]
    people = f" and {finding.people} people a mentor" if finding.people else ""
    return f"{VERDICTS[finding.verdict]} It would cost {finding.cost:.6f}{people}."


def _new(run: Run, pair: tuple[str, str], clock: Clock) -> PairQuestion:
    return PairQuestion(
        id=PairQuestion.key(run.id, *pair),
        run_id=run.id,
        program_id=run.program_id,
        mentee_id=pair[0],
        mentor_id=pair[1],
        asked_at=clock.now(),
    )


def _require_here(unit: Unit, pair: tuple[str, str]) -> None:
    people = [known_person(unit, person_id) for person_id in pair]
    if any(person.is_gone or person.hidden_by for person in people):
        raise NotFound("This person is not part of the run any more.")


def _require_not_made(unit: Unit, run: Run, pair: tuple[str, str]) -> None:
    held = unit.get(Proposal, Proposal.key(run.id, *pair))
    if held is not None and held.was_proposed:
        raise WrongState(
            "The run proposes this pair, or did before it was changed by hand. Ask about one that it refused."
        )
