"""The feed's two hands: one keeps public facts unnumbered with their effect, the other gives them their numbers."""

from contracts import Envelope
from notifications.domain.feed import HEAD, FeedHead, FeedRow, numbered, unnumbered
from notifications.ports import Store, Unit
from servicekit.clock import Clock

BATCH = 500


def keep(unit: Unit, envelope: Envelope) -> None:
    """Store a public event in the consumer's transaction; an event that is stored already stays as it is.

    A snapshot replaces those before it, as compaction does on its topic: words that were taken back must not stay.
    """
    if unit.get(FeedRow, envelope.id) is not None:
        return
    row = unit.save(unnumbered(envelope))
    if envelope.data.contract.kind == "state":
        unit.discard_superseded(row)


def number_rows(store: Store, clock: Clock) -> int:
    """Give the next positions to a batch of rows; returns how many.

    One leased process does this, and the head's version makes two of them conflict. Readers see numbered rows only, so
    a row whose transaction commits late is numbered late instead of appearing behind a cursor.
    """

    def work(unit: Unit) -> int:
        rows = unit.feed_unnumbered(BATCH)
        if not rows:
            return 0
        head = unit.get(FeedHead, HEAD) or FeedHead(id=HEAD)
        stamped, moved = numbered(rows, head)
        for row in stamped:
            unit.save(row)
        unit.save(moved)
        return len(stamped)

    # Nobody needs a transaction while nothing waits.
    if not store.reading(lambda unit: unit.feed_unnumbered(1)):
        return 0
    total = 0
    while (done := store.atomically(work)) == BATCH:
        total += done
    return total + done
