"""A list of twenty costs no more statements than a list of two."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from dvor.core import conversations, friends, messages, newsfeed, users, wall
from dvor.core.courtyard import Courtyard
from dvor.core.newsfeed import TOP
from dvor.store.database import Transaction
from tests.core.conftest import NOW, Settle

PEOPLE = 25


class Counting:
    """A transaction that counts what is asked of it."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self.statements = 0

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._tx, name)
        if name not in ("rows", "row", "value", "run", "run_many"):
            return found

        async def counted(*args: Any, **values: Any) -> Any:
            self.statements += 1
            return await found(*args, **values)

        # `row` is `rows` of the transaction itself, so that nothing is counted twice
        return counted


async def fill(courtyard: Courtyard, ids: list[int]) -> None:
    """Make everybody the first one's friend, with posts, likes and messages."""
    first = ids[0]

    async def write(tx: Transaction) -> None:
        for one in ids[1:]:
            await friends.add_friend(tx, first, one, text="", now=NOW)
            await friends.add_friend(tx, one, first, text="", now=NOW)
            await wall.write_post(tx, one, first, "to you", [], platform="", is_friends_only=False, now=NOW)
            await wall.write_post(tx, one, one, "news", [], platform="", is_friends_only=False, now=NOW)
            await messages.send_message(tx, one, first, "hi", [], random_id=0, now=NOW)
            await messages.send_message(tx, first, ids[1], "hi", [], random_id=0, now=NOW)

    await courtyard.database.write(write)


Listing = Callable[[Any, list[int], int], Awaitable[Any]]

LISTINGS: dict[str, Listing] = {
    "users": lambda tx, ids, count: users.get_people(tx, ids[0], [str(one) for one in ids[:count]]),
    "friends": lambda tx, ids, count: friends.list_friends(
        tx, ids[0], ids[0], order="id", offset=0, count=count, with_people=True
    ),
    "requests": lambda tx, ids, count: friends.list_requests(
        tx, ids[0], is_outgoing=False, offset=0, count=count, with_seen=True, with_people=True
    ),
    "wall": lambda tx, ids, count: wall.list_wall(tx, ids[0], ids[0], "all", offset=0, count=count),
    "posts": lambda tx, ids, count: wall.get_posts(tx, ids[0], [(one, 1) for one in ids[1 : count + 1]]),
    "newsfeed": lambda tx, ids, count: newsfeed.read_newsfeed(
        tx, ids[0], cursor=TOP, since=0, until=0, count=count
    ),
    "history": lambda tx, ids, count: messages.read_history(tx, ids[0], ids[1], offset=0, count=count),
    "messages": lambda tx, ids, count: messages.get_messages(tx, ids[0], list(range(1, count + 1))),
    "conversations": lambda tx, ids, count: conversations.list_conversations(
        tx, ids[0], offset=0, count=count, unread_only=False
    ),
}


@pytest.mark.parametrize("listing", sorted(LISTINGS))
async def test_twenty_cost_no_more_than_two(courtyard: Courtyard, settle: Settle, listing: str) -> None:
    ids = await settle(*[{} for _ in range(PEOPLE)])
    await fill(courtyard, ids)
    counts = {}
    for count in (2, 20):
        async with courtyard.database.read() as tx:
            counting = Counting(tx)
            await LISTINGS[listing](counting, ids, count)
            counts[count] = counting.statements
    assert 0 < counts[20] <= counts[2]
