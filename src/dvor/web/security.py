"""`/settings/security` and what hangs on it: the password, one-time codes, sessions, and the account's end."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from starlette.responses import Response

from dvor.core.accounts import (
    change_password,
    check_new_password,
    check_password,
    confirm_totp,
    describe_seed,
    draw_seed,
    get_account,
    has_second_factor,
    switch_off_totp,
)
from dvor.core.courtyard import Courtyard
from dvor.core.deletion import delete_person
from dvor.core.passkeys import (
    add_passkey,
    are_passkeys_possible,
    list_passkeys,
    offer_passkey,
    remove_passkey,
)
from dvor.core.secrets import hash_secret
from dvor.core.sessions import list_sessions, revoke_session
from dvor.methods.http import redirect
from dvor.methods.limits import Limiter
from dvor.model.errors import (
    InvalidParameter,
    PasskeyRefused,
    Refusal,
    TooManyCalls,
    WrongCredentials,
    WrongFactor,
)
from dvor.web.log_in import log_browser_in
from dvor.web.pages import FORM_POLICY, SCRIPT_POLICY, View

FAILURES, FAILURE_SECONDS = 10, 300
PROBLEMS: dict[type[Refusal], str] = {
    WrongCredentials: "The password is wrong.",
    WrongFactor: "The code is wrong.",
    PasskeyRefused: "This passkey is not known here, or its answer came too late.",
    InvalidParameter: "The new password needs at least 8 characters.",
    TooManyCalls: "Too many attempts. Try again in a few minutes.",
}
EXPECTED = (WrongCredentials, WrongFactor, InvalidParameter, TooManyCalls, PasskeyRefused)


class SecurityPages:
    """The pages on how a person logs in; each change asks for the password, and wrong ones are counted."""

    def __init__(self, courtyard: Courtyard) -> None:
        self._courtyard = courtyard
        self._failures = Limiter(FAILURES, FAILURE_SECONDS)

    async def check_password(self, view: View) -> int:
        """Return the user's id if the form holds the password."""
        assert view.user is not None
        key = str(view.user.id)
        self._failures.look(key)
        try:
            await check_password(self._courtyard, view.user.id, view.form.get("password", ""))
        except WrongCredentials:
            self._failures.check(key)
            raise
        return view.user.id

    async def show(self, view: View, refusal: Refusal | None = None) -> Response:
        """Show all of it."""
        assert view.user is not None
        async with self._courtyard.database.read() as tx:
            account = await get_account(tx, view.user.id)
            sessions = await list_sessions(tx, view.user.id, self._courtyard.now)
            passkeys = await list_passkeys(tx, view.user.id)
            options = ""
            if are_passkeys_possible(self._courtyard):
                options = await offer_passkey(self._courtyard, tx, view.user, account.login)
        own = hash_secret(view.session_text)
        rows = [
            {
                "name": one.session_hash.hex(),
                "agent": describe_agent(one.agent),
                "address": one.address,
                "since": tell_time(one.created_at),
                "seen": tell_time(one.used_at),
                "is_own": one.session_hash == own,
            }
            for one in reversed(sessions)
        ]
        return self._render(
            view,
            "security.html",
            refusal,
            account=account,
            sessions=rows,
            passkeys=[
                {"id": one.credential_id.hex(), "name": one.name, "since": tell_time(one.created_at)}
                for one in passkeys
            ],
            passkey_options=options,
            policy=FORM_POLICY + SCRIPT_POLICY,
            is_saved="saved" in view.asked.query and refusal is None,
        )

    @staticmethod
    def _render(view: View, template: str, refusal: Refusal | None, **values: Any) -> Response:
        status = 200 if refusal is None else 429 if isinstance(refusal, TooManyCalls) else 403
        problem = "" if refusal is None else view.translate(PROBLEMS[type(refusal)])
        return view.render(template, status, problem=problem, **values)

    async def show_password(self, view: View) -> Response:
        """Set a new password; this browser alone stays logged in, with a new session."""
        if not view.is_sent:
            return redirect("/settings/security")
        try:
            user_id = await self.check_password(view)
            check_new_password(view.form.get("new_password", ""))
        except EXPECTED as refusal:
            return await self.show(view, refusal)
        await change_password(self._courtyard, user_id, view.form["new_password"])
        return await log_browser_in(view, user_id, "/settings/security?saved")

    async def show_sessions(self, view: View) -> Response:
        """Log another browser out."""
        assert view.user is not None
        user_id, session_hash = view.user.id, read_hex(view.form.get("session", ""))
        if view.is_sent:
            await self._courtyard.database.write(lambda tx: revoke_session(tx, user_id, session_hash))
        return redirect("/settings/security?saved")

    async def show_passkeys(self, view: View) -> Response:
        """Keep a passkey that the browser has made; the password is asked for as well."""
        if not view.is_sent:
            return redirect("/settings/security")
        try:
            user_id = await self.check_password(view)
            form = view.form
            await add_passkey(self._courtyard, user_id, form.get("credential", ""), form.get("name", ""))
        except EXPECTED as refusal:
            return await self.show(view, refusal)
        return redirect("/settings/security?saved")

    async def show_passkey_removal(self, view: View) -> Response:
        """Forget a passkey."""
        assert view.user is not None
        user_id, credential_id = view.user.id, read_hex(view.form.get("passkey", ""))
        if view.is_sent:
            await self._courtyard.database.write(lambda tx: remove_passkey(tx, user_id, credential_id))
        return redirect("/settings/security?saved")

    async def show_totp(self, view: View) -> Response:
        """Switch one-time codes on, with a QR code, or off."""
        assert view.user is not None
        async with self._courtyard.database.read() as tx:
            account, is_on = await get_account(tx, view.user.id), await has_second_factor(tx, view.user.id)
        seed, problem = (view.form.get("seed", "") if view.is_sent else "") or draw_seed(), None
        if view.is_sent:
            try:
                user_id = await self.check_password(view)
                if is_on:
                    await switch_off_totp(self._courtyard, user_id)
                    return redirect("/settings/security?saved")
                self._failures.look(str(user_id))
                factor = await confirm_totp(self._courtyard, user_id, seed, view.form.get("code", ""))
                return view.render("backup_codes.html", codes=factor.backup_codes)
            except EXPECTED as refusal:
                problem = refusal
        host = urlsplit(self._courtyard.public_url).netloc
        import segno  # its tables only where somebody sets up one-time codes

        code = segno.make(describe_seed(seed, account.login, host), error="m")
        picture = code.svg_inline(scale=5, dark="#000", light="#fff", svgclass=None, lineclass=None)
        return self._render(view, "totp.html", problem, is_on=is_on, seed=seed, picture=picture)

    async def show_delete(self, view: View) -> Response:
        """Delete the account, for good."""
        if not view.is_sent:
            return view.render("delete.html")
        try:
            user_id = await self.check_password(view)
        except EXPECTED as refusal:
            return self._render(view, "delete.html", refusal)
        await self._courtyard.database.write(lambda tx: delete_person(tx, user_id))
        view.user = view.session = None
        response = view.render(
            "notice.html", title=view.translate("The account is deleted."), text=view.translate("Goodbye.")
        )
        view.drop_session(response)
        return response


def read_hex(text: str) -> bytes:
    """Return the bytes that a form names in hexadecimal digits; none for anything else."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def tell_time(at: int) -> str:
    """Return a Unix time as date and time in UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M")


def describe_agent(agent: str) -> str:
    """Return the browser and the system that a User-Agent names, or its beginning."""
    browser = next(
        (name for name in ("Firefox", "Edg", "OPR", "Chrome", "Safari") if f"{name}/" in agent), ""
    )
    system = next(
        (name for name in ("Android", "iPhone", "iPad", "Windows", "Mac OS X", "Linux") if name in agent), ""
    )
    words = {"Edg": "Edge", "OPR": "Opera"}.get(browser, browser)
    return f"{words}, {system}" if words and system else agent[:60]
