"""OpenVK: a password grant with one-time codes, and a page that brings the token itself.

Source: OpenVK cff21778, VKAPIPresenter and its authorization page; answers recorded from an installation of it.
"""

from collections.abc import Mapping
from typing import Any

from dvor_connect import errors
from dvor_connect.exchange import Request, Steps, ask, read_object
from dvor_connect.people import Tokens
from dvor_connect.protocols.protocol import LoginAnswer, extend
from dvor_connect.protocols.vk import Vk, code_of
from dvor_connect.tickets import Ticket

WRONG_PASSWORD = 28
WRONG_CODE = "2fa"


class OpenVk(Vk):
    """There are no apps and no codes; any site may send people to the page, under a name of its own."""

    def begin(self, ticket: Ticket, redirect_uri: str, extra: Mapping[str, str]) -> Steps[str]:
        """Return the address of the page; the state travels in the redirect address, for the page echoes none."""
        yield from ()
        asked = {
            "client_name": self.app.id or "dvor-connect",
            "redirect_uri": extend(redirect_uri, {"state": ticket.state}),
        }
        return extend(self.address("authorize"), {**asked, **self.network.login_parameters, **extra})

    def finish(self, answer: LoginAnswer) -> Steps[Tokens]:
        """Take the token from the address; whose it is, only the network can say, so the id beside it is not believed."""
        yield from ()
        self.check_state(answer)
        if answer.parameters.get("error"):
            raise self.error_of(answer.parameters)
        token = answer.parameters.get("access_token", "")
        if not token:
            raise errors.UnexpectedAnswer(self.key, "neither a token nor an error came back")
        return Tokens(access_token=token, expires_at=self.expires_at(answer.parameters.get("expires_in")))

    def log_in(self, login: str, password: str, code: str) -> Steps[Tokens]:
        """Turn login, password and, where it is asked for, a one-time code into a token."""
        form = {
            "grant_type": "password",
            "username": login,
            "password": password,
            "client_name": self.app.id or "dvor-connect",
            "2fa_supported": "1",
        }
        if code:
            form["code"] = code
        request = Request(method="POST", url=self.address("token"), form=form)
        body = read_object(self.key, (yield from ask(self.key, request)))
        if body.get("access_token"):
            return self.read_tokens(body)
        raise self._password_error(body, code)

    def _password_error(self, body: Mapping[str, Any], code: str) -> errors.ConnectError:
        if code_of(body) != WRONG_PASSWORD:
            return self.method_error(body)
        detail = str(body.get("error_msg") or "")
        if code and WRONG_CODE in detail.casefold():
            return errors.SecondFactorNeeded(self.key, detail, kind="2fa_app")
        return errors.WrongPassword(self.key, detail)
