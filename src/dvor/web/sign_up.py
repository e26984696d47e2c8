"""`/signup` and `/reset`: a link by e-mail makes the account, or sets a new password."""

from urllib.parse import urlencode

from starlette.responses import Response

from dvor.core.courtyard import Courtyard
from dvor.core.letters import look_at_link
from dvor.core.sign_ups import SignUp, finish_sign_up, request_reset, request_sign_up, reset_password
from dvor.methods.limits import Limiter
from dvor.model.accounts import fold_login
from dvor.model.errors import (
    InvalidParameter,
    InviteInvalid,
    LinkInvalid,
    Refusal,
    SignUpClosed,
    TooManyCalls,
)
from dvor.model.letters import PASSWORD, SIGN_UP, Letter
from dvor.web.log_in import log_browser_in
from dvor.web.pages import FORM_POLICY, POLICY, View, read_next

LETTERS, LETTER_SECONDS = 5, 3600
"""So many letters go to one address in an hour."""
PROBLEMS: dict[type[Refusal], str] = {
    InviteInvalid: "This invite code is wrong, used up or expired.",
    LinkInvalid: "This link was used already or is too old. Ask for a new one.",
    SignUpClosed: "Nobody can sign up here.",
    TooManyCalls: "Too many attempts. Try again later.",
}
FIELD_PROBLEMS = {
    "first_name": "Write your first name, in at most 64 characters.",
    "last_name": "Write your last name, in at most 64 characters.",
    "email": "This is no e-mail address.",
    "password": "The password needs at least 8 characters, and may not be the e-mail address.",
}


def describe_problem(view: View, refusal: Refusal) -> str:
    """Return a refusal in words for the person."""
    if isinstance(refusal, InvalidParameter):
        return view.translate(FIELD_PROBLEMS[refusal.name])
    return view.translate(PROBLEMS[type(refusal)])


class SignUpPages:
    """The pages of signing up and of a forgotten password; letters are counted by address and by visitor."""

    def __init__(self, courtyard: Courtyard) -> None:
        self._courtyard = courtyard
        self._by_address = Limiter(courtyard.settings.log_in_limit, 60)
        self._letters = Limiter(LETTERS, LETTER_SECONDS)

    def _count(self, view: View, email: str) -> None:
        self._by_address.check(view.asked.address)
        self._letters.check(fold_login(email)[:300])

    async def show(self, view: View) -> Response:
        """Show the form, or send the letter with the link."""
        target = read_next(view.asked.query.get("next", "") or view.form.get("next", ""))
        invite = view.asked.query.get("invite", "")
        names = ("first_name", "last_name", "email", "password", "invite")
        wanted = SignUp(
            **({name: view.form.get(name, "") for name in names} | ({"invite": invite} if invite else {}))
        )
        mode, problem = self._courtyard.settings.sign_up, ""
        if view.is_sent:
            try:
                self._count(view, wanted.email)
                await request_sign_up(
                    self._courtyard,
                    wanted,
                    lambda secret: write_letter(
                        view, "letter_sign_up.txt", wanted.email, "/signup/confirm", secret, target
                    ),
                )
                return self._look_in_your_mail(view)
            except (InvalidParameter, InviteInvalid, SignUpClosed, TooManyCalls) as refusal:
                problem, status = describe_problem(view, refusal), _status(refusal)
        return view.render(
            "sign_up.html",
            status if problem else 200,
            shown=wanted,
            problem=problem,
            next=target,
            is_closed=mode == "closed",
            needs_invite=mode == "invite",
        )

    async def show_confirm(self, view: View) -> Response:
        """Ask to confirm (mail programs open links by themselves), or make the account and log in."""
        key = view.form.get("key", "") or view.asked.query.get("key", "")
        target = read_next(view.form.get("next", "") or view.asked.query.get("next", ""))
        try:
            if view.is_sent:
                user_id = await finish_sign_up(self._courtyard, key)
                return await log_browser_in(view, user_id, target)
            async with self._courtyard.database.read() as tx:
                link = await look_at_link(tx, SIGN_UP, key, self._courtyard.now)
        except (LinkInvalid, SignUpClosed, InviteInvalid) as refusal:
            return view.render("problem.html", 410, text=describe_problem(view, refusal))
        policy = POLICY if target.startswith("/consent/") else FORM_POLICY
        return view.render(
            "sign_up_confirm.html", policy=policy, login=link.body["login"], key=key, next=target
        )

    async def show_reset(self, view: View) -> Response:
        """Ask for the address, or send the letter with the link."""
        email, problem, status = view.form.get("email", ""), "", 200
        if view.is_sent:
            try:
                self._count(view, email)
                await request_reset(
                    self._courtyard,
                    email,
                    lambda secret: write_letter(view, "letter_reset.txt", email, "/reset/new", secret),
                )
                return self._look_in_your_mail(view)
            except (InvalidParameter, TooManyCalls) as refusal:
                problem, status = describe_problem(view, refusal), _status(refusal)
        return view.render("reset.html", status, email=email, problem=problem)

    async def show_reset_new(self, view: View) -> Response:
        """Ask for the new password, or set it."""
        key, problem = view.form.get("key", "") or view.asked.query.get("key", ""), ""
        try:
            async with self._courtyard.database.read() as tx:
                await look_at_link(tx, PASSWORD, key, self._courtyard.now)
            if view.is_sent:
                await reset_password(self._courtyard, key, view.form.get("password", ""))
                return view.render(
                    "notice.html",
                    title=view.translate("Saved."),
                    text=view.translate("Log in with the new password."),
                    link="/login",
                    link_words=view.translate("Log in"),
                )
        except InvalidParameter as refusal:
            problem = describe_problem(view, refusal)
        except LinkInvalid as refusal:
            return view.render("problem.html", 410, text=describe_problem(view, refusal))
        return view.render("reset_new.html", 400 if problem else 200, key=key, problem=problem)

    @staticmethod
    def _look_in_your_mail(view: View) -> Response:
        return view.render(
            "notice.html",
            title=view.translate("Look in your mail"),
            text=view.translate(
                "If the address is right, a letter is on its way to it. Open the link in it."
            ),
        )


def _status(refusal: Refusal) -> int:
    return 429 if isinstance(refusal, TooManyCalls) else 400


def write_letter(
    view: View, template: str, to: str, path: str, secret: str, target: str = "/", **values: str
) -> Letter:
    """Write a letter in the visitor's language; its addresses begin with the server's own, whatever Host was asked."""
    query = {"key": secret} | ({"next": target} if target != "/" else {})
    site = view.courtyard.public_url
    link = f"{site}{path}?{urlencode(query)}" if secret else ""
    subject, _, text = view.write_text(template, site=site, link=link, **values).partition("\n")
    return Letter(fold_login(to), subject, text.strip() + "\n")
