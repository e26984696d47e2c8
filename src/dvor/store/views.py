"""Views of posts and photos, by what was viewed."""

from sqlalchemy import Column, Executable, ForeignKey, Index, Integer, Table, Text, bindparam, delete, select

from dvor.model.views import MOST_VIEWS, ItemView, ViewKind
from dvor.store.columns import Id, metadata
from dvor.store.database import Transaction
from dvor.store.likes import likes
from dvor.store.statements import EngineName, Statement, inserting, shapes
from dvor.store.users import users

item_views = Table(
    "item_views",
    metadata,
    Column("owner_id", Id, primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),
    Column("item_id", Id, primary_key=True, autoincrement=False),
    Column("user_id", Id, ForeignKey(users.c.id), primary_key=True, autoincrement=False),
    Column("views", Integer, nullable=False),
    Column("seen_at", Id, nullable=False),
    Index("ix_item_views_user_id", "user_id", "kind", "seen_at"),
    sqlite_with_rowid=False,
)

_kind = bindparam("kind_", type_=Text)
_user_id = bindparam("user_id_", type_=Id)
_count = bindparam("count", type_=Integer)


def _add(engine: EngineName) -> Executable:
    statement = inserting(item_views, engine).values(
        {column.name: bindparam(column.name, type_=column.type) for column in item_views.c}
    )
    return statement.on_conflict_do_update(  # type: ignore[no-any-return]
        index_elements=list(item_views.primary_key.columns),
        set_={
            "views": item_views.c.views + statement.excluded.views,
            "seen_at": statement.excluded.seen_at,
        },
    )


_ADD = Statement(_add)
_BY_USER = Statement(
    select(item_views)
    .where(item_views.c.user_id == _user_id, item_views.c.kind == _kind)
    .order_by(item_views.c.seen_at.desc(), item_views.c.owner_id, item_views.c.item_id)
    .limit(_count),
    ItemView,
)
_DELETE_OF_USER = Statement(delete(item_views).where(item_views.c.user_id == _user_id))


@shapes(ItemView, is_liked=(False, True))
def _by_item(is_liked: bool) -> Executable:
    found = select(item_views).where(
        item_views.c.owner_id == bindparam("owner_id_", type_=Id),
        item_views.c.kind == _kind,
        item_views.c.item_id == bindparam("item_id_", type_=Id),
    )
    if is_liked:
        found = found.join(
            likes,
            (likes.c.owner_id == item_views.c.owner_id)
            & (likes.c.kind == item_views.c.kind)
            & (likes.c.item_id == item_views.c.item_id)
            & (likes.c.user_id == item_views.c.user_id),
        )
    return found.order_by(item_views.c.user_id).limit(_count)


async def add_views(tx: Transaction, views: list[ItemView]) -> None:
    """Add to the counts, in the order of the keys."""
    await tx.run_many(_ADD, [{name: getattr(one, name) for name in one.__struct_fields__} for one in views])


async def list_views_of_user(tx: Transaction, user_id: int, kind: ViewKind) -> list[ItemView]:
    """Return what a user has opened, the latest first, at most `MOST_VIEWS`."""
    return await tx.rows(_BY_USER, user_id_=user_id, kind_=kind, count=MOST_VIEWS)


async def list_views_of_item(
    tx: Transaction, owner_id: int, kind: ViewKind, item_id: int, *, is_liked: bool
) -> list[ItemView]:
    """Return who has opened something, or only those who like it too, by id, at most `MOST_VIEWS`."""
    statement = _by_item(is_liked=is_liked)
    return await tx.rows(statement, owner_id_=owner_id, kind_=kind, item_id_=item_id, count=MOST_VIEWS)


async def delete_views(tx: Transaction, user_id: int) -> None:
    """Forget what a user has opened."""
    await tx.run(_DELETE_OF_USER, user_id_=user_id)
