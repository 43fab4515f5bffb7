"""The measuring itself: people of a made-up company imported, projected, provisioned and searched for."""

import resource
import statistics
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.people.company import file_of
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from contracts import topics
from contracts.profiles import PersonChanged, PersonErased
from matching import repository as matching_repository
from matching.handlers import HANDLERS as MATCHING
from profiles import repository
from profiles.app import assemble
from profiles.config import Settings
from profiles.imports.work import work_through
from profiles.issuer.keys import new_signing_key
from profiles.ports import Identity
from profiles.use_cases.clients import create_client, new_secret
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
from servicekit.mongo import MongoStore, connect
from servicekit.relay import Relay
from servicekit.store import Catalogue

PERSON_TOPIC = "mentormesh.profiles.person"
SYSTEM, CLOCK = Caller.system("profiles"), SystemClock()
BARE_AT_ONCE = 200
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


class NobodySignsIn:
    """An identity provider that is never asked."""

    def identify(self, id_token: str) -> Identity:
        raise AssertionError("nobody signs in during a bench")


class Bench:
    """One run over databases and topics of its own, dropped afterwards."""

    def __init__(self, kafka: str, mongodb: str, people: int, fenced: bool) -> None:
        self.name = f"b{uuid.uuid4().hex[:10]}"
        self.people = people
        self.client = connect(mongodb)
        self.profiles = MongoStore(
            self.client[f"{self.name}_p"], repository.Unit, Catalogue(repository.DOCUMENTS), "profiles"
        )
        self.matching = MongoStore(
            self.client[f"{self.name}_m"],
            matching_repository.Unit,
            Catalogue(matching_repository.DOCUMENTS),
            "matching",
        )
        self.profiles.prepare()
        self.matching.prepare()
        self.log = KafkaLog(KafkaSettings(bootstrap=kafka, prefix=self.name, fenced=fenced))
        self.log.prepare([topic for topic in topics().values() if topic.producer == "profiles"])

    def close(self) -> None:
        self.log.close()
        for suffix in ("p", "m", "bare"):
            self.client.drop_database(f"{self.name}_{suffix}")
        self.client.close()

    def figures(self) -> dict[str, Any]:
        """Everything, one after another, between two looks at the bare server."""
        before = self.bare()
        imported = self.imported()
        scim = self.scim(max(20, min(300, self.people // 20)))
        search, look_up = self.search(max(50, min(1000, self.people // 10)))
        return {
            "people": self.people,
            "bare_before": before,
            **imported,
            **scim,
            "search_ms": search,
            "bare_look_up_ms": look_up,
            "bare_after": self.bare(),
            "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }

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
        with self._projecting() as projected:
            import_id = new_id("imp")
            received = store_file(self.profiles, CLOCK, SYSTEM, import_id, file_of(self.people))
            wanted = Wanted(file_name="company.csv", mode="full", auto=True, most_leavers=0)
            open_import(self.profiles, CLOCK, SYSTEM, import_id, received, wanted)
            uploaded = time.perf_counter()
            preview = 0.0
            while (held := read_import(self.profiles, SYSTEM, import_id)).state != "completed":
                work_through("UTC")(self.profiles, CLOCK)
                if not preview and held.state == "applying":
                    preview = time.perf_counter()
            written = time.perf_counter()
            if held.done.joiners != self.people:
                raise RuntimeError(f"{held.done} came of {self.people} rows")
            while projected() < self.people:
                time.sleep(0.05)
        ended = time.perf_counter()
        return {
            "upload_s": uploaded - began,
            "preview_s": (preview or written) - uploaded,
            "written_s": written - began,
            "projected_s": ended - began,
        }

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

        return {
            "scim_create": _rate(create, many),
            "scim_look_up": _rate(look_up, many),
            "scim_patch": _rate(patch, many),
        }

    def search(self, many: int) -> tuple[tuple[float, float], tuple[float, float]]:
        """p50 and p99 in ms of a page of people by the beginnings of two words, and of one bare look-up by id."""
        admin = Caller.person("prs_bench", "people_admin")
        people = self.client[f"{self.name}_p"]["people"]
        ids = [row["_id"] for row in people.find({}, {"_id": 1}).limit(many)]
        found = _times(lambda n: find_people(self.profiles, admin, f"per {n % self.people}", None, 20), many)
        bare = _times(lambda n: people.find_one({"_id": ids[n % len(ids)]}), many)
        return found, bare

    @contextmanager
    def _transaction(self) -> Iterator[Any]:
        with (
            self.client.start_session() as session,
            session.start_transaction(ReadConcern("snapshot"), WriteConcern("majority")),
        ):
            yield session

    @contextmanager
    def _projecting(self) -> Iterator[Callable[[], int]]:
        """The relay of profiles and the consumer of matching at work; yields how many people matching knows."""
        stopping = threading.Event()
        relay = Relay("profiles", self.profiles, self.log, CLOCK)
        handlers: Handlers = {kind: MATCHING[kind] for kind in (PersonChanged, PersonErased)}
        consumer = Consumer(self.matching, self.log, Applying("matching", handlers, CLOCK), [PERSON_TOPIC])

        def relaying() -> None:
            while not stopping.is_set():
                if not relay.step():
                    stopping.wait(0.1)
            relay.close()

        def consuming() -> None:
            while not stopping.is_set():
                consumer.step()
            consumer.close()

        threads = [threading.Thread(target=work) for work in (relaying, consuming)]
        for thread in threads:
            thread.start()
        known = self.client[f"{self.name}_m"]["people"]
        try:
            yield lambda: known.count_documents({})
        finally:
            stopping.set()
            for thread in threads:
                thread.join()


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
