"""Quiet log lines: the default renderer draws every failure that a test provokes."""

import logging

import structlog

structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
