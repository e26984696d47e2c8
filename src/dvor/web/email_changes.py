"""`/settings/email` and `/email/confirm`: another e-mail address, confirmed at both."""

from collections.abc import Awaitable, Callable

from starlette.responses import Response

from dvor.core.accounts import get_account
from dvor.core.courtyard import Courtyard
from dvor.core.email_changes import confirm_email_change, find_email_change, request_email_change
from dvor.methods.http import redirect
from dvor.methods.limits import Limiter
from dvor.model.errors import (
    InvalidParameter,
    LinkInvalid,
    Refusal,
    TooManyCalls,
    WrongCredentials,
    WrongFactor,
)
from dvor.web.pages import View
from dvor.web.sign_up import LETTER_SECONDS, LETTERS, write_letter

CheckPassword = Callable[[View], Awaitable[int]]
ShowSecurity = Callable[[View, Refusal | None], Awaitable[Response]]
PROBLEM = "This link was used already or is too old. Ask for a new one."


class EmailPages:
    """The pages of another address; the password is asked for, and letters are counted."""

    def __init__(
        self, courtyard: Courtyard, check_password: CheckPassword, show_security: ShowSecurity
    ) -> None:
        self._courtyard = courtyard
        self._check_password = check_password
        self._show_security = show_security
        self._letters = Limiter(LETTERS, LETTER_SECONDS)

    async def show(self, view: View) -> Response:
        """Send the letters."""
        if not view.is_sent:
            return redirect("/settings/security")
        new = view.form.get("email", "")
        try:
            user_id = await self._check_password(view)
            self._letters.check(str(user_id))
            async with self._courtyard.database.read() as tx:
                old = (await get_account(tx, user_id)).login
            await request_email_change(
                self._courtyard,
                user_id,
                new,
                lambda secret: write_letter(view, "letter_email_new.txt", new, "/email/confirm", secret),
                lambda secret: write_letter(
                    view, "letter_email_old.txt", old, "/email/confirm", secret, email=new
                ),
            )
        except (WrongCredentials, WrongFactor, TooManyCalls) as refusal:
            return await self._show_security(view, refusal)
        except InvalidParameter:
            return view.render("problem.html", 400, text=view.translate("This is no other e-mail address."))
        return view.render(
            "notice.html",
            title=view.translate("Look in your mail"),
            text=view.translate(
                "Letters are on their way to both addresses. Open the link in each of them within a day."
            ),
        )

    async def show_confirm(self, view: View) -> Response:
        """Ask to confirm (mail programs open links by themselves), or note that this link was opened."""
        key = view.form.get("key", "") or view.asked.query.get("key", "")
        try:
            async with self._courtyard.database.read() as tx:
                email = await find_email_change(tx, key, self._courtyard.now)
            if not view.is_sent:
                return view.render("email_confirm.html", email=email, key=key)
            is_changed = await confirm_email_change(self._courtyard, key)
        except LinkInvalid:
            return view.render("problem.html", 410, text=view.translate(PROBLEM))
        done = view.translate("From now on you log in with this address:")
        wait = view.translate("Now open the link in the letter to the other address.")
        return view.render(
            "notice.html", title=view.translate("Confirmed."), text=f"{done} {email}" if is_changed else wait
        )
