"""Every figure that the kit tells Prometheus, typed and commented, in one list.

Relay, consumer and clocks live in one process with threads, web requests in several after a fork: only the latter use
the shared directory of `PROMETHEUS_MULTIPROC_DIR`, which `serve` sets up.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from servicekit.config import metrics_directory

# Age in seconds of the oldest event that is true and not yet on its topic. Alert above 30.
OUTBOX_OLDEST = Gauge(
    "mentormesh_outbox_oldest_unsent_seconds", "Age of the oldest unsent event.", multiprocess_mode="max"
)
# Unsent events that the relay saw in its last look (at most its batch size).
OUTBOX_UNSENT = Gauge("mentormesh_outbox_unsent_rows", "Unsent events, as of the last look.", multiprocess_mode="max")
# 1 in the one process whose relay holds the lease. Alert where the sum over a service is 0 for 30 s.
RELAY_OWNER = Gauge("mentormesh_relay_owner", "Whether this process owns the relay.", multiprocess_mode="max")
RELAY_BATCHES = Counter("mentormesh_relay_batches_total", "Batches sent and marked.")
RELAY_ROWS = Counter("mentormesh_relay_rows_total", "Events sent and marked.")
RELAY_FAILURES = Counter("mentormesh_relay_failures_total", "Batches whose outcome is unknown and that are sent again.")

# How far behind a topic is, in seconds: the age of the oldest record not yet applied, 0 when caught up. Alert above 60.
LAG = Gauge("mentormesh_consumer_lag_seconds", "Seconds behind the log.", ["topic"], multiprocess_mode="max")
APPLIED = Counter("mentormesh_events_applied_total", "Events applied.", ["topic"])
# Skipped since the watermark had passed them: repeats after a crash, or a replay. Normal in small numbers.
DUPLICATES = Counter("mentormesh_events_duplicate_total", "Events skipped as known.", ["topic"])
# A sequence arrived before its predecessor on a fact topic. Any is worth a look.
GAPS = Counter("mentormesh_events_gap_total", "Gaps met in a fact topic.", ["topic"])
PARKED = Counter("mentormesh_events_parked_total", "Events parked.", ["topic", "reason"])
# Keys that wait for an operator's `release` or `drop`. Alert above 0.
PARKED_KEYS = Gauge("mentormesh_parked_keys", "Keys with parked events.", multiprocess_mode="max")
RETRIES = Counter("mentormesh_consumer_retries_total", "Batches tried again after a transient failure.")
READERS = Counter("mentormesh_consumer_readers_total", "Readers made; each but the first replaces a broken one.")

TIMER_RUNS = Counter("mentormesh_timer_runs_total", "Items that a clock acted on.", ["timer"])
TIMER_FAILURES = Counter("mentormesh_timer_failures_total", "Items a clock failed on and will try again.", ["timer"])
# From being due to being acted on.
TIMER_SECONDS = Histogram("mentormesh_timer_round_seconds", "Length of one round of a clock.", ["timer"])


def exposition() -> bytes:
    """All figures in Prometheus's text format; of every web process where they share a directory."""
    if metrics_directory() is None:
        return generate_latest()
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
