"""likes.*: likes of posts and photos."""

from typing import Annotated

from msgspec import Struct

from dvor.core import likes
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.errors import InvalidParameter, NotImplementedYet
from dvor.model.ids import ItemId, OwnerId
from dvor.model.likes import LikeKind
from dvor.model.tokens import Scope

TYPES_TO_COME = frozenset(
    {
        "comment",
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
"""What VK and OpenVK let people like beyond posts and photos."""


class LikeCount(Struct, frozen=True):
    """How many likes an item has."""

    likes: int


class Liked(Struct, frozen=True):
    """Whether a user likes an item, and whether he reposted it (reposts: not yet)."""

    liked: int
    copied: int


class LikeItem(Params):
    """Parameters of likes.add and likes.delete."""

    type: Annotated[str, doc("`post` or `photo`.", max_length=32)]
    item_id: Annotated[ItemId, doc("The number of the item.")]
    owner_id: Annotated[OwnerId, doc("Whose item; 0 for the caller's own.")] = 0
    access_key: Annotated[str, doc("The access key of a hidden item; not needed.", max_length=255)] = ""


def read_kind(name: str) -> LikeKind:
    """Return what is to be liked; VK's other types are honestly not done yet."""
    if name in TYPES_TO_COME:
        raise NotImplementedYet(f"likes of type {name}")
    if name not in ("post", "photo"):
        raise InvalidParameter("type", "incorrect type")
    return "post" if name == "post" else "photo"


@method("likes.add", scope=Scope.WALL, writes=True, is_repeatable=True, not_yet=("from_group",))
async def add(call: Call, params: LikeItem) -> LikeCount:
    """Likes an item, once, and returns how many likes it has.

    VK: likes.add.
    """
    owner_id, kind = params.owner_id or call.user_id, read_kind(params.type)
    return LikeCount(
        await likes.add_like(call.tx, call.user_id, kind, owner_id, params.item_id, now=call.now)
    )


@method("likes.delete", scope=Scope.WALL, writes=True, is_repeatable=True, aliases=("likes.remove",))
async def delete(call: Call, params: LikeItem) -> LikeCount:
    """Takes a like back, if there is one, and returns how many likes the item has.

    VK: likes.delete.
    """
    owner_id, kind = params.owner_id or call.user_id, read_kind(params.type)
    return LikeCount(await likes.remove_like(call.tx, call.user_id, kind, owner_id, params.item_id))


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
