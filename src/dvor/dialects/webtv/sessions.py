"""users.log_in and its companions: another server checks passwords and keeps sessions for its visitors.

Source: WS.WebTV's developers' pages users.log_in, users.log_in_check and users.revalidate_session.
"""

from typing import Annotated, Any

from dvor.core.accounts import log_in as check_log_in
from dvor.core.webtv_accounts import find_identity
from dvor.core.webtv_profiles import get_managed
from dvor.core.webtv_sessions import close_webtv_session, open_webtv_session, revalidate_session
from dvor.dialects.webtv.declaration import Call, NoVariables, action
from dvor.dialects.webtv.errors import ServerApiRefusal
from dvor.dialects.webtv.user_writing import Provider, read_identity
from dvor.methods.declaration import Params, doc
from dvor.model.accounts import fold_login
from dvor.model.errors import AccountClosed, UserNotFound, WrongCredentials, WrongFactor

MAX_ADDRESS_LENGTH = 100


class LogIn(Params):
    """Variables of users.log_in."""

    login: Annotated[str, doc("Login or e-mail address.", max_length=255)] = ""
    password: Annotated[str, doc("The password.", max_length=1024)] = ""
    code: Annotated[str, doc("The one-time code, of a user who needs one; Dvor's own.", max_length=50)] = ""
    ip: Annotated[
        str, doc("The person's address; by default the caller's.", max_length=MAX_ADDRESS_LENGTH)
    ] = ""
    ext_auth: Annotated[int, doc("1 for a user of an outside identity provider.", ge=0, le=1)] = 0
    ext_provider: Annotated[Provider, doc("Which provider.")] | None = None
    ext_user_id: Annotated[str, doc("Who he is there.", max_length=255)] = ""
    ext_token: Annotated[str, doc("Taken and not kept.")] = ""
    ext_secret: Annotated[str, doc("Taken and not kept.")] = ""


class LogInCheck(LogIn):
    """Variables of users.log_in_check."""

    ignore_concurrency: Annotated[
        int, doc("0 refuses a user who has a session with this credential.", ge=0, le=1)
    ] = 1


@action("users.log_in", "sessions", "write")
async def log_in(call: Call, params: LogIn) -> dict[str, Any]:
    """Checks a password and opens a session, in place of the one that the user has with this credential."""
    user_id = await _check(call, params)
    address = call.read_address(params.ip)[:MAX_ADDRESS_LENGTH]
    text = await open_webtv_session(call.courtyard, user_id, call.key_id, address)
    return {
        "ok": "User was logged in successfully",
        "id": str(user_id),
        "session_id": text,
        "session_time": str(call.now),
    }


@action("users.log_in_check", "sessions", "read")
async def log_in_check(call: Call, params: LogInCheck) -> dict[str, Any]:
    """Checks a password without opening a session."""
    user_id = await _check(call, params)
    async with call.courtyard.database.read() as tx:
        found = await get_managed(tx, user_id, call.key_id, call.now)
    if found.session is not None and not params.ignore_concurrency:
        raise ServerApiRefusal("logged_in_already")
    return {"ok": "User can be logged in", "id": str(user_id)}


async def _check(call: Call, params: LogIn) -> int:
    identity = read_identity(params)
    if identity is not None:
        try:
            async with call.courtyard.database.read() as tx:
                user_id = await find_identity(tx, identity)
                found = await get_managed(tx, user_id, call.key_id, call.now)
        except UserNotFound:
            raise ServerApiRefusal("unknown_identity") from None
        if found.user.deactivated:
            raise AccountClosed(found.user.deactivated)
        return user_id
    if not params.login:
        raise ServerApiRefusal("blank_login")
    folded = fold_login(params.login)
    call.failures.look(folded)
    try:
        return await check_log_in(call.courtyard, params.login, params.password, params.code.strip())
    except (WrongCredentials, WrongFactor):
        call.failures.check(folded)
        raise


@action("users.log_out", "sessions", "write", iq="User ID")
async def log_out(call: Call, params: NoVariables) -> dict[str, Any]:
    """Ends the session of a user with this credential."""
    if not await close_webtv_session(call.courtyard, call.read_user_id(), call.key_id):
        raise ServerApiRefusal("not_logged_in")
    return {"ok": "User was logged out successfully"}


class RevalidateSession(Params):
    """Variables of users.revalidate_session."""

    session_id: Annotated[str, doc("As log_in has given it.", max_length=255)] = ""
    ip: Annotated[
        str, doc("The person's address; by default the caller's.", max_length=MAX_ADDRESS_LENGTH)
    ] = ""


@action("users.revalidate_session", "sessions", "write", iq="User ID")
async def revalidate(call: Call, params: RevalidateSession) -> dict[str, Any]:
    """Keeps a session alive, which ends a day after it was last revalidated."""
    user_id = call.read_user_id()
    if not params.session_id.strip():
        raise ServerApiRefusal("blank_session")
    address = call.read_address(params.ip)[:MAX_ADDRESS_LENGTH]
    validity = await revalidate_session(
        call.courtyard, user_id, call.key_id, params.session_id.strip(), address
    )
    if validity != "good":
        raise ServerApiRefusal(f"session_{validity}")
    return {"ok": "User session was revalidated successfully"}
