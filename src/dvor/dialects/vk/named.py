"""OpenVK's own browser flow: `/authorize?client_name=…`, for clients that are registered nowhere.

A setting switches it on, for the person alone stands between his account and whoever asks.  Source: OpenVK cff21778.
"""

from urllib.parse import urlsplit

from starlette.responses import Response

from dvor.core.courtyard import Courtyard
from dvor.core.named_clients import (
    MAX_NAME_LENGTH,
    NamedRequest,
    begin_named_request,
    take_named_answer,
)
from dvor.methods import http
from dvor.methods.http import Door, Doors, redirect
from dvor.model.apps import check_uri
from dvor.model.authorizations import answer_address
from dvor.model.errors import InvalidParameter, Refusal, RequestExpired

CONTINUE = "/authorize/named/continue"
BLANK = "about:blank"
RESPONSE_TYPES = ("php", "token")
DENIED: dict[str, str | int] = {
    "error": "access_denied",
    "error_reason": "user_denied",
    "error_description": "User denied your request",
}


def refuse_on_page(refusal: Refusal) -> Response:
    """Tell the person: nobody can be sent back."""
    if isinstance(refusal, RequestExpired):
        return http.page("This log-in is over", "Go back to the program and begin again.")
    return http.page("This log-in cannot begin", refusal.detail)


class NamedEndpoint:
    """The way to the page that asks the person, and back."""

    def __init__(self, courtyard: Courtyard) -> None:
        self._courtyard = courtyard

    async def authorize(self, asked: http.Asked) -> Response:
        """Check what a client asks for and send the person to the page that warns him."""
        texts = asked.texts
        name, uri = texts.get("client_name", "").strip(), texts.get("redirect_uri", "")
        kind = texts.get("response_type", "php")
        if not 1 <= len(name) <= MAX_NAME_LENGTH or not name.isprintable():
            raise InvalidParameter("client_name", f"1 to {MAX_NAME_LENGTH} characters")
        if kind not in RESPONSE_TYPES:
            raise InvalidParameter("response_type", "php or token")
        if uri != BLANK:
            check_uri("redirect_uri", uri, schemes=("http", "https"))
        request = NamedRequest(name, uri, kind, CONTINUE)
        return redirect(f"/authorize/named/{await begin_named_request(self._courtyard, request)}")

    async def go_on(self, asked: http.Asked) -> Response:
        """Take the person's answer to the client."""
        answer = await take_named_answer(self._courtyard, asked.query.get("ticket", ""))
        request = answer.request
        told: dict[str, str | int] = DENIED
        if answer.token:
            told = {
                "access_token": answer.token,
                "expires_in": self._courtyard.settings.token_lifetime,
                "user_id": answer.user_id,
                "is_stale": 0,
            }
        in_fragment = request.response_type == "token" or urlsplit(request.redirect_uri).scheme == "about"
        return redirect(answer_address(request.redirect_uri, told, in_fragment=in_fragment))


def doors(courtyard: Courtyard) -> Doors:
    """Return the door where the flow goes on; it begins at `/authorize`."""
    endpoint, limit = NamedEndpoint(courtyard), courtyard.settings.form_limit
    return {CONTINUE: Door(endpoint.go_on, refuse_on_page, limit=limit, methods=("GET",))}
