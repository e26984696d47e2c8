"""users.create_user_group and its companions: groups that another server sorts users into.

Source: WS.WebTV's developers' page users.create_user_group; the names of the others are ours.
"""

from typing import Annotated, Any

from dvor.core import user_groups as core
from dvor.dialects.webtv.declaration import Call, NoVariables, action
from dvor.dialects.webtv.errors import ServerApiRefusal
from dvor.dialects.webtv.paging import Page, list_answer
from dvor.methods.declaration import Params, doc
from dvor.model.errors import InvalidParameter, LoginTaken
from dvor.model.ids import MAX_NUMBER


@action("users.create_user_group", "user_groups", "write", iq="title")
async def create(call: Call, params: NoVariables) -> dict[str, Any]:
    """Makes a user group; no two have one title."""
    title, now = call.iq, call.now
    try:
        return {"id": await call.courtyard.database.write(lambda tx: core.create_user_group(tx, title, now))}
    except InvalidParameter:
        raise ServerApiRefusal("invalid_group_title") from None
    except LoginTaken:
        raise ServerApiRefusal("group_not_created") from None


@action("users.list_user_groups", "user_groups", "read")
async def list_(call: Call, params: Page) -> dict[str, Any]:
    """Lists the user groups, oldest first, with how many users each has."""
    async with call.courtyard.database.read() as tx:
        total, groups = await core.list_user_groups(tx, offset=params.offset, count=params.count)
    drawn = [{"id": str(one.id), "title": one.title, "total_users": str(one.members)} for one in groups]
    return list_answer(total, drawn)


class ModifyUserGroup(Params):
    """Variables of users.modify_user_group."""

    title: Annotated[str, doc("The new title.", max_length=1000)] = ""


@action("users.modify_user_group", "user_groups", "write", iq="User Group ID")
async def modify(call: Call, params: ModifyUserGroup) -> dict[str, Any]:
    """Gives a user group another title."""
    group_id = call.read_number("invalid_group_id")
    try:
        await call.courtyard.database.write(lambda tx: core.rename_user_group(tx, group_id, params.title))
    except InvalidParameter:
        raise ServerApiRefusal("invalid_group_title") from None
    except LoginTaken:
        raise ServerApiRefusal("group_title_taken") from None
    return {"ok": "User Group was modified successfully"}


@action("users.delete_user_group", "user_groups", "write", iq="User Group ID")
async def delete(call: Call, params: NoVariables) -> dict[str, Any]:
    """Deletes a user group; its users stay."""
    group_id = call.read_number("invalid_group_id")
    await call.courtyard.database.write(lambda tx: core.delete_user_group(tx, group_id))
    return {"ok": "User Group was deleted successfully"}


class OfUserGroup(Params):
    """Which user group."""

    id_user_group: Annotated[int, doc("The user group.", ge=1, le=MAX_NUMBER)]


@action("users.add_to_user_group", "user_groups", "write", iq="User ID")
async def add(call: Call, params: OfUserGroup) -> dict[str, Any]:
    """Puts a user into a user group, in which he may be already."""
    user_id, group_id = call.read_user_id(), params.id_user_group
    await call.courtyard.database.write(lambda tx: core.add_to_user_group(tx, group_id, user_id))
    return {"ok": "User was added to the User Group successfully"}


@action("users.remove_from_user_group", "user_groups", "write", iq="User ID")
async def remove(call: Call, params: OfUserGroup) -> dict[str, Any]:
    """Takes a user out of a user group."""
    user_id, group_id = call.read_user_id(), params.id_user_group
    if not await call.courtyard.database.write(lambda tx: core.remove_from_user_group(tx, group_id, user_id)):
        raise ServerApiRefusal("not_in_group")
    return {"ok": "User was removed from the User Group successfully"}
