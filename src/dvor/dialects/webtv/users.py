"""users.*: reading users, and finding them by what they log in with."""

from typing import Any

from dvor.core.webtv_profiles import find_by_login, get_managed
from dvor.dialects.webtv.declaration import Call, action
from dvor.dialects.webtv.errors import ServerApiRefusal
from dvor.dialects.webtv.user_objects import draw_user
from dvor.methods.declaration import Params
from dvor.model.errors import UserNotFound


class NoVariables(Params):
    """An action without variables of its own."""


@action("users.get", "users", "read", iq="User ID")
async def get(call: Call, params: NoVariables) -> dict[str, Any]:
    """Tells everything of a user."""
    user_id = call.read_user_id()
    async with call.courtyard.database.read() as tx:
        found = await get_managed(tx, user_id)
    return {"data": draw_user(call.courtyard, found, shows_secrets=call.shows_secrets)}


@action("users.get_id_from_email", "users", "read", iq="E-Mail")
async def get_id_from_email(call: Call, params: NoVariables) -> dict[str, Any]:
    """Finds a user by e-mail address."""
    return await _find_id(call, "email")


@action("users.get_id_from_login", "users", "read", iq="Login")
async def get_id_from_login(call: Call, params: NoVariables) -> dict[str, Any]:
    """Finds a user by what he logs in with."""
    return await _find_id(call, "login")


async def _find_id(call: Call, kind: str) -> dict[str, Any]:
    wanted = call.iq.strip()
    if not wanted:
        raise ServerApiRefusal(f"blank_{kind}")
    try:
        if kind == "email" and "@" not in wanted:
            raise UserNotFound(wanted)
        async with call.courtyard.database.read() as tx:
            return {"id": str(await find_by_login(tx, wanted))}
    except UserNotFound:
        raise ServerApiRefusal(f"{kind}_not_found") from None
