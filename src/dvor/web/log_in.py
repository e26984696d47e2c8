"""`/login` and `/logout`: a browser comes in and goes out, by itself or because an app asks."""

from starlette.responses import Response

from dvor.core.accounts import log_in
from dvor.core.apps import find_app
from dvor.core.authorizations import answer_request, find_request
from dvor.core.courtyard import Courtyard
from dvor.core.passkeys import are_passkeys_possible, log_in_with_passkey, offer_log_in
from dvor.core.sessions import close_session, open_session
from dvor.methods.http import redirect
from dvor.methods.limits import Limiter
from dvor.model.accounts import fold_login
from dvor.model.authorizations import LOG_OUT
from dvor.model.errors import (
    AccountClosed,
    AppNotFound,
    FactorRequired,
    PasskeyRefused,
    Refusal,
    RequestExpired,
    TooManyCalls,
    WrongCredentials,
    WrongFactor,
)
from dvor.model.letters import MAX_ADDRESS_LENGTH
from dvor.web.pages import FORM_POLICY, POLICY, SCRIPT_POLICY, View, read_next

FAILURE_SECONDS = 300
WORDS: dict[type[Refusal], str] = {
    WrongCredentials: "Login or password is wrong.",
    WrongFactor: "The one-time code is wrong or used up.",
    AccountClosed: "This account is closed.",
    PasskeyRefused: "This passkey is not known here, or its answer came too late.",
    TooManyCalls: "Too many attempts. Try again in a few minutes.",
}


class LogIn:
    """The page of log-in; guesses are slowed down by address and by login."""

    def __init__(self, courtyard: Courtyard) -> None:
        self._courtyard = courtyard
        self._by_address = Limiter(courtyard.settings.log_in_limit, 60)
        self._failures = Limiter(courtyard.settings.log_in_failures, FAILURE_SECONDS)

    async def show(self, view: View) -> Response:
        """Show the form, or log the browser in and send it where it wanted to go."""
        target = read_next(view.asked.query.get("next", "") or view.form.get("next", ""))
        if not view.is_sent:
            return self._form(view, target, login=view.asked.query.get("login", "")[:MAX_ADDRESS_LENGTH])
        login, password, code = (view.form.get(name, "") for name in ("login", "password", "code"))
        try:
            user_id = await self._check(view, login, password, code.strip())
        except FactorRequired:
            return self._form(view, target, login=login, needs_code=True)
        except (WrongCredentials, WrongFactor, AccountClosed, TooManyCalls) as refusal:
            needs_code = isinstance(refusal, WrongFactor)
            status = 429 if isinstance(refusal, TooManyCalls) else 403
            return self._form(view, target, status, login, WORDS[type(refusal)], needs_code=needs_code)
        return await log_browser_in(view, user_id, target)

    async def show_passkey(self, view: View) -> Response:
        """Log the browser in by a passkey, which stands for password and code together."""
        target = read_next(view.form.get("next", ""))
        if not view.is_sent:
            return redirect("/login")
        try:
            self._by_address.check(view.asked.address)
            user_id = await log_in_with_passkey(self._courtyard, view.form.get("credential", ""))
        except (PasskeyRefused, AccountClosed, TooManyCalls) as refusal:
            status = 429 if isinstance(refusal, TooManyCalls) else 403
            return self._form(view, target, status, problem=WORDS[type(refusal)])
        return await log_browser_in(view, user_id, target)

    async def _check(self, view: View, login: str, password: str, code: str) -> int:
        if not login or not password:
            raise WrongCredentials
        folded = fold_login(login)
        self._by_address.check(view.asked.address)
        self._failures.look(folded)
        try:
            return await log_in(self._courtyard, login, password, code)
        except (WrongCredentials, WrongFactor):
            self._failures.check(folded)
            raise

    @staticmethod
    def _form(
        view: View,
        target: str,
        status: int = 200,
        login: str = "",
        problem: str = "",
        *,
        needs_code: bool = False,
    ) -> Response:
        # a browser holds form-action against every redirect that follows, and consent leads to the app
        courtyard = view.courtyard
        options = offer_log_in(courtyard) if are_passkeys_possible(courtyard) else ""
        policy = POLICY if target.startswith("/consent/") else FORM_POLICY
        return view.render(
            "login.html",
            status,
            policy=policy + (SCRIPT_POLICY if options else ""),
            passkey_options=options,
            next=target,
            login=login,
            problem=view.translate(problem) if problem else "",
            needs_code=needs_code,
            may_sign_up=view.courtyard.settings.sign_up != "closed",
        )


async def log_browser_in(view: View, user_id: int, target: str) -> Response:
    """Give the browser a new session in place of any that it has, and send it on."""
    text = await open_session(
        view.courtyard, user_id, agent=view.asked.header(b"user-agent"), address=view.asked.address
    )
    if view.session_text:
        await close_session(view.courtyard, view.session_text)
    response = redirect(target)
    view.put_session(response, text)
    return response


async def show_logout(view: View) -> Response:
    """Log the browser out; a link alone does nothing."""
    if not view.is_sent:
        return view.render("logout.html")
    await close_session(view.courtyard, view.session_text)
    response = redirect(read_next(view.form.get("next", "")))
    view.drop_session(response)
    return response


async def show_logout_for_app(view: View) -> Response:
    """Ask whether the browser shall be logged out as well, for an app that its person has left, and send him on."""
    request_id, courtyard = view.path_parameters["request_id"], view.courtyard
    try:
        async with courtyard.database.read() as tx:
            request = await find_request(tx, request_id, courtyard.now)
            app = await find_app(tx, request.app_id)
        if request.protocol != LOG_OUT:
            raise RequestExpired
        if view.user is not None and not view.is_sent:
            # no form-action: a browser holds it against the redirect to the app as well
            return view.render("logout.html", policy=POLICY, app=app)
        response = redirect(await answer_request(courtyard, request_id, "left"))
    except (RequestExpired, AppNotFound):
        return view.render("problem.html", 410, text=view.translate("This was answered already."))
    if view.user is not None and view.form.get("decision") != "stay":
        await close_session(courtyard, view.session_text)
        view.drop_session(response)
    return response
