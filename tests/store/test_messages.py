"""Messages: their two numbers, and the `random_id` that makes sending repeatable."""

import asyncio

import pytest

from dvor.model.attachments import Attachment
from dvor.model.conversations import Membership
from dvor.model.messages import Extra, Message, Quoted
from dvor.store.conversations import find_dialog, lock_dialog, member_row, next_message_number
from dvor.store.database import Transaction
from dvor.store.messages import (
    count_between,
    count_gone,
    find_repeated,
    insert_message,
    list_important,
    list_messages,
    load_marks,
    load_messages,
    mark_deleted,
    set_hidden,
    set_important,
)
from dvor.store.numbers import next_number
from tests.store.people import NOW, add_users, say


def view_of(conversation_id: int, last_number: int = 10_000, user_id: int = 1) -> Membership:
    """Return the view of somebody who sees everything."""
    row = member_row(conversation_id, user_id, 0) | {"last_number": last_number}
    return Membership(**row)


async def whole(database, conversation_id: int) -> list[Message]:
    async with database.read() as tx:
        view = view_of(conversation_id)
        return await list_messages(tx, view, view.bounds, 0, 10_000, is_rising=True)


async def dialog_of(database, one_id: int, other_id: int) -> int:
    async with database.read() as tx:
        dialog = await find_dialog(tx, one_id, other_id)
    assert dialog is not None
    return dialog.id


async def test_both_numbers_rise_together_under_concurrency(database) -> None:
    anna, boris, vera = await add_users(database, 3)

    def saying(sender: int, receiver: int, is_failing: bool):
        async def work(tx: Transaction) -> None:
            await say(tx, sender, receiver)
            if is_failing:
                raise LookupError

        return work

    pairs = [(anna, boris), (boris, anna), (anna, vera), (vera, boris)] * 15
    works = [saying(*pair, number % 7 == 3) for number, pair in enumerate(pairs)]
    await asyncio.gather(*(database.write(work) for work in works), return_exceptions=True)
    ids: list[int] = []
    for pair in ((anna, boris), (anna, vera), (vera, boris)):
        messages = await whole(database, await dialog_of(database, *pair))
        assert [message.number for message in messages] == list(range(1, len(messages) + 1))
        assert [message.id for message in messages] == sorted({message.id for message in messages})
        ids += [message.id for message in messages]
    assert len(ids) == len(set(ids)) == 60 - 9


async def test_a_message_comes_back_as_stored(database) -> None:
    anna, boris = await add_users(database, 2)

    async def work(tx: Transaction) -> Message:
        dialog = await lock_dialog(tx, boris, anna)
        number = await next_message_number(tx, dialog.id)
        message = Message(
            dialog.id,
            number,
            await next_number(tx, "messages"),
            boris,
            NOW,
            "Ё-моё 🐈\n'\"\\",
            [Attachment("photo", -5, 2**40)],
            -(2**31),
            7,
            0,
            Extra(payload='{"a":1}', reply=Quoted(1, 2, 3, -5, NOW, "Ы")),
            anna,
            boris,
        )
        await insert_message(tx, message)
        return message

    message = await database.write(work)
    async with database.read() as tx:
        assert await load_messages(tx, [message.id, 99, message.id]) == {message.id: message}
        assert await load_messages(tx, []) == {}
    assert message.peer_for(anna) == boris
    assert message.peer_for(boris) == anna


async def test_pages_fall_or_rise_from_a_number(database) -> None:
    anna, boris = await add_users(database, 2)

    async def work(tx: Transaction) -> None:
        for _ in range(7):
            await say(tx, anna, boris)

    await database.write(work)
    async with database.read() as tx:

        async def numbers(first: int, last: int, offset: int, is_rising: bool) -> list[int]:
            page = await list_messages(tx, view_of(1), (first, last), offset, 3, is_rising=is_rising)
            return [message.number for message in page]

        assert await numbers(1, 7, 0, False) == [7, 6, 5]
        assert await numbers(1, 7, 5, False) == [2, 1]
        assert await numbers(1, 2, 0, False) == [2, 1]
        assert await numbers(6, 9, 0, True) == [6, 7]
        assert await numbers(-5, 7, 1, True) == [2, 3, 4]
        assert await numbers(1, 0, 0, False) == []
        assert await list_messages(tx, view_of(2), (1, 7), 0, 3, is_rising=False) == []


async def test_what_is_hidden_or_deleted_is_not_listed(database) -> None:
    anna, boris = await add_users(database, 2)

    async def work(tx: Transaction) -> None:
        for _ in range(6):
            await say(tx, anna, boris)
        await set_hidden(tx, anna, [(1, 2), (1, 3)], is_hidden=True)
        await set_important(tx, anna, [(1, 3), (1, 4)], is_important=True)
        await mark_deleted(tx, 1, [3, 5], NOW)

    await database.write(work)
    async with database.read() as tx:
        for user, seen, gone in ((anna, [1, 4, 6], 3), (boris, [1, 2, 4, 6], 2)):
            view = view_of(1, 6, user)
            page = await list_messages(tx, view, view.bounds, 0, 10, is_rising=True)
            assert [message.number for message in page] == seen
            assert await count_gone(tx, view) == gone
            assert await count_between(tx, view, 2, 6) == len(seen) - 1
            assert await count_between(tx, view, 1, 6, unread=True) == (0 if user == anna else len(seen))
        marks = await load_marks(tx, anna, [(1, number) for number in range(1, 7)])
        assert marks == {(1, 2): (True, False), (1, 3): (True, True), (1, 4): (False, True)}
        assert [message.number for message in await list_important(tx, anna, 100, 0, 10)] == [4]


async def test_a_repeated_message_is_found(database) -> None:
    anna, boris, vera = await add_users(database, 3)

    async def work(tx: Transaction) -> list[Message]:
        messages = [
            (anna, boris, 77),
            (boris, anna, 77),
            (anna, vera, 77),
            (anna, boris, 78),
            (anna, boris, 0),
        ]
        return [await say(tx, one, other, random_id=random_id) for one, other, random_id in messages]

    first, back, *_ = await database.write(work)
    async with database.read() as tx:
        assert await find_repeated(tx, 1, anna, 77) == first
        assert await find_repeated(tx, 1, boris, 77) == back
        assert await find_repeated(tx, 1, anna, 79) is None
        assert await find_repeated(tx, 1, anna, 0) is None


async def test_a_random_id_is_taken_once_and_zero_never(database) -> None:
    anna, boris = await add_users(database, 2)

    def saying(random_id: int):
        async def work(tx: Transaction) -> None:
            await say(tx, anna, boris, random_id=random_id)

        return work

    for random_id in (0, 0, 5, -5):
        await database.write(saying(random_id))
    with pytest.raises(Exception, match=r"(?i)unique"):
        await database.write(saying(5))
    assert [message.random_id for message in await whole(database, 1)] == [0, 0, 5, -5]


async def test_a_client_that_sends_twice_at_once_sends_once(database) -> None:
    """In a dialog that is just being made, and in one that is there."""
    anna, boris = await add_users(database, 2)

    def sending(random_id: int):
        async def work(tx: Transaction) -> int:
            dialog = await lock_dialog(tx, anna, boris)
            repeated = await find_repeated(tx, dialog.id, anna, random_id)
            return repeated.id if repeated else (await say(tx, anna, boris, random_id=random_id)).id

        return work

    for random_id in (5, 6, 7):
        ids = await asyncio.gather(*(database.write(sending(random_id)) for _ in range(12)))
        assert len(set(ids)) == 1
    messages = await whole(database, await dialog_of(database, anna, boris))
    assert [message.random_id for message in messages] == [5, 6, 7]
