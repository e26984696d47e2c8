"""Photo albums: making, filling, changing and deleting them, and which of them a viewer sees."""

from msgspec import Struct
from msgspec.structs import asdict, replace

from dvor.core.events import tell
from dvor.core.photos import audience_of, find_own_photo, hide_photo, save_photo
from dvor.core.privacy import Community, Owner, check_open, load_owner
from dvor.model.errors import AccessDenied, AlbumNotFound, InvalidParameter, PhotoNotFound, TooManyAlbums
from dvor.model.events import ItemEvent
from dvor.model.files import UploadedPicture
from dvor.model.photos import (
    LISTED_ALBUMS,
    MAX_ALBUM_PHOTOS,
    MAX_ALBUM_TEXT,
    MAX_ALBUM_TITLE,
    MAX_ALBUMS,
    PLACE_STEP,
    Album,
    AlbumChange,
    AlbumSize,
    Audience,
    NewAlbum,
    Photo,
    find_place,
)
from dvor.store import albums as store
from dvor.store import photos as photo_store
from dvor.store.database import Transaction
from dvor.store.photos import load_photos
from dvor.store.users import lock_owners

DELETED_AT_ONCE = 1000
"""Photos of a deleted album that are read at a time."""


class AlbumPage(Struct, frozen=True):
    """Albums in order, how many photos are in each that is not empty, and the photos that stand for them.

    `count` is how many albums there are in all, `system` the albums that everybody has.
    """

    count: int
    albums: list[Album]
    system: list[Album]
    sizes: dict[int, AlbumSize]
    covers: dict[int, Photo]
    owner: Owner


def may_fill(owner: Owner, album: Album) -> bool:
    """Say whether the viewer may add photos to an album: a community's members may, if it lets them."""
    if owner.is_edited:
        return True
    return isinstance(owner, Community) and owner.standing.is_member and not album.is_for_managers


async def _load_managed(tx: Transaction, user_id: int, owner_id: int) -> Owner:
    await lock_owners(tx, [owner_id])
    owner = await load_owner(tx, user_id, owner_id)
    if not owner.is_edited:
        raise AccessDenied("another's albums")
    return owner


async def create_album(tx: Transaction, user_id: int, new: NewAlbum, *, now: int) -> Album:
    """Make an album of one's own or of a community that one edits; `AccessDenied`, `InvalidParameter`, `TooManyAlbums`."""
    owner = await _load_managed(tx, user_id, new.owner_id)
    _check(new.title, new.description)
    if await store.count_albums(tx, new.owner_id, Audience.OWNER) >= MAX_ALBUMS:
        raise TooManyAlbums(f"{MAX_ALBUMS} are the most")
    if isinstance(owner, Community):
        new = replace(new, viewers=Audience.EVERYBODY, commenters=Audience.EVERYBODY)
    return await store.insert_album(tx, new, now)


def _check(title: str, description: str) -> None:
    if not title.strip() or len(title) > MAX_ALBUM_TITLE:
        raise InvalidParameter("title", f"has from 1 to {MAX_ALBUM_TITLE} characters")
    if len(description) > MAX_ALBUM_TEXT:
        raise InvalidParameter("description", f"longer than {MAX_ALBUM_TEXT} characters")


async def _find(tx: Transaction, owner: Owner, owner_id: int, album_id: int) -> Album:
    """Return an album that the viewer sees; `AlbumNotFound`."""
    album = await store.load_album(tx, owner_id, album_id)
    if album is None or album.viewers > audience_of(owner):
        raise AlbumNotFound(str(album_id))
    return album


async def get_album(tx: Transaction, viewer_id: int, owner_id: int, album_id: int) -> Album:
    """Return an album that the viewer sees; errors of `load_owner` and `check_open`, `AlbumNotFound`."""
    owner = await load_owner(tx, viewer_id, owner_id)
    check_open(owner)
    return await _find(tx, owner, owner_id, album_id)


async def edit_album(
    tx: Transaction, user_id: int, owner_id: int, album_id: int, change: AlbumChange, *, now: int
) -> None:
    """Change an album; `AlbumNotFound`, `AccessDenied`, `InvalidParameter`."""
    owner = await _load_managed(tx, user_id, owner_id)
    album = await _find(tx, owner, owner_id, album_id)
    values = {name: value for name, value in asdict(change).items() if value is not None}
    changed = replace(album, **values, updated_at=now)
    _check(changed.title, changed.description)
    if isinstance(owner, Community):
        changed = replace(changed, viewers=Audience.EVERYBODY, commenters=Audience.EVERYBODY)
    await store.save_album(tx, changed)


async def delete_album(tx: Transaction, user_id: int, owner_id: int, album_id: int, *, now: int) -> None:
    """Delete an album and the photos in it; `AlbumNotFound`, `AccessDenied`."""
    owner = await _load_managed(tx, user_id, owner_id)
    await _find(tx, owner, owner_id, album_id)
    while page := await photo_store.list_photos(tx, owner_id, [album_id], 0, DELETED_AT_ONCE, is_rising=True):
        for photo in page:
            await hide_photo(tx, photo, now)
    await store.delete_album(tx, owner_id, album_id)


async def check_upload(tx: Transaction, user_id: int, owner_id: int, album_id: int) -> Album:
    """Return an album to which the user may add photos; `AlbumNotFound`, `AccessDenied`."""
    owner = await load_owner(tx, user_id, owner_id)
    album = await _find(tx, owner, owner_id, album_id)
    if not may_fill(owner, album):
        raise AccessDenied("the album is not yours to fill")
    return album


async def fill_album(
    tx: Transaction,
    user_id: int,
    owner_id: int,
    album_id: int,
    uploads: list[tuple[UploadedPicture, str]],
    *,
    text: str,
    quota: int,
    now: int,
) -> list[Photo]:
    """Make photos in an album of uploaded pictures, each with its access key; a community's bots hear of them.

    Saving the same uploads again returns the same photos.  Errors of `check_upload` and `save_photo`.
    """
    await lock_owners(tx, [owner_id])
    album = await check_upload(tx, user_id, owner_id, album_id)
    sizes = await photo_store.load_album_sizes(tx, owner_id, [album_id])
    if album_id in sizes and sizes[album_id].count + len(uploads) > MAX_ALBUM_PHOTOS:
        raise AccessDenied(f"an album holds {MAX_ALBUM_PHOTOS} photos")
    saved = []
    for upload, access_key in uploads:
        is_known = await photo_store.find_upload(tx, owner_id, upload.id) is not None
        photo = await save_photo(
            tx,
            user_id,
            upload,
            owner_id=owner_id,
            album_id=album_id,
            text=text,
            access_key=access_key,
            quota=quota,
            now=now,
        )
        if not is_known and owner_id < 0:
            await tell(tx, "photo_new", {owner_id: ItemEvent(owner_id, photo.id, user_id)}, now)
        saved.append(photo)
    await store.save_album(tx, replace(album, updated_at=now))
    return saved


async def move_photos(
    tx: Transaction, user_id: int, owner_id: int, album_id: int, photo_ids: list[int], *, now: int
) -> None:
    """Put photos into another album of the same owner; `AlbumNotFound`, `AccessDenied`, `PhotoNotFound`."""
    owner = await _load_managed(tx, user_id, owner_id)
    album = await _find(tx, owner, owner_id, album_id)
    found = await load_photos(tx, sorted({(owner_id, one) for one in photo_ids}))
    for photo_id in photo_ids:
        photo = found.get((owner_id, photo_id))
        if photo is None or not photo.is_listed:
            raise PhotoNotFound(f"no photo {owner_id}_{photo_id} in an album")
    await photo_store.move_photos(tx, owner_id, sorted(set(photo_ids)), album_id)
    await store.save_album(tx, replace(album, updated_at=now))


async def reorder_photo(
    tx: Transaction, user_id: int, owner_id: int, photo_id: int, beside_id: int, *, is_before: bool
) -> None:
    """Put a photo before or after another one of the same album; `AccessDenied`, `PhotoNotFound`."""
    await _load_managed(tx, user_id, owner_id)
    found = await load_photos(tx, sorted({(owner_id, photo_id), (owner_id, beside_id)}))
    photo, beside = found.get((owner_id, photo_id)), found.get((owner_id, beside_id))
    if photo is None or beside is None or photo.album_id != beside.album_id or photo_id == beside_id:
        raise PhotoNotFound(f"no two photos {photo_id} and {beside_id} in one album")
    places = await photo_store.list_places(tx, owner_id, photo.album_id)
    changed = _reorder(places, photo_id, beside_id, is_below=is_before)
    await photo_store.set_places(tx, owner_id, changed)


async def reorder_album(
    tx: Transaction, user_id: int, owner_id: int, album_id: int, beside_id: int, *, is_before: bool
) -> None:
    """Put an album before or after another one in the list of albums; `AccessDenied`, `AlbumNotFound`."""
    await _load_managed(tx, user_id, owner_id)
    places = await store.list_places(tx, owner_id)
    if not {album_id, beside_id} <= {one for one, _ in places} or album_id == beside_id:
        raise AlbumNotFound(f"no two albums {album_id} and {beside_id}")
    # the list begins with the highest place
    await store.set_places(tx, owner_id, _reorder(places, album_id, beside_id, is_below=not is_before))


def _reorder(places: list[tuple[int, int]], moved: int, beside: int, *, is_below: bool) -> dict[int, int]:
    """Return the places that change when one goes right below or above another, of a list in rising order."""
    kept = [(one, place) for one, place in places if one != moved]
    at = next(index for index, (one, _) in enumerate(kept) if one == beside) + (not is_below)
    low = kept[at - 1][1] if at else None
    high = kept[at][1] if at < len(kept) else None
    place = find_place(low, high)
    if place is not None:
        return {moved: place}
    order = [one for one, _ in kept[:at]] + [moved] + [one for one, _ in kept[at:]]
    return {one: (index + 1) * PLACE_STEP for index, one in enumerate(order)}


async def make_cover(tx: Transaction, user_id: int, owner_id: int, album_id: int, photo_id: int) -> None:
    """Let a photo stand for the album that it is in; `AlbumNotFound`, `AccessDenied`, `PhotoNotFound`."""
    owner = await _load_managed(tx, user_id, owner_id)
    photo = await find_own_photo(tx, user_id, (owner_id, photo_id))
    album = await _find(tx, owner, owner_id, album_id)
    if photo.album_id != album_id:
        raise PhotoNotFound(f"photo {owner_id}_{photo_id} is in another album")
    await store.save_album(tx, replace(album, cover_id=photo_id))


async def list_albums(
    tx: Transaction,
    viewer_id: int,
    owner_id: int,
    album_ids: list[int],
    *,
    offset: int,
    count: int,
    with_system: bool,
    with_covers: bool,
) -> AlbumPage:
    """Return a page of an owner's albums, newest first, those of these numbers or (none) all that the viewer sees.

    The albums that everybody has come on the first page.  Errors of `load_owner` and `check_open`.
    """
    owner = await load_owner(tx, viewer_id, owner_id)
    check_open(owner)
    audience = audience_of(owner)
    wanted = [one for one in LISTED_ALBUMS.values() if not album_ids or one in album_ids]
    system = [Album(owner_id=owner_id, id=one, title="") for one in wanted if with_system and not offset]
    own = await store.list_albums(tx, owner_id, audience, album_ids, offset, count)
    total = len(own) if album_ids else await store.count_albums(tx, owner_id, audience)
    sizes = await photo_store.load_album_sizes(tx, owner_id, [one.id for one in (*system, *own)])
    covers = await _load_covers(tx, [*system, *own], sizes) if with_covers else {}
    return AlbumPage(total + len(system), own, system, sizes, covers, owner)


async def _load_covers(tx: Transaction, albums: list[Album], sizes: dict[int, AlbumSize]) -> dict[int, Photo]:
    """Return the photo that stands for each album: the chosen one as long as it is in it, or the last."""
    keys = {(one.owner_id, one.cover_id) for one in albums if one.cover_id}
    keys |= {(one.owner_id, sizes[one.id].last_id) for one in albums if one.id in sizes}
    found = await load_photos(tx, sorted(keys))
    covers = {}
    for album in albums:
        chosen = found.get((album.owner_id, album.cover_id))
        if chosen is None or chosen.album_id != album.id:
            chosen = found.get((album.owner_id, sizes[album.id].last_id)) if album.id in sizes else None
        if chosen is not None:
            covers[album.id] = chosen
    return covers


async def find_shown_albums(
    tx: Transaction, viewer_id: int, owner_id: int, *, with_system: bool = True
) -> list[int]:
    """Return the numbers of all albums that the viewer sees; errors of `load_owner` and `check_open`."""
    owner = await load_owner(tx, viewer_id, owner_id)
    check_open(owner)
    system = list(LISTED_ALBUMS.values()) if with_system else []
    return system + await store.list_album_ids(tx, owner_id, audience_of(owner))


async def count_albums(tx: Transaction, viewer_id: int, owner_id: int) -> int:
    """Return how many albums of an owner the viewer sees; errors of `load_owner` and `check_open`."""
    owner = await load_owner(tx, viewer_id, owner_id)
    check_open(owner)
    return await store.count_albums(tx, owner_id, audience_of(owner))
