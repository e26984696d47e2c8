"""Many made-up people, for trying and measuring a community of some size."""

import itertools
import random
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from msgspec import Struct

from dvor.core.accounts import hash_password
from dvor.core.courtyard import Courtyard
from dvor.model.friends import Friendship
from dvor.model.users import NewUser, Platform
from dvor.model.wall import NewPost
from dvor.model.words import fold_words
from dvor.store.accounts import account_row, accounts
from dvor.store.conversations import conversations, member_row, members
from dvor.store.database import Transaction
from dvor.store.events import receiver_row, receivers
from dvor.store.friends import friend_row, friendships
from dvor.store.likes import item_counters, likes
from dvor.store.message_words import message_words, word_rows
from dvor.store.messages import messages
from dvor.store.name_words import name_rows, name_words
from dvor.store.numbers import NumberName, last_number, set_number
from dvor.store.post_words import post_word_rows, post_words
from dvor.store.users import owner_row, owners, presences, user_row, users
from dvor.store.wall import post_row, posts

FIRST_NAMES = (
    "Анна",
    "Иван",
    "Olga",
    "Peter",
    "Мария",
    "Юрий",
    "Ulrike",
    "Tom",
    "Катя",
    "Глеб",
    "Rita",
    "Hans",
)
LAST_NAMES = ("Белый", "Смит", "Novak", "Weber", "Лесной", "Котов", "Morrow", "Stone", "Чайка", "Зима")
CITIES = ("Москва", "Тверь", "Berlin", "Praha", "Ереван", "")
WORDS = [
    "двор",
    "сирень",
    "шахматы",
    "чай",
    "гитара",
    "лес",
    "river",
    "bread",
    "window",
    "garden",
    "snow",
    "вечер",
    "друзья",
    "winter",
    "music",
]
FRIENDS_EACH = 20
LIKES_EACH = 3
MESSAGES_EACH = 11
DAY = 24 * 3600
BATCH = 5000


class Population(Struct, frozen=True):
    """How many people and posts, and the seed: the same one makes the same people."""

    users: int
    posts: int
    seed: int

    @property
    def rows(self) -> int:
        """Roughly how many rows there will be."""
        return self.users * (5 + FRIENDS_EACH + MESSAGES_EACH // 2 + 2) + self.posts * (2 + LIKES_EACH)


Progress = Callable[[int], None]
Tables = Iterator[tuple[Any, Iterable[dict[str, Any]]]]


async def populate(courtyard: Courtyard, population: Population, password: str, progress: Progress) -> int:
    """Add the people with accounts, friends, posts, likes and messages; return how many rows were written.

    All have the same password; their logins are `user9@dvor.example` with their ids.
    """
    password_hash = await hash_password(password)
    async with courtyard.database.read() as tx:
        last: dict[NumberName, int] = {
            "users": await last_number(tx, "users"),
            "conversations": await last_number(tx, "conversations"),
            "messages": await last_number(tx, "messages"),
        }
    crowd = _Crowd(population, last, courtyard.now, password_hash)
    written = 0
    for table, rows in crowd.tables():
        remaining = iter(rows)
        while batch := list(itertools.islice(remaining, BATCH)):
            written += await _load(courtyard, table, batch)
            progress(written)

    async def note_numbers(tx: Transaction) -> None:
        for name, value in crowd.last.items():
            await set_number(tx, name, value)

    await courtyard.database.write(note_numbers)
    return written


async def _load(courtyard: Courtyard, table: Any, batch: list[dict[str, Any]]) -> int:
    return await courtyard.database.write(lambda tx: tx.load(table, batch))


class _Crowd:
    """The rows of all these people, drawn from one source of chance."""

    def __init__(
        self, population: Population, last: dict[NumberName, int], now: int, password_hash: str
    ) -> None:
        self._chance = random.Random(population.seed)
        self._now = now
        self._password_hash = password_hash
        self._ids = range(last["users"] + 1, last["users"] + 1 + population.users)
        self._post_count = population.posts
        self.last = dict(last) | {"users": last["users"] + population.users}

    def tables(self) -> Tables:
        """Yield each table with its rows, referred-to ones first, every table in the order of its key."""
        choose = self._chance.choice
        hosts = sorted(choose(self._ids) for _ in range(self._post_count))
        walls = {owner_id: len(list(group)) for owner_id, group in itertools.groupby(hosts)}
        people = [user_row(user_id, self._person(user_id), self._now - 400 * DAY) for user_id in self._ids]
        yield users, people
        yield name_words, (word for row in people for word in _person_words(row))
        yield owners, (owner_row(user_id, wall=walls.get(user_id, 0)) for user_id in self._ids)
        yield receivers, (receiver_row(user_id) for user_id in self._ids)
        yield (
            accounts,
            (
                account_row(user_id, f"user{user_id}@dvor.example", self._password_hash)
                for user_id in self._ids
            ),
        )
        yield presences, (self._presence(user_id) for user_id in self._ids)
        yield friendships, self._friendships()
        written = [row for owner_id, count in walls.items() for row in self._wall(owner_id, count)]
        yield posts, written
        yield post_words, _written_words(written)
        fans = {(row["owner_id"], row["id"]): self._fans() for row in written}
        yield item_counters, (self._counters(key, some) for key, some in fans.items())
        yield likes, (self._like(key, fan) for key, some in fans.items() for fan in some)
        yield from self._dialogs()

    def _person(self, user_id: int) -> NewUser:
        choose = self._chance.choice
        city = choose(CITIES)
        return NewUser(
            first_name=choose(FIRST_NAMES),
            last_name=choose(LAST_NAMES),
            screen_name=f"user{user_id}",
            sex=self._chance.randint(1, 2),
            city_id=CITIES.index(city) + 1 if city else 0,
            city=city,
            status=self._words(3),
        )

    def _presence(self, user_id: int) -> dict[str, Any]:
        seen_at = self._now - self._chance.randint(0, 30 * DAY)
        return {"user_id": user_id, "seen_at": seen_at, "platform": Platform.SITE, "is_offline": False}

    def _friendships(self) -> Iterator[dict[str, Any]]:
        pairs: set[tuple[int, int]] = set()
        if len(self._ids) < 2:
            return
        for one in self._ids:
            for _ in range(FRIENDS_EACH // 2):
                other = self._chance.choice(self._ids)
                if other != one:
                    pairs |= {(one, other), (other, one)}
        since = self._now - 300 * DAY
        for one, other in sorted(pairs):
            yield friend_row(one, other, Friendship.FRIENDS, since + (one * other) % DAY)

    def _wall(self, owner_id: int, count: int) -> Iterator[dict[str, Any]]:
        times = sorted(self._now - self._chance.randint(60, 200 * DAY) for _ in range(count))
        for number, created_at in enumerate(times, 1):
            yield post_row(
                number,
                NewPost(
                    owner_id=owner_id,
                    from_id=owner_id,
                    text=self._words(self._chance.randint(3, 25)),
                    attachments=[],
                    platform="",
                    created_at=created_at,
                ),
            )

    def _fans(self) -> list[int]:
        return sorted(
            {self._chance.choice(self._ids) for _ in range(self._chance.randint(0, 2 * LIKES_EACH))}
        )

    @staticmethod
    def _counters(key: tuple[int, int], fans: list[int]) -> dict[str, Any]:
        owner_id, item_id = key
        return {
            "owner_id": owner_id,
            "kind": "post",
            "item_id": item_id,
            "likes": len(fans),
            "comments": 0,
            "reposts": 0,
        }

    def _like(self, key: tuple[int, int], fan: int) -> dict[str, Any]:
        owner_id, item_id = key
        return {
            "owner_id": owner_id,
            "kind": "post",
            "item_id": item_id,
            "user_id": fan,
            "created_at": self._now,
        }

    def _dialogs(self) -> Tables:
        """Half as many dialogs as people, each between neighbours by number, so that none comes twice."""
        first = self.last["conversations"] + 1
        pairs = [(one, one + 1) for one in self._ids[:-1:2]]
        self.last["conversations"] += len(pairs)
        said = [(number, self._talk(number, low, high)) for number, (low, high) in enumerate(pairs, first)]
        yield (
            conversations,
            (
                {"id": number, "low_id": low, "high_id": high, "last_number": len(talk), "pinned_number": 0}
                for (number, talk), (low, high) in zip(said, pairs, strict=True)
            ),
        )
        yield (
            members,
            (
                _view(number, one, other, talk)
                for (number, talk), (low, high) in zip(said, pairs, strict=True)
                for one, other in ((low, high), (high, low))
            ),
        )
        yield messages, (row for _, talk in said for row in talk)
        yield message_words, (row for number, talk in said for row in _talk_words(number, talk))

    def _talk(self, conversation_id: int, low: int, high: int) -> list[dict[str, Any]]:
        times = sorted(self._now - self._chance.randint(60, 100 * DAY) for _ in range(MESSAGES_EACH))
        talk = []
        for number, created_at in enumerate(times, 1):
            self.last["messages"] += 1
            talk.append(
                {
                    "conversation_id": conversation_id,
                    "number": number,
                    "id": self.last["messages"],
                    "from_id": self._chance.choice((low, high)),
                    "created_at": created_at,
                    "text": self._words(self._chance.randint(1, 12)),
                    "attachments": [],
                    "random_id": 0,
                    "edited_at": 0,
                    "deleted_at": 0,
                    "extra": None,
                }
            )
        return talk

    def _words(self, count: int) -> str:
        return " ".join(self._chance.choices(WORDS, k=count))


def _person_words(row: dict[str, Any]) -> list[dict[str, Any]]:
    return name_rows(row["id"], row["first_name"], row["last_name"], row["screen_name"])


def _written_words(written: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for word in sorted(WORDS):
        for row in written:
            if f" {word} " in f" {row['text']} ":
                yield from post_word_rows(row["owner_id"], row["id"], fold_words(word))


def _talk_words(conversation_id: int, talk: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = (word_rows(conversation_id, row["number"], fold_words(row["text"])) for row in talk)
    return sorted(itertools.chain.from_iterable(rows), key=lambda row: (row["word"], row["number"]))


def _view(conversation_id: int, user_id: int, peer_id: int, talk: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a member's row as sending these messages one by one would have left it: whoever writes has read."""
    nothing = {"number": 0, "id": 0}
    mine = next((row for row in reversed(talk) if row["from_id"] == user_id), nothing)
    theirs = next((row for row in reversed(talk) if row["from_id"] == peer_id), nothing)
    return member_row(conversation_id, user_id, peer_id) | {
        "last_number": talk[-1]["number"],
        "last_message_id": talk[-1]["id"],
        "read_number": mine["number"],
        "read_message_id": mine["id"],
        "peer_read_number": theirs["number"],
        "peer_read_message_id": theirs["id"],
        "unread_count": len(talk) - mine["number"],
    }
