"""Photos."""

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Executable,
    Index,
    Integer,
    Select,
    Table,
    Text,
    bindparam,
    delete,
    false,
    func,
    literal_column,
    select,
    text,
    type_coerce,
    update,
)

from dvor.model.photos import PLACE_STEP, AlbumSize, Photo, PictureSize
from dvor.store.albums import albums
from dvor.store.columns import Id, Json, metadata
from dvor.store.database import Transaction
from dvor.store.statements import EngineName, Statement, among, insert_all, pairs, shapes
from dvor.store.users import owners

Key = tuple[int, int]
"""Owner and number of a photo."""

photos = Table(
    "photos",
    metadata,
    Column("owner_id", Id, primary_key=True, autoincrement=False),
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("user_id", Id, nullable=False),
    Column("album_id", Id, nullable=False),
    Column("text", Text, nullable=False),
    Column("access_key", Text, nullable=False),
    Column("sizes", Json(list[PictureSize]), nullable=False),
    Column("created_at", Id, nullable=False),
    Column("upload_id", Text, nullable=False),
    Column("deleted_at", Id, nullable=False, server_default="0"),
    Column("tags", Integer, nullable=False, server_default="0"),
    Column("place", Id, nullable=False, server_default="0"),
    Index("uq_photos_owner_id_upload_id", "owner_id", "upload_id", unique=True),
    Index(
        "ix_photos_album",
        "owner_id",
        "album_id",
        "place",
        "id",
        sqlite_where=text("deleted_at = 0"),
        postgresql_where=text("deleted_at = 0"),
    ),
    Index(
        "ix_photos_deleted",
        "deleted_at",
        sqlite_where=text("deleted_at <> 0"),
        postgresql_where=text("deleted_at <> 0"),
    ),
    sqlite_with_rowid=False,
)
"""`upload_id` names the upload that became the photo, so that saving it twice makes one; photos stand in their
albums in the order of `place`, in lists of several albums in that of their numbers."""

_owner_id = bindparam("owner_id", type_=Id)
_one = (photos.c.owner_id == _owner_id, photos.c.id == bindparam("photo_id", type_=Id))
_is_there = photos.c.deleted_at == literal_column("0")


def drawn() -> Select[Any]:
    """Choose photos with what their albums say of them."""
    stored = [photos.c[name] for name in Photo.__struct_fields__ if name in photos.c]
    audience = [
        func.coalesce(albums.c[name], literal_column("0", Integer)).label(name)
        for name in ("viewers", "commenters")
    ]
    closed = type_coerce(func.coalesce(albums.c.is_uncommented, false()), Boolean).label("is_uncommented")
    same = (albums.c.owner_id == photos.c.owner_id) & (albums.c.id == photos.c.album_id)
    return select(*stored, *audience, closed).select_from(photos.outerjoin(albums, same))


def _by_keys(engine: EngineName) -> Executable:
    wanted = pairs(engine, "keys")
    return drawn().join(wanted, (photos.c.owner_id == wanted.c.owner_id) & (photos.c.id == wanted.c.item_id))


_BY_KEYS = Statement(_by_keys, Photo)
_BY_UPLOAD = Statement(
    drawn().where(photos.c.owner_id == _owner_id, photos.c.upload_id == bindparam("upload_id", type_=Text)),
    Photo,
)
_NEXT = Statement(
    update(owners)
    .where(owners.c.id == _owner_id)
    .values(last_photo_number=owners.c.last_photo_number + 1)
    .returning(owners.c.last_photo_number)
)
_INSERT = Statement(insert_all(photos))
_SET_TEXT = Statement(update(photos).where(*_one).values(text=bindparam("new_text", type_=Text)))
_SET_DELETED = Statement(update(photos).where(*_one).values(deleted_at=bindparam("at", type_=Id)))
_DELETED = Statement(
    select(photos.c.owner_id, photos.c.id)
    .where(photos.c.deleted_at != literal_column("0"), photos.c.deleted_at < bindparam("before", type_=Id))
    .order_by(photos.c.deleted_at)
    .limit(bindparam("count", type_=Integer)),
    lambda *row: row,
)
_DELETE = Statement(delete(photos).where(*_one))
_MOVE = Statement(
    update(photos)
    .where(*_one)
    .values(album_id=bindparam("new_album_id", type_=Id), place=bindparam("new_place", type_=Id))
)
_SET_PLACE = Statement(update(photos).where(*_one).values(place=bindparam("new_place", type_=Id)))
_PLACES = Statement(
    select(photos.c.id, photos.c.place)
    .where(photos.c.owner_id == _owner_id, photos.c.album_id == bindparam("album_id", type_=Id), _is_there)
    .order_by(photos.c.place, photos.c.id),
    lambda photo_id, place: (photo_id, place),
)
_in_albums = (photos.c.owner_id == _owner_id, among(photos.c.album_id, "album_ids"), _is_there)
_COUNT = Statement(select(func.count()).select_from(photos).where(*_in_albums))
_SIZES = Statement(
    select(photos.c.album_id, func.count().label("count"), func.max(photos.c.id).label("last_id"))
    .where(*_in_albums)
    .group_by(photos.c.album_id),
    AlbumSize,
)


_NEWEST = Statement(
    select(photos.c.owner_id, func.max(photos.c.id))
    .where(
        among(photos.c.owner_id, "owner_ids"), photos.c.album_id == bindparam("album_id", type_=Id), _is_there
    )
    .group_by(photos.c.owner_id),
    lambda owner_id, photo_id: (owner_id, photo_id),
)


@shapes(Photo, is_rising=(False, True), by_place=(False, True))
def _page(is_rising: bool, by_place: bool) -> Executable:
    order = (photos.c.place, photos.c.id) if by_place else (photos.c.id,)
    page = drawn().where(*_in_albums).order_by(*(one.asc() if is_rising else one.desc() for one in order))
    return page.limit(bindparam("count", type_=Integer)).offset(bindparam("offset", type_=Id))


async def load_photos(tx: Transaction, keys: list[Key], *, with_deleted: bool = False) -> dict[Key, Photo]:
    """Return the existing ones of these photos by (owner, id), in one query."""
    found = await tx.rows(_BY_KEYS, keys=keys) if keys else []
    return {(photo.owner_id, photo.id): photo for photo in found if with_deleted or not photo.deleted_at}


async def load_newest(tx: Transaction, owner_ids: list[int], album_id: int) -> dict[int, Photo]:
    """Return the newest photo of each owner in the album of this number."""
    keys = await tx.rows(_NEWEST, owner_ids=owner_ids, album_id=album_id) if owner_ids else []
    return {photo.owner_id: photo for photo in (await load_photos(tx, keys)).values()}


async def find_upload(tx: Transaction, owner_id: int, upload_id: str) -> Photo | None:
    """Return the photo that this upload became, if it was saved before."""
    return await tx.row(_BY_UPLOAD, owner_id=owner_id, upload_id=upload_id)


async def next_photo_number(tx: Transaction, owner_id: int) -> int:
    """Draw the next photo number of an owner."""
    number: int = await tx.value(_NEXT, owner_id=owner_id)
    return number


async def insert_photo(tx: Transaction, photo: Photo, upload_id: str) -> None:
    """Store a photo."""
    row = {name: getattr(photo, name) for name in photo.__struct_fields__}
    await tx.run(_INSERT, **row, upload_id=upload_id, place=photo.id * PLACE_STEP)


async def set_text(tx: Transaction, key: Key, words: str) -> None:
    """Give a photo other words."""
    await tx.run(_SET_TEXT, owner_id=key[0], photo_id=key[1], new_text=words)


async def set_deleted(tx: Transaction, key: Key, at: int) -> None:
    """Hide a photo, or (at 0) show it again."""
    await tx.run(_SET_DELETED, owner_id=key[0], photo_id=key[1], at=at)


async def list_deleted(tx: Transaction, before: int, count: int) -> list[Key]:
    """Return some photos that were deleted before a time, the oldest first."""
    return await tx.rows(_DELETED, before=before, count=count)


async def delete_photo(tx: Transaction, key: Key) -> None:
    """Remove a photo for good."""
    await tx.run(_DELETE, owner_id=key[0], photo_id=key[1])


async def move_photos(tx: Transaction, owner_id: int, photo_ids: list[int], album_id: int) -> None:
    """Put photos into another album."""
    rows = [
        {"owner_id": owner_id, "photo_id": one, "new_album_id": album_id, "new_place": one * PLACE_STEP}
        for one in sorted(photo_ids)
    ]
    await tx.run_many(_MOVE, rows)


async def list_places(tx: Transaction, owner_id: int, album_id: int) -> list[tuple[int, int]]:
    """Return the numbers and places of all photos of an album, in their order."""
    return await tx.rows(_PLACES, owner_id=owner_id, album_id=album_id)


async def set_places(tx: Transaction, owner_id: int, places: dict[int, int]) -> None:
    """Give photos, by their numbers, other places in their album."""
    rows = [{"owner_id": owner_id, "photo_id": one, "new_place": places[one]} for one in sorted(places)]
    await tx.run_many(_SET_PLACE, rows)


async def list_photos(
    tx: Transaction, owner_id: int, album_ids: list[int], offset: int, count: int, *, is_rising: bool
) -> list[Photo]:
    """Return a page of an owner's photos in these albums, by number; of a single album in its own order."""
    statement = _page(is_rising=is_rising, by_place=len(album_ids) == 1)
    return await tx.rows(statement, owner_id=owner_id, album_ids=album_ids, offset=offset, count=count)


async def count_photos(tx: Transaction, owner_id: int, album_ids: list[int]) -> int:
    """Return how many photos an owner has in these albums."""
    count: int = await tx.value(_COUNT, owner_id=owner_id, album_ids=album_ids)
    return count


async def load_album_sizes(tx: Transaction, owner_id: int, album_ids: list[int]) -> dict[int, AlbumSize]:
    """Return how many photos are in each of these albums, unless it is empty, and the last of them."""
    found = await tx.rows(_SIZES, owner_id=owner_id, album_ids=album_ids) if album_ids else []
    return {one.album_id: one for one in found}
