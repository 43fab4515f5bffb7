"""The worker's loop over imports."""

import time
from collections.abc import Callable

import structlog

from profiles.domain.imports.course import Import
from profiles.ports import Store
from profiles.use_cases.imports.working import fail_import, imports_to_work_on, work_on_import
from servicekit import origin
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.ids import new_id
from servicekit.origin import Origin
from servicekit.refusals import Refusal

# Shorter than a lease lasts, so that a turn of the loop ends before a stand-by thinks its owner is dead.
TURN_SECONDS = 2.0

log = structlog.get_logger()


def work_through(default_time_zone: str) -> Callable[[Store, Clock], int]:
    """The loop's step: the next steps of all imports in turn, for two seconds at most; returns how many."""

    def step(store: Store, clock: Clock) -> int:
        until = time.monotonic() + TURN_SECONDS
        steps = 0
        while time.monotonic() < until and (waiting := imports_to_work_on(store, clock)):
            for held in waiting:
                _one(store, clock, held, default_time_zone)
                steps += 1
        return steps

    return step


def _one(store: Store, clock: Clock, held: Import, default_time_zone: str) -> None:
    with origin.working_for(Origin(correlation_id=new_id("cor"))):
        try:
            work_on_import(store, clock, Caller.system("profiles"), held, default_time_zone)
        except Refusal as refusal:
            if refusal.status == 503:
                raise
            log.error("import-was-refused", item=held.id, refusal=refusal.slug(), detail=refusal.detail)
            fail_import(store, clock, held.id)
        except Exception as defect:  # one import's defect must not stop the others, nor the relay beside them
            log.error("import-broke", item=held.id, exc_info=defect)
            fail_import(store, clock, held.id)
