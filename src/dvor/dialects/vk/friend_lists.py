"""friends.*: the lists into which the caller sorts his friends."""

from typing import Annotated, Literal

from msgspec import Struct

from dvor.core import friend_lists as lists
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.friends import MAX_LISTS
from dvor.model.ids import UserId
from dvor.model.tokens import Scope

ListId = Annotated[int, doc("The number of a list.", ge=1, le=MAX_LISTS)]


class ListObject(Struct, frozen=True):
    """A list of friends."""

    id: int
    name: str


class ListsOfFriends(Struct, frozen=True):
    """The caller's lists."""

    count: int
    items: list[ListObject]


class GetLists(Params):
    """Parameters of friends.getLists."""

    user_id: Annotated[
        int, doc("0 or the caller: another's lists are seen by nobody else.", ge=0, le=1_999_999_999)
    ] = 0
    return_system: Annotated[bool, doc("VK's own lists too; there are none here.")] = False


@method("friends.getLists", scope=Scope.FRIENDS)
async def get_lists(call: Call, params: GetLists) -> ListsOfFriends:
    """Returns the caller's lists of friends; of another person none.

    VK: friends.getLists.
    """
    is_own = params.user_id in (0, call.user_id)
    found = await lists.load_lists(call.tx, call.user_id) if is_own else []
    return ListsOfFriends(len(found), [ListObject(one.id, one.name) for one in found])


class ListNumber(Struct, frozen=True):
    """The number of a new list."""

    list_id: int


class AddList(Params):
    """Parameters of friends.addList."""

    name: Annotated[str, doc("Its name, 1 to 64 characters.")]
    user_ids: Annotated[list[UserId], doc("Who is on it; those who are no friends are left out.")] = []


@method("friends.addList", scope=Scope.FRIENDS, writes=True)
async def add_list(call: Call, params: AddList) -> ListNumber:
    """Makes a list of friends.

    VK: friends.addList; at most 24 lists.
    """
    return ListNumber(await lists.add_list(call.tx, call.user_id, params.name, params.user_ids))


class EditList(Params):
    """Parameters of friends.editList."""

    list_id: ListId
    name: Annotated[str, doc("Another name; empty leaves it.")] = ""
    user_ids: Annotated[list[UserId], doc("Who is on it from now on.")] = []
    add_user_ids: Annotated[list[UserId], doc("Who comes in addition.")] = []
    delete_user_ids: Annotated[list[UserId], doc("Who is on it no longer.")] = []


@method("friends.editList", scope=Scope.FRIENDS, writes=True, is_repeatable=True)
async def edit_list(call: Call, params: EditList) -> Literal[1]:
    """Changes a list of friends: its name, and who is on it.

    VK: friends.editList.
    """
    await lists.edit_list(
        call.tx,
        call.user_id,
        params.list_id,
        name=params.name,
        friend_ids=params.user_ids or None,
        added=params.add_user_ids,
        removed=params.delete_user_ids,
    )
    return 1


class DeleteList(Params):
    """Parameters of friends.deleteList."""

    list_id: ListId


@method("friends.deleteList", scope=Scope.FRIENDS, writes=True)
async def delete_list(call: Call, params: DeleteList) -> Literal[1]:
    """Removes a list; who was on it stays a friend.

    VK: friends.deleteList.
    """
    await lists.delete_list(call.tx, call.user_id, params.list_id)
    return 1


class EditFriend(Params):
    """Parameters of friends.edit."""

    user_id: Annotated[UserId, doc("The friend.")]
    list_ids: Annotated[list[ListId], doc("The lists that he is on from now on.", max_length=MAX_LISTS)] = []


@method("friends.edit", scope=Scope.FRIENDS, writes=True, is_repeatable=True)
async def edit_friend(call: Call, params: EditFriend) -> Literal[1]:
    """Says on which of the caller's lists a friend is.

    VK: friends.edit.
    """
    await lists.put_on_lists(call.tx, call.user_id, params.user_id, params.list_ids)
    return 1
