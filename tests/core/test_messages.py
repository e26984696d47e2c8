"""Sending and reading messages."""

import asyncio

from dvor.core import message_sending, messages
from dvor.core.courtyard import Courtyard
from dvor.core.events import wait_for_events
from tests.core.conftest import NOW, Settle, told


async def send(
    courtyard: Courtyard, sender: int, receiver: int, text: str, random_id: int = 0
) -> message_sending.Sent:
    """Send one message."""
    return await courtyard.database.write(
        lambda tx: message_sending.send_message(tx, sender, receiver, text, [], random_id=random_id, now=NOW)
    )


async def test_the_same_random_id_is_one_message(courtyard: Courtyard, settle: Settle) -> None:
    one, other, third = await settle({}, {}, {})
    sent = await asyncio.gather(*(send(courtyard, one, other, "hi", 5) for _ in range(16)))
    assert len({row.message_id for row in sent}) == 1
    apart = await asyncio.gather(
        send(courtyard, other, one, "hi", 5),
        send(courtyard, one, third, "hi", 5),
        send(courtyard, one, other, "hi", 6),
    )
    assert len({row.message_id for row in (*sent, *apart)}) == 4
    nothing = await asyncio.gather(*(send(courtyard, one, other, "hi", 0) for _ in range(3)))
    assert len({row.message_id for row in nothing}) == 3


async def test_ids_and_numbers_rise_together(courtyard: Courtyard, settle: Settle) -> None:
    one, other = await settle({}, {})
    sent = await asyncio.gather(*(send(courtyard, *pair, "hi") for pair in ((one, other), (other, one)) * 20))
    by_number = sorted(sent, key=lambda row: row.number)
    assert [row.number for row in by_number] == list(range(1, 41))
    assert [row.message_id for row in by_number] == sorted(row.message_id for row in sent)


async def test_history_is_read_from_anywhere(courtyard: Courtyard, settle: Settle) -> None:
    one, other = await settle({}, {})
    sent = [await send(courtyard, other, one, str(number)) for number in range(1, 11)]

    async def texts(**params: int) -> list[int]:
        async with courtyard.database.read() as tx:
            page = await messages.read_history(tx, one, other, count=3, **{"offset": 0, **params})  # type: ignore[arg-type]
        return [int(message.text) for message in page.messages]

    assert await texts() == [10, 9, 8]
    assert await texts(offset=8) == [2, 1]
    assert await texts(is_rising=True) == [1, 2, 3]
    assert await texts(start_message_id=sent[4].message_id) == [5, 4, 3]
    assert await texts(start_message_id=sent[4].message_id, offset=-2) == [7, 6, 5]
    assert await texts(start_message_id=-1, is_rising=True) == [1, 2, 3]


async def test_both_sides_are_told_and_the_reader_s_marks_move(courtyard: Courtyard, settle: Settle) -> None:
    one, other = await settle({}, {})
    waiting = [asyncio.create_task(wait_for_events(courtyard, person, 0, 10)) for person in (one, other)]
    await asyncio.sleep(0.01)
    sent = await send(courtyard, one, other, "hi")
    for news in await asyncio.gather(*waiting):
        assert [told(event).message_id for event in news.events if event.kind == "message_new"] == [
            sent.message_id
        ]
    async with courtyard.database.read() as tx:
        page = await messages.read_history(tx, other, one, offset=0, count=1)
        assert [row.unread_count for row in page.memberships.values()] == [1]
    await send(courtyard, other, one, "answer")
    async with courtyard.database.read() as tx:
        page = await messages.read_history(tx, other, one, offset=0, count=1)
        assert [row.unread_count for row in page.memberships.values()] == [0], "who answers has read"
