"""Polls: a question, answers to choose from, and who chose what."""

from msgspec import Struct

MAX_ANSWERS = 10
MAX_QUESTION = 255
MAX_ANSWER = 255
"""Characters of a question and of an answer."""


class PollAnswer(Struct, frozen=True):
    """An answer to choose; its number is its own within the poll and is never used again."""

    owner_id: int
    poll_id: int
    id: int
    text: str
    votes: int


class PollRow(Struct, frozen=True):
    """A poll as stored.

    `voters` counts people, not marks; `is_final` forbids taking a vote back; at `ends_at` (0 for never) it closes.
    """

    owner_id: int
    id: int
    author_id: int
    question: str
    is_anonymous: bool
    is_multiple: bool
    is_final: bool
    ends_at: int
    created_at: int
    voters: int
    last_answer_number: int

    def is_closed(self, now: int) -> bool:
        """Say whether nobody may vote any more."""
        return 0 < self.ends_at <= now


class Poll(Struct, frozen=True):
    """A poll with its answers, by number, and those that the viewer has chosen."""

    row: PollRow
    answers: list[PollAnswer]
    chosen: list[int]


class NewPoll(Struct, frozen=True, kw_only=True):
    """What makes a poll."""

    owner_id: int
    author_id: int
    question: str
    is_anonymous: bool = False
    is_multiple: bool = False
    is_final: bool = False
    ends_at: int = 0


class PollChange(Struct, frozen=True, kw_only=True):
    """What to change of a poll; None leaves it as it is.  Texts of answers come by their numbers."""

    question: str | None = None
    ends_at: int | None = None
    added: list[str] = []
    edited: dict[int, str] = {}
    deleted: list[int] = []
