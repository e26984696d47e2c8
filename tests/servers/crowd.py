"""Writers at a real server that comes and goes, and what became of what they wrote."""

import asyncio
import itertools
from typing import Any

import aiohttp


class Crowd:
    """Writers who send numbered messages and posts, again and again until each is acknowledged."""

    def __init__(self, token: str, writes: int) -> None:
        self.url = ""
        self.token = token
        self.writes = writes
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
        while self.acknowledged < self.writes:
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


def check(crowd: Crowd, messages: list[tuple[str, int]], posts: list[tuple[str, int]]) -> None:
    """Check that what was acknowledged is there, and nothing twice."""
    assert crowd.acknowledged >= crowd.writes
    assert sorted(text for text, _ in messages) == sorted({text for text, _ in messages}), (
        "a message was doubled"
    )
    there = dict(messages)
    assert {
        f"m{number}": message_id for number, message_id in crowd.messages.items()
    }.items() <= there.items()
    assert crowd.posts.items() <= dict(posts).items()
    assert len({post_id for _, post_id in posts}) == len(posts)
