"""What must hold between the rows of different tables: rules whose queries find the rows that break them."""

from typing import Any

from msgspec import Struct
from sqlalchemy import (
    Integer,
    Select,
    Table,
    Text,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    union_all,
)

from dvor.model.groups import MemberStatus
from dvor.store.albums import albums
from dvor.store.chats import chats
from dvor.store.comments import comments
from dvor.store.consents import consents
from dvor.store.conversations import conversations, members
from dvor.store.documents import document_words, documents
from dvor.store.events import events, receivers
from dvor.store.group_members import group_members
from dvor.store.groups import group_counters, groups
from dvor.store.jobs import jobs
from dvor.store.likes import item_counters, likes
from dvor.store.message_consistency import (
    stray_unread_reactions,
    stray_words,
    wrong_last_messages,
    wrong_members,
)
from dvor.store.message_words import message_words
from dvor.store.messages import messages
from dvor.store.name_words import name_words
from dvor.store.numbers import NumberName
from dvor.store.photo_tags import photo_tags
from dvor.store.photo_words import photo_words
from dvor.store.photos import photos
from dvor.store.polls import poll_answers, poll_votes, polls
from dvor.store.post_words import post_words
from dvor.store.reactions import reactions, unread_reactions
from dvor.store.statements import Statement
from dvor.store.tokens import refresh_tokens, tokens
from dvor.store.user_groups import user_groups
from dvor.store.users import owners, users
from dvor.store.wall import posts


class Rule(Struct, frozen=True, eq=False):
    """A rule: `wrong` finds at most `count` rows that break it, and `sentence` says it with the columns of one."""

    name: str
    tables: tuple[Table, ...]
    sentence: str
    wrong: Statement[tuple[Any, ...]]


def _rule(name: str, tables: tuple[Table, ...], sentence: str, wrong: Select[Any]) -> Rule:
    limited = wrong.limit(bindparam("count", type_=Integer))
    return Rule(name, tables, sentence, Statement(limited, lambda *row: row))


def _like_counters() -> Select[Any]:
    one, none = literal_column("1", Integer), literal_column("0", Integer)
    key = ("owner_id", "kind", "item_id")
    both = union_all(
        select(*(likes.c[name] for name in key), one.label("stored"), none.label("counted")),
        select(*(item_counters.c[name] for name in key), none, item_counters.c.likes),
    ).subquery("both_sides")
    stored, counted = func.sum(both.c.stored), func.sum(both.c.counted)
    columns = [both.c[name] for name in key]
    return select(*columns, stored, counted).group_by(*columns).having(stored != counted)


def _comment_counters() -> Select[Any]:
    one, none = literal_column("1", Integer), literal_column("0", Integer)
    there = comments.c.deleted_at == 0
    below = select(
        comments.c.owner_id, comments.c.kind, comments.c.item_id, one.label("stored"), none.label("counted")
    )
    comment = literal_column("'comment'", Text)
    answers = select(comments.c.owner_id, comment, comments.c.thread_id, one, none)
    key = ("owner_id", "kind", "item_id")
    both = union_all(
        below.where(there),
        answers.where(there, comments.c.thread_id > 0),
        select(*(item_counters.c[name] for name in key), none, item_counters.c.comments),
    ).subquery("all_sides")
    stored, counted = func.sum(both.c.stored), func.sum(both.c.counted)
    columns = [both.c[name] for name in key]
    return select(*columns, stored, counted).group_by(*columns).having(stored != counted)


def _poll_answers() -> Select[Any]:
    one, none = literal_column("1", Integer), literal_column("0", Integer)
    votes = poll_votes.c
    both = union_all(
        select(votes.owner_id, votes.poll_id, votes.answer_id, one.label("stored"), none.label("counted")),
        select(
            poll_answers.c.owner_id, poll_answers.c.poll_id, poll_answers.c.id, none, poll_answers.c.votes
        ),
    ).subquery("all_votes")
    stored, counted = func.sum(both.c.stored), func.sum(both.c.counted)
    columns = [both.c[name] for name in ("owner_id", "poll_id", "answer_id")]
    return select(*columns, stored, counted).group_by(*columns).having(stored != counted)


def _poll_voters() -> Select[Any]:
    voters = func.count(poll_votes.c.user_id.distinct())
    same = (poll_votes.c.owner_id == polls.c.owner_id) & (poll_votes.c.poll_id == polls.c.id)
    columns = [polls.c.owner_id, polls.c.id, polls.c.voters]
    counted = select(*columns, voters).select_from(polls.outerjoin(poll_votes, same))
    return counted.group_by(*columns).having(voters != polls.c.voters)


def _photo_tags() -> Select[Any]:
    one, none = literal_column("1", Integer), literal_column("0", Integer)
    key = (photo_tags.c.owner_id, photo_tags.c.photo_id)
    both = union_all(
        select(*key, one.label("stored"), none.label("counted")).where(photo_tags.c.is_confirmed),
        select(photos.c.owner_id, photos.c.id, none, photos.c.tags).where(photos.c.tags != 0),
    ).subquery("all_tags")
    stored, counted = func.sum(both.c.stored), func.sum(both.c.counted)
    columns = [both.c.owner_id, both.c.photo_id]
    return select(*columns, stored, counted).group_by(*columns).having(stored != counted)


def _stray_photo_words() -> Select[Any]:
    same = (photos.c.owner_id == photo_words.c.owner_id) & (photos.c.id == photo_words.c.photo_id)
    return (
        select(photo_words.c.owner_id, photo_words.c.photo_id, photo_words.c.word)
        .select_from(photo_words.outerjoin(photos, same))
        .where(func.coalesce(photos.c.deleted_at, 1) != 0)
    )


def _strayed_photos() -> Select[Any]:
    same = (albums.c.owner_id == photos.c.owner_id) & (albums.c.id == photos.c.album_id)
    return (
        select(photos.c.owner_id, photos.c.id, photos.c.album_id)
        .select_from(photos.outerjoin(albums, same))
        .where(photos.c.album_id > 0, photos.c.deleted_at == 0, albums.c.id.is_(None))
    )


def _stray_document_words() -> Select[Any]:
    same = (documents.c.owner_id == document_words.c.owner_id) & (
        documents.c.id == document_words.c.document_id
    )
    return (
        select(document_words.c.owner_id, document_words.c.document_id, document_words.c.word)
        .select_from(document_words.outerjoin(documents, same & documents.c.is_listed))
        .where(func.coalesce(documents.c.deleted_at, 1) != 0)
    )


def _stray_post_words() -> Select[Any]:
    same = (posts.c.owner_id == post_words.c.owner_id) & (posts.c.id == post_words.c.post_id)
    return (
        select(post_words.c.owner_id, post_words.c.post_id, post_words.c.word)
        .select_from(post_words.outerjoin(posts, same))
        .where(or_(posts.c.id.is_(None), posts.c.deleted_at.is_not(None)))
    )


def _stray_names() -> Select[Any]:
    return (
        select(name_words.c.owner_id, name_words.c.word)
        .select_from(name_words.outerjoin(owners, owners.c.id == name_words.c.owner_id))
        .where(owners.c.id.is_(None))
    )


def _behind(counters: Table, counter: str, rows: Table, key: str, number: str) -> Select[Any]:
    """Find counters that are below the highest number in use, or missing."""
    newest = (
        select(rows.c[key].label("key"), func.max(rows.c[number]).label("number"))
        .group_by(rows.c[key])
        .subquery("newest")
    )
    known = func.coalesce(counters.c[counter], -1)
    return (
        select(newest.c.key, newest.c.number, known)
        .select_from(newest.outerjoin(counters, counters.c.id == newest.c.key))
        .where(known < newest.c.number)
    )


def _logs() -> Select[Any]:
    kept = (
        select(
            events.c.receiver_id,
            func.max(events.c.number).label("number"),
            func.count().label("total"),
        )
        .group_by(events.c.receiver_id)
        .subquery("kept")
    )
    newest = func.coalesce(kept.c.number, receivers.c.pruned)
    total = func.coalesce(kept.c.total, 0)
    return (
        select(receivers.c.id, receivers.c.number, receivers.c.pruned, newest, total)
        .select_from(receivers.outerjoin(kept, kept.c.receiver_id == receivers.c.id))
        .where(or_(receivers.c.number != newest, total != receivers.c.number - receivers.c.pruned))
    )


def _strangers() -> Select[Any]:
    return (
        select(users.c.id)
        .select_from(
            users.outerjoin(owners, owners.c.id == users.c.id).outerjoin(
                receivers, receivers.c.id == users.c.id
            )
        )
        .where(or_(owners.c.id.is_(None), receivers.c.id.is_(None)))
    )


def _group_members() -> Select[Any]:
    is_member = group_members.c.status == int(MemberStatus.MEMBER)
    counted = func.count(group_members.c.user_id)
    return (
        select(group_counters.c.group_id, counted, group_counters.c.members)
        .select_from(
            group_counters.outerjoin(
                group_members, (group_members.c.group_id == group_counters.c.group_id) & is_member
            )
        )
        .group_by(group_counters.c.group_id, group_counters.c.members)
        .having(counted != group_counters.c.members)
    )


def _incomplete_groups() -> Select[Any]:
    return (
        select(groups.c.id)
        .select_from(
            groups.outerjoin(group_counters, group_counters.c.group_id == groups.c.id)
            .outerjoin(owners, owners.c.id == -groups.c.id)
            .outerjoin(receivers, receivers.c.id == -groups.c.id)
        )
        .where(or_(group_counters.c.group_id.is_(None), owners.c.id.is_(None), receivers.c.id.is_(None)))
    )


def _unallowed(kind: Table) -> Select[Any]:
    """Find tokens that an app has of a person who has allowed it nothing."""
    allowed = (consents.c.user_id == kind.c.user_id) & (consents.c.app_id == kind.c.app_id)
    return (
        select(kind.c.app_id, kind.c.user_id, kind.c.protocol)
        .select_from(kind.outerjoin(consents, allowed & (consents.c.protocol == kind.c.protocol)))
        .where(kind.c.app_id.is_not(None), kind.c.user_id.is_not(None), consents.c.user_id.is_(None))
    )


RULES = (
    _rule(
        "like counters",
        (likes, item_counters),
        "{1} {0}_{2} has {3} likes, its counter says {4}",
        _like_counters(),
    ),
    _rule(
        "members",
        (members, conversations),
        "member {0} of conversation {1}: last message {2}, read up to {3} and {4} unread do not fit together",
        wrong_members(),
    ),
    _rule(
        "last messages",
        (members, messages),
        "member {0} of conversation {1}: the last message is said to be {2}, it is {3}",
        wrong_last_messages(),
    ),
    _rule(
        "words of messages",
        (message_words, messages),
        "message {1} of conversation {0} is found by {2!r}, but there is no such message",
        stray_words(),
    ),
    _rule(
        "words of posts",
        (post_words, posts),
        "post {0}_{1} is found by {2!r}, but there is no such post",
        _stray_post_words(),
    ),
    _rule(
        "words of names",
        (name_words, owners),
        "{0} is found by {1!r}, but there is no such person or community",
        _stray_names(),
    ),
    _rule(
        "reactions to be seen",
        (unread_reactions, reactions),
        "user {2} has yet to see reactions to message {1} of conversation {0}, which is not his, or has none",
        stray_unread_reactions(),
    ),
    _rule(
        "numbers of conversations",
        (conversations, messages),
        "conversation {0} has message {1}, its counter says {2}",
        _behind(conversations, "last_number", messages, "conversation_id", "number"),
    ),
    _rule(
        "numbers of walls",
        (owners, posts),
        "wall {0} has post {1}, its counter says {2}",
        _behind(owners, "last_wall_number", posts, "owner_id", "id"),
    ),
    _rule(
        "numbers of comments",
        (owners, comments),
        "wall {0} has comment {1}, its counter says {2}",
        _behind(owners, "last_wall_number", comments, "owner_id", "id"),
    ),
    _rule(
        "comment counters",
        (comments, item_counters),
        "{1} {0}_{2} has {3} comments, its counter says {4}",
        _comment_counters(),
    ),
    _rule(
        "numbers of photos",
        (owners, photos),
        "owner {0} has photo {1}, the counter says {2}",
        _behind(owners, "last_photo_number", photos, "owner_id", "id"),
    ),
    _rule(
        "photos of albums",
        (photos, albums),
        "photo {0}_{1} is said to be in album {2}, which is not there",
        _strayed_photos(),
    ),
    _rule(
        "people on photos",
        (photo_tags, photos),
        "photo {0}_{1} shows {2} people who agree, its counter says {3}",
        _photo_tags(),
    ),
    _rule(
        "words of photos",
        (photo_words, photos),
        "photo {0}_{1} is found by {2!r}, but there is no such photo",
        _stray_photo_words(),
    ),
    _rule(
        "words of documents",
        (document_words, documents),
        "document {0}_{1} is found by {2!r}, but there is no such document in a list",
        _stray_document_words(),
    ),
    _rule(
        "votes for answers",
        (poll_votes, poll_answers),
        "answer {2} of poll {0}_{1} has {3} votes, its counter says {4}",
        _poll_answers(),
    ),
    _rule(
        "voters of polls",
        (polls, poll_votes),
        "poll {0}_{1} has {3} voters, its counter says {2}",
        _poll_voters(),
    ),
    _rule(
        "event logs",
        (receivers, events),
        "receiver {0}: number {1}, pruned up to {2}, but the newest of {4} events is {3}",
        _logs(),
    ),
    _rule(
        "events without a log",
        (events,),
        "events up to {1} of receiver {0} have no log (its number is {2})",
        _behind(receivers, "number", events, "receiver_id", "number"),
    ),
    _rule(
        "members of communities",
        (group_counters, group_members),
        "community {0} has {1} members, its counter says {2}",
        _group_members(),
    ),
    _rule(
        "rows of every community",
        (groups,),
        "community {0} has no counter, no row of an owner or no log",
        _incomplete_groups(),
    ),
    _rule(
        "access tokens of apps",
        (tokens, consents),
        "app {0} has an access token of user {1}, who has not allowed it ({2})",
        _unallowed(tokens),
    ),
    _rule(
        "refresh tokens of apps",
        (refresh_tokens, consents),
        "app {0} has a refresh token of user {1}, who has not allowed it ({2})",
        _unallowed(refresh_tokens),
    ),
    _rule("rows of every user", (users,), "user {0} has no row of an owner or no log", _strangers()),
)

HIGHEST: dict[NumberName, tuple[Table, Statement[Any]]] = {
    "users": (users, Statement(select(func.max(users.c.id)))),
    "groups": (groups, Statement(select(func.max(groups.c.id)))),
    "conversations": (conversations, Statement(select(func.max(conversations.c.id)))),
    "messages": (messages, Statement(select(func.max(messages.c.id)))),
    "chats": (chats, Statement(select(func.max(chats.c.number)))),
    "jobs": (jobs, Statement(select(func.max(jobs.c.id)))),
    "user_groups": (user_groups, Statement(select(func.max(user_groups.c.id)))),
    "polls": (polls, Statement(select(func.max(polls.c.id)))),
    "documents": (documents, Statement(select(func.max(documents.c.id)))),
    "albums": (albums, Statement(select(func.max(albums.c.id)))),
}
"""The highest number of each kind that is in use."""
