"""newsfeed.*: the news of friends and followed people."""

import re
from typing import Annotated

from msgspec import UNSET, Struct, UnsetType

from dvor.core.newsfeed import TOP, Cursor, read_newsfeed
from dvor.dialects.vk.group_objects import GroupObject, draw_groups
from dvor.dialects.vk.post_objects import PostDrawing, PostObject, draw_profiles
from dvor.dialects.vk.user_objects import UserObject
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.errors import NotImplementedYet
from dvor.model.ids import Seconds
from dvor.model.tokens import Scope

FILTERS = frozenset({"post", "wall_post"})
FILTERS_WITHOUT_CONTENT = frozenset(
    {"photo", "photo_tag", "wall_photo", "friend", "note", "audio", "video", "clip", "story"}
)
"""Kinds of news that VK has and that nobody can make here yet: asking for them brings none."""

_SOURCE = re.compile(r"(u|g|-)?(\d{1,10})", re.ASCII)
_CURSOR = re.compile(r"(\d{1,12})_(-?\d{1,10})_(\d{1,15})", re.ASCII)


class NewsPage(Struct, frozen=True, omit_defaults=True):
    """News, newest first; `next_from` is where the next page begins, empty at the end."""

    items: list[PostObject]
    profiles: list[UserObject] | UnsetType = UNSET
    groups: list[GroupObject] | UnsetType = UNSET
    next_from: str = ""


class GetNews(Params):
    """Parameters of newsfeed.get."""

    filters: Annotated[list[str], doc("Kinds of news; `post` is what there is.")] = []
    start_from: Annotated[str, doc("`next_from` of the page before.", max_length=64)] = ""
    start_time: Annotated[Seconds, doc("Only news from this Unix time on.")] = 0
    end_time: Annotated[Seconds, doc("Only news up to this Unix time.")] = 0
    count: (
        Annotated[int, doc("How many: 50, in OpenVK's form 30; at most 100.", ge=0, le=2**31 - 1)] | None
    ) = None
    offset: Annotated[int, doc("Pages to skip (OpenVK); at most 100.", ge=0, le=100)] = 0
    max_photos: Annotated[int, doc("At most so many photos of one source; not counted.", ge=0, le=100)] = 0
    source_ids: Annotated[str, doc("Only these: `1,u2`, `g3` or `-3` for a community.", max_length=4096)] = ""
    extended: Annotated[bool, doc("Give `profiles` and `groups`; in VK's form always.")] = True
    return_banned: Annotated[bool, doc("Hidden sources too; none can be hidden yet.")] = False
    fields: Annotated[list[str], doc("Members of users.get for `profiles`.")] = []
    section: Annotated[str, doc("The section of VK's own app; no difference.", max_length=64)] = ""


@method("newsfeed.get", scope=Scope.FRIENDS | Scope.WALL)
async def get(call: Call, params: GetNews) -> NewsPage:
    """Returns what the caller, his friends and those he follows have posted on their own walls.

    VK: newsfeed.get.
    """
    for name in params.filters:
        if name not in FILTERS | FILTERS_WITHOUT_CONTENT:
            raise NotImplementedYet(f"news of the kind {name[:32]!r}")
    if params.filters and not FILTERS.intersection(params.filters):
        return NewsPage([], [], [])
    count = min(params.count if params.count is not None else 50 if call.is_versioned else 30, 100)
    cursor = read_cursor(params.start_from)
    for step in range(params.offset + 1):
        news = await read_newsfeed(
            call.tx,
            call.user_id,
            cursor=cursor,
            since=params.start_time,
            until=params.end_time,
            count=count,
            source_ids=read_sources(params.source_ids),
        )
        if news.next_cursor is None or step == params.offset:
            break
        cursor = news.next_cursor
    drawing = PostDrawing(call, news.page)
    posts = news.page.posts if step == params.offset else []
    items = [drawing.draw(post, post_id=post.id, source_id=post.owner_id, type="post") for post in posts]
    next_from = "_".join(map(str, news.next_cursor)) if news.next_cursor else ""
    if not params.extended and not call.is_versioned:
        return NewsPage(items, next_from=next_from)
    owners = news.page.owners
    profiles = draw_profiles(call, owners, params.fields)
    return NewsPage(items, profiles, draw_groups(call, owners, params.fields), next_from)


def read_cursor(text: str) -> Cursor:
    """Return where to begin; anything that is no cursor begins at the top, as in OpenVK."""
    match = _CURSOR.fullmatch(text)
    return (int(match[1]), int(match[2]), int(match[3])) if match else TOP


def read_sources(text: str) -> set[int] | None:
    """Return the people and communities that `source_ids` names; None for all."""
    names = [part.strip() for part in text.split(",") if part.strip()]
    if not names or {"friends", "following", "groups", "pages"}.issuperset(names):
        return None
    matches = [_SOURCE.fullmatch(name) for name in names]
    return {int(match[2]) * (-1 if match[1] in ("g", "-") else 1) for match in matches if match}
