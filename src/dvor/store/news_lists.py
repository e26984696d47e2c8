"""The lists into which people sort the sources of their news."""

from sqlalchemy import Column, Table, Text, bindparam, delete, select

from dvor.model.newsfeed import NewsList
from dvor.store.columns import Id, Json, metadata
from dvor.store.database import Transaction
from dvor.store.statements import Statement, upsert

news_lists = Table(
    "news_lists",
    metadata,
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("title", Text, nullable=False),
    Column("source_ids", Json(list[int]), nullable=False),
    sqlite_with_rowid=False,
)

_user_id = bindparam("user_id", type_=Id)
_SAVE = Statement(upsert(news_lists, ["title", "source_ids"]))
_LISTS = Statement(
    select(news_lists.c.id, news_lists.c.title, news_lists.c.source_ids)
    .where(news_lists.c.user_id == _user_id)
    .order_by(news_lists.c.id),
    NewsList,
)
_DELETE_ALL = Statement(delete(news_lists).where(news_lists.c.user_id == _user_id))
_DELETE = Statement(
    delete(news_lists).where(
        news_lists.c.user_id == _user_id, news_lists.c.id == bindparam("list_id", type_=Id)
    )
)


async def load_news_lists(tx: Transaction, user_id: int) -> list[NewsList]:
    """Return a person's lists, by number."""
    return await tx.rows(_LISTS, user_id=user_id)


async def save_news_list(tx: Transaction, user_id: int, news_list: NewsList) -> None:
    """Store a list, new or changed."""
    values = {name: getattr(news_list, name) for name in news_list.__struct_fields__}
    await tx.run(_SAVE, user_id=user_id, **values)


async def delete_news_list(tx: Transaction, user_id: int, list_id: int) -> bool:
    """Remove a list; say whether it was there."""
    return await tx.run(_DELETE, user_id=user_id, list_id=list_id) > 0


async def delete_news_lists(tx: Transaction, user_id: int) -> None:
    """Remove all lists of a person."""
    await tx.run(_DELETE_ALL, user_id=user_id)
