"""The long poll of a real server loses nothing and gives nothing twice, whatever happens to it."""

import asyncio
import itertools
import random
from typing import Any

import httpx
import pytest

from tests.servers.conftest import Start
from tests.serving import Serving

WRITERS = 8
EVENTS = 1000
RECONNECTS = 50
KILLS = 2


class Village:
    """A server that comes and goes, its writers, and the receiver who listens."""

    def __init__(self, serving: Serving, writer_token: str) -> None:
        self.serving = serving
        self.writer_token = writer_token
        self.is_open = asyncio.Event()
        self.is_open.set()
        self.sent = 0
        self._numbers = itertools.count(1)

    async def call(self, client: httpx.AsyncClient, method: str, token: str, **params: Any) -> Any:
        """Call a method, again after a kill, until it answers."""
        while True:
            await self.is_open.wait()
            try:
                asked = {"access_token": token, "v": "5.199", **params}
                answer = (await client.post(f"{self.serving.url}/method/{method}", data=asked)).json()
            except httpx.HTTPError:
                await asyncio.sleep(0.01)
                continue
            assert "response" in answer, answer
            return answer["response"]

    async def write(self, client: httpx.AsyncClient) -> None:
        """Send messages with numbers for texts."""
        while (number := next(self._numbers)) <= EVENTS:
            await self.call(
                client, "messages.send", self.writer_token, peer_id=1, message=str(number), random_id=number
            )
            self.sent += 1

    async def kill_twice(self) -> None:
        """Kill the server at a third and at two thirds."""
        for kill in range(1, KILLS + 1):
            while self.sent < EVENTS * kill // (KILLS + 1):  # noqa: ASYNC110  # eight writers count, one looks
                await asyncio.sleep(0.01)
            self.is_open.clear()
            await asyncio.to_thread(self.serving.kill)
            await asyncio.to_thread(self.serving.start)
            self.is_open.set()


async def poll(
    client: httpx.AsyncClient, village: Village, ts: int, wait: int
) -> tuple[list[list[Any]], int, int]:
    """Connect anew and ask for what came after `ts`; return the events, the new `ts` and the newest one known before."""
    while True:
        server = await village.call(client, "messages.getLongPollServer", village.serving.token)
        asked = {"act": "a_check", "key": server["key"], "ts": ts, "wait": wait, "mode": 2, "version": 3}
        try:
            answer = (await client.get(f"http://{server['server']}", params=asked)).json()
        except httpx.HTTPError:
            await asyncio.sleep(0.01)
            continue
        assert "failed" not in answer, answer
        return answer["updates"], answer["ts"], server["ts"]


@pytest.mark.timeout(600)
async def test_every_event_comes_once_and_in_order(start: Start) -> None:
    serving = await asyncio.to_thread(start)
    async with httpx.AsyncClient(timeout=30) as client:
        asked = {"grant_type": "password", "username": "boris@dvor.example", "password": "courtyard"}
        token = (await client.post(f"{serving.url}/token", data=asked)).json()["access_token"]
        village = Village(serving, token)
        _, first, _ = await poll(client, village, 0, 1)
        working = [asyncio.create_task(village.write(client)) for _ in range(WRITERS)]
        working.append(asyncio.create_task(village.kill_twice()))
        seen: dict[int, list[Any]] = {}
        for _ in range(RECONNECTS):
            ts = random.randint(first, first + len(seen))
            events, after, _ = await poll(client, village, ts, 1)
            assert after == ts + len(events)
            for number, event in enumerate(events, ts + 1):
                assert seen.setdefault(number, event) == event, "a number stands for two events"
        await asyncio.gather(*working)
        whole: list[list[Any]] = []
        ts = first
        while True:
            events, after, newest = await poll(client, village, ts, 1)
            assert after == ts + len(events)
            whole += events
            ts = after
            if ts == newest:
                break
    assert ts == first + EVENTS
    assert [seen[number] for number in sorted(seen)] == [whole[number - first - 1] for number in sorted(seen)]
    assert sorted(int(event[5]) for event in whole) == list(range(1, EVENTS + 1))
    ids = [event[1] for event in whole]
    assert ids == sorted(set(ids))
