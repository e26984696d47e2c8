"""What every protocol can be asked, and what those on OAuth have in common."""

import hmac
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from msgspec import Struct

from dvor_connect import errors
from dvor_connect.exchange import Request, Steps, ask, read_object
from dvor_connect.networks import Network
from dvor_connect.people import Tokens, read_number, read_text
from dvor_connect.tickets import Ticket


class App(Struct, frozen=True, kw_only=True):
    """What a site is to a network: its id and its secret there (for WS.WebTV the Key ID and the shared secret)."""

    network: Network
    id: str = ""
    secret: str = ""

    def __repr__(self) -> str:
        return f"App(network={self.network.key!r}, id={self.id!r})"


class LoginAnswer(Struct, frozen=True, kw_only=True):
    """What came back with the browser, and the log-in it belongs to."""

    parameters: Mapping[str, str]
    ticket: Ticket
    redirect_uri: str


def extend(address: str, parameters: Mapping[str, str]) -> str:
    """Return an address with further parameters, after those it has."""
    parts = urlsplit(address)
    query = [*parse_qsl(parts.query, keep_blank_values=True), *parameters.items()]
    return urlunsplit(parts._replace(query=urlencode(query)))


class Protocol:
    """The steps of one network.  What a network has not is `NotOffered`."""

    def __init__(self, app: App, clock: Callable[[], int]) -> None:
        self.app, self.network, self.clock = app, app.network, clock
        self.key = app.network.key

    def begin(self, ticket: Ticket, redirect_uri: str, extra: Mapping[str, str]) -> Steps[str]:
        """Return the address to send the browser to."""
        yield from ()
        raise errors.NotOffered(self.key, "a log-in in the browser")

    def finish(self, answer: LoginAnswer) -> Steps[Tokens]:
        """Turn what came back into tokens."""
        yield from ()
        raise errors.NotOffered(self.key, "a log-in in the browser")

    def log_in(self, login: str, password: str, code: str) -> Steps[Tokens]:
        """Turn a login and a password into tokens."""
        yield from ()
        raise errors.NotOffered(self.key, "a log-in by password")

    def read_user(self, tokens: Tokens, user_id: str) -> Steps[dict[str, Any]]:
        """Return what the network says of a person: of the token's own, or of another."""
        raise NotImplementedError

    def refresh(self, tokens: Tokens) -> Steps[Tokens]:
        """Return newer tokens."""
        yield from ()
        raise errors.NotOffered(self.key, "newer tokens without a new log-in")

    def revoke(self, tokens: Tokens) -> Steps[None]:
        """Make the tokens worthless."""
        yield from ()
        raise errors.NotOffered(self.key, "to revoke a token")

    def address(self, name: str) -> str:
        """Return one of the network's addresses; `NotOffered` if it has none."""
        template: str = getattr(self.network, name)
        if not template:
            raise errors.NotOffered(self.key, name)
        return self.network.fill(template)

    def check_state(self, answer: LoginAnswer) -> None:
        """Refuse an answer that does not belong to the ticket; a network that carries no state may still echo ours."""
        came = answer.parameters.get("state", "")
        if not came and self.network.state == "ticket":
            return
        if not hmac.compare_digest(came.encode(), answer.ticket.state.encode()):
            raise errors.StateMismatch(self.key)

    def expires_at(self, lifetime: object) -> int | None:
        """Return when a token ends that lives so many seconds; 0 and nothing mean that it does not."""
        seconds = read_number(lifetime)
        return self.clock() + int(seconds) if seconds and seconds > 0 else None


class OAuth(Protocol):
    """The authorization code flow, as far as the networks agree on it."""

    def scope(self) -> str:
        """Return the scopes as the network writes them."""
        return self.network.scope_separator.join(self.network.scopes)

    def begin(self, ticket: Ticket, redirect_uri: str, extra: Mapping[str, str]) -> Steps[str]:
        """Return the address to send the browser to."""
        yield from ()
        asked = {
            "client_id": self.app.id,
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "state": ticket.state,
        }
        if self.network.scopes:
            asked["scope"] = self.scope()
        if self.network.pkce:
            padding = "=" if self.network.pkce == "S256-padded" else ""  # 32 bytes need exactly one
            asked |= {"code_challenge": ticket.challenge + padding, "code_challenge_method": "S256"}
        return extend(self.address("authorize"), {**asked, **self.network.login_parameters, **extra})

    def read_code(self, answer: LoginAnswer) -> str:
        """Return the code, after the state has been checked; the errors of the flow otherwise."""
        self.check_state(answer)
        if answer.parameters.get("error"):
            raise self.error_of(answer.parameters)
        code = answer.parameters.get("code", "")
        if not code:
            raise errors.UnexpectedAnswer(self.key, "neither a code nor an error came back")
        return code

    def token_form(self, answer: LoginAnswer) -> dict[str, str]:
        """Return what the code is exchanged with."""
        form = {
            "grant_type": "authorization_code",
            "client_id": self.app.id,
            "redirect_uri": answer.redirect_uri,
            "code": self.read_code(answer),
        }
        if self.app.secret:
            form["client_secret"] = self.app.secret
        if self.network.pkce:
            form["code_verifier"] = answer.ticket.verifier
        return form

    def finish(self, answer: LoginAnswer) -> Steps[Tokens]:
        """Turn the code into tokens."""
        body = yield from self.post(self.address("token"), self.token_form(answer))
        return self.read_tokens(body)

    def refresh(self, tokens: Tokens) -> Steps[Tokens]:
        """Return newer tokens for the refresh token."""
        if not tokens.refresh_token:
            raise errors.NotOffered(self.key, "no refresh token came")
        form = {
            "grant_type": "refresh_token",
            "client_id": self.app.id,
            "refresh_token": tokens.refresh_token,
        }
        if self.app.secret:
            form["client_secret"] = self.app.secret
        try:
            body = yield from self.post(self.address("token"), form)
        except errors.CodeInvalid as problem:
            raise errors.TokenExpired(self.key, problem.detail) from None
        return self.read_tokens(body, tokens)

    def post(
        self, url: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> Steps[dict[str, Any]]:
        """Post a form and return the object that comes, or the error in it, whatever the status."""
        request = Request(method="POST", url=url, form=form, headers=headers or {})
        body = read_object(self.key, (yield from ask(self.key, request)))
        if body.get("error"):
            raise self.error_of(body)
        return body

    def read_tokens(self, body: Mapping[str, Any], before: Tokens | None = None) -> Tokens:
        """Read a token answer; what it leaves out stays as it was before."""
        access_token = read_text(body.get("access_token"))
        if not access_token:
            raise errors.UnexpectedAnswer(self.key, "no access_token in the answer")
        before = before or Tokens(access_token="")
        return Tokens(
            access_token=access_token,
            refresh_token=read_text(body.get("refresh_token")) or before.refresh_token,
            expires_at=self.expires_at(body.get("expires_in")),
            user_id=read_text(body.get("user_id")) or before.user_id,
            email=read_text(body.get("email")) or before.email,
            phone=read_text(body.get("phone")) or before.phone,
            scope=read_text(body.get("scope")) or before.scope,
            id_token=read_text(body.get("id_token")) or before.id_token,
            device_id=before.device_id,
            claims=before.claims,
        )

    def error_of(self, body: Mapping[str, Any]) -> errors.ConnectError:
        """Return the exception for an OAuth error, of the flow or of the token endpoint."""
        code, detail = str(body.get("error")), body.get("error_description") or ""
        if code == "need_validation":
            return self._validation(body, detail)
        if code == "need_captcha":
            sid, picture = str(body.get("captcha_sid", "")), str(body.get("captcha_img", ""))
            return errors.CaptchaNeeded(self.key, detail, sid=sid, picture=picture)
        if body.get("error_type") == "username_or_password_is_incorrect":
            return errors.WrongPassword(self.key, detail)
        kind = _OAUTH_ERRORS.get(code)
        return kind(self.key, detail) if kind else errors.NetworkRefused(self.key, detail, code=code)

    def _validation(self, body: Mapping[str, Any], detail: object) -> errors.ConnectError:
        page = str(body.get("redirect_uri") or "")
        kind = str(body.get("validation_type") or "")
        if not kind.startswith("2fa") and page:
            return errors.ValidationNeeded(self.key, detail, page=page)
        phone = str(body.get("phone_mask") or "")
        return errors.SecondFactorNeeded(self.key, detail, kind=kind, phone_mask=phone, page=page)


_OAUTH_ERRORS: dict[str, type[errors.ConnectError]] = {
    "access_denied": errors.Denied,
    "consent_required": errors.Denied,
    "login_required": errors.Denied,
    "interaction_required": errors.Denied,
    "invalid_grant": errors.CodeInvalid,
    "invalid_client": errors.WrongSecret,
    "unauthorized_client": errors.WrongSecret,
    "invalid_token": errors.TokenExpired,
    "slow_down": errors.RateLimited,
    "temporarily_unavailable": errors.NetworkDown,
    "server_error": errors.NetworkDown,
}
