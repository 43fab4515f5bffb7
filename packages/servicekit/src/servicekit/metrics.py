"""Every figure that the kit tells Prometheus, typed and commented, in one list."""

from prometheus_client import generate_latest


def exposition() -> bytes:
    """All figures of this process in Prometheus's text format."""
    return generate_latest()
