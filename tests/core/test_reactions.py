"""Reactions to messages, and what their authors have not seen."""

import pytest

from dvor.core import chats, conversations, message_changes, message_sending, reactions
from dvor.core.courtyard import Courtyard
from dvor.core.events import wait_for_events
from dvor.core.messages import find_message, gather_conversations, get_numbered
from dvor.model.errors import ReactionUnknown
from dvor.model.events import Event, UnreadEvent, UnreadReactionsEvent
from dvor.store.database import Transaction
from tests.core.conftest import NOW, Settle


async def say(courtyard: Courtyard, sender: int, peer: int) -> int:
    sent = await courtyard.database.write(
        lambda tx: message_sending.send_message(tx, sender, peer, "hi", [], random_id=0, now=NOW)
    )
    return sent.number


async def react(courtyard: Courtyard, who: int, peer: int, number: int, kind: int, now: int = NOW) -> None:
    await courtyard.database.write(lambda tx: reactions.react(tx, who, peer, number, kind, now=now))


async def mark_read(courtyard: Courtyard, who: int, peer: int, *numbers: int) -> None:
    await courtyard.database.write(
        lambda tx: reactions.mark_reactions_read(tx, who, peer, list(numbers), now=NOW)
    )


async def unseen(courtyard: Courtyard, who: int, peer: int) -> list[int]:
    async with courtyard.database.read() as tx:
        found = await conversations.load_views(tx, who, [peer])
        page = await gather_conversations(tx, who, found)
    [view] = found.memberships
    return page.unread_reactions.get(view.conversation_id, [])


async def told(courtyard: Courtyard, who: int) -> list[Event]:
    return (await wait_for_events(courtyard, who, 0, 0)).events


async def test_an_author_has_reactions_to_see(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    first, second = await say(courtyard, anna, boris), await say(courtyard, anna, boris)
    for number in (first, second):
        await react(courtyard, boris, anna, number, 3)
    await react(courtyard, anna, boris, first, 1)
    assert await unseen(courtyard, anna, boris) == [first, second]
    assert await unseen(courtyard, boris, anna) == []
    await mark_read(courtyard, anna, boris, first)
    assert await unseen(courtyard, anna, boris) == [second]
    await mark_read(courtyard, anna, boris)
    assert await unseen(courtyard, anna, boris) == []
    bodies = [one.body for one in await told(courtyard, anna) if one.kind == "reactions_unread"]
    told_numbers = [one.numbers for one in bodies if isinstance(one, UnreadReactionsEvent)]
    assert told_numbers == [[first], [first, second], [second], []]


async def test_nothing_is_left_to_see(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    taken_back, deleted, cleared = [await say(courtyard, anna, boris) for _ in range(3)]
    for number in (taken_back, deleted, cleared):
        await react(courtyard, boris, anna, number, 3)
    await react(courtyard, boris, anna, taken_back, 0)
    assert await unseen(courtyard, anna, boris) == [deleted, cleared]

    async def delete(tx: Transaction) -> None:
        message = await find_message(tx, boris, anna, number=deleted)
        assert not await message_changes.delete_messages(tx, boris, [message], for_all=True, now=NOW)
        await message_changes.delete_messages(tx, anna, [message], for_all=True, now=NOW)

    await courtyard.database.write(delete)
    assert await unseen(courtyard, anna, boris) == [cleared]
    await courtyard.database.write(lambda tx: conversations.clear_conversation(tx, anna, boris, now=NOW))
    assert await unseen(courtyard, anna, boris) == []
    await react(courtyard, boris, anna, cleared, 4)
    assert await unseen(courtyard, anna, boris) == []  # it is hidden from her


async def test_who_has_left_a_chat_hears_nothing(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    chat = await courtyard.database.write(lambda tx: chats.create_chat(tx, anna, "Двор", [boris], now=NOW))
    number = await say(courtyard, boris, chat.peer_id)
    await courtyard.database.write(lambda tx: chats.remove_member(tx, boris, chat.number, boris, now=NOW))
    before = len(await told(courtyard, boris))
    await react(courtyard, anna, chat.peer_id, number, 2)
    assert len(await told(courtyard, boris)) == before
    assert await unseen(courtyard, boris, chat.peer_id) == []


async def test_reactions_have_numbers_and_times(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    number = await say(courtyard, anna, boris)
    with pytest.raises(ReactionUnknown):
        await react(courtyard, boris, anna, number, 17)
    await react(courtyard, boris, anna, number, 16, NOW + 1)
    await react(courtyard, anna, boris, number, 2, NOW + 2)
    async with courtyard.database.read() as tx:
        page = await get_numbered(tx, anna, boris, [number])
    [found] = page.reactions.values()
    assert {(one.user_id, one.reaction_id, one.reacted_at) for one in found} == {
        (boris, 16, NOW + 1),
        (anna, 2, NOW + 2),
    }
    assert reactions.group_reactions(found) == {2: [anna], 16: [boris]}


async def test_the_number_of_unread_conversations_is_told(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris, clara = await settle({}, {}, {})

    async def counts(who: int) -> list[int]:
        bodies = [one.body for one in await told(courtyard, who)]
        return [one.conversations for one in bodies if isinstance(one, UnreadEvent)]

    for _ in range(2):  # the second message in a row changes nothing
        await say(courtyard, boris, anna)
    await say(courtyard, clara, anna)
    assert await counts(anna) == [1, 2]
    await say(courtyard, anna, clara)  # who answers has read
    assert await counts(anna) == [1, 2, 1]

    async def read(tx: Transaction) -> None:
        await conversations.read_up_to(tx, anna, boris, number=1, now=NOW)

    await courtyard.database.write(read)
    assert await counts(anna) == [1, 2, 1]
    await courtyard.database.write(lambda tx: conversations.read_up_to(tx, anna, boris, now=NOW))
    assert await counts(anna) == [1, 2, 1, 0]
    assert await counts(clara) == [1]
    assert await counts(boris) == []
    number = await say(courtyard, boris, anna)

    async def delete(tx: Transaction) -> None:
        message = await find_message(tx, boris, anna, number=number)
        await message_changes.delete_messages(tx, boris, [message], for_all=True, now=NOW)

    await courtyard.database.write(delete)
    assert await counts(anna) == [1, 2, 1, 0, 1, 0]
    await say(courtyard, clara, anna)
    await courtyard.database.write(lambda tx: conversations.clear_conversation(tx, anna, clara, now=NOW))
    assert (await counts(anna))[-2:] == [1, 0]
    async with courtyard.database.read() as tx:
        assert (await conversations.count_unread(tx, anna)).conversations == 0
