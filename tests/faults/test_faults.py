"""Nothing lost, nothing doubled, in order per key: under kills at named points, under mutants, and under fire."""

import random
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fault_pair import Pair, kill, until

from mentormesh.stack import kafka, mongo
from mentormesh.stack.folder import Folder
from mentormesh.stack.ports import assign
from mentormesh.stack.processes import Part, Running, start, stop, wait_ready
from mentormesh.testing import Backing
from servicekit.testing.pair import TELLER

PairOf = Callable[..., Pair]


@pytest.fixture
def pair_of(stack_backing: Backing, own_name: str, tmp_path: Path) -> Iterator[PairOf]:
    """Makes pairs on the shared backing services; they are stopped and their databases dropped."""
    made: list[Pair] = []

    def make(mutant: str = "") -> Pair:
        pair = Pair(stack_backing.kafka, stack_backing.mongodb, own_name, tmp_path, mutant)
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
                "relay-1": ["after-send@2", "before-mark@2"],
                "relay-2": ["before-send@2", "after-send@2"],
                "listener-1": ["in-consumer@2", "after-consumer@2"],
                "listener-2": ["after-consumer@2", "in-consumer@2"],
            }
        )
        # Short bursts, so that every process passes its points several times.
        for _ in range(6):
            pair.commands(16, keys=8)
        pair.await_quiet()
        assert pair.audit() == []
        assert "was sent SIGKILL" in pair.log_of("web"), "gunicorn starts its own worker again"
        assert pair.processes["relay-1"].starts + pair.processes["relay-2"].starts > 3

    @pytest.mark.faults
    def test_a_kill_inside_the_marking_transaction_only_delays(self, pair_of: PairOf) -> None:
        """What it wrote stays locked until the server's limit on the life of a transaction, a minute by default."""
        pair = pair_of()
        pair.start({"relay-1": ["in-marking@1"], "relay-2": ["in-marking@1"]})
        pair.commands(16, keys=8)
        pair.await_quiet()
        assert pair.audit() == []
        assert pair.processes["relay-1"].starts + pair.processes["relay-2"].starts > 2

    def test_a_relay_stopped_past_its_lease_and_continued_does_no_harm(self, pair_of: PairOf) -> None:
        pair = pair_of()
        _stop_a_relay_before_it_sends(pair)
        assert pair.audit() == []


@pytest.mark.stack
class TestPlantedMutants:
    """A test that cannot fail proves nothing: each promise is taken away once, and the audit must say so."""

    def test_a_missing_watermark_is_caught(self, pair_of: PairOf) -> None:
        pair = pair_of("no-watermark")
        pair.start({"relay-1": ["after-send@1"], "relay-2": ["after-send@1"]})
        pair.commands(12, keys=4)
        pair.await_quiet()
        assert any("felt" in wrong for wrong in pair.audit())

    def test_a_position_stored_before_the_effect_is_caught(self, pair_of: PairOf) -> None:
        pair = pair_of("position-before-effect")
        pair.start({"listener-1": ["in-consumer@1"], "listener-2": ["in-consumer@1"]})
        pair.commands(12, keys=4)
        listeners = [pair.processes["listener-1"], pair.processes["listener-2"]]
        until(lambda: any(listener.starts > 1 for listener in listeners), 60, "no listener was killed")
        pair.commands(4, keys=4)
        with pytest.raises(AssertionError, match="never came to rest"):
            pair.await_quiet(15)
        assert any("felt" in wrong or "glimpse" in wrong for wrong in pair.audit())

    def test_a_relay_without_a_fence_is_caught(self, pair_of: PairOf) -> None:
        pair = pair_of("relay-without-fence")
        _stop_a_relay_before_it_sends(pair)
        assert any("newest on the topic" in wrong for wrong in pair.audit())


def _stop_a_relay_before_it_sends(pair: Pair) -> None:
    """The owner is stopped with revision 1 in its hand; the stand-by sends 1 and 2; then the owner goes on."""
    pair.start_one("web", TELLER, "serve")
    pair.start_one("relay-1", TELLER, "work", ["before-send@1:stop"])
    pair.start_one("listener-1", "feedback", "work")
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

        def restart(name: str) -> None:
            part: Part = parts[name]()
            running[name] = start(part, folder.log(name))
            wait_ready(part, running[name])

        for name in parts:
            restart(name)
        kafka_address, mongodb_address = parts["kafka"]().address, parts["mongodb"]().address
        yield {"kafka": kafka_address, "mongodb": mongodb_address, "running": running, "restart": restart}
        for one in running.values():
            stop(one)

    def test_nothing_is_lost_and_nothing_is_doubled(
        self, backing: dict[str, Any], own_name: str, tmp_path: Path
    ) -> None:
        pair = Pair(backing["kafka"], backing["mongodb"], own_name, tmp_path)
        pair.initialise()
        pair.start()
        done = threading.Event()
        kills: dict[str, int] = {}
        dice = random.Random(7)

        def fire() -> None:
            while not done.wait(dice.uniform(0.5, 4.0)):
                victim = dice.choice([*pair.processes, *pair.processes, "kafka", "mongodb"])
                kills[victim] = kills.get(victim, 0) + 1
                if victim in pair.processes:
                    kill(pair.processes[victim])
                elif (process := backing["running"][victim].process()) is not None:
                    process.kill()
                    process.wait(10)
                    backing["restart"](victim)

        shooting = threading.Thread(target=fire)
        shooting.start()
        try:
            while pair.ledger.total < self.COMMANDS:
                pair.commands(500, keys=40, clients=8)
        finally:
            done.set()
            shooting.join()
        pair.await_quiet(600)
        try:
            assert pair.audit() == []
        finally:
            pair.stop()
        print(f"accepted {pair.ledger.total}, unclear {pair.ledger.unclear}, kills {kills}")
        assert len(kills) == len(pair.processes) + 2
