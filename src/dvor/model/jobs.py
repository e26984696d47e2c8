"""Jobs: work that is done later, at least once."""

from typing import Any

from msgspec import Struct


class Job(Struct, frozen=True):
    """A job as taken from the queue; `attempts` counts this try too."""

    id: int
    kind: str
    body: dict[str, Any]
    attempts: int
