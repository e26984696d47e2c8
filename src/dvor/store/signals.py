"""Wake-ups: telling those who wait for a receiver's events that there may be new ones.

A wake-up may carry a pulse: a small text (somebody is typing) that is nowhere written down.
"""

import asyncio
from collections.abc import Iterable

Waiter = asyncio.Future[str]
"""Done with a pulse, or with an empty text when there may be something to read."""


class Signals:
    """The waiters of this process, by receiver."""

    def __init__(self) -> None:
        self._waiters: dict[int, dict[Waiter, int]] = {}
        self._closed = False

    def waiter(self, receiver_id: int, after: int) -> Waiter:
        """Return a future that is done at the next wake-up of the receiver, or at once when closed.

        `after` is the newest event that the waiter knows.  Ask for it before looking whether there is something to
        read; give it back with `forget`.
        """
        future: Waiter = asyncio.get_running_loop().create_future()
        if self._closed:
            future.set_result("")
        else:
            self._waiters.setdefault(receiver_id, {})[future] = after
        return future

    def forget(self, receiver_id: int, future: Waiter) -> None:
        """Stop waiting."""
        waiters = self._waiters.get(receiver_id)
        if waiters is not None:
            waiters.pop(future, None)
            if not waiters:
                del self._waiters[receiver_id]

    def wake(self, receiver_ids: Iterable[int], pulse: str = "") -> None:
        """Wake all who wait for one of the receivers, with a pulse or without."""
        for receiver_id in receiver_ids:
            for future in self._waiters.pop(receiver_id, ()):
                if not future.done():
                    future.set_result(pulse)

    def receivers(self) -> list[int]:
        """Return who is waited for."""
        return list(self._waiters)

    def waiting(self, receiver_ids: Iterable[int]) -> dict[int, int]:
        """Return which of the receivers are waited for, and the lowest newest event that a waiter knows."""
        found = ((receiver_id, self._waiters.get(receiver_id)) for receiver_id in receiver_ids)
        return {receiver_id: min(waiters.values()) for receiver_id, waiters in found if waiters}

    def close(self) -> None:
        """Wake everybody, now and from now on."""
        self._closed = True
        self.wake(list(self._waiters))

    @property
    def is_closed(self) -> bool:
        """Say whether the server is stopping."""
        return self._closed
