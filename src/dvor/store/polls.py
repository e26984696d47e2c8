"""Polls, their answers and the votes."""

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Executable,
    Index,
    Integer,
    Select,
    Table,
    Text,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    update,
)

from dvor.model.friends import Friendship
from dvor.model.polls import NewPoll, Poll, PollAnswer, PollRow
from dvor.store.columns import Id, metadata
from dvor.store.database import Transaction
from dvor.store.friends import friendships
from dvor.store.numbers import next_number
from dvor.store.statements import EngineName, Statement, insert_all, pairs, shapes

Key = tuple[int, int]
"""Owner and number of a poll."""

polls = Table(
    "polls",
    metadata,
    Column("owner_id", Id, primary_key=True, autoincrement=False),
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("author_id", Id, nullable=False),
    Column("question", Text, nullable=False),
    Column("is_anonymous", Boolean, nullable=False),
    Column("is_multiple", Boolean, nullable=False),
    Column("is_final", Boolean, nullable=False),
    Column("ends_at", Id, nullable=False),
    Column("created_at", Id, nullable=False),
    Column("voters", Integer, nullable=False),
    Column("last_answer_number", Integer, nullable=False),
    Index("ix_polls_id", "id"),
    sqlite_with_rowid=False,
)
"""Numbers are the server's, not the owner's: OpenVK's clients name a poll by its number alone."""

poll_answers = Table(
    "poll_answers",
    metadata,
    Column("owner_id", Id, primary_key=True, autoincrement=False),
    Column("poll_id", Id, primary_key=True, autoincrement=False),
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
    Column("votes", Integer, nullable=False),
    sqlite_with_rowid=False,
)

poll_votes = Table(
    "poll_votes",
    metadata,
    Column("owner_id", Id, primary_key=True, autoincrement=False),
    Column("poll_id", Id, primary_key=True, autoincrement=False),
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("answer_id", Id, primary_key=True, autoincrement=False),
    Column("created_at", Id, nullable=False),
    Index("ix_poll_votes_answer", "owner_id", "poll_id", "answer_id", "created_at", "user_id"),
    sqlite_with_rowid=False,
)
"""A row for each mark; whoever writes one holds the lock of the poll's row."""

_owner_id = bindparam("owner_id", type_=Id)
_poll_id = bindparam("poll_id", type_=Id)
_answer_id = bindparam("answer_id", type_=Id)
_poll = (polls.c.owner_id == _owner_id, polls.c.id == _poll_id)
_answer = (
    poll_answers.c.owner_id == _owner_id,
    poll_answers.c.poll_id == _poll_id,
    poll_answers.c.id == _answer_id,
)
_mine = (
    poll_votes.c.owner_id == _owner_id,
    poll_votes.c.poll_id == _poll_id,
    poll_votes.c.user_id == bindparam("user_id", type_=Id),
)


def _by_keys(engine: EngineName) -> Executable:
    wanted = pairs(engine, "keys")
    return select(polls).join(
        wanted, (polls.c.owner_id == wanted.c.owner_id) & (polls.c.id == wanted.c.item_id)
    )


def _answers_by_keys(engine: EngineName) -> Executable:
    wanted = pairs(engine, "keys")
    same = (poll_answers.c.owner_id == wanted.c.owner_id) & (poll_answers.c.poll_id == wanted.c.item_id)
    return select(poll_answers).join(wanted, same).order_by(poll_answers.c.id)


def _chosen_by_keys(engine: EngineName) -> Executable:
    wanted = pairs(engine, "keys")
    same = (poll_votes.c.owner_id == wanted.c.owner_id) & (poll_votes.c.poll_id == wanted.c.item_id)
    chosen = select(poll_votes.c.owner_id, poll_votes.c.poll_id, poll_votes.c.answer_id).join(wanted, same)
    mine = poll_votes.c.user_id == bindparam("viewer_id", type_=Id)
    return chosen.where(mine).order_by(poll_votes.c.answer_id)


_BY_KEYS = Statement(_by_keys, PollRow)
_ANSWERS = Statement(_answers_by_keys, PollAnswer)
_CHOSEN = Statement(_chosen_by_keys, lambda *row: row)
_OWNER = Statement(select(polls.c.owner_id).where(polls.c.id == _poll_id))
_LOCK = Statement(select(polls.c.id).where(*_poll).with_for_update())
_INSERT = Statement(insert_all(polls))
_INSERT_ANSWER = Statement(insert_all(poll_answers))
_INSERT_VOTE = Statement(insert_all(poll_votes))
_DELETE_VOTES = Statement(delete(poll_votes).where(*_mine))
_CHANGE = Statement(
    update(polls)
    .where(*_poll)
    .values(
        question=bindparam("new_question", type_=Text),
        ends_at=bindparam("new_ends_at", type_=Id),
        last_answer_number=bindparam("new_number", type_=Integer),
    )
)
_SET_TEXT = Statement(update(poll_answers).where(*_answer).values(text=bindparam("new_text", type_=Text)))
_DELETE_ANSWER = Statement(delete(poll_answers).where(*_answer))


_STEP_VOTERS = Statement(
    update(polls).where(*_poll).values(voters=polls.c.voters + bindparam("change", type_=Integer))
)
_STEP_VOTES = Statement(
    update(poll_answers)
    .where(*_answer)
    .values(votes=poll_answers.c.votes + bindparam("change", type_=Integer))
)


def _select_voters(columns: list[Any], *, friends_only: bool) -> Select[Any]:
    of_answer = (
        poll_votes.c.owner_id == _owner_id,
        poll_votes.c.poll_id == _poll_id,
        poll_votes.c.answer_id == _answer_id,
    )
    voters = select(*columns).select_from(poll_votes).where(*of_answer)
    if not friends_only:
        return voters
    are_friends = (
        friendships.c.user_id == bindparam("viewer_id", type_=Id),
        friendships.c.friend_id == poll_votes.c.user_id,
        friendships.c.state == literal_column(str(int(Friendship.FRIENDS))),
    )
    return voters.where(select(friendships.c.friend_id).where(*are_friends).exists())


@shapes(int, friends_only=(False, True))
def _voters(friends_only: bool) -> Executable:
    voters = _select_voters([poll_votes.c.user_id], friends_only=friends_only)
    page = voters.order_by(poll_votes.c.created_at.desc(), poll_votes.c.user_id.desc())
    return page.limit(bindparam("count", type_=Integer)).offset(bindparam("offset", type_=Id))


@shapes(None, friends_only=(False, True))
def _count_voters(friends_only: bool) -> Executable:
    return _select_voters([func.count()], friends_only=friends_only)


async def load_polls(tx: Transaction, keys: list[Key], viewer_id: int) -> dict[Key, Poll]:
    """Return the existing ones of these polls by (owner, number), in three queries."""
    rows = await tx.rows(_BY_KEYS, keys=keys) if keys else []
    if not rows:
        return {}
    answers: dict[Key, list[PollAnswer]] = {(row.owner_id, row.id): [] for row in rows}
    chosen: dict[Key, list[int]] = {key: [] for key in answers}
    found = sorted(answers)
    for answer in await tx.rows(_ANSWERS, keys=found):
        answers[answer.owner_id, answer.poll_id].append(answer)
    if viewer_id > 0:
        for owner_id, poll_id, answer_id in await tx.rows(_CHOSEN, keys=found, viewer_id=viewer_id):
            chosen[owner_id, poll_id].append(answer_id)
    return {
        (row.owner_id, row.id): Poll(row, answers[row.owner_id, row.id], chosen[row.owner_id, row.id])
        for row in rows
    }


async def find_poll_owner(tx: Transaction, poll_id: int) -> int | None:
    """Return whose poll has this number."""
    owner_id: int | None = await tx.value(_OWNER, poll_id=poll_id)
    return owner_id


async def lock_poll(tx: Transaction, key: Key) -> None:
    """Lock a poll until the end of the transaction: votes and changes come one after the other."""
    await tx.lock(_LOCK, owner_id=key[0], poll_id=key[1])


async def insert_poll(tx: Transaction, poll: NewPoll, answers: list[str], now: int) -> int:
    """Store a poll with its answers and return its number."""
    number = await next_number(tx, "polls")
    row = {name: getattr(poll, name) for name in poll.__struct_fields__}
    await tx.run(_INSERT, **row, id=number, created_at=now, voters=0, last_answer_number=len(answers))
    await insert_answers(tx, (poll.owner_id, number), answers, 1)
    return number


async def insert_answers(tx: Transaction, key: Key, answers: list[str], first: int) -> None:
    """Store answers, numbered from `first` on."""
    rows = [
        {"owner_id": key[0], "poll_id": key[1], "id": number, "text": text, "votes": 0}
        for number, text in enumerate(answers, first)
    ]
    await tx.run_many(_INSERT_ANSWER, rows)


async def change_poll(
    tx: Transaction, poll: PollRow, question: str, ends_at: int, last_answer_number: int
) -> None:
    """Give a poll another question and end; `last_answer_number` is the highest that was ever used."""
    await tx.run(
        _CHANGE,
        owner_id=poll.owner_id,
        poll_id=poll.id,
        new_question=question,
        new_ends_at=ends_at,
        new_number=last_answer_number,
    )


async def set_answer_text(tx: Transaction, key: Key, answer_id: int, text: str) -> None:
    """Give an answer other words."""
    await tx.run(_SET_TEXT, owner_id=key[0], poll_id=key[1], answer_id=answer_id, new_text=text)


async def delete_answer(tx: Transaction, key: Key, answer_id: int) -> None:
    """Remove an answer that nobody has chosen."""
    await tx.run(_DELETE_ANSWER, owner_id=key[0], poll_id=key[1], answer_id=answer_id)


async def insert_votes(tx: Transaction, key: Key, user_id: int, answer_ids: list[int], now: int) -> None:
    """Store what a person chooses who has not voted yet; the poll must be locked."""
    poll = {"owner_id": key[0], "poll_id": key[1]}
    rows = [{**poll, "user_id": user_id, "answer_id": one, "created_at": now} for one in sorted(answer_ids)]
    await tx.run_many(_INSERT_VOTE, rows)
    await _count(tx, key, answer_ids, 1)


async def delete_votes(tx: Transaction, key: Key, user_id: int, answer_ids: list[int]) -> None:
    """Take back a person's votes, which are these; the poll must be locked."""
    await tx.run(_DELETE_VOTES, owner_id=key[0], poll_id=key[1], user_id=user_id)
    await _count(tx, key, answer_ids, -1)


async def _count(tx: Transaction, key: Key, answer_ids: list[int], change: int) -> None:
    poll = {"owner_id": key[0], "poll_id": key[1]}
    await tx.run(_STEP_VOTERS, **poll, change=change)
    for answer_id in sorted(answer_ids):
        await tx.run(_STEP_VOTES, **poll, answer_id=answer_id, change=change)


async def list_voters(
    tx: Transaction, key: Key, answer_id: int, viewer_id: int, offset: int, count: int, *, friends_only: bool
) -> tuple[int, list[int]]:
    """Return how many have chosen an answer and a page of them, the latest first; or of the viewer's friends."""
    asked = {"owner_id": key[0], "poll_id": key[1], "answer_id": answer_id, "viewer_id": viewer_id}
    total: int = await tx.value(_count_voters(friends_only=friends_only), **asked)
    page = await tx.rows(_voters(friends_only=friends_only), **asked, offset=offset, count=count)
    return total, page
