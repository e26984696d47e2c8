"""polls.*: asking, voting, and who has chosen what."""

from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from dvor.core import polls
from dvor.core.privacy import Person, load_people
from dvor.dialects.vk.name_cases import NameCase
from dvor.dialects.vk.poll_objects import PollObject, draw_poll
from dvor.dialects.vk.post_objects import draw_profiles
from dvor.dialects.vk.user_objects import UserDrawing, UserObject
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.errors import InvalidParameter
from dvor.model.ids import ItemId, OwnerId, Seconds
from dvor.model.polls import MAX_ANSWERS, NewPoll, PollChange
from dvor.model.tokens import Scope

AnswerIds = Annotated[list[ItemId], doc("Numbers of answers.", max_length=MAX_ANSWERS)]
Texts = Annotated[str, doc('Answers as JSON, at most ten: `["Yes","No"]`.', max_length=16_384)]
MAX_OFFSET = 2**31 - 1
T = TypeVar("T")


class CreatePoll(Params, kw_only=True):
    """Parameters of polls.create."""

    question: Annotated[str, doc("The question, at most 255 characters.")]
    add_answers: Texts
    owner_id: Annotated[OwnerId, doc("Whose poll: oneself (0), or a community that one edits.")] = 0
    is_anonymous: Annotated[bool, doc("Tell nobody who has voted.")] = False
    is_multiple: Annotated[bool, doc("Let people choose several answers.")] = False
    disable_unvote: Annotated[bool, doc("Let nobody take a vote back.")] = False
    end_date: Annotated[Seconds, doc("When it closes (Unix time); 0: never.")] = 0


@method("polls.create", scope=Scope.WALL, writes=True, not_yet=("photo_id", "background_id"))
async def create(call: Call, params: CreatePoll) -> PollObject:
    """Makes a poll, to be attached to a post or a message as `poll<owner_id>_<id>`.

    VK: polls.create.
    """
    new = NewPoll(
        owner_id=params.owner_id or call.user_id,
        author_id=call.user_id,
        question=params.question,
        is_anonymous=params.is_anonymous,
        is_multiple=params.is_multiple,
        is_final=params.disable_unvote,
        ends_at=params.end_date,
    )
    poll = await polls.create_poll(
        call.tx, new, _read("add_answers", params.add_answers, list[str]), call.now
    )
    _, owner = await polls.get_poll(call.tx, call.user_id, (poll.row.owner_id, poll.row.id))
    return draw_poll(call, poll, owner, as_number=not call.is_versioned)


class OnePoll(Params, kw_only=True):
    """Parameters that name a poll."""

    poll_id: Annotated[ItemId, doc("The poll's number.")]
    owner_id: Annotated[OwnerId, doc("Whose poll; 0: the number is enough.")] = 0


class GetPoll(OnePoll, kw_only=True):
    """Parameters of polls.getById."""

    extended: Annotated[bool, doc("Give `profiles`: who made it.")] = False
    fields: Annotated[list[str], doc("Members of users.get for `profiles`.")] = []


@method("polls.getById", not_yet=("is_board",))
async def get_by_id(call: Call, params: GetPoll) -> PollObject:
    """Returns a poll, with the answers that the caller has chosen.

    VK: polls.getById.
    """
    key = await polls.find_key(call.tx, params.owner_id, params.poll_id)
    poll, owner = await polls.get_poll(call.tx, call.user_id, key)
    drawn = draw_poll(call, poll, owner, as_number=not call.is_versioned)
    if not params.extended:
        return drawn
    people = await load_people(call.tx, call.user_id, [drawn.author_id])
    return replace(drawn, profiles=draw_profiles(call, people, params.fields))


class Vote(OnePoll, kw_only=True):
    """Parameters of polls.addVote."""

    answer_ids: AnswerIds = []
    answer_id: Annotated[ItemId, doc("The same, for a single answer.")] = 0


@method("polls.addVote", scope=Scope.WALL, writes=True, is_repeatable=True, not_yet=("is_board",))
async def add_vote(call: Call, params: Vote) -> Literal[0, 1]:
    """Votes; 0 if the caller has voted before, or the poll is closed.

    VK: polls.addVote.
    """
    chosen = params.answer_ids or ([params.answer_id] if params.answer_id else [])
    if not chosen:
        raise InvalidParameter("answer_ids")
    key = await polls.find_key(call.tx, params.owner_id, params.poll_id)
    return 1 if await polls.vote(call.tx, call.user_id, key, chosen, now=call.now) else 0


@method("polls.deleteVote", scope=Scope.WALL, writes=True, is_repeatable=True, not_yet=("is_board",))
async def delete_vote(call: Call, params: OnePoll) -> Literal[0, 1]:
    """Takes the caller's votes back; 0 if there are none.

    VK: polls.deleteVote.
    """
    key = await polls.find_key(call.tx, params.owner_id, params.poll_id)
    return 1 if await polls.take_back_vote(call.tx, call.user_id, key, now=call.now) else 0


class EditPoll(OnePoll, kw_only=True):
    """Parameters of polls.edit; what is not given stays as it is."""

    question: Annotated[str, doc("The question, at most 255 characters.")] = ""
    add_answers: Texts = ""
    edit_answers: Annotated[str, doc('New words, by number: `{"1":"Perhaps"}`.', max_length=16_384)] = ""
    delete_answers: Annotated[str, doc("Answers to remove, as JSON: `[1,2]`.", max_length=1024)] = ""
    end_date: Annotated[Seconds, doc("When it closes (Unix time); 0: never.")] | None = None


@method("polls.edit", scope=Scope.WALL, writes=True, not_yet=("photo_id", "background_id"))
async def edit(call: Call, params: EditPoll) -> Literal[1]:
    """Changes a poll; once somebody has voted, only its end, and answers may be added.

    VK: polls.edit.
    """
    change = PollChange(
        question=params.question or None,
        ends_at=params.end_date,
        added=_read("add_answers", params.add_answers or "[]", list[str]),
        edited=_read("edit_answers", params.edit_answers or "{}", dict[ItemId, str]),
        deleted=_read("delete_answers", params.delete_answers or "[]", list[ItemId]),
    )
    key = await polls.find_key(call.tx, params.owner_id, params.poll_id)
    await polls.edit_poll(call.tx, call.user_id, key, change, now=call.now)
    return 1


class GetVoters(OnePoll, kw_only=True):
    """Parameters of polls.getVoters."""

    answer_ids: AnswerIds
    friends_only: Annotated[bool, doc("Only the caller's friends.")] = False
    offset: Annotated[int, doc("How many to skip.", ge=0, le=MAX_OFFSET)] = 0
    count: Annotated[int, doc("How many to return for each answer.", ge=0, le=1000)] | None = None
    fields: Annotated[list[str], doc("Give people with these members of users.get instead of ids.")] = []
    name_case: Annotated[NameCase, doc("The case of the names.")] = "nom"


class VoterList(Struct, frozen=True):
    """Who has chosen an answer, as ids or whole; `count` is how many there are in all."""

    count: int
    items: list[int | UserObject]


class Voters(Struct, frozen=True):
    """An answer and who has chosen it."""

    answer_id: int
    users: VoterList


@method("polls.getVoters", not_yet=("is_board",))
async def get_voters(call: Call, params: GetVoters) -> list[Voters]:
    """Returns who has chosen each of the answers, the latest first; for those who have voted themselves.

    VK: polls.getVoters.
    """
    key = await polls.find_key(call.tx, params.owner_id, params.poll_id)
    default = (10 if params.friends_only else 100) if call.is_versioned else 6
    found, owners = await polls.list_voters(
        call.tx,
        call.user_id,
        key,
        params.answer_ids,
        friends_only=params.friends_only,
        offset=params.offset,
        count=default if params.count is None else params.count,
    )
    if not params.fields and call.is_versioned:
        return [Voters(one, VoterList(total, list(page))) for one, (total, page) in found.items()]
    drawing = UserDrawing(call, params.fields, params.name_case)
    people = {who: drawing.draw(one) for who, one in owners.items() if isinstance(one, Person)}
    return [
        Voters(one, VoterList(total, [people[who] for who in page if who in people]))
        for one, (total, page) in found.items()
    ]


def _read(name: str, text: str, kind: type[T]) -> T:
    """Return a parameter that is JSON; `InvalidParameter`."""
    try:
        found = msgspec.json.decode(text, type=kind, strict=False)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise InvalidParameter(name, "is not the JSON that is asked for") from error
    if "\\u0000" in text:
        raise InvalidParameter(name, "holds a NUL character")
    return found
