"""Comments: writing, reading, changing and deleting them."""

from typing import Any

from msgspec import Struct

from dvor.core.attachments import Attached, check_attachments, load_attached
from dvor.core.events import tell
from dvor.core.notifications import notify, notify_mentioned
from dvor.core.photos import get_photo, may_comment
from dvor.core.privacy import Community, Owner, Owners, load_owner, load_owners
from dvor.core.wall import get_post
from dvor.model.attachments import MAX_ATTACHMENTS, Attachment
from dvor.model.comments import EDIT_SECONDS, MAX_COMMENT, Comment, CommentedKind, NewComment
from dvor.model.errors import AccessDenied, CommentForbidden, CommentNotFound, InvalidParameter
from dvor.model.events import EventKind, ItemEvent
from dvor.model.notifications import Notification, NotificationKind
from dvor.store import comments as store
from dvor.store.database import Transaction

ItemKey = tuple[int, CommentedKind, int]
"""Owner, kind and number of what is commented on."""
EVENTS: dict[CommentedKind, str] = {"post": "wall_reply", "photo": "photo_comment"}


class CommentPage(Struct, frozen=True):
    """Comments in order, with the first ones of their threads and what is needed to draw them."""

    count: int
    level_count: int
    comments: list[Comment]
    threads: dict[int, list[Comment]]
    owners: Owners
    attached: Attached
    may_comment: bool
    item_author: int
    offset: int = 0


async def write_comment(
    tx: Transaction,
    user_id: int,
    key: ItemKey,
    text: str,
    attachments: list[Attachment],
    *,
    reply_to_id: int = 0,
    from_group: bool = False,
    guid: str = "",
    access_key: str = "",
    now: int,
) -> tuple[int, list[int]]:
    """Write a comment; return its number and the thread that it stands in, outermost first.

    `access_key` opens a photo that is not shown to everybody.

    `PostNotFound`, `CommentForbidden`, `CommentNotFound` (what is answered), `InvalidParameter`, `AccessDenied`.
    """
    _check_content(text, attachments)
    item = await _load_item(tx, user_id, key, access_key)
    is_manager = isinstance(item.owner, Community) and item.owner.is_managed
    if not item.may_comment or (from_group and not is_manager):
        raise CommentForbidden(f"{key[0]}_{key[2]}")
    from_id = key[0] if from_group else user_id
    if guid and (known := await store.find_guid(tx, key[0], from_id, guid)):
        return known, []
    thread_id = reply_to_user = 0
    if reply_to_id:
        answered = await _find(tx, user_id, key[0], reply_to_id)
        if (answered.kind, answered.item_id) != key[1:]:
            raise CommentNotFound(str(reply_to_id))
        thread_id, reply_to_user = answered.thread_id or answered.id, answered.from_id
    await check_attachments(tx, user_id, attachments)
    comment = NewComment(
        owner_id=key[0],
        kind=key[1],
        item_id=key[2],
        from_id=from_id,
        created_at=now,
        text=text,
        attachments=attachments,
        thread_id=thread_id,
        reply_to_id=reply_to_id,
        reply_to_user=reply_to_user,
        guid=guid,
    )
    number = await store.insert_comment(tx, comment)
    await _tell(tx, "new", key, number, user_id, now)
    await _notify(tx, comment, number, item.author)
    return number, [thread_id] if thread_id else []


async def _notify(tx: Transaction, comment: NewComment, number: int, author: int) -> None:
    """Tell whom a new comment answers, whose the thing commented on is, and whom it calls: each once."""
    done: dict[str, Any] = {"from_id": comment.from_id, "created_at": comment.created_at}
    done |= {"made_owner_id": comment.owner_id, "made_id": number, "owner_id": comment.owner_id}
    answered = comment.reply_to_user
    told = []
    if answered:
        told.append(Notification(user_id=answered, kind="reply_comment", item_id=comment.reply_to_id, **done))
    if author != answered:
        kind: NotificationKind = "comment_post" if comment.kind == "post" else "comment_photo"
        told.append(Notification(user_id=author, kind=kind, item_id=comment.item_id, **done))
    await notify(tx, *told)
    if comment.kind == "post":
        called = Notification(user_id=0, kind="mention_comments", item_id=comment.item_id, **done)
        await notify_mentioned(tx, comment.text, called, {answered, author})


def _check_content(text: str, attachments: list[Attachment]) -> None:
    if not text and not attachments:
        raise InvalidParameter("message")
    if len(text) > MAX_COMMENT:
        raise InvalidParameter("message", f"longer than {MAX_COMMENT} characters")
    if len(attachments) > MAX_ATTACHMENTS:
        raise InvalidParameter("attachments", f"more than {MAX_ATTACHMENTS}")


class _Item(Struct, frozen=True):
    """What is commented on, as the viewer stands to it; `comments` is how many it has, None where nobody counts."""

    owner: Owner
    author: int
    may_comment: bool
    comments: int | None


async def _load_item(tx: Transaction, viewer_id: int, key: ItemKey, access_key: str = "") -> _Item:
    """Return what is commented on, if the viewer may see it; `PostNotFound`, `PhotoNotFound`."""
    owner_id, kind, item_id = key
    if kind == "post":
        post = await get_post(tx, viewer_id, owner_id, item_id)
        owner = await load_owner(tx, viewer_id, owner_id)
        return _Item(owner, post.from_id, owner.takes_comments and not post.is_uncommented, post.comments)
    photo = await get_photo(tx, viewer_id, (owner_id, item_id), access_key)
    owner = await load_owner(tx, viewer_id, owner_id)
    author = photo.user_id if owner_id > 0 else owner_id
    return _Item(owner, author, may_comment(photo, owner), None)


async def _find(tx: Transaction, viewer_id: int, owner_id: int, comment_id: int) -> Comment:
    """Return a comment that is there; `CommentNotFound`."""
    comment = (await store.load_comments(tx, [(owner_id, comment_id)], viewer_id)).get((owner_id, comment_id))
    if comment is None or comment.deleted_at:
        raise CommentNotFound(f"{owner_id}_{comment_id}")
    return comment


async def find_kind(
    tx: Transaction, owner_id: int, comment_id: int, *, is_deleted: bool = False
) -> CommentedKind | None:
    """Return what kind of object a comment is on, None if there is no such comment (or no such deleted one)."""
    comment = (await store.load_comments(tx, [(owner_id, comment_id)], 0)).get((owner_id, comment_id))
    return comment.kind if comment is not None and bool(comment.deleted_at) is is_deleted else None


async def list_comments(
    tx: Transaction,
    viewer_id: int,
    key: ItemKey,
    *,
    thread_id: int,
    start_id: int = 0,
    offset: int,
    count: int,
    is_rising: bool,
    thread_count: int,
    access_key: str = "",
) -> CommentPage:
    """Return a page of the comments below an item, or of one thread; errors of `_load_item`.

    `access_key` opens a photo that is not shown to everybody.
    """
    item = await _load_item(tx, viewer_id, key, access_key)
    first = await store.count_before(tx, key, thread_id, start_id) if start_id else 0
    offset = max(first + offset, 0)
    level = await store.count_comments(tx, key, thread_id)
    page = await store.list_comments(
        tx, key, viewer_id, thread_id=thread_id, offset=offset, count=count, is_rising=is_rising
    )
    roots = [comment.id for comment in page if not comment.thread_id and comment.replies]
    threads = await store.list_threads(tx, key, viewer_id, roots, thread_count)
    total = level if thread_id else level + sum(comment.replies for comment in page)
    if item.comments is not None and not thread_id:
        total = item.comments
    return await _gather(tx, viewer_id, (total, level), page, threads, item.may_comment, item.author, offset)


async def list_all_comments(
    tx: Transaction, viewer_id: int, owner_id: int, album_ids: list[int], *, offset: int, count: int
) -> CommentPage:
    """Return a page of the comments on the photos in these albums, which the viewer sees, the newest first."""
    total = await store.count_photo_comments(tx, owner_id, album_ids)
    page = await store.list_photo_comments(tx, owner_id, album_ids, viewer_id, offset, count)
    return await _gather(tx, viewer_id, (total, total), page, {}, True, 0, offset)


async def get_comment(tx: Transaction, viewer_id: int, owner_id: int, comment_id: int) -> CommentPage:
    """Return one comment that the viewer may see; `CommentNotFound`."""
    comment = await _find(tx, viewer_id, owner_id, comment_id)
    key: ItemKey = (owner_id, comment.kind, comment.item_id)
    item = await _load_item(tx, viewer_id, key)
    return await _gather(tx, viewer_id, (1, 1), [comment], {}, item.may_comment, item.author, 0)


async def load_comments(tx: Transaction, viewer_id: int, keys: list[tuple[int, int]]) -> CommentPage:
    """Return those of the comments that are there, for who hears of all of a page's."""
    found = await store.load_comments(tx, keys, viewer_id)
    page = [comment for comment in found.values() if not comment.deleted_at]
    return await _gather(tx, viewer_id, (len(page), len(page)), page, {}, True, 0, 0)


async def _gather(
    tx: Transaction,
    viewer_id: int,
    counts: tuple[int, int],
    page: list[Comment],
    threads: dict[int, list[Comment]],
    may_comment: bool,
    author: int,
    offset: int,
) -> CommentPage:
    everything = [*page, *(one for thread in threads.values() for one in thread)]
    people = {who for one in everything for who in (one.owner_id, one.from_id, one.reply_to_user) if who}
    owners = await load_owners(tx, viewer_id, people)
    attached = [({one.owner_id, one.from_id}, one.attachments) for one in everything if one.attachments]
    shown = await load_attached(tx, viewer_id, attached)
    return CommentPage(*counts, page, threads, owners, shown, may_comment, author, offset)


async def edit_comment(
    tx: Transaction,
    user_id: int,
    owner_id: int,
    comment_id: int,
    text: str,
    attachments: list[Attachment],
    *,
    now: int,
) -> None:
    """Change one's own comment, within a day, or the community's; `CommentNotFound`, `AccessDenied`."""
    comment = await _find(tx, user_id, owner_id, comment_id)
    key: ItemKey = (owner_id, comment.kind, comment.item_id)
    owner = (await _load_item(tx, user_id, key)).owner
    is_own = comment.from_id == user_id or (comment.from_id == owner_id < 0 and owner.is_managed)
    if not is_own or now - comment.created_at > EDIT_SECONDS:
        raise AccessDenied("only one's own comments of the last day")
    _check_content(text, attachments)
    await check_attachments(tx, user_id, attachments)
    await store.change_comment(tx, comment, text, attachments, now)
    await _tell(tx, "edit", key, comment_id, user_id, now)


async def delete_comment(tx: Transaction, user_id: int, owner_id: int, comment_id: int, *, now: int) -> None:
    """Delete a comment of one's own, or on one's own page; `CommentNotFound`, `AccessDenied`."""
    comment = await _find(tx, user_id, owner_id, comment_id)
    key: ItemKey = (owner_id, comment.kind, comment.item_id)
    if comment.from_id != user_id and not (await _load_item(tx, user_id, key)).owner.is_managed:
        raise AccessDenied("neither your comment nor your page")
    await store.set_deleted(tx, comment, user_id, now)
    await _tell(tx, "delete", key, comment_id, user_id, now)


async def restore_comment(tx: Transaction, user_id: int, owner_id: int, comment_id: int, *, now: int) -> None:
    """Show a comment again that one has deleted; `CommentNotFound`."""
    comment = (await store.load_comments(tx, [(owner_id, comment_id)], user_id)).get((owner_id, comment_id))
    if comment is None or not comment.deleted_at or comment.deleter_id != user_id:
        raise CommentNotFound(f"{owner_id}_{comment_id}")
    await store.set_deleted(tx, comment, user_id, 0)
    await _tell(tx, "restore", (owner_id, comment.kind, comment.item_id), comment_id, user_id, now)


async def _tell(tx: Transaction, what: str, key: ItemKey, number: int, actor_id: int, now: int) -> None:
    if key[0] < 0:
        kind: EventKind = f"{EVENTS[key[1]]}_{what}"  # type: ignore[assignment]
        await tell(tx, kind, {key[0]: ItemEvent(key[0], number, actor_id, parent_id=key[2])}, now)
