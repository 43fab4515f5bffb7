"""A process lives through the first conversion of its classes by many threads at once (docs/decisions/0008)."""

import subprocess
import sys

MANY_THREADS_READ_NEW_ENTITIES = """
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, make_dataclass
from threading import Barrier

from servicekit.documents import Documents
from servicekit.entity import Entity
from servicekit.store import Catalogue

THREADS, CLASSES = 8, 400
sys.setswitchinterval(1e-6)


def new_entity(number):
    part = make_dataclass(f"Part{number}", [("a", int), ("b", tuple[str, ...], ())], frozen=True)
    fields = [("part", part), ("parts", dict[str, part]), ("rows", tuple[tuple[str, part], ...], ())]
    return make_dataclass(f"Entity{number}", fields, bases=(Entity,), frozen=True, kw_only=True)


with ThreadPoolExecutor(THREADS) as pool:
    for number in range(CLASSES):
        kind = new_entity(number)
        catalogue = Catalogue([Documents(kind, f"things_{number}")])
        document = {"_id": "x", "version": 1, "part": {"a": 1}, "parts": {"k": {"a": 2}}}
        together = Barrier(THREADS)
        read = lambda _: (together.wait(), catalogue.entity(kind, document))[1]
        assert len(set(map(repr, pool.map(read, range(THREADS))))) == 1
print("alive")
"""


def test_threads_may_read_a_class_for_the_first_time_together() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", MANY_THREADS_READ_NEW_ENTITIES],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout == "alive\n", done.stderr[-2000:]
