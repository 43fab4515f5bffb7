"""What every store promises. Subclass, and give the fixture `store`, of the pair's teller."""

import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from servicekit.documents import OutboxRow
from servicekit.ledger import Parked, Watermark
from servicekit.refusals import NotFound, Stale, TooBusy
from servicekit.store import Once, Replayed, Reply, Store, Unit
from servicekit.testing.pair import Ask, remind, revise

_LATER = datetime(2099, 1, 1, tzinfo=UTC)


class StoreConformance:
    """Units that become true together or not at all, versions, sequences without gaps, replies kept once."""

    def test_what_is_saved_is_read_back(self, store: Store[Unit]) -> None:
        saved = store.atomically(lambda unit: unit.save(Ask(id="req_1", reminders=3)))
        assert saved.version == 1
        assert store.reading(lambda unit: unit.get(Ask, "req_1")) == saved

    def test_nothing_is_there_that_was_not_saved(self, store: Store[Unit]) -> None:
        assert store.reading(lambda unit: unit.get(Ask, "req_1")) is None
        with pytest.raises(NotFound):
            store.reading(lambda unit: unit.require(Ask, "req_1"))

    def test_a_stale_version_is_refused(self, store: Store[Unit]) -> None:
        remind(store, "req_1")
        remind(store, "req_1")
        with pytest.raises(Stale):
            store.atomically(lambda unit: unit.require(Ask, "req_1", 1))

    def test_a_failure_leaves_nothing_behind(self, store: Store[Unit]) -> None:
        def work(unit: Unit) -> None:
            unit.save(Ask(id="req_1"))
            unit.flush()
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            store.atomically(work)
        assert store.reading(lambda unit: unit.get(Ask, "req_1")) is None

    def test_sequences_have_no_gaps_under_concurrency(self, store: Store[Unit]) -> None:
        store.atomically(lambda unit: unit.save(Ask(id="req_1")))
        threads = [threading.Thread(target=remind, args=(store, "req_1")) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        rows = store.reading(lambda unit: unit.find(OutboxRow, {"key": "req_1"}, order=(("sequence", 1),)))
        assert [row.sequence for row in rows] == [1, 2, 3, 4, 5, 6]
        assert store.reading(lambda unit: unit.require(Ask, "req_1")).reminders == 6

    def test_work_without_patience_is_tried_once_where_somebody_else_was_faster(self, store: Store[Unit]) -> None:
        remind(store, "req_1")
        tries = []

        def work(unit: Unit) -> None:
            ask = unit.require(Ask, "req_1")
            tries.append(ask.reminders)
            remind(store, "req_1")
            unit.save(replace(ask, reminders=100))

        with pytest.raises(TooBusy):
            store.atomically(work, patience=0.0)
        (before,) = tries
        assert store.reading(lambda unit: unit.require(Ask, "req_1")).reminders == before + 1

    def test_each_topic_of_a_key_counts_for_itself(self, store: Store[Unit]) -> None:
        remind(store, "prg_1")
        revise(store, "prg_1")
        rows = store.reading(lambda unit: unit.find(OutboxRow, {"key": "prg_1"}))
        assert sorted((row.topic.rsplit(".", 1)[1], row.sequence) for row in rows) == [("plan", 1), ("request", 1)]

    def test_a_query_sees_what_the_unit_has_done(self, store: Store[Unit]) -> None:
        def work(unit: Unit) -> list[str]:
            unit.save(Ask(id="req_2", reminders=2))
            unit.save(Ask(id="req_1", reminders=1))
            return [ask.id for ask in unit.find(Ask, {"reminders": {"$gte": 1}}, order=(("reminders", -1),))]

        assert store.atomically(work) == ["req_2", "req_1"]

    def test_a_query_skips_matches_patterns_and_leaves_out(self, store: Store[Unit]) -> None:
        for number in range(1, 6):
            store.atomically(lambda unit, number=number: unit.save(Ask(id=f"req_{number}", reminders=number)))  # type: ignore[misc]
        where = {"_id": {"$regex": "^req_[2-5]$"}, "$nor": [{"reminders": 4}, {"reminders": {"$gt": 4}}]}
        found = store.reading(lambda unit: unit.find(Ask, where, limit=5, skip=1))
        assert [ask.id for ask in found] == ["req_3"]

    def test_a_removed_document_is_gone(self, store: Store[Unit]) -> None:
        remind(store, "req_1")
        store.atomically(lambda unit: unit.remove(unit.require(Ask, "req_1")))
        assert store.reading(lambda unit: unit.count(Ask, {})) == 0

    def test_saving_twice_in_one_unit_is_one_write(self, store: Store[Unit]) -> None:
        def work(unit: Unit) -> Ask:
            first = unit.save(Ask(id="req_1"))
            return unit.save(replace(first, reminders=5))

        assert store.atomically(work).version == 1
        assert store.reading(lambda unit: unit.require(Ask, "req_1")).reminders == 5

    def test_many_are_amended_at_once_without_a_new_version(self, store: Store[Unit]) -> None:
        for key in ("req_1", "req_2", "req_3"):
            remind(store, key)

        def work(unit: Unit) -> int:
            return unit.amend(OutboxRow, {"key": {"$in": ["req_1", "req_2"]}}, {"sent_at": _LATER})

        assert store.atomically(work) == 2
        unsent = store.reading(lambda unit: unit.find(OutboxRow, {"sent_at": None}))
        assert [(row.key, row.version) for row in unsent] == [("req_3", 1)]

    def test_rows_that_an_index_leaves_out_are_found_by_whoever_asks_for_them(self, store: Store[Unit]) -> None:
        """A server may take `$ne: None` for the None of a partial index, and answer from that index alone."""
        remind(store, "req_1")
        store.atomically(lambda unit: unit.amend(OutboxRow, {}, {"sent_at": _LATER}))
        sent = {"sent_at": {"$ne": None}}
        for where in (sent, sent | {"key": "req_1"}, sent | {"time": {"$lt": _LATER}}, {"sent_at": {"$gte": _LATER}}):
            assert store.reading(lambda unit, asked=where: unit.count(OutboxRow, asked)) == 1  # type: ignore[misc]

    def test_whatever_was_looked_up_beforehand_is_known_however_many_they_are(self, store: Store[Unit]) -> None:
        keys = [f"req_{n:03}" for n in range(205)]
        for start in range(0, len(keys), 50):
            store.atomically(lambda unit, some=keys[start : start + 50]: [unit.save(Ask(id=key)) for key in some])  # type: ignore[misc]

        def look(unit: Unit) -> list[Ask | None]:
            unit.prefetch(Ask, [*keys, "req_nobody"])
            return [unit.get(Ask, key) for key in [*keys, "req_nobody"]]

        *found, nobody = store.reading(look)
        assert [one.id for one in found if one is not None] == keys
        assert nobody is None

    def test_many_are_discarded_at_once(self, store: Store[Unit]) -> None:
        for key in ("req_1", "req_2"):
            remind(store, key)
        where = {"topic": "mentormesh.matching.request", "$or": [{"key": "req_1", "sequence": {"$lt": 2}}]}
        assert store.atomically(lambda unit: unit.discard(OutboxRow, where)) == 1
        assert [row.key for row in store.reading(lambda unit: unit.find(OutboxRow, {}))] == ["req_2"]

    def test_a_reply_is_kept_once_and_answered_again(self, store: Store[Unit]) -> None:
        once = Once(
            scope="prs_ana POST /v1/requests k1",
            fingerprint="f",
            expires_at=_LATER,
            render=lambda result: Reply(status=201, body=str(result.version)),
        )
        store.answering(once).atomically(lambda unit: unit.save(Ask(id="req_1")))
        with pytest.raises(Replayed) as replayed:
            store.answering(once).atomically(lambda unit: unit.save(Ask(id="req_2")))
        assert replayed.value.stored.reply == Reply(status=201, body="1")
        assert store.reading(lambda unit: unit.get(Ask, "req_2")) is None

    def test_a_reading_unit_may_not_write(self, store: Store[Unit]) -> None:
        with pytest.raises(LookupError):
            store.reading(lambda unit: unit.save(Ask(id="req_1")))

    def test_bytes_and_moments_come_back_as_they_were(self, store: Store[Unit]) -> None:
        parked = Parked(
            id="g|t|0|7",
            line="g|t|k",
            group="g",
            topic="t",
            partition=0,
            offset=7,
            next_offset=8,
            key=b"k\xff",
            value=bytes(range(256)),
            headers=(("ce_id", b"\x00\xfe"),),
            written_at=datetime(2027, 1, 1, 0, 0, 0, 123000, UTC),
            problem=None,
            cause="bug",
            reason="x",
            parked_at=_LATER,
        )
        saved = store.atomically(lambda unit: unit.save(parked))
        assert store.reading(lambda unit: unit.require(Parked, parked.id)) == saved

    def test_a_prefetched_document_is_the_one_that_get_returns(self, store: Store[Unit]) -> None:
        store.atomically(lambda unit: unit.save(Watermark(id="g|t|a", group="g", topic="t", key="a", sequence=4)))

        def work(unit: Unit) -> tuple[int, bool]:
            unit.prefetch(Watermark, ["g|t|a", "g|t|b"])
            return unit.require(Watermark, "g|t|a").sequence, unit.get(Watermark, "g|t|b") is None

        assert store.reading(work) == (4, True)
