"""Who is on photos: one mark for each person on each photo, and the photos' counter of the confirmed ones."""

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    Table,
    bindparam,
    delete,
    func,
    literal_column,
    or_,
    select,
    update,
)

from dvor.model.photos import LISTED_ALBUMS, PhotoTag
from dvor.store.albums import albums
from dvor.store.columns import Id, Real, metadata
from dvor.store.database import Transaction
from dvor.store.photos import Key, photos
from dvor.store.privacy import OPEN_OWNER, with_owners
from dvor.store.statements import Statement, insert_all

photo_tags = Table(
    "photo_tags",
    metadata,
    Column("owner_id", Id, primary_key=True, autoincrement=False),
    Column("photo_id", Id, primary_key=True, autoincrement=False),
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("placer_id", Id, nullable=False),
    Column("x", Real(), nullable=False),
    Column("y", Real(), nullable=False),
    Column("x2", Real(), nullable=False),
    Column("y2", Real(), nullable=False),
    Column("is_confirmed", Boolean, nullable=False),
    Column("created_at", Id, nullable=False),
    Index(
        "ix_photo_tags_user_id",
        "user_id",
        "is_confirmed",
        "created_at",
        "owner_id",
        "photo_id",
    ),
    sqlite_with_rowid=False,
)

_owner_id, _photo_id = bindparam("owner_id", type_=Id), bindparam("photo_id", type_=Id)
_user_id = bindparam("user_id", type_=Id)
_on_photo = (photo_tags.c.owner_id == _owner_id, photo_tags.c.photo_id == _photo_id)
_one = (*_on_photo, photo_tags.c.user_id == _user_id)
_INSERT = Statement(insert_all(photo_tags, ignore_conflict=True))
_OF_PHOTO = Statement(
    select(photo_tags).where(*_on_photo).order_by(photo_tags.c.created_at, photo_tags.c.user_id), PhotoTag
)
_CONFIRM = Statement(update(photo_tags).where(*_one).values(is_confirmed=bindparam("value", type_=Boolean)))
_DELETE = Statement(delete(photo_tags).where(*_one))
_DELETE_ALL = Statement(delete(photo_tags).where(*_on_photo))
_STEP = Statement(
    update(photos)
    .where(photos.c.owner_id == _owner_id, photos.c.id == _photo_id)
    .values(tags=photos.c.tags + bindparam("step", type_=Integer))
)
_OF_USER = Statement(
    select(photo_tags)
    .where(
        photo_tags.c.user_id == _user_id,
        photo_tags.c.is_confirmed == bindparam("is_confirmed", type_=Boolean),
    )
    .order_by(photo_tags.c.created_at.desc(), photo_tags.c.owner_id.desc(), photo_tags.c.photo_id.desc())
    .limit(bindparam("count", type_=Integer)),
    PhotoTag,
)
_listed = or_(
    photos.c.album_id > literal_column("0"),
    *(photos.c.album_id == literal_column(str(number)) for number in LISTED_ALBUMS.values()),
)
_tagged = photo_tags.join(
    photos, (photos.c.owner_id == photo_tags.c.owner_id) & (photos.c.id == photo_tags.c.photo_id)
)
_COUNT_PUBLIC = Statement(
    select(func.count())
    .select_from(
        with_owners(
            _tagged.outerjoin(
                albums, (albums.c.owner_id == photos.c.owner_id) & (albums.c.id == photos.c.album_id)
            ),
            photos.c.owner_id,
        )
    )
    .where(
        photo_tags.c.user_id == _user_id,
        photo_tags.c.is_confirmed,
        photos.c.deleted_at == literal_column("0"),
        func.coalesce(albums.c.viewers, literal_column("0", Integer)) == literal_column("0"),
        _listed,
        OPEN_OWNER,
    )
)
_COUNT_NEW = Statement(
    select(func.count())
    .select_from(_tagged)
    .where(
        photo_tags.c.user_id == _user_id,
        photo_tags.c.is_confirmed == bindparam("is_confirmed", type_=Boolean),
        photos.c.deleted_at == literal_column("0"),
    )
)


async def insert_tag(tx: Transaction, tag: PhotoTag) -> bool:
    """Mark a person on a photo; say whether he was not marked yet."""
    inserted = await tx.run(_INSERT, **{name: getattr(tag, name) for name in tag.__struct_fields__}) > 0
    if inserted and tag.is_confirmed:
        await _step(tx, (tag.owner_id, tag.photo_id), 1)
    return inserted


async def _step(tx: Transaction, key: Key, step: int) -> None:
    await tx.run(_STEP, owner_id=key[0], photo_id=key[1], step=step)


async def load_tags(tx: Transaction, key: Key) -> list[PhotoTag]:
    """Return the marks on a photo, the oldest first."""
    return await tx.rows(_OF_PHOTO, owner_id=key[0], photo_id=key[1])


async def confirm_tag(tx: Transaction, tag: PhotoTag) -> None:
    """Note that the person has agreed to a mark that he had not agreed to."""
    await tx.run(_CONFIRM, owner_id=tag.owner_id, photo_id=tag.photo_id, user_id=tag.user_id, value=True)
    await _step(tx, (tag.owner_id, tag.photo_id), 1)


async def delete_tag(tx: Transaction, tag: PhotoTag) -> None:
    """Take a mark away."""
    await tx.run(_DELETE, owner_id=tag.owner_id, photo_id=tag.photo_id, user_id=tag.user_id)
    if tag.is_confirmed:
        await _step(tx, (tag.owner_id, tag.photo_id), -1)


async def delete_tags(tx: Transaction, key: Key) -> None:
    """Take all marks of a photo away that goes for good."""
    await tx.run(_DELETE_ALL, owner_id=key[0], photo_id=key[1])


async def list_tags_of(tx: Transaction, user_id: int, count: int, *, is_confirmed: bool) -> list[PhotoTag]:
    """Return the newest marks of a person that he has agreed to, or not yet."""
    return await tx.rows(_OF_USER, user_id=user_id, is_confirmed=is_confirmed, count=count)


async def count_public_tags(tx: Transaction, user_id: int) -> int:
    """Return on how many photos that everybody may see a person is marked."""
    count: int = await tx.value(_COUNT_PUBLIC, user_id=user_id)
    return count


async def count_new_tags(tx: Transaction, user_id: int) -> int:
    """Return how many marks wait for a person to agree."""
    count: int = await tx.value(_COUNT_NEW, user_id=user_id, is_confirmed=False)
    return count
