"""utils.*: small services of the server."""

from typing import Annotated

from msgspec import Struct

from dvor.core.groups import find_groups
from dvor.core.users import find_user_ids, get_people
from dvor.methods.declaration import Call, Params, doc, method


class NoParams(Params):
    """A method without parameters."""


@method("utils.getServerTime", needs_user=False)
async def get_server_time(call: Call, params: NoParams) -> int:
    """Returns the Unix time of the server in seconds.

    VK: utils.getServerTime.
    """
    return call.now


class ResolvedName(Struct, frozen=True):
    """What a screen name stands for."""

    object_id: int
    type: str


class ResolveScreenName(Params):
    """Parameters of utils.resolveScreenName."""

    screen_name: Annotated[str, doc("A screen name, `id1`, `club1`.", min_length=1, max_length=64)]


@method("utils.resolveScreenName", needs_user=False, for_groups=True)
async def resolve_screen_name(call: Call, params: ResolveScreenName) -> ResolvedName | list[ResolvedName]:
    """Says which person or community has a screen name; an empty list for nobody.

    VK: utils.resolveScreenName.
    """
    name = params.screen_name.strip().lower()
    if not name.isdecimal():
        if found := await find_user_ids(call.tx, [name]):
            people = (await get_people(call.tx, 0, [str(found[0])]))[1]
            return ResolvedName(found[0], "user") if people else []
        if groups := (await find_groups(call.tx, call.owner_id, [name]))[1]:
            return ResolvedName(next(iter(groups)), "group")
    return []
