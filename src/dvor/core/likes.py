"""Likes: one person, one like, on what he may see."""

from dvor.core.attachments import load_attached
from dvor.core.comments import get_comment
from dvor.core.events import tell
from dvor.core.notifications import notify, take_back
from dvor.core.privacy import Owners, load_owners, load_people
from dvor.core.wall import get_post
from dvor.model.attachments import Attachment
from dvor.model.errors import (
    CommentNotFound,
    ItemNotFound,
    PhotoNotFound,
    PostNotFound,
    ProfileClosed,
    UserNotFound,
)
from dvor.model.events import ItemEvent
from dvor.model.likes import LikeKind
from dvor.model.notifications import Notification, NotificationKind
from dvor.store import likes as store
from dvor.store.database import Transaction
from dvor.store.wall import list_copiers_of

KINDS: dict[LikeKind, NotificationKind] = {
    "post": "like_post",
    "photo": "like_photo",
    "comment": "like_comment",
}


async def check_visible(
    tx: Transaction, viewer_id: int, kind: LikeKind, owner_id: int, item_id: int, access_key: str = ""
) -> int:
    """Return the author of an item; `ItemNotFound` where it does not exist or the viewer may not see it.

    `access_key` opens a photo that is not shown to everybody.
    """
    if kind == "comment":
        try:
            return (await get_comment(tx, viewer_id, owner_id, item_id)).comments[0].from_id
        except (CommentNotFound, PhotoNotFound, PostNotFound) as error:
            raise ItemNotFound(error.detail) from error
    if kind == "post":
        try:
            return (await get_post(tx, viewer_id, owner_id, item_id)).from_id
        except PostNotFound as error:
            raise ItemNotFound(error.detail) from error
    item = Attachment(kind, owner_id, item_id, access_key)
    if not (await load_attached(tx, viewer_id, [({viewer_id}, [item])])).has(item):
        raise ItemNotFound(f"{kind}{owner_id}_{item_id}")
    return owner_id


async def add_like(
    tx: Transaction,
    user_id: int,
    kind: LikeKind,
    owner_id: int,
    item_id: int,
    *,
    access_key: str = "",
    now: int,
) -> int:
    """Like an item, once; return how many likes it has."""
    author = await check_visible(tx, user_id, kind, owner_id, item_id, access_key)
    before = await store.has_like(tx, kind, owner_id, item_id, user_id) if owner_id < 0 else False
    count = await store.insert_like(tx, kind, owner_id, item_id, user_id, now)
    if owner_id < 0 and not before:
        await tell(tx, "like_add", {owner_id: ItemEvent(owner_id, item_id, user_id, kind=kind)}, now)
    await notify(tx, _notification(author, kind, owner_id, item_id, user_id, now))
    return count


async def remove_like(
    tx: Transaction,
    user_id: int,
    kind: LikeKind,
    owner_id: int,
    item_id: int,
    *,
    access_key: str = "",
    now: int,
) -> int:
    """Take a like back if there is one; return how many likes the item has."""
    author = await check_visible(tx, user_id, kind, owner_id, item_id, access_key)
    await take_back(tx, _notification(author, kind, owner_id, item_id, user_id, now))
    if owner_id < 0 and await store.has_like(tx, kind, owner_id, item_id, user_id):
        await tell(tx, "like_remove", {owner_id: ItemEvent(owner_id, item_id, user_id, kind=kind)}, now)
    return await store.delete_like(tx, kind, owner_id, item_id, user_id)


def _notification(
    author: int, kind: LikeKind, owner_id: int, item_id: int, fan: int, now: int
) -> Notification:
    return Notification(
        user_id=author, kind=KINDS[kind], owner_id=owner_id, item_id=item_id, from_id=fan, created_at=now
    )


async def list_fans(
    tx: Transaction, viewer_id: int, kind: LikeKind, owner_id: int, item_id: int, *, offset: int, count: int
) -> tuple[int, list[int], Owners]:
    """Return how many like an item, and a page of them, the latest first; `ItemNotFound`."""
    await check_visible(tx, viewer_id, kind, owner_id, item_id)
    fans = await store.list_fans(tx, kind, owner_id, item_id, offset, count)
    total = await store.count_likes(tx, kind, owner_id, item_id)
    return total, fans, await load_owners(tx, viewer_id, fans)


async def list_copiers(
    tx: Transaction, viewer_id: int, kind: LikeKind, owner_id: int, item_id: int, *, offset: int, count: int
) -> tuple[int, list[int], Owners]:
    """Return how many have repeated a post, and a page of them, the latest first; of photos and comments nobody.

    `ItemNotFound`.
    """
    await check_visible(tx, viewer_id, kind, owner_id, item_id)
    if kind != "post":
        return 0, [], {}
    total, ids = await list_copiers_of(tx, owner_id, item_id, offset, count)
    return total, ids, await load_owners(tx, viewer_id, ids)


async def is_liked(
    tx: Transaction, viewer_id: int, user_id: int, kind: LikeKind, owner_id: int, item_id: int
) -> bool:
    """Say whether `user_id` likes an item; the viewer must be allowed to see both (`ProfileClosed`, `ItemNotFound`)."""
    if user_id != viewer_id:
        person = (await load_people(tx, viewer_id, [user_id])).get(user_id)
        if person is None:
            raise UserNotFound(str(user_id))
        if not person.is_open:
            raise ProfileClosed(str(user_id))
    await check_visible(tx, viewer_id, kind, owner_id, item_id)
    return await store.has_like(tx, kind, owner_id, item_id, user_id)
