"""The news of many walls in one list: feeds are read when asked for, never pushed."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Executable,
    Integer,
    Select,
    Table,
    and_,
    bindparam,
    column,
    delete,
    func,
    literal_column,
    or_,
    select,
)

from dvor.model.wall import Post
from dvor.store.columns import Id, Json, metadata
from dvor.store.database import Transaction
from dvor.store.statements import Builder, EngineName, IdArray, Statement, among, insert_all, shapes
from dvor.store.wall import drawn, posts

hidden_sources = Table(
    "hidden_sources",
    metadata,
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("source_id", Id, primary_key=True, autoincrement=False),
    Column("created_at", Id, nullable=False),
    sqlite_with_rowid=False,
)
"""The people and communities (as minus their ids) whose news a user does not want to see."""

_KEYS = (posts.c.owner_id, posts.c.id, posts.c.created_at)
_count = bindparam("count", type_=Integer)
_since = bindparam("since", type_=Id)
_user_id = bindparam("user_id", type_=Id)

_HIDE = Statement(insert_all(hidden_sources, ignore_conflict=True))
_SHOW = Statement(
    delete(hidden_sources).where(
        hidden_sources.c.user_id == _user_id, among(hidden_sources.c.source_id, "source_ids")
    )
)
_HIDDEN = Statement(
    select(hidden_sources.c.source_id)
    .where(hidden_sources.c.user_id == _user_id)
    .order_by(hidden_sources.c.source_id),
    int,
)


NEWEST = (posts.c.created_at.desc(), posts.c.owner_id.desc(), posts.c.id.desc())
"""The order of posts of many walls."""
_CURSOR = ("before", "before_owner_id", "before_post_id")


def below_cursor() -> ColumnElement[bool]:
    """Say that a post comes after the one of `cursor_values` in the order `NEWEST`."""
    before, before_owner, before_id = (bindparam(name, type_=Id) for name in _CURSOR)
    # the bound alone is what an index can use
    return (posts.c.created_at <= before) & or_(
        posts.c.created_at < before,
        posts.c.owner_id < before_owner,
        (posts.c.owner_id == before_owner) & (posts.c.id < before_id),
    )


def cursor_values(before: tuple[int, int, int]) -> dict[str, int]:
    """Return the parameters of `below_cursor`: time, owner and number of a post."""
    return dict(zip(_CURSOR, before, strict=True))


def _in_news(wall: Any) -> ColumnElement[bool]:
    """Say that a post is news of a wall: by its owner, below the cursor; the feed's index alone can tell."""
    return and_(
        posts.c.owner_id == wall.c.value,
        posts.c.from_id == posts.c.owner_id,
        posts.c.deleted_at.is_(None),
        or_(~posts.c.is_friends_only, among(posts.c.owner_id, "friend_ids")),
        below_cursor(),
    )


def _newest(wall: Any, *columns: Any) -> Select[Any]:
    """Choose the news of one wall, newest first."""
    news = select(*columns).where(_in_news(wall), posts.c.created_at >= _since)
    return news.order_by(posts.c.created_at.desc(), posts.c.id.desc())


def is_shown(source_id: Any) -> Any:
    """Say that the viewer (`viewer_id`) has not hidden this source."""
    # hashed once a query, not looked up for each wall
    hidden = select(hidden_sources.c.source_id).where(
        hidden_sources.c.user_id == bindparam("viewer_id", type_=Id)
    )
    return source_id.not_in(hidden)


def _candidates(engine: EngineName, with_hidden: bool) -> Select[Any]:
    """Choose at least the newest posts of each wall; a hidden one has none unless `with_hidden`."""
    if engine == "postgresql":
        wall: Any = (
            func.unnest(bindparam("owner_ids", type_=IdArray()))
            .table_valued(column("value", BigInteger), name="wall")
            .render_derived()
        )
        newest = _newest(wall, *_KEYS).limit(_count).lateral("newest")
        candidates = select(*newest.c).select_from(wall.join(newest, literal_column("true")))
    else:
        wall = func.json_each(bindparam("owner_ids", type_=Json(list[int]))).table_valued(
            "value", name="wall"
        )
        # SQLite has no LATERAL; what is not older than the last post of a wall's page is all that can be on the page
        last = _newest(wall, posts.c.created_at).limit(1).offset(_count - 1).correlate(wall).scalar_subquery()
        # one lower bound: SQLite would take another for the index, and ask for the last post at each row
        is_new = _in_news(wall) & (posts.c.created_at >= func.coalesce(last, _since))
        candidates = select(*_KEYS).select_from(wall.join(posts, is_new))
    return candidates if with_hidden else candidates.where(is_shown(wall.c.value))


@shapes(Post, with_hidden=(False, True))
def _feed(with_hidden: bool) -> Builder:
    def build(engine: EngineName) -> Executable:
        ordered = _candidates(engine, with_hidden).subquery("candidates")
        chosen = (
            select(ordered.c.owner_id, ordered.c.id)
            .order_by(ordered.c.created_at.desc(), ordered.c.owner_id.desc(), ordered.c.id.desc())
            .limit(_count)
            .subquery("chosen")
        )
        page = drawn(chosen, chosen.c.owner_id, chosen.c.id)
        return page.order_by(*NEWEST)

    return build


async def list_news(
    tx: Transaction,
    viewer_id: int,
    owner_ids: list[int],
    friend_ids: list[int],
    *,
    since: int,
    before: tuple[int, int, int],
    count: int,
    with_hidden: bool = False,
) -> list[Post]:
    """Return the newest posts by these owners on their own walls, newest first.

    `before` (time, owner, post) is the last post of the page before; `friend_ids` are the owners whose posts for
    friends are shown too.  What the viewer has hidden is left out, or with `with_hidden` not.
    """
    return await tx.rows(
        _feed(with_hidden=with_hidden),
        viewer_id=viewer_id,
        owner_ids=owner_ids,
        friend_ids=friend_ids,
        since=since,
        count=count,
        **cursor_values(before),
    )


async def hide_sources(tx: Transaction, user_id: int, source_ids: list[int], now: int) -> None:
    """Keep the news of these people and communities from a user."""
    rows = [{"user_id": user_id, "source_id": one, "created_at": now} for one in source_ids]
    await tx.run_many(_HIDE, rows)


async def show_sources(tx: Transaction, user_id: int, source_ids: list[int]) -> int:
    """Show the news of these again; return how many of them were hidden."""
    return await tx.run(_SHOW, user_id=user_id, source_ids=source_ids)


async def list_hidden(tx: Transaction, user_id: int) -> list[int]:
    """Return whose news a user does not see, in order of their ids."""
    return await tx.rows(_HIDDEN, user_id=user_id)
