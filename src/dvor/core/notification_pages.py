"""Pages of notifications, with what they speak of."""

from msgspec import Struct

from dvor.core.attachments import Attached, load_attached
from dvor.core.comments import CommentPage, load_comments
from dvor.core.privacy import Owners, load_owners
from dvor.core.wall import PostPage, get_posts
from dvor.model.attachments import Attachment
from dvor.model.ids import MAX_NUMBER
from dvor.model.notifications import Notification, NotificationKind, Reference
from dvor.store import notifications as store
from dvor.store.database import Transaction

Cursor = tuple[int, int]
"""The time of the last notification of a page, and how many of that time have been seen."""

TOP: Cursor = (MAX_NUMBER, 0)


class NotificationPage(Struct, frozen=True):
    """Notifications whose objects the person may see, newest first, with these objects; where the next page begins."""

    count: int
    notifications: list[Notification]
    posts: PostPage
    comments: CommentPage
    attached: Attached
    owners: Owners
    viewed_at: int
    next_cursor: Cursor | None


async def read_notifications(
    tx: Transaction,
    user_id: int,
    kinds: list[NotificationKind],
    *,
    cursor: Cursor = TOP,
    since: int = 0,
    until: int = 0,
    count: int,
    is_viewed: bool | None = None,
) -> NotificationPage:
    """Return a page of notifications; `is_viewed` narrows them to those looked at before, or to the others."""
    viewed_at = await store.find_viewed(tx, user_id)
    last = until or MAX_NUMBER
    if is_viewed is not None:
        since, last = (since, min(last, viewed_at)) if is_viewed else (max(since, viewed_at + 1), last)
    total = await store.count_notifications(tx, user_id, kinds, since=since, until=last)
    time, skipped = min(cursor, (last, 0))
    rows = await store.list_notifications(
        tx, user_id, kinds, since=since, until=time, offset=skipped, count=count
    )
    next_cursor = None
    if rows and len(rows) == count:
        bottom = rows[-1].created_at
        seen = sum(row.created_at == bottom for row in rows)
        next_cursor = (bottom, seen + (skipped if bottom == time else 0))
    return await _gather(tx, user_id, total, rows, viewed_at, next_cursor)


async def _gather(
    tx: Transaction,
    user_id: int,
    total: int,
    rows: list[Notification],
    viewed_at: int,
    next_cursor: Cursor | None,
) -> NotificationPage:
    wanted = {ref for row in rows for ref in _references(row)}
    comments = await load_comments(tx, user_id, _keys(wanted, "comment"))
    wanted |= {(one.kind, one.owner_id, one.item_id) for one in comments.comments}
    posts = await get_posts(tx, user_id, _keys(wanted, "post"))
    placed = [({user_id}, [Attachment("photo", *key) for key in _keys(wanted, "photo")])]
    attached = await load_attached(tx, user_id, placed)
    owners = await load_owners(tx, user_id, {row.from_id for row in rows})
    visible: set[Reference] = {("post", one.owner_id, one.id) for one in posts.posts}
    visible |= {("photo", *key) for key in attached.photos}
    visible |= {
        ("comment", one.owner_id, one.id)
        for one in comments.comments
        if (one.kind, one.owner_id, one.item_id) in visible
    }
    shown = [row for row in rows if row.from_id in owners and visible.issuperset(_references(row))]
    return NotificationPage(
        total, shown, posts, comments, attached, owners | posts.owners, viewed_at, next_cursor
    )


def _references(row: Notification) -> set[Reference]:
    return {ref for ref in (row.parent, row.made) if ref}


def _keys(wanted: set[Reference], kind: str) -> list[tuple[int, int]]:
    return sorted((owner_id, number) for one, owner_id, number in wanted if one == kind)
