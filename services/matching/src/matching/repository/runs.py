"""The questions for runs: their results, their snapshots, and what is asked about refused pairs."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from matching.domain import run
from matching.domain.proposal import Alone, Proposal
from matching.domain.question import PairQuestion
from matching.domain.run import Run, RunInputs
from matching.domain.snapshot import Chunk, Forgetting
from matching.repository.conditions import behind, given
from servicekit import store
from servicekit.entity import Entity
from servicekit.store import Where


class Runs(store.Unit):
    """The questions for runs; `Unit` has them all."""

    def runs_of(self, program_id: str, before: str | None, limit: int) -> list[Run]:
        where: Where = {"program_id": program_id}
        return self.find(Run, where if before is None else {**where, "_id": {"$lt": before}}, (("_id", -1),), limit)

    def runs_in(self, program_id: str, states: Sequence[run.State]) -> list[Run]:
        return self.find(Run, {"program_id": program_id, "state": {"$in": list(states)}})

    def newest_run(self, program_id: str, states: Sequence[run.State]) -> Run | None:
        return self.first(Run, {"program_id": program_id, "state": {"$in": list(states)}}, (("_id", -1),))

    def next_run(self) -> Run | None:
        # In the order of the letters, what runs comes last.
        return self.first(Run, {"state": {"$in": ["running", "queued"]}}, (("state", -1), ("_id", 1)))

    def runs_from(self, snapshot_id: str) -> list[Run]:
        return self.find(Run, {"snapshot_id": snapshot_id})

    def runs_publishing(self) -> list[Run]:
        return self.find(Run, {"state": "publishing"})

    def runs_to_clear(self, limit: int) -> list[str]:
        where = {"has_parts": True, "state": {"$in": list(run.IN_VAIN)}}
        return [one.id for one in self.find(Run, where, limit=limit)]

    def proposals_of(
        self, run_id: str, where: Mapping[str, object], order: str, after: tuple[float, str] | None, limit: int
    ) -> list[Proposal]:
        wanted: dict[str, object] = {"run_id": run_id, **where}
        if order == "mentee":
            return self.find(Proposal, behind(wanted, None if after is None else after[1]), limit=limit)
        compare, direction = ("$gt", 1) if order == "weakest" else ("$lt", -1)
        if after is not None:
            percent, id = after
            wanted["$or"] = [{"percent": {compare: percent}}, {"percent": percent, "_id": {"$gt": id}}]
        return self.find(Proposal, wanted, (("percent", direction), ("_id", 1)), limit)

    def proposals_with(
        self, run_id: str, *, mentee_id: str | None = None, mentor_id: str | None = None
    ) -> list[Proposal]:
        return self.find(Proposal, given(run_id=run_id, mentee_id=mentee_id, mentor_id=mentor_id))

    def count_proposals(self, run_id: str, **where: object) -> int:
        return self.count(Proposal, {"run_id": run_id, **where})

    def alone_in(self, run_id: str, after: str | None, limit: int) -> list[Alone]:
        return self.find(Alone, behind({"run_id": run_id}, after), limit=limit)

    def chunks_of(self, snapshot_id: str, after: str, limit: int) -> list[Chunk]:
        return self.find(Chunk, {"snapshot_id": snapshot_id, "_id": {"$gt": after}}, limit=limit)

    def chunks_after(self, after: str, limit: int) -> list[Chunk]:
        return self.find(Chunk, {"_id": {"$gt": after}}, limit=limit)

    def inputs_after(self, after: str, limit: int) -> list[RunInputs]:
        return self.find(RunInputs, {"_id": {"$gt": after}}, limit=limit)

    def chunk_holding(self, snapshot_id: str, person_id: str) -> Chunk | None:
        where = {"snapshot_id": snapshot_id, "first": {"$lte": person_id}, "last": {"$gte": person_id}}
        return self.first(Chunk, where)

    def next_question(self) -> PairQuestion | None:
        return self.first(PairQuestion, {"waits": True}, (("asked_at", 1), ("_id", 1)))

    def questions_waiting(self, program_id: str) -> int:
        return self.count(PairQuestion, {"program_id": program_id, "waits": True})

    def questions_naming(self, person_id: str) -> list[PairQuestion]:
        return self.find(PairQuestion, {"$or": [{"mentee_id": person_id}, {"mentor_id": person_id}]})

    def runs_naming(self, person_id: str) -> tuple[list[Proposal], list[Alone]]:
        pairs = self.find(Proposal, {"$or": [{"mentee_id": person_id}, {"mentor_id": person_id}]})
        named = [{"person_id": person_id}, {"closest": person_id}, {"lost_to": person_id}]
        return pairs, self.find(Alone, {"$or": named})

    def discard_results(self, run_id: str, limit: int) -> int:
        kinds: tuple[type[Entity], ...] = (Proposal, Alone)
        found = [(kind, [one.id for one in self.find(kind, {"run_id": run_id}, limit=limit)]) for kind in kinds]
        return sum(self.discard(kind, {"_id": {"$in": ids}}) for kind, ids in found if ids)

    def discard_chunks(self, snapshot_id: str) -> None:
        self.discard(Chunk, {"snapshot_id": snapshot_id})

    def forgettings_due(self, now: datetime, limit: int) -> list[str]:
        """Ids of people who are still to be removed from snapshots."""
        return [one.id for one in self.find(Forgetting, {"due_at": {"$lte": now}}, (("due_at", 1),), limit)]
