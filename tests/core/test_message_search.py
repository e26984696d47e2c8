"""Finding messages by their words: what is found is what one sees and what has the words."""

import random
from typing import Any

import pytest

from dvor.core import chats, conversations, message_changes, message_search, message_sending, messages, photos
from dvor.core.courtyard import Courtyard
from dvor.model.attachments import Attachment
from dvor.model.errors import ChatForbidden, InvalidParameter
from dvor.model.files import UploadedPicture
from dvor.model.ids import MAX_NUMBER
from dvor.model.words import fold_words
from dvor.store.consistency import RULES
from tests.core.conftest import NOW, Settle

WORDS = ("чай", "Чайник", "ёлка", "елки", "tea", "TEAPOT", "двор", "2026", "дворник_x")
QUESTIONS = ("чай", "чайн", "Ёлк", "tea дв", "т", "2026 чай ел", "e", "двор елка чай tea 2026 чайник te")


async def say(courtyard: Courtyard, sender: int, peer: int, text: str, *shown: Attachment) -> int:
    sent = await courtyard.database.write(
        lambda tx: message_sending.send_message(tx, sender, peer, text, list(shown), random_id=0, now=NOW)
    )
    return sent.message_id


async def find(courtyard: Courtyard, viewer: int, question: str, **asked: int) -> tuple[int, list[int]]:
    asked = {"peer_id": 0, "before": MAX_NUMBER, "offset": 0, "count": 100} | asked
    async with courtyard.database.read() as tx:
        page = await message_search.search_messages(tx, viewer, question, **asked)
    assert all(one.peer_for(viewer) in page.owners or one.low_id == 0 for one in page.messages)
    return page.count, [one.id for one in page.messages]


async def leaf_through(courtyard: Courtyard, viewer: int, peers: list[int], question: str) -> list[int]:
    """Find messages as one who reads all that he sees: each word asked for begins a word."""
    found = []
    for peer in peers:
        async with courtyard.database.read() as tx:
            try:
                page = await messages.read_history(tx, viewer, peer, offset=0, count=200)
            except ChatForbidden:
                continue
        for one in page.messages:
            words = one.text.lower().replace("ё", "е").split()
            asked = question.lower().replace("ё", "е").split()
            if all(any(word.startswith(beginning) for word in words) for beginning in asked):
                found.append(one.id)
    return sorted(found, reverse=True)


def test_words_are_folded() -> None:
    assert fold_words("Ёлка, ёлка! ЕЛКА; it's 5\N{BULLET}7") == ["5", "7", "it", "s", "елка"]
    assert fold_words("—…!") == []
    assert fold_words("ы" * 70) == ["ы" * 64]


async def test_what_is_found_is_what_is_seen(courtyard: Courtyard, settle: Settle) -> None:
    people = await settle({}, {}, {})
    chance = random.Random(7)
    chat = await courtyard.database.write(
        lambda tx: chats.create_chat(tx, people[0], "Двор", people[1:], now=NOW)
    )
    peers = [*people, chat.peer_id]

    async def write(function: Any, *args: Any, **named: Any) -> Any:
        return await courtyard.database.write(lambda tx: function(tx, *args, **named, now=NOW))

    ids: list[tuple[int, int, int]] = []
    for step in range(120):
        text = " ".join(chance.choices(WORDS, k=chance.randint(1, 4)))
        who, peer = chance.choice(people), chance.choice(peers)
        ids.append((who, peer, await say(courtyard, who, peer, text)))
        author, place, message_id = chance.choice(ids)
        async with courtyard.database.read() as tx:
            mine = (await messages.get_messages(tx, author, [message_id])).messages
        if step % 4 == 1 and mine:
            await write(message_changes.edit_message, author, place, text, [], message_id=message_id)
        elif step % 4 == 2 and mine:
            await write(message_changes.delete_messages, author, mine, for_all=chance.random() < 0.5)
        elif step % 40 == 3:
            await write(conversations.clear_conversation, who, peer)
        elif step == 60:
            await write(chats.remove_member, people[0], chat.number, people[2])
            ids = [one for one in ids if one[1] != chat.peer_id]
            peers = people
    peers = [*people, chat.peer_id]
    found_any = 0
    for viewer in people:
        for question in QUESTIONS:
            expected = await leaf_through(courtyard, viewer, peers, question)
            assert await find(courtyard, viewer, question) == (len(expected), expected), question
            assert await find(courtyard, viewer, question, offset=2, count=3) == (
                len(expected),
                expected[2:5],
            )
            found_any += bool(expected)
            for peer in peers:
                expected = await leaf_through(courtyard, viewer, [peer], question)
                assert await find(courtyard, viewer, question, peer_id=peer) == (len(expected), expected)
    assert found_any > 10
    async with courtyard.database.read() as tx:
        for rule in RULES:
            assert not await tx.rows(rule.wrong, count=5), rule.name


async def test_questions_that_find_nothing_or_are_none(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris, stranger = await settle({}, {}, {})
    await say(courtyard, anna, boris, "Чай готов")
    assert (await find(courtyard, boris, "готов чай"))[0] == 1
    assert (await find(courtyard, boris, "чаю"))[0] == 0
    assert (await find(courtyard, boris, "отов"))[0] == 0, "only beginnings"
    assert (await find(courtyard, stranger, "чай"))[0] == 0
    assert (await find(courtyard, boris, "чай", before=NOW))[0] == 0
    assert (await find(courtyard, boris, "чай", peer_id=stranger))[0] == 0
    chat = await courtyard.database.write(lambda tx: chats.create_chat(tx, anna, "Двор", [boris], now=NOW))
    with pytest.raises(ChatForbidden):
        await find(courtyard, stranger, "чай", peer_id=chat.peer_id)
    with pytest.raises(InvalidParameter):
        await find(courtyard, anna, " ?! ")


async def test_conversations_are_found_by_name(courtyard: Courtyard, settle: Settle) -> None:
    anna, fedor, alena = await settle(
        {}, {"first_name": "Фёдор", "last_name": "Котов"}, {"first_name": "Алёна", "last_name": "Котова"}
    )
    chat = await courtyard.database.write(
        lambda tx: chats.create_chat(tx, anna, "Коты двора", [fedor], now=NOW)
    )
    await say(courtyard, anna, fedor, "hi")
    await say(courtyard, alena, anna, "hi")

    async def named(question: str, count: int = 20) -> tuple[int, list[int]]:
        async with courtyard.database.read() as tx:
            found, page = await message_search.search_conversations(tx, anna, question, count=count)
        assert {view.conversation_id for view in found.memberships} == set(found.conversations)
        assert len(page.messages) == len(found.memberships)
        return found.count, [view.peer_id for view in found.memberships]

    assert await named("кот") == (3, [alena, fedor, chat.peer_id])
    assert await named("котов ф") == (1, [fedor])
    assert await named("двор") == (1, [chat.peer_id])
    assert await named("кот", 1) == (3, [alena])
    assert await named("никто") == (0, [])
    assert (await named(""))[0] == 3


async def test_attachments_are_leafed_through(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris, stranger = await settle({}, {}, {})
    shown = []
    for number in range(7):
        picture = UploadedPicture(f"u{number}", [], {})
        photo = await courtyard.database.write(
            lambda tx, picture=picture: photos.save_photo(  # type: ignore[misc]
                tx, anna, picture, text="", access_key="", quota=0, now=NOW
            )
        )
        shown.append(Attachment("photo", anna, photo.id))
    await say(courtyard, anna, boris, "", *shown[:3])
    await say(courtyard, boris, anna, "nothing here")
    hidden = await say(courtyard, anna, boris, "", shown[3])
    await say(courtyard, anna, boris, "", *shown[4:])
    async with courtyard.database.read() as tx:
        found = (await messages.get_messages(tx, boris, [hidden])).messages
    await courtyard.database.write(
        lambda tx: message_changes.delete_messages(tx, boris, found, for_all=False, now=NOW)
    )

    async def leaf(viewer: int, peer: int, count: int) -> list[int]:
        leafed: list[int] = []
        place: tuple[int, int] | None = None
        while True:
            async with courtyard.database.read() as tx:
                page = await message_search.list_attachments(
                    tx, viewer, peer, "photo", place=place, count=count
                )
            assert len(page.shown) <= count
            leafed += [one.attachment.id for one in page.shown]
            place = page.next_place
            if place is None:
                return leafed

    for count in (1, 2, 3, 50):
        assert await leaf(boris, anna, count) == [5, 6, 7, 1, 2, 3]
        assert await leaf(anna, boris, count) == [5, 6, 7, 4, 1, 2, 3]
    assert await leaf(anna, stranger, 5) == []
