"""Bring the local stack up in its order, take it down in the reverse, and tell what runs."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from mentormesh.seed.cast import CAST
from mentormesh.stack import identity, kafka, mail, mongo, services
from mentormesh.stack.failures import StackFailure
from mentormesh.stack.folder import Folder
from mentormesh.stack.ports import FRIENDLY, assign
from mentormesh.stack.processes import Part, Running, run_once, start, stop, stop_together, wait_ready
from mentormesh.stack.services import PORTAL, SERVICES, Site

BACKING = ("kafka", "mongodb", "identity", "mail")
# In the order of their start; `down` goes the other way round, whatever was restarted since.
ORDER = (*BACKING, *SERVICES, PORTAL, *(f"{service}-worker" for service in SERVICES))
Tell = Callable[[str, str], None]


@dataclass(frozen=True)
class Wanted:
    """What `up` was asked for: services (none for the backing alone), ports, and which broker."""

    services: tuple[str, ...] = (*SERVICES, PORTAL)
    ports: Mapping[str, int] | None = None
    auto_ports: bool = False
    broker: str = "auto"


def up(folder: Folder, wanted: Wanted, tell: Tell) -> dict[str, Any]:
    """Start what is wanted and does not run yet; the stack's description, as written to `stack.json`.

    Raises:
        StackFailure: a part could not be started. What this call started is stopped again.
    """
    folder.prepare()
    with folder.alone():
        before = running_parts(folder)
        kind = _broker_kind(folder, wanted, before)
        site = Site(_ports(folder, wanted, before), folder.secrets(), transactions=kind == "kafka")
        started: list[Running] = []

        def note(one: Running) -> None:
            started.append(one)
            # Written at once: an `up` that is killed leaves nothing running that `down` does not know.
            folder.write_stack(describe(folder, site, kind, [*before.values(), *started]))

        try:
            _start_all(folder, tell, note, before, _backing(folder, site, kind))
            chosen = [name for name in (*SERVICES, PORTAL) if name in wanted.services]
            for service in chosen:
                services.require_installed(service)
                if service not in before:
                    tell(f"{service}-init", "making indexes and topics")
                    run_once(services.init(site, service), folder.log(f"{service}-init"))
            _start_all(folder, tell, note, before, [partial(services.web, site, name) for name in chosen])
            workers = [partial(services.worker, site, name) for name in chosen if name != PORTAL]
            _start_all(folder, tell, note, before, workers)
        except BaseException:
            for one in reversed(started):
                tell(one.name, "stopping again")
                stop(one)
            _keep(folder, list(before))
            raise
        description = describe(folder, site, kind, [*before.values(), *started])
        folder.write_stack(description)
        return description


def _backing(folder: Folder, site: Site, kind: str) -> list[Callable[[], Part]]:
    ports = site.ports
    people = [(lead.email, lead.name) for lead in CAST]
    return [
        partial(kafka.broker, folder, ports["kafka"], ports["kafka-controller"])
        if kind == "kafka"
        else partial(kafka.stand_in, folder, ports["kafka"]),
        partial(mongo.server, folder, ports["mongodb"]),
        partial(identity.provider, ports["identity"], people),
        partial(mail.sink, folder, ports["mail"]),
    ]


def _start_all(
    folder: Folder,
    tell: Tell,
    note: Callable[[Running], None],
    before: Mapping[str, Running],
    plans: Iterable[Callable[[], Part]],
) -> None:
    """Start all of `plans` side by side, then wait for each."""
    waiting: list[tuple[Part, Running]] = []
    for plan in plans:
        part = plan()
        if part.name in before:
            tell(part.name, "is running already")
            continue
        tell(part.name, "starting")
        one = start(part, folder.log(part.name))
        note(one)
        waiting.append((part, one))
    for part, one in waiting:
        wait_ready(part, one)
        tell(part.name, f"ready at {part.address}")


def _ports(folder: Folder, wanted: Wanted, before: Mapping[str, Running]) -> dict[str, int]:
    """All parts' ports: those of running parts stay as they are, the others are checked to be free."""
    remembered = folder.read_ports()
    names = ["kafka", "kafka-controller", "mongodb", "identity", "mail"]
    for service in (*SERVICES, PORTAL):
        names += [service] if service == PORTAL else [service, f"{service}-worker"]
    kept = {name: remembered[name] for name in names if name.removesuffix("-controller") in before}
    chosen = dict(wanted.ports or {})
    for name in chosen.keys() & kept.keys():
        if chosen[name] != kept[name]:
            raise StackFailure(f"{name} runs on port {kept[name]} already. Run `mentormesh down` before moving it.")
    # A part that is not wanted now gets its port later, so that a taken one does not stop the rest.
    needed = {*BACKING, "kafka-controller", *wanted.services, *(f"{name}-worker" for name in wanted.services)}
    fresh = [name for name in names if name not in kept]
    tried = assign([name for name in fresh if name in needed], chosen, remembered, wanted.auto_ports)
    unchecked = [name for name in fresh if name not in tried]
    later = {name: chosen.get(name) or remembered.get(name) for name in unchecked}
    ports = kept | tried | {name: port for name, port in later.items() if port}
    if missing := [name for name in names if name not in ports]:
        ports |= assign(missing, {}, {}, auto=True) if wanted.auto_ports else {name: FRIENDLY[name] for name in missing}
    folder.write_ports(ports)
    return ports


def _broker_kind(folder: Folder, wanted: Wanted, before: Mapping[str, Running]) -> str:
    """`kafka` or `noida`."""
    if "kafka" in before:
        return str((folder.read_stack() or {}).get("broker", "kafka"))
    lacking = kafka.why_not_kafka()
    if wanted.broker == "kafka" and lacking:
        raise StackFailure(f"Apache Kafka cannot run here: {lacking}.")
    return "noida" if wanted.broker == "noida" or (wanted.broker == "auto" and lacking) else "kafka"


def describe(folder: Folder, site: Site, kind: str, parts: Iterable[Running]) -> dict[str, Any]:
    """`stack.json`: the addresses that tools and tests read, and the processes that `down` stops."""
    parts = sorted(parts, key=lambda one: ORDER.index(one.name))
    names = {one.name for one in parts}
    return {
        "portal": site.url(PORTAL) if PORTAL in names else None,
        "services": {service: site.url(service) for service in SERVICES if service in names},
        "workers": {name: site.url(f"{name}-worker") for name in SERVICES if f"{name}-worker" in names},
        "kafka": site.kafka,
        "mongodb": site.mongodb,
        "mail": str(folder.mail),
        "smtp": f"smtp://127.0.0.1:{site.ports['mail']}",
        "identity": site.issuer,
        "people": {lead.role: lead.email for lead in CAST},
        "broker": kind,
        "certifies": {"kafka": kafka.CERTIFIES[kind], "mongodb": mongo.CERTIFIES},
        "root": str(folder.root),
        "processes": {one.name: one.as_dict() for one in parts},
    }


def recorded(folder: Folder) -> dict[str, Running]:
    """Every process that `stack.json` names, in the order of a start, whether it still runs or not."""
    stack = folder.read_stack() or {}
    return {name: Running(**fields) for name, fields in stack.get("processes", {}).items()}


def running_parts(folder: Folder) -> dict[str, Running]:
    """Those of `recorded` that still run."""
    return {name: one for name, one in recorded(folder).items() if one.process() is not None}


def down(folder: Folder, wipe: bool, tell: Tell) -> list[str]:
    """Stop every process of the stack, the names of those that ran. Data stays unless `wipe`.

    Services end before the broker and the document server that they still write to.
    """
    if not folder.is_stack:
        if wipe and folder.root.exists():
            tell("wipe", f"{folder.root} is not the folder of a stack; nothing was removed")
        return []
    stopped: list[str] = []
    with folder.alone():
        try:
            parts = list(recorded(folder).values())
        except StackFailure as damaged:
            if not wipe:
                raise
            tell("wipe", f"{damaged} What it named is not stopped.")
            parts = []
        ours = [one for one in parts if one.name not in BACKING]
        for what, wave in (("services", ours), ("backing", [one for one in parts if one not in ours])):
            tell(what, "stopping")
            stopped += stop_together(wave)
        folder.forget_stack()
        if wipe:
            folder.wipe()
    return stopped


def _keep(folder: Folder, names: Iterable[str]) -> None:
    """After a failed `up`: `stack.json` names only what ran before it."""
    stack = folder.read_stack()
    if stack is None:
        return
    stack["processes"] = {name: stack["processes"][name] for name in names}
    stack["services"] = {name: url for name, url in stack["services"].items() if name in stack["processes"]}
    folder.write_stack(stack) if stack["processes"] else folder.forget_stack()


def status(folder: Folder) -> list[dict[str, Any]]:
    """One row for each recorded process: name, state (`running` or `died`), pid, address, memory_mb, log."""
    rows: list[dict[str, Any]] = []
    for one in recorded(folder).values():
        alive = one.process() is not None
        memory = 0.0
        with suppress(psutil.NoSuchProcess):
            memory = one.memory_mb()
        rows.append(
            {
                "name": one.name,
                "state": "running" if alive else "died",
                "pid": one.pid,
                "address": one.address,
                "memory_mb": round(memory, 1),
                "log": one.log,
            }
        )
    return rows


def clear_logs(folder: Folder) -> None:
    """Start the logs of parts that do not run anew."""
    alive = running_parts(folder)
    for log in Path(folder.logs).glob("*.log"):
        if log.stem not in alive:
            log.unlink()
