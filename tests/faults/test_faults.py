"""Nothing lost, nothing doubled, in order per key: under kills at named points, under mutants, and under fire."""

import random
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fault_pair import Pair, kill, until

from contracts import Record
from mentormesh.stack import kafka, mongo
from mentormesh.stack.folder import Folder
from mentormesh.stack.ports import assign
from mentormesh.stack.processes import Running, start, stop, wait_ready
from mentormesh.testing import Backing
from servicekit.testing.conformance.logs import record
from servicekit.testing.pair import LISTENER, TELLER

pytestmark = pytest.mark.long

PAUSE_SECONDS = (1.0, 5.0)
PairOf = Callable[..., Pair]


@pytest.fixture
def pair_of(stack_backing: Backing, own_name: str, tmp_path: Path) -> Iterator[PairOf]:
    """Makes pairs on the shared backing services; they are stopped and their databases dropped."""
    made: list[Pair] = []

    def make(mutant: str = "", patient: bool = False) -> Pair:
        pair = Pair(stack_backing.kafka, stack_backing.mongodb, own_name, tmp_path, mutant, patient)
        pair.initialise()
        made.append(pair)
        return pair

    yield make
    for pair in made:
        pair.stop()
        pair.clean()


@pytest.mark.stack
class TestNamedPoints:
    """Random kills are weak evidence, so each point where something could be lost or doubled is hit on purpose."""

    def test_kills_at_every_named_point_leave_the_books_balanced(self, pair_of: PairOf) -> None:
        pair = pair_of()
        pair.start(
            {
                "web": ["after-commit@7"],
                "relay-1": ["after-send@2", "before-mark@1"],
                "relay-2": ["in-marking@1", "before-send@1"],
                "listener-1": ["in-consumer@2", "after-consumer@1"],
                "listener-2": ["after-consumer@2", "in-consumer@1"],
            }
        )

        def every_point_was_hit() -> bool:
            pair.commands(8, keys=8)
            relays = [pair.starts(name) for name in ("relay-1", "relay-2")]
            # One listener may hold every partition, so the two points are counted over both.
            return min(relays) >= 3 and pair.starts("listener-1", "listener-2") >= 4

        until(every_point_was_hit, 120, "some point was never reached")
        pair.await_quiet()
        assert pair.audit() == []
        assert "was sent SIGKILL" in pair.log_of("web"), "gunicorn starts its own worker again"

    @pytest.mark.faults
    def test_a_kill_inside_a_transaction_delays_no_longer_than_the_server_lets_it(self, pair_of: PairOf) -> None:
        """What it wrote stays locked until the server's limit on the life of a transaction, a minute by default."""
        pair = pair_of(patient=True)
        pair.start({"relay-1": ["in-marking@1"], "relay-2": ["in-marking@1"], "listener-1": []})
        pair.commands(16, keys=8)
        pair.await_quiet()
        assert pair.audit() == []
        assert pair.starts("relay-1", "relay-2") > 2

    def test_a_relay_stopped_past_its_lease_and_continued_does_no_harm(self, pair_of: PairOf) -> None:
        pair = pair_of()
        _stop_a_relay_before_it_sends(pair)
        assert pair.audit() == []


@pytest.mark.stack
class TestPlantedMutants:
    """A test that cannot fail proves nothing: each promise is taken away once, and the audit must say so."""

    def test_a_missing_watermark_is_caught(self, pair_of: PairOf) -> None:
        pair = pair_of("no-watermark")
        pair.start({"relay-1": ["after-send@1"], "listener-1": []})
        pair.commands(12, keys=4)
        pair.await_quiet()
        assert any("felt" in wrong for wrong in pair.audit())

    def test_a_position_stored_before_the_effect_is_caught(self, pair_of: PairOf) -> None:
        pair = pair_of("position-before-effect")
        pair.start({"relay-1": [], "listener-1": ["in-consumer@1"]})
        pair.command("requests/req_1")
        until(lambda: pair.starts("listener-1") > 1, 60, "the listener was not killed")
        pair.command("requests/req_1")
        until(lambda: bool(pair.felt() or pair.parked()), 60, "the second event never came")
        assert any("felt" in wrong for wrong in pair.audit())

    def test_a_relay_without_a_fence_is_caught(self, pair_of: PairOf) -> None:
        pair = pair_of("relay-without-fence")
        _stop_a_relay_before_it_sends(pair)
        assert any("newest on the topic" in wrong for wrong in pair.audit())


def _stop_a_relay_before_it_sends(pair: Pair) -> None:
    """The owner is stopped with revision 1 in its hand; the stand-by sends 1 and 2; then the owner goes on."""
    pair.start_one("web", TELLER, "serve")
    pair.start_one("relay-1", TELLER, "work", ["before-send@1:stop"])
    pair.start_one("listener-1", LISTENER, "work")
    pair.await_web()
    pair.command("plans/prg_1")
    until(pair.processes["relay-1"].is_stopped, 60, "the relay never reached its point")
    pair.start_one("relay-2", TELLER, "work")
    pair.command("plans/prg_1")
    pair.await_quiet()
    pair.processes["relay-1"].signal(signal.SIGCONT)
    # What it does with revision 1, it does before it can send revision 3.
    pair.processes["relay-2"].end()
    until(lambda: not pair.processes["relay-1"].is_stopped(), 10, "the relay did not go on")
    until(lambda: len(pair.told()["prg_1"]) > 2 or not _waits(pair), 20, "nothing happened")


def _waits(pair: Pair) -> bool:
    """Give a relay that would do harm the time to do it."""
    threading.Event().wait(6)
    return False


@pytest.mark.stack
class TestPoison:
    """What cannot be read holds its own key, and the others hardly notice."""

    OTHERS = tuple(f"req_{number}" for number in range(20))
    MOST_SECONDS = 5.0
    ROUNDS = 3

    def test_one_poison_of_each_kind_delays_other_keys_by_less_than_five_seconds(self, pair_of: PairOf) -> None:
        pair = pair_of("without-zstd")
        pair.start_one("listener-1", LISTENER, "work")
        self._round(pair, 1)
        calm = self._round(pair, 2)
        # Whatever else the machine does can only add to a delay: one round that is quick enough proves the promise.
        delays: list[float] = []
        while len(delays) < self.ROUNDS and (not delays or delays[-1] >= self.MOST_SECONDS):
            number = len(delays)
            poison = [
                replace(record(f"req_json_{number}", 1), value=b'{"request_id": '),
                replace(record(f"req_schema_{number}", 1), value=b'{"request_id": "req_schema"}'),
            ]
            delays.append(self._round(pair, 3 + number, poison, [record(f"req_codec_{number}", 1)]) - calm)
        causes = {"unreadable", "wrong_schema", "unopened"}
        until(lambda: {cause for cause, _ in pair.parked()} >= causes, 60, "not every poison was parked")
        assert min(delays) < self.MOST_SECONDS

    def _round(
        self, pair: Pair, sequence: int, poison: Sequence[Record] = (), compressed: Sequence[Record] = ()
    ) -> float:
        """Seconds until every other key has felt this sequence, the poison lying before it."""
        log = pair.log()
        sender = log.sender("writer")
        if poison:
            sender.send(poison)
        pair.send_compressed(compressed)
        sender.send([record(key, sequence) for key in self.OTHERS])
        began = time.monotonic()
        whole = list(range(1, sequence + 1))
        until(lambda: all(pair.felt().get(key) == whole for key in self.OTHERS), 60, f"{pair.felt()}")
        taken = time.monotonic() - began
        sender.close()
        log.close()
        return taken


@pytest.mark.stack
@pytest.mark.faults
class TestUnderFire:
    """5,000 commands while every process, the broker and the database included, is killed at random and restarted."""

    COMMANDS = 5000

    @pytest.fixture
    def backing(self, tmp_path: Path) -> Iterator[dict[str, Any]]:
        """A broker and a database of this test's own, to be killed."""
        folder = Folder(tmp_path / "backing")
        folder.prepare()
        for name in ("kafka", "mongodb"):
            folder.data(name).mkdir(parents=True, exist_ok=True)
        ports = assign(["kafka", "kafka-controller", "mongodb"], {}, {}, auto=True)
        parts = {
            "kafka": lambda: kafka.broker(folder, ports["kafka"], ports["kafka-controller"]),
            "mongodb": lambda: mongo.server(folder, ports["mongodb"]),
        }
        running: dict[str, Running] = {}

        def run(name: str) -> None:
            # A broker that was killed reads its log before it answers, which takes a busy machine minutes.
            part = replace(parts[name](), patience_seconds=300.0)
            running[name] = start(part, folder.log(name))
            wait_ready(part, running[name])

        def strike(name: str) -> None:
            process = running[name].process()
            assert process is not None, f"{name} died by itself; see {folder.log(name)}"
            process.kill()
            process.wait(10)

        for name in parts:
            run(name)
        yield {"kafka": parts["kafka"]().address, "mongodb": parts["mongodb"]().address, "kill": strike, "start": run}
        for one in running.values():
            stop(one)

    def test_nothing_is_lost_and_nothing_is_doubled(
        self, backing: dict[str, Any], own_name: str, tmp_path: Path
    ) -> None:
        pair = Pair(backing["kafka"], backing["mongodb"], own_name, tmp_path)
        pair.initialise()
        try:
            pair.start()
            with _fire(pair, backing) as kills:
                while pair.ledger.total < self.COMMANDS:
                    pair.commands(500, keys=40, clients=8)
            pair.await_quiet(600)
            books = pair.books()
        finally:
            pair.stop()
        print(f"\n{books.account(pair.ledger)}\nkilled: {kills}")
        assert books.audit(pair.ledger) == []
        assert set(kills) == {*pair.processes, "kafka", "mongodb"}


@contextmanager
def _fire(pair: Pair, backing: dict[str, Any]) -> Iterator[dict[str, int]]:
    """Kill until the body ends, round by round in a random order; yields how often each was. It is started again."""
    kills: dict[str, int] = {}
    ceasing = threading.Event()
    dice = random.Random(7)

    def shoot() -> None:
        victims: list[str] = []
        while not ceasing.wait(dice.uniform(*PAUSE_SECONDS)):
            if not victims:
                everyone = [*pair.processes, *pair.processes, "kafka", "mongodb"]
                victims = dice.sample(everyone, len(everyone))
            victim = victims.pop()
            kills[victim] = kills.get(victim, 0) + 1
            if victim in pair.processes:
                kill(pair.processes[victim])
            else:
                backing["kill"](victim)
                backing["start"](victim)

    with ThreadPoolExecutor(1) as pool:
        shooting = pool.submit(shoot)
        try:
            yield kills
        finally:
            ceasing.set()
        shooting.result()
