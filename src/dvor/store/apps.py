"""Apps, and what is counted of them a day."""

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    bindparam,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.sql.expression import Executable

from dvor.model.apps import App, AppDay
from dvor.store.columns import Bytes, Id, Json, metadata
from dvor.store.database import Transaction
from dvor.store.statements import EngineName, Statement, among, insert_all, inserting
from dvor.store.users import users

apps = Table(
    "apps",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("owner_id", Id, ForeignKey("users.id"), nullable=False),
    Column("title", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("website", Text, nullable=False),
    Column("base_domain", Text, nullable=False),
    Column("redirect_uris", Json(list[str]), nullable=False),
    Column("protocols", Json(list[str]), nullable=False),
    Column("description", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("icon", Text, nullable=False),
    Column("signing_algorithm", Text, nullable=False, server_default="RS256"),
    Column("secret_key", Bytes, nullable=False),
    Column("service_token", Bytes, nullable=False),
    Column("confirmed_at", Id, nullable=False),
    Column("created_at", Id, nullable=False),
    Index("ix_apps_owner_id", "owner_id"),
)

app_days = Table(
    "app_days",
    metadata,
    Column("app_id", Id, ForeignKey("apps.id"), primary_key=True, autoincrement=False),
    Column("day", Id, primary_key=True, autoincrement=False),
    Column("log_ins", Integer, nullable=False),
    Column("new_users", Integer, nullable=False),
    Column("calls", Integer, nullable=False),
    sqlite_with_rowid=False,
)

_app_id = bindparam("app_id", type_=Id)
_COLUMNS = [apps.c[name] for name in App.__struct_fields__]


def _app(*row: object) -> App:
    return App(**dict(zip(App.__struct_fields__, row, strict=True)))  # type: ignore[arg-type]


_BY_ID = Statement(select(*_COLUMNS).where(apps.c.id == _app_id), _app)
_BY_IDS = Statement(select(*_COLUMNS).where(among(apps.c.id, "app_ids")), _app)
_BY_OWNER = Statement(
    select(*_COLUMNS).where(apps.c.owner_id == bindparam("owner_id", type_=Id)).order_by(apps.c.created_at),
    _app,
)
_INSERT = Statement(insert_all(apps, ignore_conflict=True))
_CHANGED = (
    "title",
    "platform",
    "website",
    "base_domain",
    "redirect_uris",
    "protocols",
    "description",
    "category",
    "icon",
    "signing_algorithm",
)
_UPDATE = Statement(
    update(apps)
    .where(apps.c.id == _app_id)
    .values({name: bindparam(name, type_=apps.c[name].type) for name in _CHANGED})
)
_SET_SECRETS = Statement(
    update(apps)
    .where(apps.c.id == _app_id)
    .values(
        secret_key=bindparam("secret_key_", type_=Bytes),
        service_token=bindparam("service_token_", type_=Bytes),
    )
)
_CONFIRM = Statement(update(apps).where(apps.c.id == _app_id).values(confirmed_at=bindparam("at", type_=Id)))
_DELETE = Statement(delete(apps).where(apps.c.id == _app_id))
_DELETE_DAYS = Statement(delete(app_days).where(app_days.c.app_id == _app_id))
_DAYS = Statement(
    select(app_days)
    .where(app_days.c.app_id == _app_id, app_days.c.day >= bindparam("since", type_=Id))
    .order_by(app_days.c.day),
    AppDay,
)
_LOCK_OWNER = Statement(
    select(users.c.id).where(users.c.id == bindparam("owner_id", type_=Id)).with_for_update()
)
_COUNT_OF_OWNER = Statement(
    select(func.count()).select_from(apps).where(apps.c.owner_id == bindparam("owner_id", type_=Id))
)


def _add_day(engine: EngineName) -> Executable:
    counted = ("log_ins", "new_users", "calls")
    statement = inserting(app_days, engine).values(
        {column.name: bindparam(column.name, type_=column.type) for column in app_days.c}
    )
    return statement.on_conflict_do_update(  # type: ignore[no-any-return]
        index_elements=list(app_days.primary_key.columns),
        set_={name: app_days.c[name] + statement.excluded[name] for name in counted},
    )


_ADD_DAY = Statement(_add_day)


async def find_app(tx: Transaction, app_id: int) -> App | None:
    """Return an app, confirmed or not."""
    return await tx.row(_BY_ID, app_id=app_id)


async def load_apps(tx: Transaction, app_ids: list[int]) -> dict[int, App]:
    """Return the existing ones of these apps by id."""
    return {app.id: app for app in await tx.rows(_BY_IDS, app_ids=app_ids)} if app_ids else {}


async def list_apps(tx: Transaction, owner_id: int) -> list[App]:
    """Return an owner's apps, oldest first."""
    return await tx.rows(_BY_OWNER, owner_id=owner_id)


async def count_apps(tx: Transaction, owner_id: int) -> int:
    """Return how many apps an owner has, holding the owner until the end of the transaction."""
    await tx.lock(_LOCK_OWNER, owner_id=owner_id)
    count: int = await tx.value(_COUNT_OF_OWNER, owner_id=owner_id)
    return count


async def insert_app(tx: Transaction, app: App) -> bool:
    """Store an app; False if another has its id."""
    return await tx.run(_INSERT, **{name: getattr(app, name) for name in app.__struct_fields__}) > 0


async def update_app(tx: Transaction, app: App) -> None:
    """Store what an owner may change of an app."""
    await tx.run(_UPDATE, app_id=app.id, **{name: getattr(app, name) for name in _CHANGED})


async def set_app_secrets(tx: Transaction, app_id: int, secret_key: bytes, service_token: bytes) -> None:
    """Replace an app's encrypted secrets."""
    await tx.run(_SET_SECRETS, app_id=app_id, secret_key_=secret_key, service_token_=service_token)


async def confirm_app(tx: Transaction, app_id: int, now: int) -> None:
    """Mark an app as confirmed by its owner."""
    await tx.run(_CONFIRM, app_id=app_id, at=now)


async def delete_app(tx: Transaction, app_id: int) -> bool:
    """Delete an app whose tokens and consents are gone; say whether there was one."""
    await tx.run(_DELETE_DAYS, app_id=app_id)
    return await tx.run(_DELETE, app_id=app_id) > 0


async def list_app_days(tx: Transaction, app_id: int, since: int) -> list[AppDay]:
    """Return the counts of the days from `since` (days since 1970) on; days without any are left out."""
    return await tx.rows(_DAYS, app_id=app_id, since=since)


async def add_app_days(tx: Transaction, days: list[AppDay]) -> None:
    """Add to the counts of days."""
    await tx.run_many(
        _ADD_DAY, [{name: getattr(day, name) for name in day.__struct_fields__} for day in days]
    )
