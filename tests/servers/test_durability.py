"""What was acknowledged survives `kill -9`, and what is sent again is not doubled."""

import asyncio
import random

import aiohttp
import pytest

from tests.servers.conftest import Start
from tests.servers.crowd import Crowd, check, read_all
from tests.serving import Serving

WRITERS = 16
WRITES = 3_000
KILLS = 20


async def kill_and_start(serving: Serving, crowd: Crowd) -> None:
    """Kill the server in the middle of its work and start it again."""
    crowd.is_open.clear()
    await asyncio.to_thread(serving.kill)
    await asyncio.to_thread(serving.start)
    crowd.url = serving.url
    crowd.is_open.set()


@pytest.mark.timeout(600)
async def test_nothing_acknowledged_is_lost_and_nothing_is_doubled(start: Start) -> None:
    serving = await asyncio.to_thread(start)
    crowd = Crowd(serving.token, WRITES)
    crowd.url = serving.url
    crowd.is_open.set()
    async with aiohttp.ClientSession() as client:
        writing = [asyncio.create_task(crowd.write(client)) for _ in range(WRITERS)]
        for kill in range(1, KILLS + 1):
            while crowd.acknowledged < WRITES * kill // (KILLS + 1):
                assert not any(task.done() for task in writing)
                await asyncio.sleep(random.uniform(0.001, 0.02))
            await kill_and_start(serving, crowd)
        await asyncio.gather(*writing)
        messages, posts = await read_all(client, crowd)
    check(crowd, messages, posts)
