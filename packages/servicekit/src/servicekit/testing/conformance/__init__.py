"""Suites that an adapter and its counterpart in memory both pass: what a test in memory shows is true of real parts."""

from servicekit.testing.conformance.logs import LogConformance
from servicekit.testing.conformance.stores import StoreConformance

__all__ = ["LogConformance", "StoreConformance"]
