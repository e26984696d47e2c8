"""Siblings: the worker processes that serve one SQLite data folder together.

Their parent makes what they share before it starts them: the claim on the folder, which lasts until the last of them is gone, and
for each place a mailbox for wake-ups.  Whoever is started again in a place finds the mailbox of its predecessor.
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable, Iterable
from multiprocessing.reduction import DupFd
from typing import Any, TextIO

import msgspec

LETTER_IDS = 1000
"""Receiver ids in one letter."""
LETTER_BYTES = 65_536
LETTERS_AT_ONCE = 64
"""Letters that are opened before others have their turn on the loop."""

Hear = Callable[[Iterable[int], str], None]
_letters: msgspec.msgpack.Decoder[tuple[list[int], str]] = msgspec.msgpack.Decoder(tuple[list[int], str])


class Siblings:
    """What one worker shares with the others; it travels to its process while that is being started."""

    def __init__(self, claim: TextIO, mailbox: socket.socket, others: list[socket.socket]) -> None:
        self._claim = claim
        self._mailbox = mailbox
        self._others = others
        self._hear: Hear | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return _arrive, (DupFd(self._claim.fileno()), self._mailbox, self._others)

    def listen(self, hear: Hear) -> None:
        """Hand over, on the running loop, what the others tell from now on."""
        self._hear = hear
        asyncio.get_running_loop().add_reader(self._mailbox, self._open_letters)

    def _open_letters(self) -> None:
        assert self._hear is not None
        for _ in range(LETTERS_AT_ONCE):
            try:
                letter = self._mailbox.recv(LETTER_BYTES)
            except BlockingIOError:
                return
            if not letter:  # nobody is left who could write
                asyncio.get_running_loop().remove_reader(self._mailbox)
                return
            self._hear(*_letters.decode(letter))

    def tell(self, receiver_ids: list[int], pulse: str = "") -> None:
        """Tell all others; a wake-up that finds a full mailbox is dropped, since who waits also looks for himself."""
        for start in range(0, len(receiver_ids), LETTER_IDS):
            letter = msgspec.msgpack.encode((receiver_ids[start : start + LETTER_IDS], pulse))
            for other in self._others:
                with contextlib.suppress(OSError):
                    other.send(letter)

    def close(self) -> None:
        """Stop listening, and give up this process's part of the claim."""
        if self._hear is not None:
            asyncio.get_running_loop().remove_reader(self._mailbox)
        for one in (self._mailbox, *self._others):
            one.close()
        self._claim.close()


def _arrive(claim: Any, mailbox: socket.socket, others: list[socket.socket]) -> Siblings:
    for one in (mailbox, *others):
        one.setblocking(False)
    return Siblings(os.fdopen(claim.detach(), "w"), mailbox, others)


def make_siblings(claim: TextIO, count: int) -> list[Siblings]:
    """Return what each of `count` workers is handed; `claim` is the locked file of the data folder."""
    # records, as datagrams are, but limited by bytes and not by the ten datagrams that Linux queues
    pairs = [socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET) for _ in range(count)]
    for one in (end for pair in pairs for end in pair):
        one.setblocking(False)
    slots = [slot for slot, _ in pairs]
    return [
        Siblings(claim, mailbox, slots[:place] + slots[place + 1 :])
        for place, (_, mailbox) in enumerate(pairs)
    ]
