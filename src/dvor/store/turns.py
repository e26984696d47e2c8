"""The turn to write, which the processes that serve one SQLite data folder pass to each other.

It is a lock of the kernel on a file, so that a killed process lets go of it.  The kernel gives a free lock to whoever asks next,
which would always be the one that has just written; so there is a second file, the head of the queue: who wants to write takes
that place first, keeps it until it has the turn, and only then lets the next one into it.  Of two processes that both always
have something to write, each writes every second time; among more nobody is passed over for ever.
"""

import asyncio
import fcntl
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


class Turns:
    """One process's way to the turn.  It asks for it once at a time."""

    def __init__(self, folder: Path, threads: ThreadPoolExecutor) -> None:
        self._head = (folder / "waiting.lock").open("w")
        self._turn = (folder / "writing.lock").open("w")
        self._threads = threads
        self._is_head = False
        self._coming: asyncio.Future[None] | None = None
        self._is_awaited = False

    def take_free(self) -> bool:
        """Take the turn if nobody has it or waits for it."""
        if self._coming is not None:
            return False
        try:
            if not self._is_head:
                fcntl.flock(self._head, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._is_head = True
            fcntl.flock(self._turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        self._leave_head()
        return True

    async def take(self) -> None:
        """Take the turn as soon as it comes; the waiting is done in a thread.

        A thread cannot be called back: what comes after its asker went away goes to the next one, or is given back.
        """
        if self._coming is None:
            if self.take_free():
                return
            self._coming = asyncio.get_running_loop().run_in_executor(self._threads, self._wait)
        coming = self._coming
        self._is_awaited = True
        try:
            await asyncio.shield(coming)
        except asyncio.CancelledError:
            self._is_awaited = False
            coming.add_done_callback(self._give_unwanted)
            raise
        self._is_awaited = False
        self._coming = None

    def _wait(self) -> None:
        if not self._is_head:
            fcntl.flock(self._head, fcntl.LOCK_EX)
            self._is_head = True
        fcntl.flock(self._turn, fcntl.LOCK_EX)
        self._leave_head()

    def _leave_head(self) -> None:
        self._is_head = False
        fcntl.flock(self._head, fcntl.LOCK_UN)

    def _give_unwanted(self, coming: "asyncio.Future[None]") -> None:
        if self._coming is coming and not self._is_awaited:
            self._coming = None
            self.give()

    def give(self) -> None:
        """Let the next process have the turn; may be called in any thread."""
        fcntl.flock(self._turn, fcntl.LOCK_UN)

    async def close(self) -> None:
        """Stop asking, and let go of everything."""
        if self._coming is not None:
            await asyncio.wait([self._coming])
        self._turn.close()
        self._head.close()
