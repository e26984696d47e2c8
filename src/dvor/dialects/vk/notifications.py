"""notifications.*: what others did that concerns the caller."""

import re
from typing import Annotated, Any, Literal

from msgspec import UNSET, Struct, UnsetType

from dvor.core.notification_pages import TOP, Cursor, NotificationPage, read_notifications
from dvor.core.notifications import KINDS, mark_viewed
from dvor.dialects.vk.comments import CommentDrawing
from dvor.dialects.vk.group_objects import GroupObject, draw_groups
from dvor.dialects.vk.photo_objects import draw_photo
from dvor.dialects.vk.post_objects import PostDrawing, draw_profiles
from dvor.dialects.vk.user_objects import UserObject
from dvor.dialects.vk.utils import NoParams
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.ids import Seconds
from dvor.model.notifications import KINDS_OF_FILTER, Notification, NotificationKind, Reference
from dvor.model.tokens import Scope

_CURSOR = re.compile(r"(\d{1,12})_(\d{1,9})", re.ASCII)


class Actor(Struct, frozen=True):
    """Who did it."""

    from_id: int


class Actors(Struct, frozen=True):
    """Those who did it."""

    count: int
    items: list[Actor]


class NotificationObject(Struct, frozen=True, omit_defaults=True):
    """A notification: `parent` is what it was done to, `feedback` what came of it or else who did it.

    Either is a post, a photo or a comment as their own methods draw them.
    """

    type: str
    date: int
    parent: Any = UNSET
    feedback: Any = UNSET
    reply: UnsetType | None = UNSET
    inner_type: str | UnsetType = UNSET


class NotificationList(Struct, frozen=True, omit_defaults=True):
    """Notifications, newest first; `last_viewed` is when the caller last looked, a Unix time."""

    items: list[NotificationObject]
    profiles: list[UserObject]
    groups: list[GroupObject]
    last_viewed: int
    count: int | UnsetType = UNSET
    next_from: str = ""


class GetNotifications(Params):
    """Parameters of notifications.get."""

    count: Annotated[int, doc("How many: 30, in OpenVK's form 10.", ge=1, le=100)] | None = None
    start_from: Annotated[str, doc("`next_from` of the page before.", max_length=64)] = ""
    filters: Annotated[
        list[str],
        doc("Only these: wall, mentions, comments, likes, reposted, followers, friends."),
    ] = []
    start_time: Annotated[Seconds, doc("Only from this Unix time on.")] = 0
    end_time: Annotated[Seconds, doc("Only up to this Unix time.")] = 0
    archived: Annotated[bool, doc("In OpenVK's form: those looked at before, or (0) the new ones.")] = True


@method("notifications.get", scope=Scope.NOTIFICATIONS)
async def get(call: Call, params: GetNotifications) -> NotificationList:
    """Returns what others did that concerns the caller: likes, comments, mentions, reposts, requests.

    VK: notifications.get.  What was deleted or may no longer be seen is left out; each like is told by itself.
    """
    count = params.count if params.count is not None else 30 if call.is_versioned else 10
    page = await read_notifications(
        call.tx,
        call.user_id,
        read_filters(params.filters),
        cursor=read_cursor(params.start_from),
        since=params.start_time,
        until=params.end_time,
        count=count,
        is_viewed=None if call.is_versioned else params.archived,
    )
    drawing = _Drawing(call, page)
    return NotificationList(
        [drawing.draw(one) for one in page.notifications],
        draw_profiles(call, page.owners, []),
        draw_groups(call, page.owners, []),
        page.viewed_at,
        page.count if call.is_versioned else UNSET,
        "_".join(map(str, page.next_cursor)) if page.next_cursor else "",
    )


def read_filters(names: list[str]) -> list[NotificationKind]:
    """Return the kinds that VK's filters choose; unknown ones choose nothing, none at all everything."""
    if not names:
        return KINDS
    return [kind for name in names for kind in KINDS_OF_FILTER.get(name, ())]


def read_cursor(text: str) -> Cursor:
    """Return where to begin; anything that is no cursor begins at the top."""
    match = _CURSOR.fullmatch(text)
    return (int(match[1]), int(match[2])) if match else TOP


class _Drawing:
    """Draws the notifications of one page."""

    def __init__(self, call: Call, page: NotificationPage) -> None:
        self._call = call
        posts, comments = PostDrawing(call, page.posts), CommentDrawing(call, page.comments)
        self._subjects: dict[Reference | None, Struct] = {
            **{("post", one.owner_id, one.id): posts.draw(one) for one in page.posts.posts},
            **{("comment", one.owner_id, one.id): comments.draw(one) for one in page.comments.comments},
            **{
                ("photo", *key): draw_photo(call.courtyard, one, call.version)
                for key, one in page.attached.photos.items()
            },
        }

    def draw(self, one: Notification) -> NotificationObject:
        """Return a notification."""
        empty = UNSET if self._call.is_versioned else None
        return NotificationObject(
            one.kind,
            one.created_at,
            parent=self._subjects.get(one.parent, empty),
            feedback=self._subjects.get(one.made, Actors(1, [Actor(one.from_id)])),
            reply=empty,
            inner_type="notifications_notification" if self._call.is_versioned else UNSET,
        )


@method("notifications.markAsViewed", scope=Scope.NOTIFICATIONS, writes=True, is_repeatable=True)
async def mark_as_viewed(call: Call, params: NoParams) -> Literal[0, 1]:
    """Notes that the caller has looked at his notifications; 0 if there was nothing new.

    VK: notifications.markAsViewed.
    """
    return 1 if await mark_viewed(call.tx, call.user_id, call.now) else 0
