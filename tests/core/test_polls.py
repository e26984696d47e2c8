"""Polls: one vote a person whatever happens at once, who may see, vote and change."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from dvor.core import groups, message_sending, messages, polls, privacy, wall
from dvor.core.courtyard import Courtyard
from dvor.model.attachments import Attachment
from dvor.model.errors import (
    AccessDenied,
    AnswerNotFound,
    InvalidParameter,
    PollForbidden,
    PollNotFound,
    VoteMissing,
)
from dvor.model.groups import NewGroup
from dvor.model.polls import NewPoll, Poll, PollChange
from dvor.store.consistency import RULES
from dvor.store.database import Transaction
from tests.core.conftest import NOW, Settle

Work = Callable[[Transaction], Awaitable[Any]]


async def ask(
    courtyard: Courtyard, author: int, owner: int = 0, *, answers: int = 3, **more: Any
) -> tuple[int, int]:
    new = NewPoll(owner_id=owner or author, author_id=author, question="When?", **more)
    words = [f"answer {number}" for number in range(1, answers + 1)]
    made = await courtyard.database.write(lambda tx: polls.create_poll(tx, new, words, NOW))
    return made.row.owner_id, made.row.id


async def vote(courtyard: Courtyard, who: int, key: tuple[int, int], *answers: int, now: int = NOW) -> bool:
    return await courtyard.database.write(lambda tx: polls.vote(tx, who, key, list(answers), now=now))


async def take_back(courtyard: Courtyard, who: int, key: tuple[int, int], now: int = NOW) -> bool:
    return await courtyard.database.write(lambda tx: polls.take_back_vote(tx, who, key, now=now))


async def edit(courtyard: Courtyard, who: int, key: tuple[int, int], **change: Any) -> None:
    await courtyard.database.write(lambda tx: polls.edit_poll(tx, who, key, PollChange(**change), now=NOW))


async def read(courtyard: Courtyard, who: int, key: tuple[int, int]) -> Poll:
    async with courtyard.database.read() as tx:
        for rule in RULES:
            if "poll" in rule.sentence:
                assert not await tx.rows(rule.wrong, count=5), rule.name
        return (await polls.get_poll(tx, who, key))[0]


def votes(poll: Poll) -> list[int]:
    return [poll.row.voters, *(answer.votes for answer in poll.answers)]


async def test_votes_are_counted_and_taken_back(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    key = await ask(courtyard, anna, is_multiple=True)
    assert await vote(courtyard, anna, key, 1, 3, 3)
    assert await vote(courtyard, boris, key, 3)
    assert not await vote(courtyard, boris, key, 1)
    seen = await read(courtyard, anna, key)
    assert (votes(seen), seen.chosen) == ([2, 1, 0, 2], [1, 3])
    assert await take_back(courtyard, anna, key)
    assert not await take_back(courtyard, anna, key)
    assert votes(await read(courtyard, boris, key)) == [1, 0, 0, 1]
    assert await vote(courtyard, anna, key, 2)
    assert votes(await read(courtyard, 0, key)) == [2, 0, 1, 1]


async def test_what_the_poll_does_not_allow(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    key = await ask(courtyard, anna, is_final=True, ends_at=NOW + 10)
    for wrong in ((), (1, 2), (4,)):
        with pytest.raises(AnswerNotFound):
            await vote(courtyard, boris, key, *wrong)
    assert await vote(courtyard, boris, key, 2)
    with pytest.raises(PollForbidden):
        await take_back(courtyard, boris, key)
    assert not await vote(courtyard, anna, key, 1, now=NOW + 10)
    open_until = await ask(courtyard, anna, ends_at=NOW + 10)
    assert await vote(courtyard, boris, open_until, 1)
    with pytest.raises(PollForbidden, match="closed"):
        await take_back(courtyard, boris, open_until, NOW + 10)
    for answers, more in ((0, {}), (11, {}), (1, {"ends_at": NOW})):
        with pytest.raises(InvalidParameter):
            await ask(courtyard, anna, answers=answers, **more)
    with pytest.raises(AccessDenied):
        await ask(courtyard, anna, boris)
    async with courtyard.database.read() as tx:
        assert await polls.find_key(tx, 0, key[1]) == key
        with pytest.raises(PollNotFound):
            await polls.find_key(tx, 0, 999)


async def test_a_person_votes_once_whatever_happens_at_once(courtyard: Courtyard, settle: Settle) -> None:
    people = await settle(*[{} for _ in range(6)])
    key = await ask(courtyard, people[0])
    counted = await asyncio.gather(
        *(vote(courtyard, who, key, answer) for who in people for answer in (1, 2, 3))
    )
    assert sum(counted) == len(people)
    seen = await read(courtyard, people[0], key)
    assert sum(votes(seen)[1:]) == seen.row.voters == len(people)
    taken = await asyncio.gather(*(take_back(courtyard, who, key) for who in people for _ in range(2)))
    assert sum(taken) == len(people)
    assert votes(await read(courtyard, people[0], key)) == [0, 0, 0, 0]


async def test_what_was_voted_on_stays(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    key = await ask(courtyard, anna)
    await edit(courtyard, anna, key, question="Where?", added=["d"], edited={1: "a"}, deleted=[2])
    seen = await read(courtyard, anna, key)
    assert [(one.id, one.text) for one in seen.answers] == [(1, "a"), (3, "answer 3"), (4, "d")]
    assert seen.row.question == "Where?"
    await edit(courtyard, anna, key, deleted=[4], added=["e"])
    assert [one.id for one in (await read(courtyard, anna, key)).answers] == [1, 3, 5]
    with pytest.raises(InvalidParameter):
        await edit(courtyard, anna, key, deleted=[1, 3, 5])
    with pytest.raises(AnswerNotFound):
        await edit(courtyard, anna, key, deleted=[2])
    with pytest.raises(PollForbidden):
        await edit(courtyard, boris, key, question="Mine")
    await vote(courtyard, boris, key, 1)
    for change in ({"question": "x"}, {"edited": {1: "x"}}, {"deleted": [3]}):
        with pytest.raises(PollForbidden, match="voted"):
            await edit(courtyard, anna, key, **change)
    await edit(courtyard, anna, key, question="Where?", edited={1: "a"}, added=["f"], ends_at=NOW + 5)
    seen = await read(courtyard, anna, key)
    assert ([one.id for one in seen.answers], seen.row.ends_at) == ([1, 3, 5, 6], NOW + 5)


async def test_voters_are_told_to_those_who_voted(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris, vera = await settle({}, {}, {})
    key = await ask(courtyard, anna)
    hidden = await ask(courtyard, anna, is_anonymous=True)

    async def voters(who: int, of: tuple[int, int], *answers: int, friends_only: bool = False) -> Any:
        async with courtyard.database.read() as tx:
            found, _ = await polls.list_voters(
                tx, who, of, list(answers), friends_only=friends_only, offset=0, count=1
            )
        return found

    for who in (boris, vera):
        with pytest.raises(VoteMissing):
            await voters(who, key, 1)
        await vote(courtyard, who, key, 1)
        await vote(courtyard, who, hidden, 1)
    assert await voters(vera, key, 1, 2) == {1: (2, [vera]), 2: (0, [])}
    assert await voters(vera, key, 1, friends_only=True) == {1: (0, [])}
    for who in (anna, boris):
        with pytest.raises(PollForbidden, match="anonymous"):
            await voters(who, hidden, 1)
    with pytest.raises(AnswerNotFound):
        await voters(anna, key, 9)


async def test_a_closed_profile_hides_its_polls(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris, vera = await settle({"is_closed": True}, {}, {})
    key = await ask(courtyard, anna)
    for refused in (read, lambda *asked: vote(*asked, 1)):
        with pytest.raises(PollForbidden):
            await refused(courtyard, boris, key)
    picture = [Attachment("poll", *key)]
    written: Work = lambda tx: wall.write_post(  # noqa: E731
        tx, boris, boris, "", picture, platform="", is_friends_only=False, now=NOW
    )
    with pytest.raises(AccessDenied):
        await courtyard.database.write(written)
    # what its owner sends is seen by who gets it
    await courtyard.database.write(
        lambda tx: message_sending.send_message(tx, anna, boris, "", picture, random_id=0, now=NOW)
    )
    async with courtyard.database.read() as tx:
        page = await messages.read_history(tx, boris, anna, offset=0, count=1)
    assert page.attached.polls[key].row.question == "When?"
    opened = await ask(courtyard, vera)
    await courtyard.database.write(lambda tx: privacy.block(tx, vera, boris, NOW))
    with pytest.raises(PollForbidden):
        await vote(courtyard, boris, opened, 1)


async def test_a_community_asks_by_its_editors(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    group_id = await courtyard.database.write(
        lambda tx: groups.create_group(tx, anna, NewGroup(name="Сад"), now=NOW)
    )
    key = await ask(courtyard, anna, -group_id)
    with pytest.raises(AccessDenied):
        await ask(courtyard, boris, -group_id)
    with pytest.raises(PollForbidden):
        await edit(courtyard, boris, key, question="Mine")
    assert await vote(courtyard, boris, key, 1)
