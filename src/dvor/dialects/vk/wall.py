"""wall.*: posts."""

import re
from typing import Annotated, Any, Literal

from msgspec import UNSET, Struct, UnsetType

from dvor.core import wall
from dvor.core.privacy import Owners, People, Person
from dvor.core.users import find_user_ids
from dvor.core.wall import PostPage
from dvor.dialects.vk.attachments import AttachmentObject, draw_attachments, read_attachments
from dvor.dialects.vk.group_objects import GroupObject, draw_groups
from dvor.dialects.vk.texts import draw_text
from dvor.dialects.vk.users import PROFILE_FIELDS, Flag, UserDrawing, UserObject
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.errors import AccessDenied, InvalidParameter, PostForbidden, UserNotFound
from dvor.model.ids import ItemId, OwnerId
from dvor.model.tokens import Scope
from dvor.model.wall import Post, WallFilter

BARE_LIST_BELOW = (5, 138)
"""Below this version wall.getById answers a bare list (OpenVK's own threshold; VK changed between 5.131 and 5.199)."""

_POST_KEY = re.compile(r"(?:wall)?(-?\d{1,10})_(\d{1,15})", re.ASCII)


class PostSource(Struct, frozen=True, omit_defaults=True):
    """How a post was made."""

    type: str
    platform: str | UnsetType = UNSET


class PostComments(Struct, frozen=True):
    """The comments under a post."""

    count: int
    can_post: int


class PostLikes(Struct, frozen=True):
    """The likes of a post, and the viewer's."""

    count: int
    user_likes: int
    can_like: int
    can_publish: int


class PostReposts(Struct, frozen=True):
    """The reposts of a post."""

    count: int
    user_reposted: int


class PostObject(Struct, frozen=True, omit_defaults=True):
    """A post."""

    id: int
    from_id: int
    owner_id: int
    date: int
    text: str
    attachments: list[AttachmentObject]
    comments: PostComments
    likes: PostLikes
    reposts: PostReposts
    post_source: PostSource
    post_type: str = ""
    can_edit: Flag | UnsetType = UNSET
    can_delete: Flag | UnsetType = UNSET
    can_pin: Flag | UnsetType = UNSET
    can_archive: Flag | UnsetType = UNSET
    is_archived: Flag | UnsetType = UNSET
    is_pinned: int | UnsetType = UNSET
    is_explicit: Flag | UnsetType = UNSET
    is_favorite: bool | UnsetType = UNSET
    friends_only: int | UnsetType = UNSET
    copy_history: list[dict[str, Any]] | UnsetType = UNSET
    post_id: int | UnsetType = UNSET
    type: str | UnsetType = UNSET
    source_id: int | UnsetType = UNSET
    inner_type: str | UnsetType = UNSET


class PostDrawing:
    """Draws the posts of one page for one call."""

    def __init__(self, call: Call, page: PostPage) -> None:
        self._call = call
        self._page = page

    def draw(self, post: Post, *, in_list: bool = False, **extra: Any) -> PostObject:
        """Return a post; `in_list` is how wall.get draws it, whose flags are numbers in OpenVK's form."""
        call = self._call
        drawn: dict[str, Any] = dict(extra)
        is_mine = bool(call.owner_id) and (
            call.owner_id == post.from_id or self._page.owners[post.owner_id].is_managed
        )
        if call.is_versioned:
            if is_mine:
                drawn["can_delete"] = 1
            drawn["is_favorite"] = False
            drawn["inner_type"] = "wall_wallpost"
        else:
            drawn.update(self._openvk_members(post, is_mine, as_number=in_list))
        if post.is_friends_only:
            drawn["friends_only"] = 1
        is_known = bool(call.user_id)
        return PostObject(
            id=post.id,
            from_id=post.from_id,
            owner_id=post.owner_id,
            date=post.created_at,
            text=draw_text(call, post.text),
            attachments=draw_attachments(call, self._page.attached, post.attachments),
            comments=PostComments(post.comments, 0),
            likes=PostLikes(
                post.likes, int(post.is_liked), int(is_known), int(is_known and not post.is_friends_only)
            ),
            reposts=PostReposts(post.reposts, 0),
            post_source=PostSource("api", post.platform) if post.platform else PostSource("vk"),
            post_type="post",
            **drawn,
        )

    def _openvk_members(self, post: Post, is_mine: bool, *, as_number: bool) -> dict[str, Any]:
        def flag(value: bool) -> Flag:
            return int(value) if as_number else value

        members: dict[str, Any] = {
            "copy_history": [],
            "can_edit": flag(False),
            "can_delete": flag(is_mine),
            "can_pin": flag(False),
            "can_archive": flag(False),
            "is_archived": flag(False),
            "is_pinned": 0,
            "is_explicit": flag(False),
        }
        return members if as_number else members | {"post_id": post.id}


def draw_profiles(call: Call, owners: Owners | People, fields: list[str]) -> list[UserObject]:
    """Return the people beside a list, by id."""
    drawing = UserDrawing(call, PROFILE_FIELDS.union(fields))
    return [drawing.draw(one) for _, one in sorted(owners.items()) if isinstance(one, Person)]


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
        super().__init__("filter", f"{value[:32]!r} is not all, owner or others")


class GetWall(Params):
    """Parameters of wall.get."""

    owner_id: Annotated[OwnerId, doc("Whose wall; 0 for the caller's own.")] = 0
    domain: Annotated[str, doc("The owner's screen name, instead of owner_id.", max_length=64)] = ""
    offset: Annotated[int, doc("How many posts to skip.", ge=0, le=2**31 - 1)] = 0
    count: Annotated[int, doc("How many posts to return; more than 100 gives 100.", ge=0, le=2**31 - 1)] = 20
    filter: Annotated[str, doc("`all`, `owner` (by the owner) or `others`.", max_length=32)] = "all"
    extended: Annotated[bool, doc("Give the authors in `profiles` and `groups` too.")] = False
    fields: Annotated[list[str], doc("Members of users.get for `profiles`.")] = []


@method("wall.get", errors={UserNotFound: 18, InvalidFilter: 100})
async def get(call: Call, params: GetWall) -> WallPage:
    """Returns the posts of a wall, newest first.

    VK: wall.get.
    """
    if params.filter not in ("all", "owner", "others"):
        raise InvalidFilter(params.filter)
    which: WallFilter = params.filter  # type: ignore[assignment]
    owner_id = params.owner_id
    if not owner_id and params.domain:
        found = await find_user_ids(call.tx, [params.domain])
        if not found:
            raise UserNotFound(params.domain)
        owner_id = found[0]
    page = await wall.list_wall(
        call.tx,
        call.user_id,
        owner_id or call.user_id,
        which,
        offset=params.offset,
        count=min(params.count, 100),
    )
    drawing = PostDrawing(call, page)
    items = [drawing.draw(post, in_list=True) for post in page.posts]
    if not params.extended:
        return WallPage(page.count, items)
    profiles = draw_profiles(call, page.owners, params.fields)
    return WallPage(page.count, items, profiles, draw_groups(call, page.owners, params.fields))


class GetPosts(Params):
    """Parameters of wall.getById."""

    posts: Annotated[list[str], doc("Up to 100 posts as OWNER_ID: `1_2,1_3`.", max_length=100)]
    extended: Annotated[bool, doc("Give the authors in `profiles` and `groups` too.")] = False
    copy_history_depth: Annotated[
        int, doc("How deep reposts are unfolded; there are none yet.", ge=0, le=100)
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
    drawing = PostDrawing(call, page)
    items = [drawing.draw(post) for post in page.posts]
    if params.extended:
        profiles = draw_profiles(call, page.owners, params.fields)
        return PostList(items, profiles, draw_groups(call, page.owners, params.fields))
    return items if call.version < BARE_LIST_BELOW else PostList(items)


class PostId(Struct, frozen=True):
    """The number of a new post on its wall."""

    post_id: int


class WritePost(Params):
    """Parameters of wall.post."""

    owner_id: Annotated[OwnerId, doc("On whose wall; 0 for the caller's own.")] = 0
    message: Annotated[str, doc("The words of the post, at most 16,384 characters.")] = ""
    attachments: Annotated[list[str], doc("Up to ten photos: `photo1_2,photo1_3`.")] = []
    from_group: Annotated[bool, doc("Let the community speak whose wall it is; its editors may.")] = False
    friends_only: Annotated[bool, doc("Let only friends see it; on one's own wall.")] = False
    services: Annotated[str, doc("Other networks to post to; there are none.")] = ""
    mute_notifications: Annotated[bool, doc("Tell nobody; posts are never announced.")] = False
    dont_parse_links: Annotated[bool, doc("Make no previews of links; none are made.")] = False


NOT_YET = (
    "signed",
    "publish_date",
    "lat",
    "long",
    "place_id",
    "post_id",
    "guid",
    "mark_as_ads",
    "close_comments",
    "donut_paid_duration",
    "copyright",
)


@method(
    "wall.post",
    scope=Scope.WALL,
    writes=True,
    not_yet=NOT_YET,
    errors={AccessDenied: 100, PostForbidden: 214},
)
async def post(call: Call, params: WritePost) -> PostId:
    """Writes a post.

    VK: wall.post.
    """
    number = await wall.write_post(
        call.tx,
        call.user_id,
        params.owner_id or call.user_id,
        params.message,
        read_attachments("attachments", params.attachments),
        platform=call.caller.platform,
        is_friends_only=params.friends_only,
        from_group=params.from_group and params.owner_id < 0,
        now=call.now,
    )
    return PostId(number)


class DeletePost(Params):
    """Parameters of wall.delete."""

    post_id: Annotated[ItemId, doc("The post's number on the wall.")]
    owner_id: Annotated[OwnerId, doc("On whose wall; 0 for the caller's own.")] = 0


@method("wall.delete", scope=Scope.WALL, writes=True, errors={AccessDenied: 210})
async def delete(call: Call, params: DeletePost) -> Literal[1]:
    """Deletes a post of the caller's, or on the caller's wall.

    VK: wall.delete.
    """
    await wall.delete_post(
        call.tx, call.user_id, params.owner_id or call.user_id, params.post_id, now=call.now
    )
    return 1
