"""What was acknowledged survives `kill -9`, and what is sent again is not doubled."""

import asyncio
import itertools
import random
from typing import Any

import aiohttp
import pytest

from tests.servers.conftest import Start
from tests.serving import Serving

WRITERS = 16
WRITES = 3_000
KILLS = 20


class Crowd:
    """Writers who send numbered messages and posts, again and again until each is acknowledged."""

    def __init__(self, token: str) -> None:
        self.url = ""
        self.token = token
        self.is_open = asyncio.Event()
        self.messages: dict[int, int] = {}
        self.posts: dict[str, int] = {}
        self._numbers = itertools.count(1)

    @property
    def acknowledged(self) -> int:
        return len(self.messages) + len(self.posts)

    async def call(self, client: aiohttp.ClientSession, method: str, **params: Any) -> Any:
        """Call a method until it answers; a post whose answer was lost is not sent again under the same text."""
        await self.is_open.wait()
        asked = {"access_token": self.token, "v": "5.199", **params}
        async with client.post(f"{self.url}/method/{method}", data=asked) as response:
            answer = await response.json()
        assert "response" in answer, answer
        return answer["response"]

    async def write(self, client: aiohttp.ClientSession) -> None:
        """Write until enough is acknowledged."""
        while self.acknowledged < WRITES:
            number = next(self._numbers)
            attempts = itertools.count()
            while True:
                attempt = next(attempts)
                try:
                    if number % 4:
                        self.messages[number] = await self.call(
                            client, "messages.send", peer_id=2, message=f"m{number}", random_id=number
                        )
                    else:
                        text = f"p{number}.{attempt}"
                        self.posts[text] = (await self.call(client, "wall.post", message=text))["post_id"]
                    break
                except aiohttp.ClientError:
                    await asyncio.sleep(0.01)


async def read_all(
    client: aiohttp.ClientSession, crowd: Crowd
) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """Return every message and every post of the crowd that is there, as (text, id)."""
    messages: list[tuple[str, int]] = []
    while True:
        page = await crowd.call(
            client, "messages.getHistory", peer_id=2, count=200, offset=len(messages), rev=1
        )
        messages += [(item["text"], item["id"]) for item in page["items"]]
        if not page["items"]:
            break
    posts: list[tuple[str, int]] = []
    while True:
        page = await crowd.call(client, "wall.get", count=100, offset=len(posts))
        posts += [(item["text"], item["id"]) for item in page["items"]]
        if not page["items"]:
            break
    return [one for one in messages if one[0].startswith("m")], [
        one for one in posts if one[0].startswith("p")
    ]


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
    crowd = Crowd(serving.token)
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
    assert crowd.acknowledged >= WRITES
    assert sorted(text for text, _ in messages) == sorted({text for text, _ in messages}), (
        "a message was doubled"
    )
    there = dict(messages)
    assert {
        f"m{number}": message_id for number, message_id in crowd.messages.items()
    }.items() <= there.items()
    assert crowd.posts.items() <= dict(posts).items()
    assert len({post_id for _, post_id in posts}) == len(posts)
