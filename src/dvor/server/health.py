"""Metrics for Prometheus: calls by dialect, method and outcome, their seconds, and waiting long polls.

With one process the numbers lie in memory.  With several each worker writes its own to a file in a folder
that the parent prepares, and whichever worker is asked adds up the files.
"""

import os
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

Outcome: TypeAlias = Literal["ok", "refused", "failed"]
"""How a call ended: answered, refused with an expected error, or failed through a bug."""

METRICS_TYPE = CONTENT_TYPE_LATEST
"""The Content-Type of what `render_metrics` returns."""

# The name is prometheus-client's own: it is read when a process first imports the library.
_FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

_registry = CollectorRegistry()
_calls = Counter("dvor_calls", "Calls of methods.", ("dialect", "method", "outcome"), registry=_registry)
_seconds = Histogram(
    "dvor_call_seconds",
    "Time that a call took.",
    ("dialect", "method"),
    buckets=_BUCKETS,
    registry=_registry,
)
_waiting = Gauge(
    "dvor_waiting_polls",
    "Long polls that wait for an event.",
    multiprocess_mode="livesum",
    registry=_registry,
)
if _FOLDER_VARIABLE not in os.environ:
    ProcessCollector(registry=_registry)


def count_call(dialect: str, method: str, outcome: Outcome, seconds: float) -> None:
    """Counts a finished call.  `method` is a declared name, never what a caller typed: each is kept for ever."""
    _counter(dialect, method, outcome).inc()
    _timer(dialect, method).observe(seconds)


class _WaitingPoll:
    """One for all: it knows nothing of who enters, and thousands wait at a time."""

    def __enter__(self) -> None:
        _waiting.inc()

    def __exit__(self, *_: object) -> None:
        _waiting.dec()


_waiting_poll = _WaitingPoll()


def waiting_poll() -> AbstractContextManager[None]:
    """Counts a long poll as waiting while the block runs."""
    return _waiting_poll


def render_metrics() -> bytes:
    """Writes the metrics of all workers in Prometheus' text format; reads files, so call it in a thread."""
    if _FOLDER_VARIABLE not in os.environ:
        return generate_latest(_registry)
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return generate_latest(together)


def prepare_worker_metrics(folder: Path) -> None:
    """Makes the workers started after this share their metrics through `folder`, and empties it.

    To be called by the parent; workers must be new processes (spawned), not forks of one that counts.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in folder.glob("*.db"):
        old.unlink()
    os.environ[_FOLDER_VARIABLE] = str(folder)


def forget_worker(process_id: int) -> None:
    """Takes a dead worker's waiting polls out of the sum; to be called by the parent when a worker ends."""
    mark_process_dead(process_id)  # type: ignore[no-untyped-call]


# Finding a child by its labels costs more than counting: the children are kept at hand.
@cache
def _counter(dialect: str, method: str, outcome: Outcome) -> Counter:
    return _calls.labels(dialect, method, outcome)


@cache
def _timer(dialect: str, method: str) -> Histogram:
    return _seconds.labels(dialect, method)
