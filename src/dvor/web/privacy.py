"""`/settings/privacy`: who may see and do what, and the blacklist."""

import msgspec
from starlette.responses import Response

from dvor.core.privacy import block, list_blocked, load_people, unblock
from dvor.core.users import find_user_ids
from dvor.methods.http import redirect
from dvor.model.errors import InvalidParameter, UserNotFound
from dvor.model.users import personal_data
from dvor.store.database import Transaction
from dvor.web.pages import View
from dvor.web.profile import ACCESSES, describe_problem, read_number, save

PAGE = 50
NOBODY = "There is no such person to put on the blacklist."


async def show(view: View) -> Response:
    """Show who may see and do what, or store it."""
    assert view.user is not None
    shown, problem = personal_data(view.user), ""
    if view.is_sent:
        numbers = {name: read_number(view.form.get(name, "")) for name in ("wall_access", "message_access")}
        shown = msgspec.structs.replace(shown, is_closed="is_closed" in view.form, **numbers)
        try:
            await save(view, shown)
            return redirect("/settings/privacy?saved")
        except InvalidParameter as refusal:
            problem = describe_problem(view, refusal)
    values = {name: getattr(shown, name) for name in ("is_closed", "wall_access", "message_access")}
    return await _draw(view, values, problem=problem)


async def _draw(
    view: View, shown: dict[str, object], *, problem: str = "", blocked_problem: str = ""
) -> Response:
    assert view.user is not None
    offset = min(max(read_number(view.asked.query.get("offset", "0")), 0), 10**6)
    async with view.courtyard.database.read() as tx:
        total, ids, people = await list_blocked(tx, view.user.id, offset=offset, count=PAGE)
    return view.render(
        "privacy.html",
        400 if problem or blocked_problem else 200,
        shown=shown,
        problem=problem,
        blocked_problem=blocked_problem,
        is_saved="saved" in view.asked.query and not problem,
        accesses=ACCESSES.items(),
        blocked=[people[one].user for one in ids if one in people],
        next_offset=offset + PAGE if total > offset + PAGE else 0,
    )


async def show_blocking(view: View) -> Response:
    """Put a person on the blacklist; a friendship ends by that."""
    assert view.user is not None
    user_id, now = view.user.id, view.courtyard.now
    if not view.is_sent:
        return redirect("/settings/privacy")

    async def write(tx: Transaction) -> None:
        found = await find_user_ids(tx, [view.form.get("name", "").strip().lstrip("@")])
        if not found or found[0] == user_id or found[0] not in await load_people(tx, user_id, found):
            raise UserNotFound("")
        await block(tx, user_id, found[0], now)

    try:
        await view.courtyard.database.write(write)
    except UserNotFound:
        shown = personal_data(view.user)
        values = {name: getattr(shown, name) for name in ("is_closed", "wall_access", "message_access")}
        return await _draw(view, values, blocked_problem=view.translate(NOBODY))
    return redirect("/settings/privacy?saved")


async def show_unblocking(view: View) -> Response:
    """Take a person off the blacklist."""
    assert view.user is not None
    user_id, blocked_id = view.user.id, read_number(view.form.get("user_id", ""))
    if view.is_sent and blocked_id > 0:
        await view.courtyard.database.write(lambda tx: unblock(tx, user_id, blocked_id))
    return redirect("/settings/privacy?saved")
