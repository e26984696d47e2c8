"""Likes: one person, one like, on what he may see."""

from dvor.core.attachments import load_attached
from dvor.core.comments import get_comment
from dvor.core.events import tell
from dvor.core.privacy import Owners, load_owners, load_people
from dvor.core.wall import get_post
from dvor.model.attachments import Attachment
from dvor.model.errors import CommentNotFound, ItemNotFound, PostNotFound, ProfileClosed, UserNotFound
from dvor.model.events import ItemEvent
from dvor.model.likes import LikeKind
from dvor.store import likes as store
from dvor.store.database import Transaction


async def check_visible(tx: Transaction, viewer_id: int, kind: LikeKind, owner_id: int, item_id: int) -> None:
    """Refuse (`ItemNotFound`) what does not exist or the viewer may not see."""
    if kind == "comment":
        try:
            await get_comment(tx, viewer_id, owner_id, item_id)
        except (CommentNotFound, PostNotFound) as error:
            raise ItemNotFound(error.detail) from error
        return
    if kind == "post":
        try:
            await get_post(tx, viewer_id, owner_id, item_id)
        except PostNotFound as error:
            raise ItemNotFound(error.detail) from error
        return
    item = Attachment(kind, owner_id, item_id)
    if not (await load_attached(tx, viewer_id, [({viewer_id}, [item])])).has(item):
        raise ItemNotFound(f"{kind}{owner_id}_{item_id}")


async def add_like(
    tx: Transaction, user_id: int, kind: LikeKind, owner_id: int, item_id: int, *, now: int
) -> int:
    """Like an item, once; return how many likes it has."""
    await check_visible(tx, user_id, kind, owner_id, item_id)
    before = await store.has_like(tx, kind, owner_id, item_id, user_id) if owner_id < 0 else False
    count = await store.insert_like(tx, kind, owner_id, item_id, user_id, now)
    if owner_id < 0 and not before:
        await tell(tx, "like_add", {owner_id: ItemEvent(owner_id, item_id, user_id, kind=kind)}, now)
    return count


async def remove_like(
    tx: Transaction, user_id: int, kind: LikeKind, owner_id: int, item_id: int, *, now: int
) -> int:
    """Take a like back if there is one; return how many likes the item has."""
    await check_visible(tx, user_id, kind, owner_id, item_id)
    if owner_id < 0 and await store.has_like(tx, kind, owner_id, item_id, user_id):
        await tell(tx, "like_remove", {owner_id: ItemEvent(owner_id, item_id, user_id, kind=kind)}, now)
    return await store.delete_like(tx, kind, owner_id, item_id, user_id)


async def list_fans(
    tx: Transaction, viewer_id: int, kind: LikeKind, owner_id: int, item_id: int, *, offset: int, count: int
) -> tuple[int, list[int], Owners]:
    """Return how many like an item, and a page of them, the latest first; `ItemNotFound`."""
    await check_visible(tx, viewer_id, kind, owner_id, item_id)
    fans = await store.list_fans(tx, kind, owner_id, item_id, offset, count)
    total = await store.count_likes(tx, kind, owner_id, item_id)
    return total, fans, await load_owners(tx, viewer_id, fans)


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
