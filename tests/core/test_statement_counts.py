"""A list of twenty costs no more statements than a list of two."""

from collections.abc import Awaitable, Callable
from typing import Any

from dvor.core import (
    albums,
    conversations,
    documents,
    friends,
    message_search,
    message_sending,
    messages,
    newsfeed,
    photos,
    tokens,
    users,
    wall,
)
from dvor.core.courtyard import Courtyard
from dvor.core.documents import NewDocument
from dvor.core.newsfeed import TOP
from dvor.model.attachments import Attachment
from dvor.model.documents import Preview, UploadedDocument
from dvor.model.files import UploadedPicture
from dvor.model.photos import NewAlbum
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
    """Make everybody the first one's friend, and let them all ask the second one and be asked by the third.

    Each has a post and a message with a photo of his own and one of a third person's.
    """
    first, second, third, *_ = ids

    kept: dict[int, int] = {}

    async def write(tx: Transaction) -> None:
        for one in ids:
            picture = UploadedPicture("u", [], {})
            await photos.save_photo(tx, one, picture, text="", access_key="", quota=0, now=NOW)
            file = UploadedDocument("u", "a.txt", "txt", 1, "0" * 64, Preview(), {"0" * 64: 1})
            new = NewDocument(owner_id=one)
            kept[one] = (await documents.save_document(tx, one, file, new, quota=0, now=NOW)).id
        for number in range(PEOPLE):
            album = await albums.create_album(tx, first, NewAlbum(owner_id=first, title=str(number)), now=NOW)
            upload = UploadedPicture(str(number), [], {})
            await albums.fill_album(tx, first, first, album.id, [(upload, "")], text="", quota=0, now=NOW)
        for number, one in enumerate(ids):
            shown = [
                Attachment("photo", one, 1),
                Attachment("photo", ids[number - 1], 1),
                Attachment("doc", one, kept[one]),
            ]
            if one != first:
                await friends.add_friend(tx, first, one, text="", now=NOW)
                await friends.add_friend(tx, one, first, text="", now=NOW)
                await wall.write_post(tx, one, first, "", shown, platform="", is_friends_only=False, now=NOW)
                await wall.write_post(tx, one, one, "", shown, platform="", is_friends_only=False, now=NOW)
                await message_sending.send_message(tx, one, first, "Двор", shown, random_id=0, now=NOW)
                await message_sending.send_message(
                    tx, first, second, "", [Attachment("photo", first, 1)], random_id=0, now=NOW
                )
            if one not in (first, second, third):
                await friends.add_friend(tx, one, second, text="", now=NOW)
                await friends.add_friend(tx, third, one, text="", now=NOW)

    await courtyard.database.write(write)


Listing = Callable[[Any, list[int], int], Awaitable[int]]
"""Lists so many of something and returns how many there were."""


async def list_people(tx: Any, ids: list[int], count: int) -> int:
    return len((await users.get_people(tx, ids[0], [f"id{one}" for one in ids[:count]]))[1])


async def list_friends(tx: Any, ids: list[int], count: int) -> int:
    page = await friends.list_friends(
        tx, ids[1], ids[0], order="name", offset=0, count=count, with_people=True
    )
    return len(page.people)


async def list_incoming(tx: Any, ids: list[int], count: int) -> int:
    page = await friends.list_requests(
        tx, ids[1], is_outgoing=False, offset=0, count=count, with_seen=False, with_people=True
    )
    return len(page.people)


async def list_outgoing(tx: Any, ids: list[int], count: int) -> int:
    page = await friends.list_requests(
        tx, ids[2], is_outgoing=True, offset=0, count=count, with_seen=False, with_people=True
    )
    return len(page.people)


async def list_mutual(tx: Any, ids: list[int], count: int) -> int:
    mutual = await friends.list_mutual(tx, ids[1], ids[2 : count + 2])
    return sum(found == [ids[0]] for found in mutual.values())


async def list_wall(tx: Any, ids: list[int], count: int) -> int:
    page = await wall.list_wall(tx, ids[1], ids[0], "others", offset=0, count=count)
    assert len(page.attached.photos) >= count
    return len(page.posts)


async def list_posts(tx: Any, ids: list[int], count: int) -> int:
    page = await wall.get_posts(tx, ids[0], [(one, 1) for one in ids[1 : count + 1]])
    assert len(page.attached.photos) >= count
    return len(page.posts)


async def list_news(tx: Any, ids: list[int], count: int) -> int:
    news = await newsfeed.read_newsfeed(tx, ids[0], cursor=TOP, since=0, until=0, count=count)
    assert len(news.page.attached.photos) >= count
    return len(news.page.posts)


async def list_history(tx: Any, ids: list[int], count: int) -> int:
    page = await messages.read_history(tx, ids[1], ids[0], offset=0, count=count)
    assert page.attached.photos
    return len(page.messages)


async def list_messages(tx: Any, ids: list[int], count: int) -> int:
    # Every second one is from another conversation.
    page = await messages.get_messages(tx, ids[0], list(range(1, count + 1)))
    assert len(page.memberships) == count // 2
    return len(page.messages)


async def list_conversations(tx: Any, ids: list[int], count: int) -> int:
    found = await conversations.list_conversations(tx, ids[0], offset=0, count=count, which="all")
    page = await messages.gather_conversations(tx, ids[0], found)
    assert len(page.attached.photos) >= count // 2
    return len(page.messages)


async def search_messages(tx: Any, ids: list[int], count: int) -> int:
    page = await message_search.search_messages(
        tx, ids[0], "двор", peer_id=0, before=NOW + 1, offset=0, count=count
    )
    return len(page.messages)


async def search_conversations(tx: Any, ids: list[int], count: int) -> int:
    found, _ = await message_search.search_conversations(tx, ids[0], "X", count=count)
    return len(found.memberships)


async def list_attachments(tx: Any, ids: list[int], count: int) -> int:
    page = await message_search.list_attachments(tx, ids[1], ids[0], "photo", place=None, count=count)
    return len(page.shown)


async def list_unread(tx: Any, ids: list[int], count: int) -> int:
    # Below the conversation that the first one has answered.
    found = await conversations.list_conversations(tx, ids[0], offset=1, count=count, which="unread")
    page = await messages.gather_conversations(tx, ids[0], found)
    return len(page.messages)


async def list_albums(tx: Any, ids: list[int], count: int) -> int:
    page = await albums.list_albums(
        tx, ids[1], ids[0], [], offset=0, count=count, with_system=False, with_covers=True
    )
    return len(page.covers)


async def list_photos(tx: Any, ids: list[int], count: int) -> int:
    shown = await albums.find_shown_albums(tx, ids[1], ids[0])
    page = await photos.list_photos(tx, ids[1], ids[0], shown, offset=0, count=count, is_rising=True)
    await photos.count_reactions(tx, ids[1], page.photos)
    return len(page.photos)


LISTINGS: list[Listing] = [
    list_albums,
    list_photos,
    list_people,
    list_friends,
    list_incoming,
    list_outgoing,
    list_mutual,
    list_wall,
    list_posts,
    list_news,
    list_history,
    list_messages,
    list_conversations,
    list_unread,
    search_messages,
    search_conversations,
    list_attachments,
]


async def test_twenty_cost_no_more_than_two(courtyard: Courtyard, settle: Settle) -> None:
    ids = await settle(*[{} for _ in range(PEOPLE)])
    await fill(courtyard, ids)
    for listing in LISTINGS:
        counts = {}
        for count in (2, 20):
            async with courtyard.database.read() as tx:
                counting = Counting(tx)
                assert await listing(counting, ids, count) == count, listing.__name__
                counts[count] = counting.statements
        assert 0 < counts[20] <= counts[2], listing.__name__


async def test_tokens_are_listed_with_one_statement(courtyard: Courtyard, settle: Settle) -> None:
    (anna,) = await settle({})
    for _ in range(20):
        await tokens.issue_token(courtyard, anna)
    async with courtyard.database.read() as tx:
        counting: Any = Counting(tx)
        assert len(await tokens.list_tokens(counting, anna)) == 20
    assert counting.statements == 1
