"""What every page shares: who looks at it, its templates and words, its headers, and the check of its forms.

A form carries a token signed for the visitor's own cookie, so that no other site can send it (CSRF).
"""

import secrets
import tomllib
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from http.cookies import CookieError, SimpleCookie
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import structlog
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from dvor.core.courtyard import Courtyard
from dvor.core.sessions import find_session, see_session
from dvor.methods.http import Asked, ClientGone, read_asked, redirect
from dvor.methods.http import page as problem_page
from dvor.model.errors import Refusal
from dvor.model.sessions import SESSION_SECONDS, Session
from dvor.model.users import User
from dvor.web.static_files import static_address
from dvor.web.uploads import read_upload

if TYPE_CHECKING:
    from jinja2 import Environment

POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
FORM_POLICY = f"{POLICY}; form-action 'self'"
SCRIPT_POLICY = "; script-src 'self'"
"""Added where passkeys are asked for: the one script, a static file."""
HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
FORM_PURPOSE = "form"
OTHER_LANGUAGES = {"en": "ru", "ru": "en"}
YEAR = 365 * 86400
MAX_NEXT = 4000
"""Characters of a path to go on to; the address of something to share may stand in it."""

_log = structlog.get_logger("dvor.web")


class FormRefused(Refusal):
    """What a person has filled in cannot be taken; `detail` says why, in words of `russian.toml`."""


@cache
def templates() -> "Environment":
    """Return the templates of the pages."""
    from jinja2 import (  # their memory only where pages are looked at
        Environment,
        FunctionLoader,
        select_autoescape,
    )

    folder = files("dvor.web") / "templates"
    environment = Environment(
        loader=FunctionLoader(lambda name: (folder / name).read_text(encoding="utf-8")),
        autoescape=select_autoescape(disabled_extensions=("txt",), default=True),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["static"] = static_address
    return environment


@cache
def russian_words() -> dict[str, str]:
    """Return the Russian of every English text of the pages."""
    return tomllib.loads((files("dvor.web") / "russian.toml").read_text(encoding="utf-8"))


def read_language(asked: Asked, chosen: str = "") -> str:
    """Return the language to speak: `lang` of the address, or what was chosen before, or what the browser wants.

    That is `ru` if it wants Russian before English, else `en`.
    """
    for name in (asked.query.get("lang"), chosen):
        if name in OTHER_LANGUAGES:
            return name
    wanted = asked.header(b"accept-language").lower()
    places = {name: wanted.find(name) for name in ("ru", "en")}
    return "ru" if places["ru"] >= 0 and (places["en"] < 0 or places["ru"] < places["en"]) else "en"


@dataclass(slots=True)
class View:
    """One look at a page, or one form sent from it: the community, the request, and who is logged in, if anybody."""

    courtyard: Courtyard
    asked: Asked
    cookies: dict[str, str]
    session: Session | None
    user: User | None
    language: str
    file: bytes = b""
    """What a form with a file has brought."""

    @property
    def form(self) -> dict[str, str]:
        """The fields of the form."""
        return dict(self.asked.form)

    @property
    def is_sent(self) -> bool:
        """Whether a form was sent."""
        return self.asked.method == "POST"

    @property
    def path_parameters(self) -> dict[str, Any]:
        """The parts of the path that the route names."""
        return dict(self.asked.scope.get("path_params", {}))

    def name_cookie(self, name: str) -> str:
        """Return a cookie's name, bound to this host alone where the pages are reached by https."""
        return f"__Host-{name}" if self.courtyard.public_url.startswith("https:") else name

    @property
    def session_text(self) -> str:
        """The secret in the session's cookie."""
        return self.cookies.get(self.name_cookie("dvor_session"), "")

    def put_cookie(self, response: Response, name: str, value: str, seconds: int) -> None:
        """Give the browser a cookie that only the server reads."""
        is_secure = self.courtyard.public_url.startswith("https:")
        response.set_cookie(
            self.name_cookie(name), value, max_age=seconds, secure=is_secure, httponly=True, samesite="lax"
        )

    def put_session(self, response: Response, text: str) -> None:
        """Log the browser in with the secret of a new session."""
        self.put_cookie(response, "dvor_session", text, SESSION_SECONDS)

    def drop_session(self, response: Response) -> None:
        """Take the session's cookie back."""
        self.put_cookie(response, "dvor_session", "", 0)

    def sign_form(self, visit: str = "") -> str:
        """Return the token for this visitor's forms."""
        own = (
            self.session_text if self.user else visit or self.cookies.get(self.name_cookie("dvor_visit"), "")
        )
        signature = self.courtyard.master_key.sign(FORM_PURPOSE, f"{bool(self.user)}{own}".encode())
        return urlsafe_b64encode(signature).decode() if own else ""

    def check_form(self) -> None:
        """Refuse a form that this visitor's page did not send."""
        expected = self.sign_form()
        if not expected or not secrets.compare_digest(expected.encode(), self.form.get("csrf", "").encode()):
            raise FormRefused("This form is too old or comes from another site. Open the page again.")

    def translate(self, text: str) -> str:
        """Return a text in the visitor's language."""
        return russian_words().get(text, text) if self.language == "ru" else text

    def write_text(self, template: str, **values: Any) -> str:
        """Return a letter in the visitor's language."""
        return templates().get_template(template).render(_=self.translate, **values)

    def render(
        self, template: str, status: int = 200, *, policy: str = FORM_POLICY, **values: Any
    ) -> Response:
        """Return a page; a visitor without a session gets a cookie that his forms are signed for."""
        visit, other = "", OTHER_LANGUAGES[self.language]
        if self.user is None and not self.cookies.get(self.name_cookie("dvor_visit")):
            visit = secrets.token_urlsafe(16)
        page = (
            templates()
            .get_template(template)
            .render(
                _=self.translate,
                language=self.language,
                other_language=other,
                other_address=f"{self.asked.scope['path']}?{urlencode({**self.asked.query, 'lang': other})}",
                user=self.user,
                csrf=self.sign_form(visit),
                path=self.asked.scope["path"],
                **values,
            )
        )
        response = HTMLResponse(page, status, headers={**HEADERS, "content-security-policy": policy})
        if visit:
            self.put_cookie(response, "dvor_visit", visit, SESSION_SECONDS)
        if self.asked.query.get("lang") in OTHER_LANGUAGES:
            self.put_cookie(response, "dvor_lang", self.language, YEAR)
        return response

    def ask_to_log_in(self, target: str = "", login: str = "") -> Response:
        """Send the visitor to the page of log-in, where a login may stand filled in, and back here (or elsewhere) then."""
        query = {"next": target or self.asked.scope["path"]} | ({"login": login} if login else {})
        return redirect(f"/login?{urlencode(query)}")


Show = Callable[[View], Awaitable[Response]]


class Page:
    """The application of one page: finds out who looks, checks a form that is sent, and shows what is refused."""

    def __init__(
        self, courtyard: Courtyard, show: Show, *, needs_user: bool = True, takes_file: bool = False
    ) -> None:
        self._courtyard = courtyard
        self._takes_file = takes_file
        self._show = show
        self._needs_user = needs_user

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            settings, file = self._courtyard.settings, b""
            if self._takes_file:
                asked, file = await read_upload(scope, receive, settings.upload_limit)
            else:
                asked = await read_asked(scope, receive, settings.form_limit)
            view = await self._look(asked)
            view.file = file
        except ClientGone:
            return
        except Refusal as refusal:
            await problem_page("This request cannot be read", refusal.detail)(scope, receive, send)
            return
        await (await self._respond(view))(scope, receive, send)

    async def _look(self, asked: Asked) -> View:
        cookies = read_cookies(asked)
        view = View(self._courtyard, asked, cookies, None, None, "en")
        view.language = read_language(asked, cookies.get(view.name_cookie("dvor_lang"), ""))
        if view.session_text:
            async with self._courtyard.database.read() as tx:
                found = await find_session(tx, view.session_text, self._courtyard.now)
            if found is not None:
                view.session, view.user = found
                see_session(self._courtyard, view.session)
        return view

    async def _respond(self, view: View) -> Response:
        if view.asked.method not in ("GET", "HEAD", "POST"):
            return view.render("problem.html", 405, text=view.translate("This page cannot be used that way."))
        if self._needs_user and view.user is None:
            return view.ask_to_log_in()
        try:
            if view.is_sent:
                view.check_form()
            return await self._show(view)
        except FormRefused as refusal:
            return view.render("problem.html", 403, text=view.translate(refusal.detail))
        except Refusal as refusal:
            return view.render("problem.html", 400, text=refusal.detail)
        except Exception:
            _log.exception("a page failed", path=view.asked.scope["path"][:200])
            return view.render("problem.html", 500, text=view.translate("Something went wrong here."))


def read_cookies(asked: Asked) -> dict[str, str]:
    """Return the cookies of a request; none of them if they cannot be read."""
    try:
        return {name: found.value for name, found in SimpleCookie(asked.header(b"cookie")).items()}
    except CookieError:
        return {}


def read_next(text: str) -> str:
    """Return the path to go to after a log-in; only one of this server's own, or else the front page."""
    is_own = text.startswith("/") and not text.startswith(("//", "/\\"))
    return text if is_own and text.isprintable() and text.isascii() and len(text) < MAX_NEXT else "/"
