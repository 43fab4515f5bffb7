"""The measuring itself: runs started, cancelled, compared and published through the real processes of matching."""

import http.client
import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.recommendations.company import PROGRAM
from benchmarks.runs.company import MANAGER
from pymongo import MongoClient
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

import engine
from engine.match import match
from matching import repository
from matching.domain.program import Program
from matching.domain.run import Run
from matching.domain.snapshot import unpack_lines
from matching.use_cases.runs.snapshots import chunks
from servicekit.mongo import MongoStore
from servicekit.store import Catalogue
from servicekit.testing.web import Issuer

LONGEST = 7200.0
LOOK_EVERY = 0.2
# After that its rate is known, and the rest would take as long as the run is large.
PUBLISHING_SECONDS = 300.0
# A pair that is published writes about so many documents: mentorship, two seats, proposal, outbox.
BARE_WRITES = 5
BARE_SECONDS = 3.0


class Bench:
    """One company, one web process, one worker."""

    def __init__(
        self, client: MongoClient[dict[str, Any]], database: str, bind: str, issuer: Issuer, worker: int
    ) -> None:
        self.client, self.database, self.bind, self.issuer, self.worker = client, database, bind, issuer, worker
        self.store = MongoStore(client[database], repository.Unit, Catalogue(repository.DOCUMENTS), "matching")

    def figures(self) -> dict[str, Any]:
        """Everything, one after another, between two looks at the bare server."""
        before = self.bare()
        # First, since it waits for the worker to be up, which is no part of what a run takes.
        cancel_s = self.cancelled()
        first, run_s = self.run()
        engine_s, pairs = self.engine_alone(first)
        again, solve_request_s = self.timed("POST", f"/v1/runs/{first}/solve", {"floor": 0.1})
        self.until_state(again["id"], "ready")
        compared, compare_s = self.timed("GET", f"/v1/runs/{first}/comparison?with={again['id']}")
        verdict, question_s = self.asked(first)
        read_s = min(self.timed("GET", f"/v1/runs/{first}")[1] for _ in range(5))
        published, publish_s = self.published(first)
        return {
            "bare_before": before,
            "run_s": run_s,
            "engine_s": engine_s,
            "pairs": pairs,
            "stages_s": self.stored(first).seconds,
            "cancel_to_gone_s": cancel_s,
            "solve_request_s": solve_request_s,
            "compare_request_s": compare_s,
            "read_request_s": read_s,
            "question_s": question_s,
            "verdict": verdict,
            "compared": sum(compared[name] for name in ("same", "other_mentor", "gained", "lost")),
            "published": published,
            "publish_s": publish_s,
            "bare_after": self.bare(),
        }

    def run(self) -> tuple[str, float]:
        """A run from the request that starts it to its pairs being readable; which, and seconds."""
        began = time.perf_counter()
        run, _ = self.timed("POST", f"/v1/programs/{PROGRAM}/runs", {})
        self.until_state(run["id"], "ready")
        return str(run["id"]), time.perf_counter() - began

    def engine_alone(self, run_id: str) -> tuple[float, int]:
        """The same people through the engine in this process, without a document read or written; seconds, pairs."""
        run = self.stored(run_id)
        people: list[engine.Person] = []
        managers: dict[str, str] = {}
        for chunk in chunks(self.store, run_id):
            people += chunk.unpacked()
            managers |= unpack_lines(chunk.lines)
        program = self.store.reading(lambda unit: unit.require(Program, PROGRAM)).with_terms(run.terms)
        began = time.perf_counter()
        found = match(engine.Program.read(program.match_keys()), people, managers, (), False)
        return time.perf_counter() - began, len(found.chosen)

    def cancelled(self) -> float:
        """Seconds from the answer to a cancel until the solver's process is gone; it comes as soon as that is seen."""
        run, _ = self.timed("POST", f"/v1/programs/{PROGRAM}/runs", {})
        solver = _until(lambda: next(iter(_children(self.worker)), None))
        self.timed("POST", f"/v1/runs/{run['id']}/cancel", {})
        began = time.perf_counter()
        _until(lambda: _is_gone(solver), every=0.005)
        seconds = time.perf_counter() - began
        if self.stored(run["id"]).state != "cancelled":
            raise SystemExit("the run was over before it was cancelled")
        return seconds

    def asked(self, run_id: str) -> tuple[str, float]:
        """A pair that no rule keeps apart but the run did not make, asked about; what kind of answer, and seconds."""
        mine, *others, _ = self.timed("GET", f"/v1/runs/{run_id}/proposals?limit=50")[0]["items"]
        for other in others:
            pair = {"mentee_id": mine["mentee_id"], "mentor_id": other["mentor_id"]}
            began = time.perf_counter()
            question, _ = self.timed("POST", f"/v1/runs/{run_id}/questions", pair)
            if question["state"] == "asked":
                path = f"/v1/runs/{run_id}/questions/{question['id']}"
                answer = _until(partial(self.answer_at, path))
                return answer["verdict"], time.perf_counter() - began
        raise SystemExit("rules keep the first mentee from all of the first mentors")

    def answer_at(self, path: str) -> dict[str, Any] | None:
        """The question that is kept at `path`, once it is answered."""
        question, _ = self.timed("GET", path)
        if question["state"] == "failed":
            raise SystemExit(f"the question failed: {question}")
        return question if question["state"] == "answered" else None

    def published(self, run_id: str) -> tuple[int, float]:
        """How many pairs became mentorships, and seconds: all there are, or as many as in five minutes."""
        began = time.perf_counter()
        self.timed("POST", f"/v1/runs/{run_id}/publish", {})
        _until(lambda: self.stored(run_id).state == "published" or time.perf_counter() - began > PUBLISHING_SECONDS)
        made = self.client[self.database]["mentorships"].count_documents({"run_id": run_id})
        return made, time.perf_counter() - began

    def bare(self) -> float:
        """Through the driver alone: transactions per second that write as many documents as a pair does."""
        rows = self.client[f"{self.database}_bare"]["rows"]
        rows.insert_one({"text": "the collection exists"})
        done, began = 0, time.perf_counter()
        while time.perf_counter() - began < BARE_SECONDS:
            with self.client.start_session() as session:
                options = {"read_concern": ReadConcern("snapshot"), "write_concern": WriteConcern("majority")}
                with session.start_transaction(**options):  # type: ignore[arg-type]
                    for _ in range(BARE_WRITES):
                        rows.insert_one({"text": "x" * 300}, session=session)
            done += 1
        return done / (time.perf_counter() - began)

    def timed(self, method: str, path: str, body: Any = None) -> tuple[Any, float]:
        """An answer of the web process, and the seconds that it took."""
        headers = {
            **self.issuer.bearer(MANAGER, "program_manager"),
            "Content-Type": "application/json",
            "Idempotency-Key": uuid.uuid4().hex,
        }
        line = http.client.HTTPConnection(self.bind, timeout=600)
        began = time.perf_counter()
        line.request(method, path, None if body is None else json.dumps(body), headers)
        answer = line.getresponse()
        told = json.loads(answer.read())
        seconds = time.perf_counter() - began
        line.close()
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {told}")
        return told, seconds

    def stored(self, run_id: str) -> Run:
        """The run as it is now."""
        return self.store.reading(lambda unit: unit.require(Run, run_id))

    def until_state(self, run_id: str, state: str) -> Run:
        """The run once it has this state."""

        def reached() -> Run | None:
            run = self.stored(run_id)
            if run.state in ("failed", "cancelled"):
                raise SystemExit(f"the run {run.state}: {run.problems}")
            return run if run.state == state else None

        found: Run = _until(reached)
        return found


@contextmanager
def working(environment: dict[str, str], log: Path) -> Iterator[int]:
    """The process id of a worker of the service, its topics made."""
    subprocess.run([sys.executable, "-m", "matching", "init"], env=environment, check=True, capture_output=True)
    with log.open("w") as lines:
        process = subprocess.Popen(
            [sys.executable, "-m", "matching", "work"], env=environment, stdout=lines, stderr=subprocess.STDOUT
        )
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(60)


def _until(holds: Callable[[], Any], every: float = LOOK_EVERY) -> Any:
    deadline = time.monotonic() + LONGEST
    while time.monotonic() < deadline:
        if (found := holds()) is not None and found is not False:
            return found
        time.sleep(every)
    raise SystemExit("it did not happen in time")


def _children(pid: int) -> list[int]:
    """Processes that a process started; each of its threads has children of its own."""
    told = (task.read_text().split() for task in Path(f"/proc/{pid}/task").glob("*/children"))
    return [int(child) for some in told for child in some]


def _is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True
