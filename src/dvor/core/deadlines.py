"""Deadlines: ending waits in time, thousands of them with few timers."""

import asyncio
import math

from dvor.store.signals import Waiter

TICK_SECONDS = 0.1
"""Waits that end within the same tick share a timer, and end with it: a timer of one's own takes half a kilobyte."""


class Deadlines:
    """Who is to be told that his time is over, by the tick at which it is."""

    def __init__(self) -> None:
        self._waiters: dict[int, set[Waiter]] = {}

    def add(self, waiter: Waiter, at: float) -> None:
        """Let a waiter end at a time of the loop's clock, or up to a tick later."""
        tick = math.ceil(at / TICK_SECONDS)
        waiters = self._waiters.get(tick)
        if waiters is None:
            waiters = self._waiters[tick] = set()
            asyncio.get_running_loop().call_at(tick * TICK_SECONDS, self._end, tick)
        waiters.add(waiter)

    def remove(self, waiter: Waiter, at: float) -> None:
        """Forget a waiter that was to end at this time, or none."""
        waiters = self._waiters.get(math.ceil(at / TICK_SECONDS))
        if waiters is not None:
            waiters.discard(waiter)

    def _end(self, tick: int) -> None:
        for waiter in self._waiters.pop(tick):
            stop(waiter)


def stop(waiter: Waiter, _leaving: object = None) -> None:
    """End a wait without news."""
    if not waiter.done():
        waiter.set_result("")
