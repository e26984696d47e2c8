"""Photo albums."""

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Executable,
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

from dvor.model.photos import PLACE_STEP, Album, NewAlbum
from dvor.store.columns import Id, metadata
from dvor.store.database import Transaction
from dvor.store.numbers import next_number
from dvor.store.statements import Statement, among, insert_all, shapes

albums = Table(
    "albums",
    metadata,
    Column("owner_id", Id, primary_key=True, autoincrement=False),
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("viewers", Integer, nullable=False),
    Column("commenters", Integer, nullable=False),
    Column("is_for_managers", Boolean, nullable=False),
    Column("is_uncommented", Boolean, nullable=False),
    Column("cover_id", Id, nullable=False),
    Column("created_at", Id, nullable=False),
    Column("updated_at", Id, nullable=False),
    Column("place", Id, nullable=False, server_default="0"),
    Index("ix_albums_place", "owner_id", "place"),
    sqlite_with_rowid=False,
)
"""The numbers are the server's."""

_columns = [albums.c[name] for name in Album.__struct_fields__]
_owner_id = bindparam("owner_id", type_=Id)
_one = (albums.c.owner_id == _owner_id, albums.c.id == bindparam("album_id", type_=Id))


def _album(*row: Any) -> Album:
    return Album(**dict(zip(Album.__struct_fields__, row, strict=True)))


_ONE = Statement(select(*_columns).where(*_one), _album)
_LOCK = Statement(select(albums.c.id).where(*_one).with_for_update())
_INSERT = Statement(insert_all(albums))
_DELETE = Statement(delete(albums).where(*_one))
_CHANGED = tuple(one.name for one in albums.c if one.name not in ("owner_id", "id", "created_at"))
_CHANGE = Statement(
    update(albums)
    .where(*_one)
    .values({name: bindparam(f"new_{name}", type_=albums.c[name].type) for name in _CHANGED})
)
_shown = (albums.c.owner_id == _owner_id, albums.c.viewers <= bindparam("viewers", type_=Integer))


@shapes(_album, is_among=(False, True))
def _page(is_among: bool) -> Executable:
    page = select(*_columns).where(*_shown).order_by(albums.c.place.desc(), albums.c.id.desc())
    if is_among:
        page = page.where(among(albums.c.id, "album_ids"))
    return page.limit(bindparam("count", type_=Integer)).offset(bindparam("offset", type_=Id))


_COUNT = Statement(select(func.count()).select_from(albums).where(*_shown))
_IDS = Statement(select(albums.c.id).where(*_shown), int)
_SET_PLACE = Statement(update(albums).where(*_one).values(place=bindparam("new_place", type_=Id)))
_PLACES = Statement(
    select(albums.c.id, albums.c.place)
    .where(albums.c.owner_id == _owner_id)
    .order_by(albums.c.place, albums.c.id),
    lambda album_id, place: (album_id, place),
)


async def load_album(tx: Transaction, owner_id: int, album_id: int) -> Album | None:
    """Return an album, if it is there."""
    return await tx.row(_ONE, owner_id=owner_id, album_id=album_id)


async def lock_album(tx: Transaction, owner_id: int, album_id: int) -> None:
    """Lock an album until the end of the transaction."""
    await tx.lock(_LOCK, owner_id=owner_id, album_id=album_id)


async def insert_album(tx: Transaction, new: NewAlbum, now: int) -> Album:
    """Store an album under the next number and return it."""
    row = {name: getattr(new, name) for name in new.__struct_fields__}
    number = await next_number(tx, "albums")
    album = Album(**row, id=number, created_at=now, updated_at=now, place=number * PLACE_STEP)
    await tx.run(_INSERT, **{name: getattr(album, name) for name in album.__struct_fields__})
    return album


async def save_album(tx: Transaction, album: Album) -> None:
    """Store a changed album."""
    values = {f"new_{name}": getattr(album, name) for name in _CHANGED}
    await tx.run(_CHANGE, owner_id=album.owner_id, album_id=album.id, **values)


async def delete_album(tx: Transaction, owner_id: int, album_id: int) -> None:
    """Remove an album."""
    await tx.run(_DELETE, owner_id=owner_id, album_id=album_id)


async def list_albums(
    tx: Transaction, owner_id: int, viewers: int, album_ids: list[int], offset: int, count: int
) -> list[Album]:
    """Return a page of an owner's albums for this audience or a wider one, of these numbers or (none) of all, the last in place first."""
    statement = _page(is_among=bool(album_ids))
    asked = {"owner_id": owner_id, "viewers": viewers, "album_ids": album_ids}
    return await tx.rows(statement, **asked, offset=offset, count=count)


async def count_albums(tx: Transaction, owner_id: int, viewers: int) -> int:
    """Return how many albums an owner has for this audience or a wider one."""
    count: int = await tx.value(_COUNT, owner_id=owner_id, viewers=viewers)
    return count


async def list_album_ids(tx: Transaction, owner_id: int, viewers: int) -> list[int]:
    """Return the numbers of an owner's albums for this audience or a wider one."""
    return await tx.rows(_IDS, owner_id=owner_id, viewers=viewers)


async def list_places(tx: Transaction, owner_id: int) -> list[tuple[int, int]]:
    """Return the numbers and places of all albums of an owner, the last one first."""
    return await tx.rows(_PLACES, owner_id=owner_id)


async def set_places(tx: Transaction, owner_id: int, places: dict[int, int]) -> None:
    """Give albums, by their numbers, other places."""
    rows = [{"owner_id": owner_id, "album_id": one, "new_place": places[one]} for one in sorted(places)]
    await tx.run_many(_SET_PLACE, rows)
