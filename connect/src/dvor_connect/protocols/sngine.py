"""Sngine's API 1.1: a key comes back with the browser, is exchanged for a token, and the token for the profile.

Sources: the developers' page of kvixi.com and other sites; Sngine 4.1 and older copies of api.php.
"""

from collections.abc import Mapping
from typing import Any, Literal

from dvor_connect import errors
from dvor_connect.exchange import Request, Steps, ask, read_object
from dvor_connect.people import Tokens, read_text
from dvor_connect.protocols.protocol import LoginAnswer, Protocol, extend
from dvor_connect.tickets import Ticket

_KINDS: tuple[tuple[str, type[errors.ConnectError]], ...] = (
    ("invalid app_id", errors.WrongSecret),
    ("invalid app_secret", errors.WrongSecret),
    ("doesn't exist or has been disabled", errors.WrongSecret),
    ("invalid auth_key", errors.CodeInvalid),
    ("access_token", errors.TokenExpired),
)


class Sngine(Protocol):
    """No state and no redirect address of ours: the ticket in the browser is what tells that it began a log-in."""

    def begin(self, ticket: Ticket, redirect_uri: str, extra: Mapping[str, str]) -> Steps[str]:
        """Return the address of the page of consent; a site that echoes our state (Dvor does) gets it checked."""
        yield from ()
        asked = {"app_id": self.app.id, "state": ticket.state, **self.network.login_parameters, **extra}
        return extend(self.address("authorize"), asked)

    def finish(self, answer: LoginAnswer) -> Steps[Tokens]:
        """Turn the key into a token: newer sites read a posted form, older ones only the address."""
        self.check_state(answer)
        key = answer.parameters.get("auth_key", "")
        if not key:
            raise errors.UnexpectedAnswer(self.key, "no auth_key came back")
        form = {"app_id": self.app.id, "app_secret": self.app.secret, "auth_key": key}
        try:
            body = yield from self._call("POST", "token", form)
        except (errors.WrongSecret, errors.UnexpectedAnswer) as problem:
            # A site that reads only the address finds nothing in the form and misses the first of its parameters.
            if isinstance(problem, errors.WrongSecret) and "app_id" not in problem.detail:
                raise
            body = yield from self._call("GET", "token", form)
        token = read_text(body.get("access_token"))
        if not token:
            raise errors.UnexpectedAnswer(self.key, "no access_token in the answer")
        return Tokens(access_token=token, expires_at=self.expires_at(self.network.token_lifetime))

    def read_user(self, tokens: Tokens, user_id: str) -> Steps[dict[str, Any]]:
        """Return the person of the token; Sngine tells of nobody else."""
        if user_id and user_id != tokens.user_id:
            raise errors.NotOffered(self.key, "other people than the token's own")
        body = yield from self._call("GET", "profile", {"access_token": tokens.access_token}, is_safe=True)
        user = body.get("user_info")
        if not isinstance(user, dict) or not read_text(user.get("user_id")):
            raise errors.AccountUnavailable(self.key, "no user_info in the answer")
        return user

    def _call(
        self, method: Literal["GET", "POST"], name: str, values: Mapping[str, str], *, is_safe: bool = False
    ) -> Steps[dict[str, Any]]:
        url = self.address(name)
        if method == "GET":
            request = Request(method="GET", url=url, query=values, is_safe=is_safe)
        else:
            request = Request(method="POST", url=url, form=values)
        body = read_object(self.key, (yield from ask(self.key, request)))
        if body.get("error"):
            raise self._error(str(body.get("message") or ""))
        return body

    def _error(self, message: str) -> errors.ConnectError:
        for part, kind in _KINDS:
            if part in message:
                return kind(self.key, message)
        return errors.NetworkRefused(self.key, message)
