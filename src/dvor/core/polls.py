"""Polls: asking, voting once, and seeing who chose what."""

from dvor.core.events import tell
from dvor.core.privacy import Owner, Owners, load_owner, load_owners
from dvor.model.errors import (
    AccessDenied,
    AnswerNotFound,
    InvalidParameter,
    PollForbidden,
    PollNotFound,
    VoteMissing,
)
from dvor.model.events import ItemEvent
from dvor.model.polls import MAX_ANSWER, MAX_ANSWERS, MAX_QUESTION, NewPoll, Poll, PollChange
from dvor.store import polls as store
from dvor.store.database import Transaction
from dvor.store.polls import Key


async def create_poll(tx: Transaction, poll: NewPoll, answers: list[str], now: int) -> Poll:
    """Make a poll of the author's own or of a community that he edits; `InvalidParameter`, `AccessDenied`.

    It is seen by those who may see its owner's page, and where it is attached.
    """
    _check_question(poll.question)
    _check_answers("add_answers", answers, len(answers))
    _check_end(poll.ends_at, now)
    if not (await load_owner(tx, poll.author_id, poll.owner_id)).is_edited:
        raise AccessDenied("another's polls")
    number = await store.insert_poll(tx, poll, answers, now)
    return (await store.load_polls(tx, [(poll.owner_id, number)], poll.author_id))[poll.owner_id, number]


async def find_key(tx: Transaction, owner_id: int, poll_id: int) -> Key:
    """Return a poll's key; without an owner (0) its number is enough.  `PollNotFound`."""
    found = owner_id or await store.find_poll_owner(tx, poll_id)
    if not found:
        raise PollNotFound(str(poll_id))
    return found, poll_id


async def get_poll(tx: Transaction, viewer_id: int, key: Key) -> tuple[Poll, Owner]:
    """Return a poll that the viewer may see, and its owner; `PollNotFound`, `PollForbidden`."""
    poll = (await store.load_polls(tx, [key], viewer_id)).get(key)
    if poll is None:
        raise PollNotFound(f"{key[0]}_{key[1]}")
    owner = (await load_owners(tx, viewer_id, [key[0]])).get(key[0])
    if owner is None or not owner.is_open:
        raise PollForbidden(f"{key[0]}_{key[1]}")
    return poll, owner


async def vote(tx: Transaction, user_id: int, key: Key, answer_ids: list[int], *, now: int) -> bool:
    """Vote, once; say whether the votes count (not if the user has voted before or the poll is closed).

    `AnswerNotFound`, errors of `get_poll`.
    """
    await store.lock_poll(tx, key)
    poll, _ = await get_poll(tx, user_id, key)
    chosen = sorted(set(answer_ids))
    known = {answer.id for answer in poll.answers}
    if not chosen or not known.issuperset(chosen) or (len(chosen) > 1 and not poll.row.is_multiple):
        raise AnswerNotFound(",".join(map(str, chosen[:MAX_ANSWERS])))
    if poll.chosen or poll.row.is_closed(now):
        return False
    await store.insert_votes(tx, key, user_id, chosen, now)
    if key[0] < 0 and not poll.row.is_anonymous:
        for answer_id in chosen:
            voted = ItemEvent(key[0], answer_id, user_id, parent_id=key[1])
            await tell(tx, "poll_vote_new", {key[0]: voted}, now)
    return True


async def take_back_vote(tx: Transaction, user_id: int, key: Key, *, now: int) -> bool:
    """Take the user's votes back; say whether there were any.  `PollForbidden` if the poll does not allow it."""
    await store.lock_poll(tx, key)
    poll, _ = await get_poll(tx, user_id, key)
    if not poll.chosen:
        return False
    if poll.row.is_final or poll.row.is_closed(now):
        raise PollForbidden("votes cannot be taken back" if poll.row.is_final else "the poll is closed")
    await store.delete_votes(tx, key, user_id, poll.chosen)
    return True


async def edit_poll(tx: Transaction, user_id: int, key: Key, change: PollChange, *, now: int) -> None:
    """Change a poll of one's own, or of a community that one edits.

    What somebody has voted on stays as it is: then only the end may change and answers be added (`PollForbidden`).
    """
    await store.lock_poll(tx, key)
    poll, owner = await get_poll(tx, user_id, key)
    if not owner.is_edited:
        raise PollForbidden(f"{key[0]}_{key[1]}")
    texts = {answer.id: answer.text for answer in poll.answers}
    if unknown := (change.edited.keys() | change.deleted) - texts.keys():
        raise AnswerNotFound(str(min(unknown)))
    question = poll.row.question if change.question is None else change.question
    edited = {number: text for number, text in change.edited.items() if text != texts[number]}
    deleted = sorted(set(change.deleted))
    if poll.row.voters and (question != poll.row.question or edited or deleted):
        raise PollForbidden("somebody has voted")
    _check_question(question)
    left = len(texts) - len(deleted) + len(change.added)
    _check_answers("add_answers", change.added, left)
    _check_answers("edit_answers", list(edited.values()), left)
    ends_at = poll.row.ends_at if change.ends_at is None else change.ends_at
    if ends_at != poll.row.ends_at:
        _check_end(ends_at, now)
    for number in deleted:
        await store.delete_answer(tx, key, number)
    for number, text in sorted(edited.items()):
        await store.set_answer_text(tx, key, number, text)
    last = poll.row.last_answer_number
    await store.insert_answers(tx, key, change.added, last + 1)
    await store.change_poll(tx, poll.row, question, ends_at, last + len(change.added))


async def list_voters(
    tx: Transaction,
    viewer_id: int,
    key: Key,
    answer_ids: list[int],
    *,
    friends_only: bool,
    offset: int,
    count: int,
) -> tuple[dict[int, tuple[int, list[int]]], Owners]:
    """Return for each answer how many chose it and a page of them, the latest first, and those people.

    `PollForbidden` if the poll is anonymous, `VoteMissing` before one's own vote, `AnswerNotFound`.
    """
    poll, owner = await get_poll(tx, viewer_id, key)
    if poll.row.is_anonymous:
        raise PollForbidden("the poll is anonymous")
    if unknown := set(answer_ids) - {answer.id for answer in poll.answers}:
        raise AnswerNotFound(str(min(unknown)))
    if not poll.chosen and not owner.is_edited:
        raise VoteMissing("")
    found = {}
    for answer_id in answer_ids:
        found[answer_id] = await store.list_voters(
            tx, key, answer_id, viewer_id, offset, count, friends_only=friends_only
        )
    people = {user_id for _, page in found.values() for user_id in page}
    return found, await load_owners(tx, viewer_id, people) if people else {}


def _check_question(question: str) -> None:
    if not question.strip():
        raise InvalidParameter("question")
    if len(question) > MAX_QUESTION:
        raise InvalidParameter("question", f"longer than {MAX_QUESTION} characters")


def _check_answers(name: str, answers: list[str], total: int) -> None:
    if not 1 <= total <= MAX_ANSWERS:
        raise InvalidParameter(name, f"a poll has from 1 to {MAX_ANSWERS} answers")
    if any(not text.strip() or len(text) > MAX_ANSWER for text in answers):
        raise InvalidParameter(name, f"an answer has from 1 to {MAX_ANSWER} characters")


def _check_end(ends_at: int, now: int) -> None:
    if ends_at and ends_at <= now:
        raise InvalidParameter("end_date", "has passed")
