"""wall.*: reading walls and posts."""

import re
from typing import Annotated

from msgspec import UNSET, Struct, UnsetType

from dvor.core import wall
from dvor.core.views import note_views
from dvor.core.waiting_posts import list_waiting
from dvor.dialects.vk.group_objects import GroupObject, draw_groups
from dvor.dialects.vk.peers import read_owner
from dvor.dialects.vk.post_objects import PostDrawing, PostObject, draw_profiles
from dvor.dialects.vk.user_objects import UserObject
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.errors import InvalidParameter, UserNotFound
from dvor.model.ids import ItemId, OwnerId
from dvor.model.wall import WaitingKind, WallFilter

BARE_LIST_BELOW = (5, 138)
"""Below this version wall.getById answers a bare list (OpenVK's own threshold; VK changed between 5.131 and 5.199)."""

WAITING: dict[str, tuple[WaitingKind, str]] = {
    "postponed": ("postponed", "postpone"),
    "suggests": ("suggested", "suggest"),
}
"""The filters of what is not on the wall yet, and VK's `post_type` of it."""

_POST_KEY = re.compile(r"(?:wall)?(-?\d{1,10})_(\d{1,15})", re.ASCII)


class WallPage(Struct, frozen=True, omit_defaults=True):
    """Posts; `count` is how many there are in all."""

    count: int
    items: list[PostObject]
    profiles: list[UserObject] | UnsetType = UNSET
    groups: list[GroupObject] | UnsetType = UNSET


class PostList(Struct, frozen=True, omit_defaults=True):
    """Posts that were asked for by id."""

    items: list[PostObject]
    profiles: list[UserObject] | UnsetType = UNSET
    groups: list[GroupObject] | UnsetType = UNSET


class InvalidFilter(InvalidParameter):
    """The filter of wall.get has no such value."""

    def __init__(self, value: str) -> None:
        super().__init__("filter", f"{value[:32]!r} is not all, owner, others, postponed or suggests")


class GetWall(Params):
    """Parameters of wall.get."""

    owner_id: Annotated[OwnerId, doc("Whose wall; 0 for the caller's own.")] = 0
    domain: Annotated[str, doc("The owner's screen name, instead of owner_id.", max_length=64)] = ""
    offset: Annotated[int, doc("How many posts to skip.", ge=0, le=2**31 - 1)] = 0
    count: Annotated[int, doc("How many posts to return; more than 100 gives 100.", ge=0, le=2**31 - 1)] = 20
    filter: Annotated[
        str, doc("`all`, `owner` (by the owner), `others`, `postponed` or `suggests`.", max_length=32)
    ] = "all"
    extended: Annotated[bool, doc("Give the authors in `profiles` and `groups` too.")] = False
    fields: Annotated[list[str], doc("Members of users.get for `profiles`.")] = []


@method("wall.get", errors={UserNotFound: 18, InvalidFilter: 100})
async def get(call: Call, params: GetWall) -> WallPage:
    """Returns the posts of a wall, newest first.

    VK: wall.get.
    """
    if params.filter not in ("all", "owner", "others", *WAITING):
        raise InvalidFilter(params.filter)
    owner_id = await read_owner(call, params.owner_id, params.domain)
    asked = (call.tx, call.user_id, owner_id)
    offset, count = params.offset, min(params.count, 100)
    extra = {}
    if params.filter in WAITING:
        kind, post_type = WAITING[params.filter]
        page = await list_waiting(*asked, kind, offset=offset, count=count)
        extra["post_type"] = post_type
    else:
        which: WallFilter = params.filter  # type: ignore[assignment]
        page = await wall.list_wall(*asked, which, offset=offset, count=count)
    drawing = PostDrawing(call, page)
    items = [drawing.draw(post, in_list=True, **extra) for post in page.posts]
    if not params.extended:
        return WallPage(page.count, items)
    profiles = draw_profiles(call, page.owners, params.fields)
    return WallPage(page.count, items, profiles, draw_groups(call, page.owners, params.fields))


class GetPosts(Params):
    """Parameters of wall.getById."""

    posts: Annotated[list[str], doc("Up to 100 posts as OWNER_ID: `1_2,1_3`.", max_length=100)]
    extended: Annotated[bool, doc("Give the authors in `profiles` and `groups` too.")] = False
    copy_history_depth: Annotated[
        int,
        doc(
            "How deep reposts are unfolded: a repetition of a repetition repeats the original.", ge=0, le=100
        ),
    ] = 2
    fields: Annotated[list[str], doc("Members of users.get for `profiles`.")] = []


@method("wall.getById", needs_user=False)
async def get_by_id(call: Call, params: GetPosts) -> PostList | list[PostObject]:
    """Returns posts by their ids; those that are gone or hidden are left out.

    VK: wall.getById: a list below version 5.138, an object from there on.
    """
    if call.is_versioned:
        call.require_user()
    if not params.posts:
        raise InvalidParameter("posts")
    keys = [(int(match[1]), int(match[2])) for text in params.posts if (match := _POST_KEY.fullmatch(text))]
    page = await wall.get_posts(call.tx, call.user_id, keys)
    opened = [(post.owner_id, post.id) for post in page.posts]
    note_views(call.courtyard, call.user_id, "post", opened, call.now)
    drawing = PostDrawing(call, page)
    items = [drawing.draw(post) for post in page.posts]
    if params.extended:
        profiles = draw_profiles(call, page.owners, params.fields)
        return PostList(items, profiles, draw_groups(call, page.owners, params.fields))
    return items if call.version < BARE_LIST_BELOW else PostList(items)


class GetReposts(Params):
    """Parameters of wall.getReposts."""

    post_id: Annotated[ItemId, doc("The post's number on the wall.")]
    owner_id: Annotated[OwnerId, doc("On whose wall; 0 for the caller's own.")] = 0
    offset: Annotated[int, doc("How many to skip.", ge=0, le=2**31 - 1)] = 0
    count: Annotated[int, doc("How many to return.", ge=0, le=1000)] = 20


@method("wall.getReposts")
async def get_reposts(call: Call, params: GetReposts) -> PostList:
    """Returns the posts that repeat one, newest first, with their authors.

    VK: wall.getReposts.
    """
    page = await wall.list_reposts(
        call.tx,
        call.user_id,
        params.owner_id or call.user_id,
        params.post_id,
        offset=params.offset,
        count=params.count,
    )
    drawing = PostDrawing(call, page)
    items = [drawing.draw(post) for post in page.posts]
    return PostList(items, draw_profiles(call, page.owners, []), draw_groups(call, page.owners, []))
