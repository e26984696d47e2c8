"""What is measured: the calls, what the real OpenVK answers of each in a second, and what Dvor aims at."""

import random
from collections.abc import Callable, Iterator

from msgspec import Struct

FIELDS = "photo_100,sex,status,screen_name,last_seen,city"


class Community(Struct, frozen=True):
    """A made-up community: who is in it, whom the calls are made for, and where the posts are."""

    first_id: int
    users: int
    tokens: list[tuple[int, str]]
    posts: list[tuple[int, int]]

    def partner(self, user_id: int) -> int:
        """Return the one with whom a user has a talk of twenty messages."""
        return user_id + 1 if (user_id - self.first_id) % 2 == 0 else user_id - 1


Write = Callable[[Community, random.Random, int, int], str]
"""Gives the address of a call: for this community, by chance, the so-manieth, for the user of this id."""


class Case(Struct, frozen=True):
    """A call; the figures are answers a second, on SQLite, with 32 connections on 2 cores."""

    name: str
    openvk: str
    aim: int
    call: Write
    writes: bool = False

    def paths(self, community: Community, start: int, count: int) -> Iterator[str]:
        """Yield `count` addresses, the users taking turns; where a call changes something, no two are the same."""
        chance = random.Random(start)
        for number in range(start, start + count):
            user_id, token = community.tokens[number % len(community.tokens)]
            yield f"/method/{self.call(community, chance, number, user_id)}&v=5.199&access_token={token}"


def _anybody(community: Community, chance: random.Random) -> int:
    return community.first_id + chance.randrange(community.users)


def _get_user(community: Community, chance: random.Random, _number: int, _user_id: int) -> str:
    return f"users.get?user_ids={_anybody(community, chance)}&fields={FIELDS}"


def _get_users(community: Community, chance: random.Random, _number: int, _user_id: int) -> str:
    first = community.first_id
    ids = chance.sample(range(first, first + community.users), 100)
    return f"users.get?user_ids={','.join(map(str, ids))}&fields={FIELDS}"


def _get_friends(community: Community, chance: random.Random, _number: int, _user_id: int) -> str:
    return f"friends.get?user_id={_anybody(community, chance)}&count=20&fields={FIELDS}"


def _get_wall(community: Community, chance: random.Random, _number: int, _user_id: int) -> str:
    owner_id, _ = chance.choice(community.posts)
    return f"wall.get?owner_id={owner_id}&count=20&extended=1"


def _get_newsfeed(_community: Community, _chance: random.Random, _number: int, _user_id: int) -> str:
    return "newsfeed.get?count=20&extended=1"


def _get_history(community: Community, _chance: random.Random, _number: int, user_id: int) -> str:
    return f"messages.getHistory?peer_id={community.partner(user_id)}&count=20"


def _get_conversations(_community: Community, _chance: random.Random, _number: int, _user_id: int) -> str:
    return "messages.getConversations?count=20"


def _like(community: Community, _chance: random.Random, number: int, _user_id: int) -> str:
    # every pair of a user and a post comes once
    owner_id, item_id = community.posts[number // len(community.tokens) % len(community.posts)]
    return f"likes.add?type=post&owner_id={owner_id}&item_id={item_id}"


def _post(_community: Community, _chance: random.Random, number: int, _user_id: int) -> str:
    return f"wall.post?message=hello,neighbours,{number}"


def _send(community: Community, _chance: random.Random, number: int, user_id: int) -> str:
    return f"messages.send?peer_id={community.partner(user_id)}&message=hello,neighbour,{number}&random_id=0"


CASES = (
    Case("users.get, 1 user", "385–444", 6600, _get_user),
    Case("users.get, 100 ids", "10", 1000, _get_users),
    Case("friends.get 20", "37–53", 2650, _get_friends),
    Case("wall.get 20 extended", "12–87", 3500, _get_wall),
    Case("newsfeed.get 20 extended", "8–30", 1500, _get_newsfeed),
    Case("messages.getHistory 20", "247–407", 5000, _get_history),
    Case("messages.getConversations 20", "23", 1100, _get_conversations),
    Case("likes.add", "114–264", 2100, _like, writes=True),
    Case("wall.post", "388–445", 2500, _post, writes=True),
    Case("messages.send", "165", 1500, _send, writes=True),
)
TOKEN_OPENVK = "22"
TOKEN_AIM = 0.7
"""Of `/token`: the share of the passwords that the cores can hash."""
POSTGRESQL_AIM = 1 / 3
"""Of what is aimed at on SQLite."""
CPU_AIM = 3.0
"""Processor time of a call, in times of a constant answer and its SQL together."""
