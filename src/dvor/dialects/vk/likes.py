"""likes.*: likes of posts, photos and comments."""

from typing import Annotated, Literal

from msgspec import Struct

from dvor.core import likes
from dvor.core.privacy import Person
from dvor.dialects.vk.user_objects import UserDrawing, UserObject
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.errors import InvalidParameter, NotImplementedYet
from dvor.model.friends import Friendship
from dvor.model.ids import ItemId, OwnerId
from dvor.model.likes import LikeKind
from dvor.model.tokens import Scope

TYPES_TO_COME = frozenset(
    {
        "audio",
        "video",
        "note",
        "market",
        "photo_comment",
        "video_comment",
        "topic_comment",
        "market_comment",
    }
    | {"sitepage", "textpost", "story"}
)
"""What VK and OpenVK let people like beyond posts, photos and comments."""


class LikeCount(Struct, frozen=True):
    """How many likes an item has."""

    likes: int


class Liked(Struct, frozen=True):
    """Whether a user likes an item, and whether he reposted it (reposts: not yet)."""

    liked: int
    copied: int


class LikeItem(Params):
    """Parameters of likes.add and likes.delete."""

    type: Annotated[str, doc("`post`, `photo` or `comment`.", max_length=32)]
    item_id: Annotated[ItemId, doc("The number of the item.")]
    owner_id: Annotated[OwnerId, doc("Whose item; 0 for the caller's own.")] = 0
    access_key: Annotated[str, doc("The key of a photo that is not shown to everybody.", max_length=255)] = ""


def read_kind(name: str) -> LikeKind:
    """Return what is to be liked; VK's other types are honestly not done yet."""
    if name in TYPES_TO_COME:
        raise NotImplementedYet(f"likes of type {name}")
    kinds: dict[str, LikeKind] = {"post": "post", "photo": "photo", "comment": "comment"}
    if name not in kinds:
        raise InvalidParameter("type", "incorrect type")
    return kinds[name]


@method("likes.add", scope=Scope.WALL, writes=True, is_repeatable=True, not_yet=("from_group",))
async def add(call: Call, params: LikeItem) -> LikeCount:
    """Likes an item, once, and returns how many likes it has.

    VK: likes.add.
    """
    owner_id, kind = params.owner_id or call.user_id, read_kind(params.type)
    return LikeCount(
        await likes.add_like(
            call.tx, call.user_id, kind, owner_id, params.item_id, access_key=params.access_key, now=call.now
        )
    )


@method(
    "likes.delete",
    scope=Scope.WALL,
    writes=True,
    is_repeatable=True,
    aliases=("likes.remove",),
    not_yet=("from_group",),
)
async def delete(call: Call, params: LikeItem) -> LikeCount:
    """Takes a like back, if there is one, and returns how many likes the item has.

    VK: likes.delete.
    """
    owner_id, kind = params.owner_id or call.user_id, read_kind(params.type)
    return LikeCount(
        await likes.remove_like(
            call.tx, call.user_id, kind, owner_id, params.item_id, access_key=params.access_key, now=call.now
        )
    )


class IsLiked(LikeItem):
    """Parameters of likes.isLiked."""

    user_id: Annotated[int, doc("Whose like; 0 for the caller's.", ge=0, le=1_999_999_999)] = 0


@method("likes.isLiked")
async def is_liked(call: Call, params: IsLiked) -> Liked:
    """Says whether a user likes an item.

    VK: likes.isLiked.
    """
    owner_id, kind = params.owner_id or call.user_id, read_kind(params.type)
    user_id = params.user_id or call.user_id
    return Liked(int(await likes.is_liked(call.tx, call.user_id, user_id, kind, owner_id, params.item_id)), 0)


class GetLikes(LikeItem):
    """Parameters of likes.getList."""

    filter: Annotated[
        Literal["", "likes", "copies"], doc("`likes`, or `copies`: who has repeated the post.")
    ] = "likes"
    friends_only: Annotated[int, doc("1: only the caller's friends.", ge=0, le=3)] = 0
    extended: Annotated[bool, doc("Give people instead of ids.")] = False
    offset: Annotated[int, doc("How many to skip.", ge=0, le=2**31 - 1)] = 0
    count: Annotated[int, doc("How many to return; in OpenVK's form 10.", ge=0, le=1000)] | None = None
    skip_own: Annotated[bool, doc("Leave the caller out.")] = False
    fields: Annotated[list[str], doc("Members of users.get.")] = []


class FanIds(Struct, frozen=True):
    """Who likes an item, as ids; `count` is how many there are in all."""

    count: int
    items: list[int]


class FanList(Struct, frozen=True):
    """Who likes an item; `count` is how many there are in all."""

    count: int
    items: list[UserObject]


@method("likes.getList", not_yet=("page_url",))
async def get_list(call: Call, params: GetLikes) -> FanIds | FanList:
    """Returns who likes an item, or has repeated a post, the latest first.

    VK: likes.getList.
    """
    owner_id, kind = params.owner_id or call.user_id, read_kind(params.type)
    count = params.count if params.count is not None else 100 if call.is_versioned else 10
    list_people = likes.list_copiers if params.filter == "copies" else likes.list_fans
    total, fans, owners = await list_people(
        call.tx, call.user_id, kind, owner_id, params.item_id, offset=params.offset, count=count
    )
    people = [owner for fan in fans if isinstance(owner := owners.get(fan), Person)]
    if params.friends_only:
        people = [one for one in people if one.relation.friendship is Friendship.FRIENDS]
    if params.skip_own:
        people = [one for one in people if not one.is_self]
    if not params.extended:
        return FanIds(total, [one.user.id for one in people])
    drawing = UserDrawing(call, params.fields)
    return FanList(total, [drawing.draw(one) for one in people])
