"""Five thousand idle long polls on one worker: what they weigh, and how soon they are woken."""

import asyncio
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import uvloop
from msgspec import Struct

from bench.cases import Community
from bench.processes import Server
from bench.profiled import Profile, ask_profiler, profiled
from dvor.config import Settings
from dvor.core.courtyard import open_courtyard
from dvor.core.tokens import identify
from dvor.dialects.vk.poll_keys import make_poll_key
from dvor.methods.declaration import Call

CLIENTS = 5000
SINGLE_WAKES = 300
WHOLE_WAKES = 3
AT_ONCE = 200
"""Clients that connect at the same time."""
IDLE_CPU = 0.05
"""Seconds of processor time in half a second, under which a server counts as idle."""
WAIT = 90


class PollFigures(Struct, frozen=True):
    """Megabytes of the server with no clients and with all; seconds until one, and until all, have been woken."""

    empty: float
    full: float
    median: float
    p99: float
    everybody: float


class Client(asyncio.Protocol):
    """One connection: asks once, and notes when the answer came."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self.answer: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self.body = b""
        self.transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self.body += data
        if not self.answer.done():
            self.answer.set_result(time.perf_counter())

    def close(self) -> None:
        """Hang up."""
        self.transport.close()


class Audience:
    """Who asks, at one server."""

    def __init__(self, server: Server, poll: Callable[[int], str], wake: Callable[[int], str]) -> None:
        self._server = server
        place = urlsplit(server.url)
        self._address = place.hostname or "", place.port or 80
        self._poll = poll
        self._wake = wake

    def _request(self, path: str) -> bytes:
        return f"GET {path} HTTP/1.1\r\nHost: {self._address[0]}\r\n\r\n".encode()

    async def _connect(self, path: str) -> Client:
        loop = asyncio.get_running_loop()
        _, client = await loop.create_connection(lambda: Client(self._request(path)), *self._address)
        return client

    async def _gather(self, names: list[int]) -> list[Client]:
        """Let everybody wait."""
        clients: list[Client] = []
        for start in range(0, len(names), AT_ONCE):
            some = names[start : start + AT_ONCE]
            clients += await asyncio.gather(*(self._connect(self._poll(name)) for name in some))
        await self._settle()
        early = [client.body for client in clients if client.answer.done()]
        if early:
            raise RuntimeError(f"{len(early)} polls did not wait: {early[0][-300:]!r}")
        return clients

    async def _settle(self) -> None:
        """Wait until the server is idle."""
        before = -1.0
        while (now := self._server.cpu()) - before > IDLE_CPU:
            before = now
            await asyncio.sleep(0.5)

    async def _time_wake(self, name: int, waiting: list[Client]) -> float:
        """Return the seconds from asking for the wake-up until the last of these clients has its answer."""
        started = time.perf_counter()
        waker = await self._connect(self._wake(name))
        times = await asyncio.wait_for(asyncio.gather(*(client.answer for client in waiting)), 60)
        await waker.answer
        if b'"error"' in waker.body:
            raise RuntimeError(waker.body)
        waker.close()
        return max(times) - started

    async def measure(self) -> PollFigures:
        """Return the figures of this server."""
        await self._connect(self._wake(1))
        await asyncio.sleep(0.5)
        empty = memory_of(self._server)
        names = list(range(1, CLIENTS + 1))
        clients = await self._gather(names)
        full = memory_of(self._server)
        wakes = []
        for place in range(0, SINGLE_WAKES * 3, 3):
            wakes.append(await self._time_wake(names[place], [clients[place]]))
            await asyncio.sleep(0.005)
        await self._leave(clients)
        everybody = []
        for _ in range(WHOLE_WAKES):
            clients = await self._gather([1] * CLIENTS)
            everybody.append(await self._time_wake(1, clients))
            await self._leave(clients)
        wakes.sort()
        return PollFigures(
            empty,
            full,
            statistics.median(wakes),
            wakes[int(len(wakes) * 0.99)],
            statistics.median(everybody),
        )

    async def explain(self) -> tuple[Profile | None, Profile | None]:
        """Return, of a server under the profiler, what the waiting holds in memory, and where time goes when all wake."""
        await asyncio.to_thread(ask_profiler, self._server, "/memory/start")
        clients = await self._gather(list(range(1, CLIENTS + 1)))
        memory = await asyncio.to_thread(ask_profiler, self._server, "/memory/stop")
        await self._leave(clients)
        clients = await self._gather([1] * CLIENTS)
        await asyncio.to_thread(ask_profiler, self._server, "/profile/start")
        await self._time_wake(1, clients)
        waking = await asyncio.to_thread(ask_profiler, self._server, "/profile/stop")
        await self._leave(clients)
        return memory, waking

    async def _leave(self, clients: list[Client]) -> None:
        for client in clients:
            client.close()
        await asyncio.sleep(0.2)
        await self._settle()


def memory_of(server: Server) -> float:
    """Return the megabytes that the server's process holds."""
    status = Path(f"/proc/{server.process_id}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def measure_constant(server: Server) -> PollFigures:
    """Measure the bare server."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(
            Audience(server, lambda name: f"/wait/{name}", lambda name: f"/wake/{name}").measure()
        )


def make_keys(settings: Settings, community: Community) -> list[tuple[int, str, int]]:
    """Return, for everybody whom the measuring needs, the id, a long poll key and the newest event."""
    return asyncio.run(_make_keys(settings, community))


async def _make_keys(settings: Settings, community: Community) -> list[tuple[int, str, int]]:
    courtyard = await open_courtyard(settings)
    _, token = community.tokens[0]
    try:
        async with courtyard.database.read() as tx:
            caller = await identify(tx, token, courtyard.now)
            assert caller is not None
            call = Call(courtyard, tx, caller, courtyard.now, (5, 199), True)
            found = []
            for user_id in range(community.first_id + 1, community.first_id + 1 + CLIENTS):
                key, cursor = await make_poll_key(call, user_id)
                found.append((user_id, key, cursor.number))
            return found
    finally:
        await courtyard.close()


def measure_dvor(server: Server, community: Community, keys: list[tuple[int, str, int]]) -> PollFigures:
    """Measure Dvor: who is woken is sent a message by somebody else, and the sending counts."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_dvor_audience(server, community, keys).measure())


def explain_dvor(settings: Settings, community: Community) -> tuple[Profile | None, Profile | None]:
    """Return profiles of the memory that waiting takes, and of the time that waking all takes."""
    keys = make_keys(settings, community)
    with profiled(settings) as server, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_dvor_audience(server, community, keys).explain())


def _dvor_audience(server: Server, community: Community, keys: list[tuple[int, str, int]]) -> Audience:
    _, token = community.tokens[0]
    newest = {number: ts for number, (_, _, ts) in enumerate(keys, 1)}
    unread: set[int] = set()

    def poll(number: int) -> str:
        user_id, key, _ = keys[number - 1]
        asked = {"act": "a_check", "key": key, "ts": newest[number], "wait": WAIT, "mode": 2, "version": 3}
        return f"/nim{user_id}?{urlencode(asked)}"

    def wake(number: int) -> str:
        # the first message is two events: itself, and that one more conversation is unread
        newest[number] += 1 if number in unread else 2
        unread.add(number)
        asked = {"peer_id": keys[number - 1][0], "message": "wake up", "random_id": 0}
        return f"/method/messages.send?{urlencode(asked)}&v=5.199&access_token={token}"

    return Audience(server, poll, wake)
