"""Photos."""

from sqlalchemy import Column, Executable, Index, Integer, Table, Text, bindparam, func, select, update

from dvor.model.photos import Photo, PictureSize
from dvor.store.columns import Id, Json, metadata
from dvor.store.database import Transaction
from dvor.store.statements import EngineName, Statement, among, insert_all, pairs, shapes
from dvor.store.users import owners

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
    Index("uq_photos_owner_id_upload_id", "owner_id", "upload_id", unique=True),
    sqlite_with_rowid=False,
)
"""`upload_id` names the upload that became the photo, so that saving it twice makes one."""

_columns = (
    photos.c.owner_id,
    photos.c.id,
    photos.c.user_id,
    photos.c.album_id,
    photos.c.text,
    photos.c.access_key,
    photos.c.sizes,
    photos.c.created_at,
)
_owner_id = bindparam("owner_id", type_=Id)


def _by_keys(engine: EngineName) -> Executable:
    wanted = pairs(engine, "keys")
    return select(*_columns).join(
        wanted, (photos.c.owner_id == wanted.c.owner_id) & (photos.c.id == wanted.c.item_id)
    )


_BY_KEYS = Statement(_by_keys, Photo)
_BY_UPLOAD = Statement(
    select(*_columns).where(
        photos.c.owner_id == _owner_id, photos.c.upload_id == bindparam("upload_id", type_=Text)
    ),
    Photo,
)
_NEXT = Statement(
    update(owners)
    .where(owners.c.id == _owner_id)
    .values(last_photo_number=owners.c.last_photo_number + 1)
    .returning(owners.c.last_photo_number)
)
_INSERT = Statement(insert_all(photos))
_in_albums = (photos.c.owner_id == _owner_id, among(photos.c.album_id, "album_ids"))
_COUNT = Statement(select(func.count()).select_from(photos).where(*_in_albums))


@shapes(Photo, is_rising=(False, True))
def _page(is_rising: bool) -> Executable:
    page = (
        select(*_columns).where(*_in_albums).order_by(photos.c.id.asc() if is_rising else photos.c.id.desc())
    )
    return page.limit(bindparam("count", type_=Integer)).offset(bindparam("offset", type_=Id))


async def load_photos(tx: Transaction, keys: list[tuple[int, int]]) -> dict[tuple[int, int], Photo]:
    """Return the existing ones of these photos by (owner, id), in one query."""
    found = await tx.rows(_BY_KEYS, keys=keys) if keys else []
    return {(photo.owner_id, photo.id): photo for photo in found}


async def find_upload(tx: Transaction, owner_id: int, upload_id: str) -> Photo | None:
    """Return the photo that this upload became, if it was saved before."""
    return await tx.row(_BY_UPLOAD, owner_id=owner_id, upload_id=upload_id)


async def next_photo_number(tx: Transaction, owner_id: int) -> int:
    """Draw the next photo number of an owner."""
    number: int = await tx.value(_NEXT, owner_id=owner_id)
    return number


async def insert_photo(tx: Transaction, photo: Photo, upload_id: str) -> None:
    """Store a photo."""
    await tx.run(
        _INSERT, **{name: getattr(photo, name) for name in photo.__struct_fields__}, upload_id=upload_id
    )


async def list_photos(
    tx: Transaction, owner_id: int, album_ids: list[int], offset: int, count: int, *, is_rising: bool
) -> list[Photo]:
    """Return a page of an owner's photos in these albums, by number."""
    statement = _page(is_rising=is_rising)
    return await tx.rows(statement, owner_id=owner_id, album_ids=album_ids, offset=offset, count=count)


async def count_photos(tx: Transaction, owner_id: int, album_ids: list[int]) -> int:
    """Return how many photos an owner has in these albums."""
    count: int = await tx.value(_COUNT, owner_id=owner_id, album_ids=album_ids)
    return count
