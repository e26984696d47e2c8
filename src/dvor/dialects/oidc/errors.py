"""The errors of OAuth 2.0 and OpenID Connect, in JSON for servers and on a page for people."""

from starlette.responses import Response

from dvor.methods import http
from dvor.methods.http import json_answer, redirect
from dvor.model.authorizations import answer_address
from dvor.model.errors import (
    AppNotFound,
    CodeInvalid,
    InvalidParameter,
    RedirectMismatch,
    Refusal,
    RequestExpired,
    TooManyCalls,
    VerifierMismatch,
    WrongAppSecret,
)


class OidcRefusal(Refusal):
    """An error by its name in the standards."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.status = status


class SendBack(Refusal):
    """An error that the app is told through its redirect address."""

    def __init__(self, uri: str, error: str, description: str, extra: dict[str, str]) -> None:
        super().__init__(description)
        self.error = error
        answer: dict[str, str | int] = {"error": error, "error_description": description, **extra}
        self.address = answer_address(uri, answer)


def refuse_app(refusal: Refusal) -> Response:
    """Write a refusal for an app's server (RFC 6749, 5.2)."""
    error, description, status = "invalid_request", refusal.detail, 400
    if isinstance(refusal, OidcRefusal):
        error, status = refusal.error, refusal.status
    elif isinstance(refusal, TooManyCalls):
        error, description, status = "slow_down", "too many requests, try again in a minute", 429
    elif isinstance(refusal, AppNotFound | WrongAppSecret):
        error, description, status = "invalid_client", "the client cannot prove who it is", 401
    elif isinstance(refusal, CodeInvalid):
        error = "invalid_scope" if refusal.detail else "invalid_grant"
        description = refusal.detail or "it is unknown, expired, used before or of another client"
    elif isinstance(refusal, RedirectMismatch):
        error, description = "invalid_grant", "redirect_uri is not the one the code was asked for with"
    elif isinstance(refusal, VerifierMismatch):
        error, description = "invalid_grant", "code_verifier does not fit the code_challenge"
    headers = {"www-authenticate": 'Basic realm="Dvor"'} if status == 401 else None
    return json_answer({"error": error, "error_description": _legal(description)}, status, headers)


def refuse_person(refusal: Refusal) -> Response:
    """Send the error back where that is safe, else tell the person."""
    if isinstance(refusal, SendBack):
        return redirect(refusal.address)
    if isinstance(refusal, AppNotFound):
        return http.page("This app is not known here", "client_id names no app of this server.")
    if isinstance(refusal, RedirectMismatch):
        return http.page(
            "You are not sent on",
            "The app asked to send you to an address that its owner has not registered (redirect_uri).",
        )
    if isinstance(refusal, RequestExpired):
        return http.page("This log-in is over", "Go back to the site and begin again.")
    if isinstance(refusal, OidcRefusal | InvalidParameter):
        return http.page("This log-in cannot begin", refusal.detail)
    return http.page("This log-in cannot begin", "The request is not understood.")


def refuse_bearer(refusal: Refusal) -> Response:
    """Write a refusal of a token (RFC 6750, 3.1)."""
    if not isinstance(refusal, OidcRefusal):
        refusal = OidcRefusal("invalid_request", refusal.detail)
    description = _legal(refusal.detail)
    challenge = f'Bearer realm="Dvor", error="{refusal.error}", error_description="{description}"'
    body = {"error": refusal.error, "error_description": description}
    return json_answer(body, refusal.status, {"www-authenticate": challenge})


def _legal(description: str) -> str:
    """Return a description in the characters that the standard allows in one (RFC 6749, 5.2)."""
    return "".join(c if " " <= c <= "~" and c not in '"\\' else "?" for c in description)
