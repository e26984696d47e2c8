"""status.*, stats.*: the line below a name, and visits."""

from typing import Annotated, Literal

from msgspec import Struct

from dvor.core.groups import edit_group, get_managed_group
from dvor.core.privacy import Person, check_open, load_owner
from dvor.core.profiles import change_status
from dvor.dialects.vk.account import platform_number
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.groups import Role
from dvor.model.ids import MAX_USER_ID
from dvor.model.tokens import Scope


class StatusText(Struct, frozen=True):
    """The status of a person or a community."""

    text: str


class GetStatus(Params):
    """Parameters of status.get."""

    user_id: Annotated[
        int, doc("The person, or minus a community's id; 0: oneself.", ge=-MAX_USER_ID, le=MAX_USER_ID)
    ] = 0
    group_id: Annotated[int, doc("The community.", ge=0, le=MAX_USER_ID)] = 0


@method("status.get", scope=Scope.STATUS)
async def get(call: Call, params: GetStatus) -> StatusText:
    """Returns the status of a person or a community.

    VK: status.get.
    """
    owner = await load_owner(call.tx, call.user_id, -params.group_id or params.user_id or call.user_id)
    check_open(owner)
    return StatusText(owner.user.status if isinstance(owner, Person) else owner.group.status)


class SetStatus(Params):
    """Parameters of status.set."""

    text: Annotated[str, doc("The new words, at most 140 characters.")] = ""
    group_id: Annotated[int, doc("The community; 0: oneself.", ge=0, le=MAX_USER_ID)] = 0


@method("status.set", scope=Scope.STATUS, writes=True, is_repeatable=True)
async def set_(call: Call, params: SetStatus) -> Literal[1]:
    """Changes the status of the caller, or of a community that he administers.

    VK: status.set.
    """
    if params.group_id:
        await get_managed_group(call.tx, call.user_id, params.group_id, Role.ADMINISTRATOR)
        await edit_group(call.tx, call.user_id, params.group_id, {"status": params.text[:140]}, now=call.now)
    else:
        await change_status(call.tx, call.user_id, params.text, call.now)
    return 1


class TrackVisitor(Params):
    """Parameters of stats.trackVisitor."""

    type: Annotated[str, doc("What the visitor did; all is a visit.", max_length=64)] = "open"


@method("stats.trackVisitor")
async def track_visitor(call: Call, params: TrackVisitor) -> Literal[1]:
    """Notes that the caller is here.

    VK: stats.trackVisitor.
    """
    platform = platform_number(call.caller.platform)
    call.courtyard.touches.see_user(call.user_id, call.now, platform)
    return 1
