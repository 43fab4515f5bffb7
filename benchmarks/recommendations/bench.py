"""Measure recommendations over HTTP beside their limit: `make bench-recommendations`, or `python -m` this module.

A web process of its own answers the top 10 for one mentee after another among 25,000 mentors: alone, with several
clients at once, and while people and seats change as events would change them. The document server is a local one,
unless MONGODB_URI names another. Beside the answers stands what the same pool takes in this process, without HTTP.
"""

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.recommendations.company import PROGRAM, fill
from benchmarks.recommendations.serving import Client, serving
from benchmarks.stack import Stack, unwind_when_told_to_end

from matching import repository
from matching.domain.person import Person
from matching.domain.program import Program
from matching.domain.seats import Seats
from matching.pool import FRESH_FOR, Followed, Pools
from servicekit.clock import SystemClock
from servicekit.mongo import MongoStore, connect
from servicekit.store import Catalogue

RESULTS = Path(__file__).parents[1] / "results"
LIMIT_MS = 25.0
FLOW_PER_SECOND = 20
CLIENTS = 4
# Each of them asks so often, in seconds: together a thousand people who look for a mentor within the same minute.
PACE = 0.24
UNJUDGED = ("in process", "never pause")


class Bench:
    """One company, one web process, one set of figures."""

    def __init__(self, store: MongoStore[repository.Unit], bind: str, issuer: Any, mentees: Sequence[str]) -> None:
        self.store, self.bind, self.issuer, self.mentees = store, bind, issuer, mentees
        self.draw = random.Random(2)

    def figures(self, asks: int) -> dict[str, Any]:
        """Everything, one after another."""
        client = Client(self.bind, self.issuer)
        first, _ = client.recommendations(self.mentees[0])
        for _ in range(50):
            client.recommendations(self.draw.choice(self.mentees))
        alone = self.asked(client, asks)
        together = self.together(asks, PACE)
        flat_out, per_second = self.flat_out(asks)
        with Flow(self.store):
            flowing = self.asked(client, asks)
        return {
            "first_seconds": round(first, 2),
            "alone": alone,
            f"{CLIENTS} clients, {CLIENTS / PACE:.0f} a second in all": together,
            f"{CLIENTS} clients that never pause": {**flat_out, "per_second": per_second},
            f"with {FLOW_PER_SECOND} changes a second": flowing,
            "engine and mirror in process": self.in_process(asks),
            "seconds until a change is seen": round(self.lag(client), 3),
        }

    def asked(self, client: Client, asks: int) -> dict[str, float]:
        """One client, one mentee after another."""
        told = [client.recommendations(self.draw.choice(self.mentees)) for _ in range(asks)]
        ages = [body["age_seconds"] for _, body in told]
        return {**spread([seconds for seconds, _ in told]), "oldest_age_seconds": max(ages)}

    def flat_out(self, asks: int) -> tuple[dict[str, float], float]:
        """Clients that ask again at once, which is what one process can answer; and how many that are in a second."""
        began = time.perf_counter()
        told = self.together(asks, 0.0)
        return told, round(asks / (time.perf_counter() - began), 1)

    def together(self, asks: int, pace: float) -> dict[str, float]:
        """Several clients at once, each of whom asks every `pace` seconds."""

        def some(seed: int) -> list[float]:
            draw, client = random.Random(seed), Client(self.bind, self.issuer)
            found, due = [], time.perf_counter() + draw.random() * pace
            for _ in range(asks // CLIENTS):
                time.sleep(max(0.0, due - time.perf_counter()))
                due += pace
                found.append(client.recommendations(draw.choice(self.mentees))[0])
            return found

        with ThreadPoolExecutor(CLIENTS) as pool:
            return spread([seconds for found in pool.map(some, range(CLIENTS)) for seconds in found])

    def in_process(self, asks: int) -> dict[str, float]:
        """The same questions to the same pool, here."""
        pools = Followed(Pools(self.store, SystemClock(), FRESH_FOR))
        program = self.store.reading(lambda unit: unit.require(Program, PROGRAM))
        pools.recommend(program, self.mentees[0], 10)
        return spread(
            [timed(lambda: pools.recommend(program, self.draw.choice(self.mentees), 10)) for _ in range(asks)]
        )

    def lag(self, client: Client) -> float:
        """How long a mentor who just filled their seats is still recommended."""
        mentee = self.mentees[1]
        best = client.recommendations(mentee)[1]["items"][0]["mentor_id"]

        def fill_up(unit: repository.Unit) -> None:
            unit.save(replace(unit.require(Seats, best), capacity=0, changed_at=SystemClock().now()))

        self.store.atomically(fill_up)
        began = time.perf_counter()
        while any(one["mentor_id"] == best for one in client.recommendations(mentee)[1]["items"]):
            if time.perf_counter() - began > 10:
                raise SystemExit("a full mentor was recommended for ten seconds")
        return time.perf_counter() - began


class Flow:
    """People and seats change all the time, as events would change them."""

    def __init__(self, store: MongoStore[repository.Unit]) -> None:
        self._store = store
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._change)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _change(self) -> None:
        draw = random.Random(5)
        while not self._over.wait(1 / FLOW_PER_SECOND):
            id = f"prs_m{draw.randrange(1000):06d}"

            def work(unit: repository.Unit, id: str = id) -> None:
                now = SystemClock().now()
                unit.save(replace(unit.require(Person, id), level=draw.randint(3, 10), changed_at=now))
                unit.save(unit.require(Seats, id).touched(now))

            self._store.atomically(work)


def timed(act: Callable[[], object]) -> float:
    """Seconds that it took."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def spread(seconds: Sequence[float]) -> dict[str, float]:
    """The middle and the slow end, in milliseconds."""
    parts = statistics.quantiles(seconds, n=100)
    return {"p50_ms": round(parts[49] * 1000, 2), "p99_ms": round(parts[98] * 1000, 2)}


def measure(mentors: int, asks: int) -> dict[str, Any]:
    """Every figure, on a document server of this run's own or of the environment."""
    with tempfile.TemporaryDirectory(prefix="mentormesh-bench-") as folder:
        stack = Stack(f"{folder}/stack")
        given = os.environ.get("MONGODB_URI")
        mongodb = given or stack.up("--only", "backing")["mongodb"]
        name = f"bench_recommendations_{os.getpid()}"
        client = connect(mongodb)
        try:
            store = MongoStore(client[name], repository.Unit, Catalogue(repository.DOCUMENTS), "matching")
            store.prepare()
            mentees = fill(client[name], mentors, 1000)
            load = os.getloadavg()[0]
            with serving(mongodb, name, Path(folder) / "serve.log") as (bind, issuer, _):
                figures = Bench(store, bind, issuer, mentees).figures(asks)
            head = {"mentors": mentors, "asks": asks, "cores": os.cpu_count(), "load_before": round(load, 1)}
            return {**head, "server": client.server_info()["version"], **figures}
        finally:
            try:
                if given:
                    client.drop_database(name)
                client.close()
            finally:
                if not given:
                    stack.down()


def is_judged(name: str) -> bool:
    """Whether a measurement is held to the limit: what leaves no pause is a figure of throughput."""
    return not any(words in name for words in UNJUDGED)


def told(figures: dict[str, Any]) -> str:
    """The figures as a table beside the limit."""
    head = f"Recommendations over HTTP: {figures['mentors']:,} mentors, {figures['cores']} cores, "
    head += (
        f"load {figures['load_before']} before; document server {figures['server']}; {figures['asks']} questions each"
    )
    lines = [head, "", f"{'':34}{'p50 ms':>9}{'p99 ms':>9}{'limit':>9}"]
    for name, held in figures.items():
        if isinstance(held, dict):
            limit = f"{LIMIT_MS:g}" if is_judged(name) else "-"
            more = f"   {held['per_second']} a second" if "per_second" in held else ""
            lines.append(f"{name:34}{held['p50_ms']:>9.2f}{held['p99_ms']:>9.2f}{limit:>9}{more}")
    lines += ["", f"the first question, which fills the index: {figures['first_seconds']} s"]
    lines.append(f"a mentor without a seat was gone after {figures['seconds until a change is seen']} s")
    missed = [
        name
        for name, held in figures.items()
        if isinstance(held, dict) and is_judged(name) and held["p99_ms"] > LIMIT_MS
    ]
    lines += ["", f"MISSED: {'; '.join(missed)}" if missed else "every limit kept"]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, keep. A missed limit is marked, not a failure: the figures are of this machine and moment."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mentors", type=int, default=25_000)
    parser.add_argument("--asks", type=int, default=1000, help="questions of each measurement")
    asked = parser.parse_args(arguments)
    unwind_when_told_to_end()
    figures = measure(asked.mentors, asked.asks)
    text = told(figures)
    print(text)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "recommendations.txt").write_text(text + "\n")
    (RESULTS / "recommendations.json").write_text(json.dumps(figures, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
