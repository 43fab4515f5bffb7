"""People, programs and clients as other services tell them, folded into what this one keeps."""

from collections.abc import Sequence
from dataclasses import replace

from contracts.matching import PlanChanged
from contracts.profiles import ClientChanged, PersonChanged
from notifications.domain.known import Client, Contact, Program
from notifications.ports import Unit


def keep_status(unit: Unit, told: PersonChanged) -> None:
    """Whether somebody still works here, whether or not their address is known yet; the erased stay erased."""
    held = unit.get(Contact, told.person_id) or Contact(id=told.person_id)
    if held.status != "erased" and (held.status != told.status or not held.version):
        unit.save(replace(held, status=told.status))


def foresee(unit: Unit, person_ids: Sequence[str]) -> None:
    """Load these people, so that keeping each asks nothing."""
    unit.prefetch(Contact, person_ids)


def keep_program(unit: Unit, told: PlanChanged) -> None:
    """A program's name."""
    held = unit.get(Program, told.program_id)
    program = Program(id=told.program_id, version=held.version if held else 0, name=told.name)
    if program != held:
        unit.save(program)


def keep_client(unit: Unit, told: ClientChanged) -> None:
    """What a client may read, and whether it may still come in."""
    held = unit.get(Client, told.client_id)
    client = Client(
        id=told.client_id,
        version=held.version if held else 0,
        scopes=told.scopes,
        programs=told.programs,
        revoked=told.revoked,
    )
    if client != held:
        unit.save(client)


def forget_client(unit: Unit, client_id: str) -> None:
    """A client that was removed may not come in any more, whatever its tokens say."""
    held = unit.get(Client, client_id)
    if held is None or not held.revoked or held.scopes:
        unit.save(Client(id=client_id, version=held.version if held else 0, revoked=True))
