"""friends.*: friends and requests."""

from typing import Annotated, Literal

from msgspec import UNSET, Struct, UnsetType

from dvor.core import friends
from dvor.core.friend_lists import load_lists_of
from dvor.core.privacy import People
from dvor.dialects.vk.user_objects import UserDrawing, UserObject
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.errors import (
    BlockedByThem,
    BlockedByYou,
    CannotFriendYourself,
    InvalidParameter,
    TooManyFriends,
    UserNotFound,
)
from dvor.model.friends import MAX_LISTS, Friend, FriendOrder, Friendship
from dvor.model.ids import UserId
from dvor.model.tokens import Scope


class FriendIds(Struct, frozen=True):
    """Friends as ids; `count` is how many there are in all."""

    count: int
    items: list[int]


class FriendList(Struct, frozen=True):
    """Friends as users; `count` is how many there are in all."""

    count: int
    items: list[UserObject]


class GetFriends(Params):
    """Parameters of friends.get."""

    user_id: Annotated[int, doc("Whose friends; 0 for the caller's own.", ge=0, le=1_999_999_999)] = 0
    order: Annotated[
        Literal["", "hints", "name", "random", "mobile", "smart"],
        doc("`name`: by name; `hints`: in the order in which they became friends; otherwise by id."),
    ] = ""
    count: Annotated[int, doc("How many: 5000, in OpenVK's form 100.", ge=0, le=10_000)] | None = None
    offset: Annotated[int, doc("How many to skip; in OpenVK's form a page number.", ge=0, le=2**31 - 1)] = 0
    fields: Annotated[
        list[str], doc("Members of users.get, and `lists` of one's own; with them users are returned.")
    ] = []
    list_id: Annotated[int, doc("Only those on this list of the caller's own.", ge=0, le=MAX_LISTS)] = 0
    ref: Annotated[str, doc("Where the caller came from; noted nowhere.", max_length=255)] = ""


@method("friends.get", scope=Scope.FRIENDS, errors={UserNotFound: 100})
async def get(call: Call, params: GetFriends) -> FriendIds | FriendList:
    """Returns a user's friends: ids or, with `fields` and always in OpenVK's form, users.

    VK: friends.get.
    """
    count = params.count if params.count is not None else 5000 if call.is_versioned else 100
    order: FriendOrder = "hints" if params.order == "hints" or not call.is_versioned else "id"
    if params.order == "name":
        order = "name"
    with_people = bool(params.fields) or not call.is_versioned
    page = await friends.list_friends(
        call.tx,
        call.user_id,
        params.user_id or call.user_id,
        order=order,
        offset=params.offset if call.is_versioned else params.offset * count,
        count=count,
        with_people=with_people,
        list_id=params.list_id,
    )
    if not with_people:
        return FriendIds(page.count, page.user_ids)
    drawing = UserDrawing(call, params.fields)
    if "lists" not in params.fields or params.user_id not in (0, call.user_id):
        return FriendList(page.count, [drawing.draw(page.people[one]) for one in page.user_ids])
    lists = await load_lists_of(call.tx, call.user_id, page.user_ids)
    drawn = [drawing.draw(page.people[one], lists=lists[one]) for one in page.user_ids]
    return FriendList(page.count, drawn)


class AddFriend(Params):
    """Parameters of friends.add."""

    user_id: Annotated[UserId, doc("Whom to ask, or whose request to accept.")]
    text: Annotated[str, doc("Words to go with the request.", max_length=500)] = ""
    follow: Annotated[bool, doc("Decline the other's request instead: he stays a follower.")] = False


@method(
    "friends.add",
    scope=Scope.FRIENDS,
    writes=True,
    is_repeatable=True,
    errors={
        CannotFriendYourself: 174,
        BlockedByThem: 175,
        BlockedByYou: 176,
        UserNotFound: 177,
        TooManyFriends: 242,
    },
)
async def add(call: Call, params: AddFriend) -> Literal[1, 2, 4]:
    """Sends a friend request (1, or 4 if it was sent before) or accepts one (2).

    VK: friends.add.  OpenVK answers 1 for a repeated request too.
    """
    if params.follow:
        await friends.decline_request(call.tx, call.user_id, params.user_id)
        return 1
    before = await friends.add_friend(call.tx, call.user_id, params.user_id, text=params.text, now=call.now)
    if before in (Friendship.FOLLOWED, Friendship.FRIENDS):
        return 2
    return 4 if before is Friendship.REQUESTED and call.is_versioned else 1


class Deletion(Struct, frozen=True, omit_defaults=True):
    """What was ended: one of the members is 1."""

    success: int
    friend_deleted: int | UnsetType = UNSET
    out_request_deleted: int | UnsetType = UNSET
    in_request_deleted: int | UnsetType = UNSET


class DeleteFriend(Params):
    """Parameters of friends.delete."""

    user_id: Annotated[UserId, doc("The friend, or the other side of the request.")]


@method("friends.delete", scope=Scope.FRIENDS, writes=True, aliases=("friends.remove",))
async def delete(call: Call, params: DeleteFriend) -> Deletion | Literal[1]:
    """Ends a friendship, takes a request back, or declines one.

    VK: friends.delete, which answers an object; OpenVK's answers 1.
    """
    before, _ = await friends.remove_friend(call.tx, call.user_id, params.user_id, now=call.now)
    if not call.is_versioned:
        return 1
    return Deletion(
        success=1,
        friend_deleted=1 if before is Friendship.FRIENDS else UNSET,
        out_request_deleted=1 if before is Friendship.REQUESTED else UNSET,
        in_request_deleted=1 if before is Friendship.FOLLOWED else UNSET,
    )


class Mutual(Struct, frozen=True):
    """Friends that both have."""

    count: int
    users: list[int]


class RequestObject(Struct, frozen=True, omit_defaults=True):
    """A request: who asked (under both of VK's names), his words, and the friends in common."""

    id: int
    user_id: int
    message: str | UnsetType = UNSET
    mutual: Mutual | UnsetType = UNSET


class RequestIds(Struct, frozen=True):
    """Requests as ids; `count` is how many there are in all."""

    count: int
    items: list[int]


class RequestList(Struct, frozen=True):
    """Requests as objects."""

    count: int
    items: list[RequestObject]


class GetRequests(Params):
    """Parameters of friends.getRequests."""

    offset: Annotated[int, doc("How many to skip; in OpenVK's form a page number.", ge=0, le=2**31 - 1)] = 0
    count: Annotated[int, doc("How many to return.", ge=0, le=1000)] = 100
    extended: Annotated[bool, doc("Give the words of each request.")] = False
    need_mutual: Annotated[bool, doc("Give the friends in common.")] = False
    out: Annotated[bool, doc("The caller's own requests instead of those to him.")] = False
    sort: Annotated[int, doc("0: newest first.  1 (by friends in common) is not done yet.", ge=0, le=0)] = 0
    need_viewed: Annotated[bool, doc("Those already declined (followers) too.")] = False
    suggested: Annotated[bool, doc("Suggestions of others; there are none.")] = False
    fields: Annotated[list[str], doc("Members of users.get; with them users are returned.")] = []
    ref: Annotated[str, doc("Where the caller came from; noted nowhere.", max_length=255)] = ""


@method("friends.getRequests", scope=Scope.FRIENDS)
async def get_requests(call: Call, params: GetRequests) -> RequestIds | RequestList | FriendList:
    """Returns the friend requests that wait for an answer, newest first.

    VK: friends.getRequests.  In OpenVK's form the items are users.
    """
    if params.count >= 1000 and not call.is_versioned:
        raise InvalidParameter("count", "at most 999")
    if params.suggested:
        return RequestIds(0, [])
    as_users = bool(params.fields) or not call.is_versioned
    page = await friends.list_requests(
        call.tx,
        call.user_id,
        is_outgoing=params.out,
        offset=params.offset if call.is_versioned else params.offset * params.count,
        count=params.count,
        with_seen=params.need_viewed,
        with_people=as_users,
    )
    if as_users:
        return FriendList(page.count, draw_people(call, page.requests, page.people, params.fields))
    if not params.extended and not params.need_mutual:
        return RequestIds(page.count, [row.friend_id for row in page.requests])
    ids = [row.friend_id for row in page.requests]
    mutual = await friends.list_mutual(call.tx, call.user_id, ids) if params.need_mutual else {}
    items = [
        RequestObject(
            id=row.friend_id,
            user_id=row.friend_id,
            message=row.text if params.extended and row.text else UNSET,
            mutual=Mutual(len(mutual[row.friend_id]), mutual[row.friend_id])
            if row.friend_id in mutual
            else UNSET,
        )
        for row in page.requests
    ]
    return RequestList(page.count, items)


def draw_people(call: Call, rows: list[Friend], people: People, fields: list[str]) -> list[UserObject]:
    """Return the other sides of requests as users, each with its id as `user_id` once more, as OpenVK does."""
    drawing = UserDrawing(call, fields)
    return [drawing.draw(people[row.friend_id], user_id=row.friend_id) for row in rows]
