"""Log-in and consent for programs that fill in VK's mobile pages themselves: vk's UserAPI, aiovk's ImplicitSession, vk-requests.

They know those pages by details: absolute addresses of forms, hidden fields `ip_h`, `lg_domain_h` and `to`, the cookie
`remixsid`, `__q_hash` in the address of the page of consent, a message in `service_msg_warning`.  A browser, which
asks for HTML, never sees these pages.  They are the password grant in another dress, and switched off with it.
"""

import html
from urllib.parse import urlencode

from starlette.requests import cookie_parser
from starlette.responses import Response

from dvor.core.accounts import log_in
from dvor.core.authorizations import answer_request, find_request
from dvor.core.courtyard import Courtyard
from dvor.core.groups import get_managed_group
from dvor.core.sessions import close_session, find_session, open_session
from dvor.methods.http import PRIVATE, Asked, redirect
from dvor.methods.limits import Limiter
from dvor.model.accounts import fold_login
from dvor.model.apps import App
from dvor.model.authorizations import REQUEST_SECONDS, AuthorizationRequest, read_group_ids
from dvor.model.errors import FactorRequired, RequestExpired, WrongCredentials, WrongFactor
from dvor.model.groups import Role

LOG_IN = "/authorize/log_in"
ALLOW = "/authorize/allow"
COOKIE = "remixsid"
FAILURE_SECONDS = 300
POLICY = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
WORDS = {
    "wrong": "The login or the password is wrong.",
    "factor": "This account needs a one-time code: get the token at /token, with the parameter code.",
}


class FilledForms:
    """The two pages, and what their forms are sent to."""

    def __init__(self, courtyard: Courtyard) -> None:
        self._courtyard = courtyard
        self._by_address = Limiter(courtyard.settings.log_in_limit, 60)
        self._failures = Limiter(courtyard.settings.log_in_failures, FAILURE_SECONDS)

    def suits(self, asked: Asked, app: App, response_type: str) -> bool:
        """Say whether it is a program that asks, for a token, and may take passwords."""
        is_program = app.is_public and "text/html" not in asked.header(b"accept")
        return is_program and response_type == "token" and self._courtyard.settings.password_grant

    async def begin(self, asked: Asked, request_id: str) -> Response:
        """Answer the first question: the page of consent for who has logged in before, else the page of log-in."""
        if await self._find_person(asked) is not None:
            return self._draw_consent(request_id)
        return self._draw_log_in(request_id)

    async def show(self, asked: Asked) -> Response | None:
        """Show the page that an earlier form has led to; None if the address leads to none."""
        failure = asked.query.get("failure", "")
        request_id = asked.query.get("request" if failure else "__q_hash", "")
        if not request_id:
            return None
        await self._find_request(request_id)
        if failure:
            return self._draw_log_in(request_id, WORDS.get(failure, WORDS["wrong"]))
        return await self.begin(asked, request_id)

    async def log_in(self, asked: Asked) -> Response:
        """Take login (`email`) and password (`pass`); lead to the page of consent, or back with what is wrong."""
        request_id = asked.query.get("request", "")
        await self._find_request(request_id)
        login, password = asked.form.get("email", ""), asked.form.get("pass", "")
        self._by_address.check(asked.address)
        folded = fold_login(login)
        self._failures.look(folded)
        try:
            user_id = await log_in(self._courtyard, login, password)
        except FactorRequired:
            return self._lead(request_id, "factor")
        except (WrongCredentials, WrongFactor):
            self._failures.check(folded)
            return self._lead(request_id, "wrong")
        session = await open_session(
            self._courtyard,
            user_id,
            agent=asked.header(b"user-agent"),
            address=asked.address,
            seconds=REQUEST_SECONDS,
        )
        response = self._lead(request_id)
        self._put_cookie(response, session, REQUEST_SECONDS)
        return response

    async def allow(self, asked: Asked) -> Response:
        """Take the consent of the person whom the cookie names; the session ends with it."""
        request_id = asked.query.get("request", "")
        session = await self._find_person(asked)
        if session is None:
            raise RequestExpired
        request = await self._find_request(request_id)
        user_id, since = session
        async with self._courtyard.database.read() as tx:
            for group_id in read_group_ids(request.parameters):
                await get_managed_group(tx, user_id, group_id, Role.ADMINISTRATOR)
        path = await answer_request(
            self._courtyard,
            request_id,
            "allowed",
            user_id=user_id,
            granted=request.scope,
            authenticated_at=since,
        )
        await close_session(self._courtyard, _read_cookie(asked))
        response = redirect(path)
        self._put_cookie(response, "", 0)
        return response

    async def _find_request(self, request_id: str) -> AuthorizationRequest:
        """Return a request that these pages are for; `RequestExpired`."""
        async with self._courtyard.database.read() as tx:
            request = await find_request(tx, request_id, self._courtyard.now)
        if not request.parameters.get("is_filled"):
            raise RequestExpired
        return request

    async def _find_person(self, asked: Asked) -> tuple[int, int] | None:
        async with self._courtyard.database.read() as tx:
            found = await find_session(tx, _read_cookie(asked), self._courtyard.now)
        return (found[1].id, found[0].created_at) if found else None

    def _put_cookie(self, response: Response, text: str, seconds: int) -> None:
        is_secure = self._courtyard.public_url.startswith("https:")
        response.set_cookie(
            COOKIE,
            text,
            max_age=seconds,
            path="/authorize",
            secure=is_secure,
            httponly=True,
            samesite="strict",
        )

    def _lead(self, request_id: str, failure: str = "") -> Response:
        query = {"request": request_id, "failure": failure} if failure else {"__q_hash": request_id}
        return redirect(f"{self._courtyard.public_url}/authorize?{urlencode(query)}")

    def _draw_log_in(self, request_id: str, warning: str = "") -> Response:
        hidden = "".join(
            f'<input type="hidden" name="{name}" value="{value}">'
            for name, value in (("ip_h", "1"), ("lg_domain_h", "1"), ("to", "1"))
        )
        told = f'<div class="service_msg service_msg_warning">{html.escape(warning)}</div>' if warning else ""
        fields = '<input type="text" name="email"><input type="password" name="pass">'
        return self._draw(LOG_IN, request_id, told, hidden + fields)

    def _draw_consent(self, request_id: str) -> Response:
        return self._draw(ALLOW, request_id, "", "")

    def _draw(self, path: str, request_id: str, told: str, fields: str) -> Response:
        action = html.escape(f"{self._courtyard.public_url}{path}?{urlencode({'request': request_id})}")
        content = (
            f'<!doctype html><html><head><meta charset="utf-8"><title>Dvor</title></head><body>{told}'
            f'<form method="post" action="{action}">{fields}<input type="submit" value="OK"></form></body></html>'
        )
        headers = {**PRIVATE, "content-security-policy": POLICY}
        return Response(content, 200, headers, "text/html; charset=utf-8")


def _read_cookie(asked: Asked) -> str:
    return cookie_parser(asked.header(b"cookie")).get(COOKIE, "")
