"""Chats: who is in them, what each sees, and who is told."""

import random
from typing import Any

import pytest

from dvor.core import chats, conversations, message_changes, message_sending, messages
from dvor.core.courtyard import Courtyard
from dvor.core.events import wait_for_events
from dvor.model.conversations import Chat
from dvor.model.errors import AccessDenied, ChatForbidden, InvalidParameter, MessageFixed, UserNotFound
from dvor.model.ids import CHAT_PEERS
from dvor.model.messages import CHANGE_SECONDS, Message
from dvor.store.database import Transaction
from tests.core.conftest import NOW, Clock, Settle


async def make(courtyard: Courtyard, creator: int, *people: int, title: str = "Двор") -> Chat:
    return await courtyard.database.write(
        lambda tx: chats.create_chat(tx, creator, title, list(people), now=NOW)
    )


async def say(courtyard: Courtyard, sender: int, peer: int, text: str = "hi") -> message_sending.Sent:
    return await courtyard.database.write(
        lambda tx: message_sending.send_message(tx, sender, peer, text, [], random_id=0, now=NOW)
    )


async def history(courtyard: Courtyard, viewer: int, peer: int) -> list[Message]:
    async with courtyard.database.read() as tx:
        page = await messages.read_history(tx, viewer, peer, offset=0, count=200, is_rising=True)
    assert page.count == len(page.messages)
    return page.messages


async def texts(courtyard: Courtyard, viewer: int, peer: int) -> list[str]:
    found = await history(courtyard, viewer, peer)
    return [one.extra.action.type if one.extra and one.extra.action else one.text for one in found]


async def unread(courtyard: Courtyard, viewer: int, peer: int) -> int:
    async with courtyard.database.read() as tx:
        place = await conversations.find_conversation(tx, viewer, peer)
    assert place is not None
    return place[1].unread_count


async def test_everybody_in_a_chat_hears_what_is_said(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris, clara, stranger = await settle({}, {}, {}, {})
    chat = await make(courtyard, anna, boris, clara)
    assert chat.members == 3
    await say(courtyard, boris, chat.peer_id, "Привет")
    for one in (anna, boris, clara):
        assert await texts(courtyard, one, chat.peer_id) == ["chat_create", "Привет"]
        news = await wait_for_events(courtyard, one, 0, 0)
        assert [event.kind for event in news.events if event.kind != "unread_changed"] == ["message_new"] * 2
    assert await unread(courtyard, anna, chat.peer_id) == 1
    assert await unread(courtyard, boris, chat.peer_id) == 0
    with pytest.raises(ChatForbidden):
        await history(courtyard, stranger, chat.peer_id)
    with pytest.raises(ChatForbidden):
        await say(courtyard, stranger, chat.peer_id)
    with pytest.raises(ChatForbidden):
        await say(courtyard, anna, CHAT_PEERS + 77)


async def test_who_comes_later_sees_what_comes_later(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris, late = await settle({}, {}, {})
    chat = await make(courtyard, anna, boris)
    await say(courtyard, anna, chat.peer_id, "before")
    await courtyard.database.write(lambda tx: chats.add_member(tx, boris, chat.number, late, now=NOW))
    await say(courtyard, anna, chat.peer_id, "after")
    assert await texts(courtyard, late, chat.peer_id) == ["chat_invite_user", "after"]
    with pytest.raises(AccessDenied):
        await courtyard.database.write(lambda tx: chats.add_member(tx, anna, chat.number, late, now=NOW))
    with pytest.raises(AccessDenied):
        await courtyard.database.write(lambda tx: chats.remove_member(tx, late, chat.number, boris, now=NOW))
    await courtyard.database.write(lambda tx: chats.remove_member(tx, boris, chat.number, late, now=NOW))
    await say(courtyard, anna, chat.peer_id, "without")
    assert await texts(courtyard, late, chat.peer_id) == ["chat_invite_user", "after", "chat_kick_user"]
    with pytest.raises(ChatForbidden):
        await say(courtyard, late, chat.peer_id)
    with pytest.raises(UserNotFound):
        await courtyard.database.write(lambda tx: chats.remove_member(tx, anna, chat.number, late, now=NOW))
    async with courtyard.database.read() as tx:
        members = await chats.list_members(tx, anna, chat.peer_id)
        assert [view.user_id for view in members.views] == [anna, boris]
        assert (await chats.get_chat(tx, anna, chat.number)).members == 2
        assert (await chats.list_members(tx, late, chat.peer_id)).views == []


async def test_who_left_may_come_back_and_who_was_taken_out_may_not(
    courtyard: Courtyard, settle: Settle
) -> None:
    anna, boris, clara = await settle({}, {}, {})
    chat = await make(courtyard, anna, boris, clara)
    await courtyard.database.write(lambda tx: chats.remove_member(tx, boris, chat.number, boris, now=NOW))
    await courtyard.database.write(lambda tx: chats.remove_member(tx, anna, chat.number, clara, now=NOW))
    await courtyard.database.write(lambda tx: chats.return_to_chat(tx, boris, chat.number, now=NOW))
    with pytest.raises(ChatForbidden):
        await courtyard.database.write(lambda tx: chats.return_to_chat(tx, clara, chat.number, now=NOW))
    with pytest.raises(AccessDenied):
        await courtyard.database.write(lambda tx: chats.join_chat(tx, clara, chat, now=NOW))
    await say(courtyard, boris, chat.peer_id, "back")


async def test_links(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris, guest = await settle({}, {}, {})
    chat = await make(courtyard, anna, boris)
    link = "http://x/join/" + chats.make_link(courtyard.master_key, chat)
    async with courtyard.database.read() as tx:
        assert await chats.read_link(tx, courtyard.master_key, link) == chat
        for wrong in ("", "x", "http://x/join/aaaa.1", link[:-1] + "2", link.replace(".", "x.")):
            with pytest.raises(InvalidParameter):
                await chats.read_link(tx, courtyard.master_key, wrong)
    await courtyard.database.write(lambda tx: chats.join_chat(tx, guest, chat, now=NOW))
    assert await texts(courtyard, guest, chat.peer_id) == ["chat_invite_user_by_link"]
    with pytest.raises(AccessDenied):
        await courtyard.database.write(lambda tx: chats.renew_link(tx, boris, chat.number))
    await courtyard.database.write(lambda tx: chats.renew_link(tx, anna, chat.number))
    async with courtyard.database.read() as tx:
        with pytest.raises(InvalidParameter):
            await chats.read_link(tx, courtyard.master_key, link)


async def test_only_the_author_edits_and_only_for_a_day(
    courtyard: Courtyard, settle: Settle, clock: Clock
) -> None:
    anna, boris = await settle({}, {})
    sent = await say(courtyard, anna, boris, "one")

    async def edit(who: int, peer: int, text: str, now: int = NOW) -> Message:
        return await courtyard.database.write(
            lambda tx: message_changes.edit_message(
                tx, who, peer, text, [], message_id=sent.message_id, now=now
            )
        )

    with pytest.raises(MessageFixed):
        await edit(boris, anna, "mine")
    with pytest.raises(InvalidParameter):
        await edit(anna, boris, "")
    with pytest.raises(MessageFixed):
        await edit(anna, boris, "late", NOW + CHANGE_SECONDS + 1)
    await edit(anna, boris, "two", NOW + 5)
    for viewer, peer in ((anna, boris), (boris, anna)):
        [message] = await history(courtyard, viewer, peer)
        assert (message.text, message.edited_at) == ("two", NOW + 5)
        news = await wait_for_events(courtyard, viewer, 1, 0)
        assert [event.kind for event in news.events if event.kind != "unread_changed"] == ["message_edit"]


async def test_deleting_for_all_and_for_oneself(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    for number in range(4):
        await say(courtyard, anna, boris, str(number))

    async def delete(who: int, peer: int, number: int, *, for_all: bool) -> int:
        async with courtyard.database.read() as tx:
            found = (await messages.get_numbered(tx, who, peer, [number])).messages
        done = await courtyard.database.write(
            lambda tx: message_changes.delete_messages(tx, who, found, for_all=for_all, now=NOW)
        )
        return len(done)

    assert await delete(boris, anna, 4, for_all=True) == 0, "another's"
    assert await delete(boris, anna, 4, for_all=False) == 1
    assert await texts(courtyard, boris, anna) == ["0", "1", "2"]
    assert await unread(courtyard, boris, anna) == 3
    assert await delete(anna, boris, 1, for_all=True) == 1
    assert await texts(courtyard, anna, boris) == ["1", "2", "3"]
    assert await texts(courtyard, boris, anna) == ["1", "2"]
    async with courtyard.database.read() as tx:
        listed = await conversations.list_conversations(tx, boris, offset=0, count=5)
        last = (await messages.gather_conversations(tx, boris, listed)).messages
    assert [message.text for message in last] == ["2"]
    hidden = (await history(courtyard, anna, boris))[-1]
    await courtyard.database.write(lambda tx: message_changes.restore_message(tx, boris, hidden.id, now=NOW))
    assert await texts(courtyard, boris, anna) == ["1", "2", "3"]


async def test_reading_moves_the_marks_of_both(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    sent = [await say(courtyard, anna, boris, str(number)) for number in range(3)]
    await courtyard.database.write(
        lambda tx: conversations.read_up_to(tx, boris, anna, message_id=sent[1].message_id, now=NOW)
    )
    assert await unread(courtyard, boris, anna) == 1
    async with courtyard.database.read() as tx:
        place = await conversations.find_conversation(tx, anna, boris)
        assert place is not None
        assert place[1].peer_read_number == 2
    assert [event.kind for event in (await wait_for_events(courtyard, anna, 3, 0)).events] == [
        "messages_read_by_peer"
    ]
    await courtyard.database.write(lambda tx: conversations.read_up_to(tx, boris, anna, number=1, now=NOW))
    assert await unread(courtyard, boris, anna) == 1, "marks do not go back"
    await courtyard.database.write(lambda tx: conversations.clear_conversation(tx, boris, anna, now=NOW))
    assert await texts(courtyard, boris, anna) == []
    assert await texts(courtyard, anna, boris) == ["0", "1", "2"]


class Model:
    """What everybody ought to see of a chat: a list of numbers for each person."""

    def __init__(self, people: list[int]) -> None:
        self.creator = people[0]
        self.inside = set(people[:3])
        self.seen: dict[int, list[int]] = {one: [1] if one in self.inside else [] for one in people}
        self.read = dict.fromkeys(people, 1)
        self.authors = {1: people[0]}

    def say(self, author: int) -> None:
        """Somebody has said something."""
        number = len(self.authors) + 1
        self.authors[number] = author
        self.read[author] = number
        for one in self.inside:
            self.seen[one].append(number)

    def enter(self, one: int) -> None:
        """Somebody comes in, and sees from now on."""
        self.inside.add(one)
        self.read[one] = len(self.authors)
        self.seen[one] = []

    def unread(self, one: int) -> int:
        """Return how much somebody has not read."""
        return sum(it > self.read[one] and self.authors[it] != one for it in self.seen[one])


async def act(courtyard: Courtyard, chat: Chat, model: Model, chance: random.Random) -> None:
    """Do one thing to the chat and to the model."""

    async def write(function: Any, *args: Any, **named: Any) -> None:
        await courtyard.database.write(lambda tx: function(tx, *args, **named, now=NOW))

    people = list(model.seen)
    who, other, kind = chance.choice(people), chance.choice(people), chance.randrange(6)
    is_in, chosen = who in model.inside, chance.choice(model.seen[who] or [0])
    if kind <= 1 and is_in:
        await say(courtyard, who, chat.peer_id)
        model.say(who)
    elif kind == 2 and chosen:
        await write(hide, who, chat.peer_id, chosen)
        model.seen[who].remove(chosen)
    elif kind == 3 and is_in and chosen:
        await write(conversations.read_up_to, who, chat.peer_id, number=chosen)
        model.read[who] = max(model.read[who], chosen)
    elif kind == 4 and is_in and other not in model.inside:
        await write(chats.add_member, who, chat.number, other)
        model.enter(other)
        model.say(who)
    elif kind == 5 and other in model.inside and other != model.creator:
        await write(chats.remove_member, model.creator, chat.number, other)
        model.say(model.creator)
        model.inside.discard(other)


async def hide(tx: Transaction, who: int, peer: int, number: int, *, now: int) -> None:
    """Delete one message for oneself."""
    found = (await messages.get_numbered(tx, who, peer, [number])).messages
    assert len(found) == 1
    await message_changes.delete_messages(tx, who, found, for_all=False, now=now)


@pytest.mark.parametrize("seed", range(3))
async def test_what_each_member_sees_is_what_a_slow_model_says(
    courtyard: Courtyard, settle: Settle, seed: int
) -> None:
    people = await settle(*[{}] * 4)
    chat = await make(courtyard, people[0], *people[1:3])
    model, chance = Model(people), random.Random(seed)
    for _ in range(100):
        await act(courtyard, chat, model, chance)
    for one in people:
        if model.seen[one] or one in model.inside:
            assert [it.number for it in await history(courtyard, one, chat.peer_id)] == model.seen[one]
            assert await unread(courtyard, one, chat.peer_id) == model.unread(one)
