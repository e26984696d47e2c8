"""Who is on photos: marking people, their agreement, and the photos on which a person is."""

from msgspec import Struct

from dvor.core.photos import PhotoPage, get_photo, is_shown
from dvor.core.privacy import Owner, People, Person, check_open, load_owner, load_owners, load_people
from dvor.model.errors import AccessDenied, InvalidParameter, PhotoNotFound
from dvor.model.friends import Friendship
from dvor.model.photos import Photo, PhotoTag
from dvor.store import photo_tags as store
from dvor.store.database import Transaction
from dvor.store.photos import Key, load_photos
from dvor.store.users import lock_owners

MAX_TAGS = 50
"""How many people a photo can show (VK's figure)."""
MOST_TAGS = 2000
"""How many of a person's photos are looked through, the latest ones."""


class TagPage(Struct, frozen=True):
    """Marks in order, the photos that they are on, and the people who are meant; `count` is how many there are in all."""

    count: int
    tags: list[PhotoTag]
    photos: list[Photo]
    people: People


def _is_near(owner: Owner, photo: Photo, viewer_id: int) -> bool:
    """Say whether a viewer decides on what stands on a photo: its maker, its owner, a community's editor."""
    return viewer_id in (photo.owner_id, photo.user_id) or owner.is_edited


async def tag_photo(tx: Transaction, user_id: int, key: Key, tag: PhotoTag) -> None:
    """Mark oneself or a friend on a photo of one's own, of a friend or of a community that one edits.

    Whoever is marked by another has yet to agree.  `PhotoNotFound`, `AccessDenied`, `InvalidParameter`.
    """
    corners = (tag.x, tag.y, tag.x2, tag.y2)
    if not all(0 <= one <= 100 for one in corners) or tag.x >= tag.x2 or tag.y >= tag.y2:
        raise InvalidParameter("x2", "is no rectangle in per cent of the photo")
    await lock_owners(tx, [key[0]])
    photo = await get_photo(tx, user_id, key)
    owner = (await load_owners(tx, user_id, [key[0]])).get(key[0])
    is_friend = isinstance(owner, Person) and owner.relation.friendship is Friendship.FRIENDS
    if owner is None or not photo.is_listed or not (_is_near(owner, photo, user_id) or is_friend):
        raise AccessDenied("another's photo")
    meant = (await load_people(tx, user_id, [tag.user_id])).get(tag.user_id)
    if meant is None or meant.user.deactivated or not meant.shows_friends_only:
        raise AccessDenied("only oneself and friends are marked")
    if not is_shown(photo, (await load_owners(tx, tag.user_id, [key[0]])).get(key[0])):
        raise AccessDenied("the person may not see the photo")
    tags = await store.load_tags(tx, key)
    if len(tags) >= MAX_TAGS:
        raise AccessDenied(f"{MAX_TAGS} people are the most")
    if not await store.insert_tag(tx, tag):
        raise AccessDenied("the person is marked already")


async def list_tags(tx: Transaction, viewer_id: int, key: Key, access_key: str) -> TagPage:
    """Return the marks on a photo; those to which nobody has agreed yet are told to whom they concern.  `PhotoNotFound`."""
    photo = await get_photo(tx, viewer_id, key, access_key)
    owner = (await load_owners(tx, viewer_id, [key[0]])).get(key[0])
    sees_all = owner is not None and _is_near(owner, photo, viewer_id)
    tags = [
        one
        for one in await store.load_tags(tx, key)
        if one.is_confirmed or sees_all or viewer_id in (one.user_id, one.placer_id)
    ]
    people = await load_people(tx, viewer_id, {one.user_id for one in tags})
    return TagPage(len(tags), tags, [photo], people)


async def _find(tx: Transaction, user_id: int, key: Key, tagged_id: int) -> tuple[Photo, PhotoTag]:
    await lock_owners(tx, [key[0]])
    photo = (await load_photos(tx, [key])).get(key)
    tags = [one for one in await store.load_tags(tx, key) if one.user_id == tagged_id] if photo else []
    if photo is None or not tags:
        raise PhotoNotFound(f"no mark {tagged_id} on the photo {key[0]}_{key[1]}")
    return photo, tags[0]


async def confirm_tag(tx: Transaction, user_id: int, key: Key, tagged_id: int) -> None:
    """Agree to be marked on a photo; `PhotoNotFound`, `AccessDenied` (another's mark)."""
    _, tag = await _find(tx, user_id, key, tagged_id)
    if tagged_id != user_id:
        raise AccessDenied("another's mark")
    if not tag.is_confirmed:
        await store.confirm_tag(tx, tag)


async def remove_tag(tx: Transaction, user_id: int, key: Key, tagged_id: int) -> None:
    """Take a mark away: who is meant, who set it and who decides on the photo may; `PhotoNotFound`, `AccessDenied`."""
    photo, tag = await _find(tx, user_id, key, tagged_id)
    owner = (await load_owners(tx, user_id, [key[0]])).get(key[0])
    is_near = owner is not None and _is_near(owner, photo, user_id)
    if not is_near and user_id not in (tag.user_id, tag.placer_id):
        raise AccessDenied("another's mark")
    await store.delete_tag(tx, tag)


async def list_new_tags(tx: Transaction, user_id: int, *, offset: int, count: int) -> TagPage:
    """Return the marks of a person to which he has yet to agree, the newest first, with their photos."""
    tags = await store.list_tags_of(tx, user_id, MOST_TAGS, is_confirmed=False)
    found = await load_photos(tx, sorted({(one.owner_id, one.photo_id) for one in tags}))
    there = [one for one in tags if (one.owner_id, one.photo_id) in found]
    page = there[offset : offset + count]
    shown = [found[one.owner_id, one.photo_id] for one in page]
    return TagPage(len(there), page, shown, {})


async def list_photos_of(
    tx: Transaction, viewer_id: int, user_id: int, *, offset: int, count: int, is_rising: bool
) -> PhotoPage:
    """Return a page of the photos on which a person is and agrees to be, as far as the viewer sees them.

    Errors of `load_owner` and `check_open`.
    """
    check_open(await load_owner(tx, viewer_id, user_id))
    tags = await store.list_tags_of(tx, user_id, MOST_TAGS, is_confirmed=True)
    found = await load_photos(tx, sorted({(one.owner_id, one.photo_id) for one in tags}))
    owners = await load_owners(tx, viewer_id, {owner_id for owner_id, _ in found})
    ordered = [found[key] for one in tags if (key := (one.owner_id, one.photo_id)) in found]
    seen = [
        one
        for one in ordered
        if is_shown(one, owners.get(one.owner_id)) or viewer_id in (one.owner_id, user_id)
    ]
    if is_rising:
        seen.reverse()
    return PhotoPage(len(seen), seen[offset : offset + count])


async def count_new_tags(tx: Transaction, user_id: int) -> int:
    """Return how many marks wait for a person to agree."""
    return await store.count_new_tags(tx, user_id)


async def leave_photos(tx: Transaction, user_id: int) -> None:
    """Take a person off all photos: he is leaving for good."""
    for is_confirmed in (True, False):
        while tags := await store.list_tags_of(tx, user_id, MOST_TAGS, is_confirmed=is_confirmed):
            await lock_owners(tx, sorted({one.owner_id for one in tags}))
            for tag in tags:
                await store.delete_tag(tx, tag)
