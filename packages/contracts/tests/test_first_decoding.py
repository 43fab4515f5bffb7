"""A process lives through the first decoding of its event classes by many threads at once (docs/decisions/0008)."""

import subprocess
import sys

MANY_THREADS_DECODE_NEW_EVENTS = """
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import make_dataclass
from threading import Barrier

import msgspec

from contracts import Event, fact

THREADS, CLASSES = 8, 400
sys.setswitchinterval(1e-6)


def new_event(number):
    part = make_dataclass(f"Part{number}", [("a", int), ("b", tuple[str, ...], ())], frozen=True)
    about = {"thing_id": str, "part": part, "parts": dict[str, part], "rows": tuple[tuple[str, part], ...]}
    declared = type(f"Thing{number}Done", (Event,), {"__annotations__": about, "__module__": __name__})
    return fact(f"matching.thing{number}", "done", key="thing_id", visibility="public", consumers=())(declared)


with ThreadPoolExecutor(THREADS) as pool:
    for number in range(CLASSES):
        kind = new_event(number)
        data = {"thing_id": "x", "part": {"a": 1}, "parts": {"k": {"a": 2}}, "rows": []}
        together = Barrier(THREADS)
        read = lambda _: (together.wait(), msgspec.convert(data, kind))[1]
        assert len(set(map(repr, pool.map(read, range(THREADS))))) == 1
print("alive")
"""


def test_threads_may_decode_a_class_for_the_first_time_together() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", MANY_THREADS_DECODE_NEW_EVENTS],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout == "alive\n", done.stderr[-2000:]
