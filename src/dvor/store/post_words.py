"""The words of posts, and the public posts of everybody, newest first."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    Column,
    Executable,
    FromClause,
    Integer,
    Select,
    Table,
    Text,
    bindparam,
    delete,
    func,
    select,
)

from dvor.model.wall import Post
from dvor.store.columns import Id, metadata
from dvor.store.database import Transaction
from dvor.store.newsfeed import NEWEST, below_cursor, cursor_values, is_shown
from dvor.store.privacy import OPEN_OWNER, with_owners
from dvor.store.statements import Statement, insert_all, shapes
from dvor.store.wall import drawn, posts
from dvor.store.words import Word, beginning_values, begins

post_words = Table(
    "post_words",
    metadata,
    Column("word", Word, primary_key=True),
    Column("owner_id", Id, primary_key=True, autoincrement=False),
    Column("post_id", Id, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

_owner_id = bindparam("owner_id", type_=Id)
_INSERT = Statement(insert_all(post_words, ignore_conflict=True))
_DELETE = Statement(
    delete(post_words).where(
        post_words.c.word == bindparam("word", type_=Text),
        post_words.c.owner_id == _owner_id,
        post_words.c.post_id == bindparam("post_id", type_=Id),
    )
)


def _hits() -> Select[Any]:
    return select(post_words.c.owner_id, post_words.c.post_id).where(begins(post_words.c.word, 0))


def _public(chosen: Select[Any], source: FromClause) -> Select[Any]:
    """Keep what everybody may see: posts that are not for friends, of open people and communities."""
    return chosen.select_from(with_owners(source, posts.c.owner_id)).where(
        posts.c.deleted_at.is_(None),
        posts.c.created_at >= bindparam("since", type_=Id),
        ~posts.c.is_friends_only,
        OPEN_OWNER,
    )


_KEY = (posts.c.owner_id, posts.c.id)


def _drawn(chosen: Select[Any]) -> Select[Any]:
    page = chosen.order_by(*NEWEST).limit(bindparam("count", type_=Integer)).subquery("chosen")
    return drawn(page, page.c.owner_id, page.c.id).order_by(*NEWEST)


_most = bindparam("most", type_=Integer)
_COUNT_HITS = Statement(select(func.count()).select_from(_hits().limit(_most).subquery("hits")))


def _with_word() -> Executable:
    hits = _hits().distinct().subquery("hits")
    same = (posts.c.owner_id == hits.c.owner_id) & (posts.c.id == hits.c.post_id)
    found = _public(select(*_KEY), hits.join(posts, same))
    return _drawn(found.where(posts.c.created_at <= bindparam("until", type_=Id)))


_WITH_WORD = Statement(_with_word(), Post)


@shapes(Post, is_owner=(False, True), with_hidden=(False, True))
def _newest(is_owner: bool, with_hidden: bool) -> Executable:
    chosen = _public(select(*_KEY), posts).where(below_cursor())
    chosen = chosen if with_hidden else chosen.where(is_shown(posts.c.owner_id))
    return _drawn(chosen.where(posts.c.from_id == posts.c.owner_id) if is_owner else chosen)


def post_word_rows(owner_id: int, post_id: int, words: Iterable[str]) -> list[dict[str, Any]]:
    """Return the rows of `post_words` for a post."""
    return [{"word": word, "owner_id": owner_id, "post_id": post_id} for word in sorted(words)]


async def insert_post_words(tx: Transaction, owner_id: int, post_id: int, words: Iterable[str]) -> None:
    """Let a post be found by these words."""
    if rows := post_word_rows(owner_id, post_id, words):
        await tx.run_many(_INSERT, rows)


async def delete_post_words(tx: Transaction, owner_id: int, post_id: int, words: Iterable[str]) -> None:
    """Let a post no longer be found by these words."""
    if rows := post_word_rows(owner_id, post_id, words):
        await tx.run_many(_DELETE, rows)


async def count_hits(tx: Transaction, beginning: str, most: int) -> int:
    """Return how often a word with this beginning stands in posts; more than `most` are not counted."""
    _, values = beginning_values([beginning])
    count: int = await tx.value(_COUNT_HITS, **values, most=most)
    return count


async def list_posts_with_word(
    tx: Transaction, viewer_id: int, beginning: str, *, since: int, until: int, count: int
) -> list[Post]:
    """Return the newest public posts that have a word with this beginning, from the time `since` to `until`."""
    _, values = beginning_values([beginning])
    asked = values | {"viewer_id": viewer_id, "since": since, "until": until}
    return await tx.rows(_WITH_WORD, **asked, count=count)


async def list_public_posts(
    tx: Transaction,
    viewer_id: int,
    *,
    since: int,
    before: tuple[int, int, int],
    count: int,
    is_owner: bool,
    with_hidden: bool = False,
) -> list[Post]:
    """Return the newest public posts of everybody below the cursor, or those on the authors' own walls.

    Without those whose news the viewer has hidden, or `with_hidden` with them.
    """
    statement = _newest(is_owner=is_owner, with_hidden=with_hidden)
    return await tx.rows(statement, viewer_id=viewer_id, since=since, count=count, **cursor_values(before))
