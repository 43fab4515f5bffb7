"""The measuring itself: people of a made-up company imported, projected, provisioned and searched for."""

import resource
import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.people.checking import check_ms, middle_ms
from benchmarks.people.company import DEPARTMENTS, file_of, id_of, name_of
from benchmarks.people.erasing import ERASED, Erasing
from benchmarks.people.working import Progress, Works, at_work, patiently, say
from pymongo import MongoClient
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from contracts import topics
from contracts.profiles import PersonChanged, PersonErased
from matching import repository as matching_repository
from matching.handlers import HANDLERS as MATCHING
from profiles import repository
from profiles.app import assemble
from profiles.config import Settings
from profiles.domain.erasure import Pace
from profiles.domain.imports.course import Import
from profiles.domain.search import Sought
from profiles.imports.work import work_through
from profiles.issuer.keys import new_signing_key
from profiles.ports import Identity
from profiles.use_cases.admission import is_admitted
from profiles.use_cases.clients import create_client, new_secret
from profiles.use_cases.directory import search_directory
from profiles.use_cases.imports.overview import read_import
from profiles.use_cases.imports.receiving import Wanted, open_import, store_file
from profiles.use_cases.people import find_people
from profiles.use_cases.setup import ensure_signing_key
from servicekit.caller import Caller
from servicekit.clock import SystemClock
from servicekit.config import KafkaSettings
from servicekit.consumer import Applying, Consumer
from servicekit.handling import Handlers
from servicekit.ids import new_id
from servicekit.kafka import KafkaLog
from servicekit.mongo import MongoStore
from servicekit.relay import Relay
from servicekit.store import Catalogue, Document

PERSON_TOPIC = "mentormesh.profiles.person"
SYSTEM, CLOCK = Caller.system("profiles"), SystemClock()
BARE_AT_ONCE = 200
PAGE = 20
_TIME_OUT_MS = 180_000
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


class NobodySignsIn:
    """An identity provider that is never asked."""

    def identify(self, id_token: str) -> Identity:
        raise AssertionError("nobody signs in during a bench")


class Bench:
    """One run over databases and topics of its own; `close` drops the databases unless the whole server goes."""

    def __init__(self, kafka: str, mongodb: str, people: int, fenced: bool) -> None:
        self.name = f"b{uuid.uuid4().hex[:10]}"
        self.people = people
        # A server under such a load answers late at times; that is measured, and ends no run.
        self.client: MongoClient[Document] = MongoClient(
            mongodb, tz_aware=True, socketTimeoutMS=_TIME_OUT_MS, connectTimeoutMS=_TIME_OUT_MS
        )
        self.profiles = MongoStore(
            self.client[f"{self.name}_profiles"], repository.Unit, Catalogue(repository.DOCUMENTS), "profiles"
        )
        self.matching = MongoStore(
            self.client[f"{self.name}_matching"],
            matching_repository.Unit,
            Catalogue(matching_repository.DOCUMENTS),
            "matching",
        )
        self.profiles.prepare()
        self.matching.prepare()
        self.erasing = Erasing(self.client, self.name, self.profiles)
        self.log = KafkaLog(KafkaSettings(bootstrap=kafka, prefix=self.name, fenced=fenced))
        self.log.prepare(topics().values())

    def close(self, drop: bool) -> None:
        if drop:
            for suffix in ("profiles", "matching", *self.erasing.stores, "bare"):
                self.client.drop_database(f"{self.name}_{suffix}")
        self.log.close()
        self.client.close()

    def groups(self) -> Iterator[dict[str, Any]]:
        """Everything, one group of figures after another, between two looks at the bare server."""
        say("bare inserts")
        yield {"bare_before": self.bare()}
        yield self.imported()
        say("people search")
        look_up, searched = self.search(max(30, min(200, self.people // 20)))
        yield {"bare_look_up_ms": look_up, "search_ms": searched}
        say("SCIM")
        yield self.scim(max(20, min(300, self.people // 20)))
        yield check_ms()
        say("erasures")
        yield {**self.erased(), "compaction_s": (Pace().retell_after + Pace().compaction_lag).total_seconds()}
        say("bare inserts again")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        yield {"bare_after": self.bare(), "peak_megabytes": peak}

    def bare(self) -> dict[str, float]:
        """Through the driver alone: documents per second in transactions of 200 inserts, and of one insert each."""
        rows = self.client[f"{self.name}_bare"]["rows"]
        rows.insert_one({"text": "the collection exists"})
        many = max(2, min(20, self.people // 500))
        began = time.perf_counter()
        for _ in range(many):
            with self._transaction() as session:
                rows.insert_many([{"text": "x" * 300} for _ in range(BARE_AT_ONCE)], session=session)
        bulk = many * BARE_AT_ONCE / (time.perf_counter() - began)
        began = time.perf_counter()
        for _ in range(many * 10):
            with self._transaction() as session:
                rows.insert_one({"text": "x" * 300}, session=session)
        return {"bulk": bulk, "single": many * 10 / (time.perf_counter() - began)}

    def imported(self) -> dict[str, float]:
        """Seconds from upload to preview, to the last person written, and to the last projection of matching."""
        began = time.perf_counter()
        progress = Progress()
        with at_work() as works:
            self._project(works)
            import_id = new_id("imp")
            received = store_file(self.profiles, CLOCK, SYSTEM, import_id, file_of(self.people))
            wanted = Wanted(file_name="company.csv", mode="full", auto=True, most_leavers=0)
            open_import(self.profiles, CLOCK, SYSTEM, import_id, received, wanted)
            uploaded = time.perf_counter()
            preview = 0.0
            step = work_through("UTC")
            while (held := read_import(self.profiles, SYSTEM, import_id)).state != "completed":
                if not held.is_open:
                    raise RuntimeError(f"the import is {held.state}: {held.reason}")
                if not preview and held.state == "applying":
                    preview = time.perf_counter()
                works.check()
                progress.say(lambda held=held: self._progress(held))  # type: ignore[misc]
                patiently(lambda: step(self.profiles, CLOCK))
            written = time.perf_counter()
            if held.done.joiners != self.people:
                raise RuntimeError(f"{held.done} came of {self.people} rows")

            def all_projected() -> bool:
                progress.say(lambda: f"import: {self._projected():,} of {self.people:,} projected")
                return self._projected() >= self.people

            works.wait_until(all_projected, every=0.1)
            ended = time.perf_counter()
        say(f"import: all projected after {ended - began:.0f} s")
        return {
            "upload_s": uploaded - began,
            "preview_s": (preview or written) - began,
            "written_s": written - began,
            "projected_s": ended - began,
        }

    def erased(self) -> dict[str, Any]:
        """Seconds from an erasure's request to all receipts and to its certificate, of some of the company."""
        numbers = range(self.people - ERASED, self.people + 1)
        ids = [str(self._person(number)["_id"]) for number in numbers]
        return self.erasing.erase(self.log, self.matching, ids)

    def scim(self, many: int) -> dict[str, float]:
        """Operations per second over HTTP's application in this process: create, look up, patch."""
        ensure_signing_key(self.profiles, CLOCK, lambda now: new_signing_key("s" * 32, now))
        secret = new_secret()
        client = create_client(self.profiles, CLOCK, SYSTEM, secret, "bench", ("people:write",), ())
        http = assemble(_settings(), self.profiles, CLOCK, NobodySignsIn()).test_client()
        form = {"grant_type": "client_credentials", "client_id": client.id, "client_secret": secret}
        headers = {"Authorization": f"Bearer {http.post('/v1/oauth/token', data=form).get_json()['access_token']}"}
        ids: list[str] = []

        def create(number: int) -> None:
            body = {"schemas": [USER], "userName": f"s{number}@bench.example", "displayName": f"Scim {number}"}
            reply = http.post("/scim/v2/Users", json=body, headers=headers)
            ids.append(reply.get_json()["id"])

        def look_up(number: int) -> None:
            query = {"filter": f'userName eq "s{number}@bench.example"'}
            reply = http.get("/scim/v2/Users", query_string=query, headers=headers)
            if reply.get_json()["totalResults"] != 1:
                raise RuntimeError(reply.text)

        def patch(number: int) -> None:
            operation = {"op": "Replace", "path": "title", "value": "Lead"}
            body = {"schemas": [PATCH], "Operations": [operation]}
            reply = http.patch(f"/scim/v2/Users/{ids[number]}", json=body, headers=headers)
            if reply.status_code not in (200, 204):
                raise RuntimeError(reply.text)

        rates = {
            "scim_create": _rate(create, many),
            "scim_look_up": _rate(look_up, many),
            "scim_patch": _rate(patch, many),
        }
        bench = Caller(id=client.id, kind="client")
        return {
            **rates,
            "request_ms": middle_ms(lambda: look_up(0), many),
            "admission_ms": middle_ms(lambda: is_admitted(self.profiles, CLOCK, bench), many),
        }

    def search(self, many: int) -> tuple[tuple[float, float], dict[str, tuple[float, float]]]:
        """p50 and p99 in ms of one bare look-up by id, and of each kind of question to the people search."""
        admin = Caller.person("prs_bench", "people_admin")
        people = self.client[f"{self.name}_profiles"]["people"]
        numbers = [1 + place * 7907 % self.people for place in range(many)]
        ids = [self._person(number)["_id"] for number in numbers]
        names = [name_of(number) for number in numbers]
        words = [name.split() for name in names]

        def colleagues(query: Callable[[int], str]) -> Callable[[int], object]:
            return lambda n: find_people(self.profiles, admin, query(n), None, PAGE)

        def directory(query: Callable[[int], str]) -> Callable[[int], object]:
            within = [Sought(department=f"D{number % DEPARTMENTS}") for number in numbers]
            return lambda n: search_directory(self.profiles, admin, query(n), within[n], None, None, PAGE)

        kinds = {
            "a whole name": colleagues(lambda n: names[n]),
            "beginnings of two words": colleagues(lambda n: f"{words[n][0][:2]} {words[n][1][:3]}"),
            "the beginning of one word": colleagues(lambda n: words[n][1][:2]),
            "everybody, the first page": colleagues(lambda n: ""),
            "a department in the directory": directory(lambda n: ""),
            "a department and a beginning": directory(lambda n: words[n][0][:3]),
        }
        for act in kinds.values():
            act(0)
        look_up = _times(lambda n: people.find_one({"_id": ids[n]}), many)
        return look_up, {kind: _times(act, many) for kind, act in kinds.items()}

    def _person(self, number: int) -> Document:
        found = self.client[f"{self.name}_profiles"]["people"].find_one({"external_key": id_of(number)})
        if found is None:
            raise RuntimeError(f"{id_of(number)} was not imported")
        return found

    def _projected(self) -> int:
        return self.client[f"{self.name}_matching"]["people"].estimated_document_count()

    def _progress(self, held: Import) -> str:
        done = held.progress
        lines = f"{done.lines_read:,} of {done.lines:,} lines read"
        return f"import: {lines}, {done.rows_applied:,} people written, {self._projected():,} projected"

    def _project(self, works: Works) -> None:
        """Put the relay of profiles and the consumer of matching to work."""
        relay = Relay("profiles", self.profiles, self.log, CLOCK)
        handlers: Handlers = {kind: MATCHING[kind] for kind in (PersonChanged, PersonErased)}
        consumer = Consumer(self.matching, self.log, Applying("matching", handlers, CLOCK), [PERSON_TOPIC])
        works.start(relay.step, relay.close)
        works.start(consumer.step, consumer.close, pause=0.0)

    @contextmanager
    def _transaction(self) -> Iterator[Any]:
        with (
            self.client.start_session() as session,
            session.start_transaction(ReadConcern("snapshot"), WriteConcern("majority")),
        ):
            yield session


def _rate(act: Callable[[int], object], many: int) -> float:
    began = time.perf_counter()
    for number in range(many):
        act(number)
    return many / (time.perf_counter() - began)


def _times(act: Callable[[int], object], many: int) -> tuple[float, float]:
    taken = []
    for number in range(many):
        began = time.perf_counter()
        act(number)
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken), statistics.quantiles(taken, n=100)[98]


def _settings() -> Settings:
    return Settings(
        service="profiles",
        mongodb_uri="mongodb://unused",
        mongodb_database="profiles",
        kafka=KafkaSettings(bootstrap="unused:9092"),
        token_issuer="https://profiles.bench",
        token_audience="mentormesh",
        jwks_url="https://profiles.bench/.well-known/jwks.json",
        cursor_secret="c" * 32,
        bind="127.0.0.1:0",
        metrics_bind="127.0.0.1:0",
        web_workers=1,
        web_threads=1,
        log_level="warning",
        generation=1,
        signing_key_secret="s" * 32,
        portal_client_id="portal",
        portal_client_secret="p" * 32,
        providers=(),
        default_time_zone="UTC",
        people_admin="",
    )
