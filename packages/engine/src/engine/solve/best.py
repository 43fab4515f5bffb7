"""The greatest total, or the most people, over all pairs: solved over candidates, completed by prices where needed."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from engine.admission import among
from engine.candidates import Pairs, improving
from engine.encode.cohort import Cohort
from engine.score import MICRO
from engine.score.blocks import Blocks
from engine.solve.network import NoFlow
from engine.solve.seating import Seated, Seating

Ints = NDArray[np.int64]
# The cost-scaling solver multiplies costs by nodes; beyond this they would not fit 64 bits.
LARGEST_COST = 2**61
# Pairs per mentee that one look at the prices may add, and how many looks a run takes that proves nothing: measured at
# 100,000 x 25,000, two leave 0.003 % of the optimum over all pairs, and so few candidates that a flow takes 2 seconds.
PER_ROUND = 8
USUAL_ROUNDS = 2
MOST_ROUNDS = 20
# What is proven to be this near, as a share of the total, is near enough.
NEAR = 1e-5


@dataclass(slots=True)
class Question:
    """What is to be solved: `rows` (mentees who are open), free `seats` and `taken` ones (m,), `kept` keys, sorted.

    `group` (len(rows),) and `limit` are fairness, `least` (m,) how many a mentor must have; empty without.
    """

    cohort: Cohort
    rows: Ints
    seats: Ints
    taken: Ints
    kept: Ints
    group: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    limit: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    least: Ints = field(default_factory=lambda: np.zeros(0, np.int64))

    @property
    def scale(self) -> int:
        """By what gains are multiplied so that of equal totals the one with more people wins."""
        most = int(MICRO * (self.cohort.program.weights.total + 2) * 2)
        nodes = len(self.rows) + len(self.seats) + len(self.limit) + 3
        return len(self.rows) + 1 if most * (len(self.rows) + 1) * nodes < LARGEST_COST else 1

    def gain(self, pairs: Pairs) -> Ints:
        """Each pair's score with its stickiness, in millionths times `scale`, plus one for the person."""
        bonus = round(self.cohort.program.stickiness * MICRO)
        kept = among(self.cohort.keys(pairs.i, pairs.j), self.kept)
        return (pairs.micro + bonus * kept) * self.scale + 1

    def value(self, pairs: Pairs) -> int:
        """What these pairs, all taken, bring in millionths: scores and stickiness less the costs of spread."""
        bonus = round(self.cohort.program.stickiness * MICRO) * int(
            among(self.cohort.keys(pairs.i, pairs.j), self.kept).sum()
        )
        loads = self.taken + np.bincount(pairs.j, minlength=len(self.taken))
        steps = int((loads * (loads - 1) // 2 - self.taken * (self.taken - 1) // 2).sum())
        return int(pairs.micro.sum()) + bonus - round(self.cohort.program.spread * MICRO) * steps

    def seating(self, pairs: Pairs, gain: Ints, spread: bool) -> Seating:
        """The network of those pairs."""
        step = round(self.cohort.program.spread * MICRO) * self.scale if spread else 0
        return Seating(
            n=len(self.rows),
            seats=self.seats,
            taken=self.taken,
            i=np.searchsorted(self.rows, pairs.i),
            j=pairs.j,
            gain=gain,
            spread=step,
            group=self.group,
            limit=self.limit,
            least=self.least,
        )


@dataclass(slots=True)
class Answer:
    """What was chosen, among which pairs, and how it was seated.

    `slack` bounds, in millionths, what pairs outside the candidates could add; None where that was not asked.
    `beyond` (groups,) is by how many each group exceeds its limit, `cut` the proof that it must: places in the
    question's rows of mentees who together may only have the mentors beside them.
    """

    pairs: Pairs
    chosen: Ints
    seated: Seated
    slack: int | None
    beyond: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    rounds: int = 0
    cut: tuple[Ints, Ints] | None = None


def solve_best(
    question: Question,
    blocks: Blocks,
    pairs: Pairs,
    certify: bool = False,
    rounds: int = USUAL_ROUNDS,
    unlimited: Ints | None = None,
) -> Answer:
    """The optimum of the program's objective; fairness first, then (for `most_people`) people, then the total.

    How many people can be matched, and how few must exceed a group's limit, is settled over all pairs; the total over
    the candidates, which `rounds` looks at the prices widen, or with `certify` over all pairs, as far as `slack` says.
    `unlimited` are the positions in `pairs` that are best where no group has a limit, if they are known.
    """
    beyond, unmatched, cut = 0, None, None
    flat = Blocks(question.cohort, with_scores=False)
    most_people_asked = question.cohort.program.objective == "most_people"

    if len(question.limit):
        if not (most_people_asked or certify or question.cohort.program.spread):
            return _at_once(question, flat, pairs, unlimited)
        seated, pairs = _complete(question, flat, pairs, lambda p: _fewest_beyond(question, p), gain=0)
        beyond = int(seated.beyond().sum())
        cut = _cut(*seated.prices())
    if most_people_asked:

        def most_people(p: Pairs) -> Seating:
            return replace(question.seating(p, np.ones(len(p), np.int64), spread=False), beyond=beyond)

        seated, pairs = _complete(question, flat, pairs, most_people, gain=1)
        unmatched = len(question.rows) - len(seated.chosen)

    def best_total(p: Pairs) -> Seating:
        return replace(question.seating(p, question.gain(p), spread=True), beyond=beyond, unmatched=unmatched)

    answer = _priced(question, blocks, pairs, best_total, certify, rounds)
    return replace(answer, cut=cut)


def _fewest_beyond(question: Question, pairs: Pairs) -> Seating:
    """The network whose only cost is a person beyond the limit of a group."""
    seating = question.seating(pairs, np.zeros(len(pairs), np.int64), spread=False)
    return replace(seating, beyond=len(question.rows), beyond_cost=1)


def _cut(least: Ints, prices: Ints) -> tuple[Ints, Ints]:
    """What the prices of `_fewest_beyond` prove: mentees who together may only have the mentors beside them."""
    return np.flatnonzero(least < 0), np.flatnonzero(prices > 0)


def _at_once(question: Question, flat: Blocks, pairs: Pairs, unlimited: Ints | None) -> Answer:
    """The optimum over candidates with the fewest people beyond their group's limit over all pairs.

    What is best without limits is best with them where nothing leaves fewer beyond. Else a way beyond the limits that
    is dearer than anything gained by it leaves the fewest.
    """
    if unlimited is not None:
        with suppress(NoFlow):
            found = _proven(question, flat, pairs, _fewest_beyond(question, pairs).flow(unlimited))
            if isinstance(found, Answer):
                return found
    while True:
        gain = question.gain(pairs)
        dear = replace(
            question.seating(pairs, gain, spread=True),
            beyond=len(question.rows),
            beyond_cost=4 * int(gain.max(initial=1)),
        )
        found = _proven(question, flat, pairs, dear.solve().flow)
        if isinstance(found, Answer):
            return found
        pairs = pairs.and_also(found, question.cohort.shape[1])


def _proven(question: Question, flat: Blocks, pairs: Pairs, flow: Ints) -> Answer | Pairs:
    """The answer of a flow that leaves the fewest beyond the limits, or the pairs outside `pairs` that could mend it.

    The prices of the flow without its gains prove it; raises NoFlow where a flow along `pairs` would leave fewer.
    """
    proof = _fewest_beyond(question, pairs).seated(flow)
    over, cut = proof.beyond(), None
    if over.any():
        least, prices = proof.prices()
        more = _outside(question, flat, pairs, prices.astype(np.float64), (least + 0.5).astype(np.float64))
        if len(more):
            return more
        cut = _cut(least, prices)
    # Who takes no further way beyond does not notice that it is closed.
    seating = replace(question.seating(pairs, question.gain(pairs), spread=True), beyond=int(over.sum()))
    strict = seating.seated(flow)
    return Answer(pairs, strict.chosen, strict, None, over, cut=cut)


def _complete(
    question: Question, flat: Blocks, pairs: Pairs, seating: Callable[[Pairs], Seating], gain: int
) -> tuple[Seated, Pairs]:
    """Solve over candidates and add the pairs that could improve it, until no pair at all could."""
    while True:
        seated = seating(pairs).solve()
        least, prices = seated.prices()
        if len(pairs) == 0 and not len(question.rows):
            return seated, pairs
        more = _outside(question, flat, pairs, prices.astype(np.float64), (least - gain + 0.5).astype(np.float64))
        if not len(more):
            return seated, pairs
        pairs = pairs.and_also(more, question.cohort.shape[1])


def _outside(
    question: Question, blocks: Blocks, pairs: Pairs, prices: NDArray[np.float64], least: NDArray[np.float64]
) -> Pairs:
    """Pairs not among `pairs` whose value less the price may exceed `least`; hopeless mentees are not even asked."""
    cohort = question.cohort
    highest = (
        0.0
        if blocks.flat
        else cohort.program.weights.total + cohort.program.wishes.mentee + cohort.program.wishes.mentor
    )
    hopeful = np.flatnonzero(least + prices.min(initial=0.0) < highest + blocks.blur)
    more = improving(blocks, question.rows[hopeful], prices, least[hopeful], PER_ROUND)
    return more.where(~among(cohort.keys(more.i, more.j), cohort.keys(pairs.i, pairs.j)))


def _priced(
    question: Question,
    blocks: Blocks,
    pairs: Pairs,
    seating: Callable[[Pairs], Seating],
    certify: bool,
    most: int,
) -> Answer:
    unit = question.scale * MICRO
    for rounds in range(MOST_ROUNDS):
        seated = seating(pairs).solve()
        answer = Answer(pairs, seated.chosen, seated, None, seated.beyond(), rounds)
        if not certify and rounds >= most:
            return answer
        least, prices = seated.prices()
        more = _outside(question, blocks, pairs, prices / unit, least / unit)
        excess = question.gain(more) - prices[more.j] - least[np.searchsorted(question.rows, more.i)]
        # A gain holds one for its person, which is no part of the total; totals are whole millionths.
        answer.slack = (_greatest_by(more.i, excess) + len(seated.chosen)) // question.scale
        if answer.slack <= NEAR * max(question.value(pairs.where(seated.chosen)), 0):
            return answer
        more = more.where(excess > 0)
        if not len(more):
            return answer
        pairs = pairs.and_also(more, question.cohort.shape[1])
    return answer


def _greatest_by(i: Ints, excess: Ints) -> int:
    """The sum over mentees of their greatest positive excess: a mentee takes one seat at most."""
    if not len(i):
        return 0
    starts = np.flatnonzero(np.diff(i, prepend=-1))
    return int(np.maximum(np.maximum.reduceat(excess, starts), 0).sum())
