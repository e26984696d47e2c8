"""Conversations as each member sees them."""

from typing import Any

from msgspec import Struct

from dvor.core import conversations, message_sending, messages, photos
from dvor.core.attachments import Attached
from dvor.core.courtyard import Courtyard
from dvor.core.events import wait_for_events
from dvor.core.privacy import Owners
from dvor.model.attachments import Attachment
from dvor.model.conversations import Membership, Unread
from dvor.model.events import MutedEvent
from dvor.model.files import UploadedPicture
from dvor.model.messages import Message
from tests.core.conftest import NOW, Settle


async def send(courtyard: Courtyard, sender: int, receiver: int, text: str = "hi", *photo: Attachment) -> int:
    """Send a message and return its id."""
    sent = await courtyard.database.write(
        lambda tx: message_sending.send_message(tx, sender, receiver, text, list(photo), random_id=0, now=NOW)
    )
    return sent.message_id


class Page(Struct, frozen=True):
    """A page of conversations, and what their last messages are drawn with."""

    count: int
    unread_count: int
    memberships: list[Membership]
    last_messages: dict[int, Message]
    owners: Owners
    attached: Attached


async def listed(courtyard: Courtyard, one: int, **special: Any) -> Page:
    """Return a page of someone's conversations."""
    params: dict[str, Any] = {"offset": 0, "count": 10, "which": "all"} | special
    async with courtyard.database.read() as tx:
        found = await conversations.list_conversations(tx, one, **params)
        page = await messages.gather_conversations(tx, one, found)
    last = {message.id: message for message in page.messages}
    return Page(found.count, found.unread_count, found.memberships, last, page.owners, page.attached)


async def unread(courtyard: Courtyard, one: int) -> Unread:
    """Return what someone has not read."""
    async with courtyard.database.read() as tx:
        return await conversations.count_unread(tx, one)


async def test_the_liveliest_come_first(courtyard: Courtyard, settle: Settle) -> None:
    me, *others = await settle(*[{}] * 5)
    sent = {other: await send(courtyard, other, me, f"from {other}") for other in others}
    sent[others[1]] = await send(courtyard, me, others[1], "answer")
    order = [others[1], others[3], others[2], others[0]]
    page = await listed(courtyard, me)
    assert [row.peer_id for row in page.memberships] == order
    assert [row.last_message_id for row in page.memberships] == [sent[other] for other in order]
    assert (page.count, page.unread_count) == (4, 3)
    assert set(page.owners) == {me, *others}
    assert page.last_messages[sent[others[1]]].text == "answer"
    middle = await listed(courtyard, me, offset=1, count=2)
    assert ([row.peer_id for row in middle.memberships], middle.count) == (order[1:3], 4)
    below = await listed(courtyard, me, start_message_id=sent[others[2]])
    assert [row.peer_id for row in below.memberships] == order[2:]
    new = await listed(courtyard, me, which="unread")
    assert ([row.peer_id for row in new.memberships], new.count, new.unread_count) == (order[1:], 3, 3)


async def test_nobody_sees_another_s_conversations(courtyard: Courtyard, settle: Settle) -> None:
    one, other, third = await settle({}, {}, {})
    await send(courtyard, one, other)
    page = await listed(courtyard, third)
    assert (page.count, page.memberships, page.last_messages) == (0, [], {})
    assert (await unread(courtyard, third)) == Unread(0, 0)


async def test_unread_is_counted_for_each_side(courtyard: Courtyard, settle: Settle) -> None:
    me, first, second = await settle({}, {}, {})
    for other in (first, first, second):
        await send(courtyard, other, me)
    assert await unread(courtyard, me) == Unread(2, 3)
    assert await unread(courtyard, first) == Unread(0, 0)
    await send(courtyard, me, first)
    assert await unread(courtyard, me) == Unread(1, 1)
    assert await unread(courtyard, first) == Unread(1, 1)


async def test_marks_of_what_was_read(courtyard: Courtyard, settle: Settle) -> None:
    one, other = await settle({}, {})
    first = await send(courtyard, one, other)
    second = await send(courtyard, other, one)

    async def marks(person: int) -> tuple[int, ...]:
        (row,) = (await listed(courtyard, person)).memberships
        assert row.user_id == person
        return (
            row.read_number,
            row.read_message_id,
            row.peer_read_number,
            row.peer_read_message_id,
            row.unread_count,
        )

    # Who answers has read what came before, and has read his own words.
    assert await marks(other) == (2, second, 1, first, 0)
    assert await marks(one) == (1, first, 2, second, 1)


async def test_a_dialog_with_oneself(courtyard: Courtyard, settle: Settle) -> None:
    (me,) = await settle({})
    sent = await send(courtyard, me, me, "remember")
    page = await listed(courtyard, me)
    assert [(row.peer_id, row.last_message_id, row.unread_count) for row in page.memberships] == [
        (me, sent, 0)
    ]
    assert page.last_messages[sent].peer_for(me) == me
    async with courtyard.database.read() as tx:
        history = await messages.read_history(tx, me, me, offset=0, count=10)
    assert [message.text for message in history.messages] == ["remember"]


async def test_pictures_come_with_the_last_message(courtyard: Courtyard, settle: Settle) -> None:
    sender, receiver, stranger = await settle({"is_closed": True}, {}, {})
    upload = UploadedPicture("u", [], {})
    await courtyard.database.write(
        lambda tx: photos.save_photo(tx, sender, upload, text="", access_key="", quota=0, now=NOW)
    )
    await send(courtyard, sender, receiver, "", Attachment("photo", sender, 1))
    assert set((await listed(courtyard, receiver)).attached.photos) == {(sender, 1)}, "sent means shown"
    assert (await listed(courtyard, stranger)).attached.photos == {}


async def test_a_conversation_is_muted_for_its_member_alone(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    await send(courtyard, anna, boris)

    async def mute(seconds: int, *, is_silent: bool = False) -> None:
        await courtyard.database.write(
            lambda tx: conversations.mute_conversation(
                tx, anna, boris, seconds=seconds, is_silent=is_silent, now=NOW
            )
        )

    async def is_muted(who: int, peer: int, now: int) -> tuple[bool, bool]:
        async with courtyard.database.read() as tx:
            _, view = await conversations.get_conversation(tx, who, peer)
        return view.is_muted(now), bool(view.is_silent)

    await mute(60, is_silent=True)
    assert await is_muted(anna, boris, NOW + 59) == (True, True)
    assert await is_muted(anna, boris, NOW + 60) == (False, True)
    assert await is_muted(boris, anna, NOW) == (False, False)
    await send(courtyard, boris, anna)
    assert await is_muted(anna, boris, NOW + 59) == (True, True), "also after a message"
    await mute(-1)
    assert await is_muted(anna, boris, NOW + 10**9) == (True, False)
    await mute(0)
    assert await is_muted(anna, boris, NOW) == (False, False)
    bodies = [event.body for event in (await wait_for_events(courtyard, anna, 0, 0)).events]
    assert [one.until for one in bodies if isinstance(one, MutedEvent)] == [NOW + 60, -1, 0]
