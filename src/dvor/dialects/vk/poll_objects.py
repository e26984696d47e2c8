"""How VK and OpenVK draw polls."""

from msgspec import UNSET, Struct, UnsetType

from dvor.core.privacy import Owner
from dvor.dialects.vk.texts import draw_text
from dvor.dialects.vk.user_objects import Flag, UserObject
from dvor.methods.declaration import Call
from dvor.model.polls import Poll


class AnswerObject(Struct, frozen=True):
    """An answer: how many have chosen it, and what part of the voters that is, in percent."""

    id: int
    text: str
    votes: int
    rate: float


class PollObject(Struct, frozen=True, omit_defaults=True):
    """A poll; `votes` counts the people who have voted, `answer_ids` are those that the viewer has chosen."""

    id: int
    owner_id: int
    created: int
    question: str
    votes: int
    answers: list[AnswerObject]
    answer_ids: list[int]
    anonymous: Flag
    multiple: Flag
    end_date: int
    closed: Flag
    is_board: Flag
    can_edit: Flag
    can_vote: Flag
    can_report: Flag
    can_share: Flag
    disable_unvote: Flag
    author_id: int
    answer_id: int | UnsetType = UNSET
    profiles: list[UserObject] | UnsetType = UNSET


def draw_poll(call: Call, poll: Poll, owner: Owner | None, *, as_number: bool = False) -> PollObject:
    """Return a poll; `as_number` is how OpenVK's polls.* draw flags.

    Who made a community's poll is told to its editors only: for everybody else it is the community (OpenVK issue 750).
    """

    def flag(value: bool) -> Flag:
        return int(value) if as_number else value

    row = poll.row
    is_closed = row.is_closed(call.now)
    is_editor = owner is not None and owner.is_edited
    may_vote = (
        bool(call.user_id) and owner is not None and owner.is_open and not poll.chosen and not is_closed
    )
    return PollObject(
        id=row.id,
        owner_id=row.owner_id,
        created=row.created_at,
        question=draw_text(call, row.question),
        votes=row.voters,
        answers=[
            AnswerObject(one.id, draw_text(call, one.text), one.votes, _rate(call, one.votes, row.voters))
            for one in poll.answers
        ],
        answer_ids=poll.chosen,
        anonymous=flag(row.is_anonymous),
        multiple=flag(row.is_multiple),
        end_date=row.ends_at,
        closed=flag(is_closed),
        is_board=flag(False),
        can_edit=flag(is_editor),
        can_vote=flag(may_vote),
        can_report=flag(False),
        can_share=flag(True),
        disable_unvote=flag(row.is_final),
        author_id=row.author_id if row.owner_id > 0 or is_editor else row.owner_id,
        answer_id=poll.chosen[0] if poll.chosen and not row.is_multiple else UNSET,
    )


def _rate(call: Call, votes: int, voters: int) -> float:
    """Return a part in percent: with two digits, in OpenVK's form whole and rounded down."""
    if not voters:
        return 0
    return round(100 * votes / voters, 2) if call.is_versioned else 100 * votes // voters
