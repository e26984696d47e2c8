"""Wrong passwords are counted, so that nobody guesses them at a network through a site's form."""

import time
from collections import OrderedDict
from collections.abc import Callable

MOST_FAILURES, SECONDS = 10, 300
MOST_LOGINS = 10_000
"""Logins that are remembered; the oldest are forgotten."""


class Attempts:
    """Failures of the last minutes by login, in the memory of one process."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, list[float]] = OrderedDict()

    def seconds_to_wait(self, login: str) -> int:
        """Return how long this login has to wait, 0 if it may try."""
        recent = self._recent(login)
        return int(recent[0] + SECONDS - self._clock()) + 1 if len(recent) >= MOST_FAILURES else 0

    def fail(self, login: str) -> None:
        """Count a failure."""
        self._failures[_fold(login)] = [*self._recent(login), self._clock()][-MOST_FAILURES:]
        self._failures.move_to_end(_fold(login))
        if len(self._failures) > MOST_LOGINS:
            self._failures.popitem(last=False)

    def _recent(self, login: str) -> list[float]:
        oldest = self._clock() - SECONDS
        return [one for one in self._failures.get(_fold(login), []) if one > oldest]


def _fold(login: str) -> str:
    return login.strip().casefold()[:255]
