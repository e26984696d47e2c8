"""users.*: reading users, listing them, and finding them by what they log in with."""

from typing import Annotated, Any, Literal

from msgspec import field

from dvor.core.webtv_profiles import find_by_login, get_managed, list_managed
from dvor.dialects.webtv.declaration import Call, NoVariables, action
from dvor.dialects.webtv.errors import ServerApiRefusal
from dvor.dialects.webtv.paging import Page, list_answer
from dvor.dialects.webtv.user_objects import draw_user
from dvor.methods.declaration import doc
from dvor.model.errors import UserNotFound
from dvor.model.ids import MAX_NUMBER
from dvor.model.webtv_profiles import UserFilter

STATUSES = {"any": (0, 2), "0": (0, 0), "1": (1, 1), "2": (2, 2), "11": (1, 1), "12": (0, 2)}
SESSIONS: dict[str, Literal["active", "inactive"]] = {"11": "active", "12": "inactive"}


@action("users.get", "users", "read", iq="User ID")
async def get(call: Call, params: NoVariables) -> dict[str, Any]:
    """Tells everything of a user."""
    user_id = call.read_user_id()
    async with call.courtyard.database.read() as tx:
        found = await get_managed(tx, user_id, call.key_id, call.now)
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


class ListUsers(Page):
    """Variables of users.list."""

    fields: Annotated[
        list[str], doc("Which fields to tell; all without it or with `*`. `password` is always empty.")
    ] = []
    status: Annotated[
        Literal["any", "0", "1", "2", "11", "12"],
        doc("0 inactive, 1 active, 2 to be verified, 11 logged in by this credential, 12 not logged in."),
    ] = field(default="any", name="statusFilter")
    access_level: Annotated[
        Literal["any", "0", "1", "2", "3", "4", "5"], doc("Only users of this access level.")
    ] = field(default="any", name="accessLevelFilter")
    group: Annotated[int, doc("Only users of this user group.", ge=0, le=MAX_NUMBER)] = field(
        default=0, name="userGroupFilter"
    )
    search: Annotated[
        str, doc("Beginnings of words of the name or alias, or exactly a login or e-mail.", max_length=200)
    ] = ""
    sort: Annotated[
        Literal["id", "login", "name", "surname", "reg_timestamp", "last_login"], doc("By what to sort.")
    ] = field(default="id", name="sortByFilter")
    direction: Annotated[Literal["asc", "desc"], doc("Which way to sort.")] = field(
        default="asc", name="sortDirection"
    )


@action("users.list", "users", "read")
async def list_(call: Call, params: ListUsers) -> dict[str, Any]:
    """Lists users, with filters, search, sorting and pages."""
    statuses = STATUSES[params.status]
    levels = (0, 5) if params.access_level == "any" else (int(params.access_level),) * 2
    wanted = UserFilter(
        least_status=statuses[0],
        most_status=statuses[1],
        least_level=levels[0],
        most_level=levels[1],
        session=SESSIONS.get(params.status, "any"),
        sort=params.sort,
        is_rising=params.direction == "asc",
    )
    async with call.courtyard.database.read() as tx:
        total, users = await list_managed(
            tx,
            wanted,
            search=params.search,
            group_id=params.group or None,
            key_id=call.key_id,
            now=call.now,
            offset=params.offset,
            count=params.count,
        )
    drawn = [
        draw_user(call.courtyard, one, shows_secrets=call.shows_secrets, is_listed=True) for one in users
    ]
    if params.fields and "*" not in params.fields:
        drawn = [{name: one[name] for name in params.fields if name in one} for one in drawn]
    return list_answer(total, drawn)
