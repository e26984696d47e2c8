"""WS.WebTV: the site's own credential signs every request; people are checked by login and password.

Source: the vendor's pages on the API: users_get (with its sample code), users_log_in, users_get_id_from_email.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Any

from dvor_connect import errors
from dvor_connect.exchange import Request, Steps, ask, read_object
from dvor_connect.people import Tokens, read_text
from dvor_connect.protocols.protocol import Protocol


def sign(mode: str, salt: str, timestamp: str, secret: str) -> str:
    """Return the signature of a request: base64 of an HMAC-SHA256, or the simplified md5 of version 60."""
    if mode == "md5":
        return hashlib.md5(f"{salt}-{timestamp}-{secret}".encode(), usedforsecurity=False).hexdigest()
    return base64.b64encode(hmac.digest(secret.encode(), (salt + timestamp).encode(), "sha256")).decode()


class WebTv(Protocol):
    """There is no token of the person: whoever holds the credential may read anybody."""

    def log_in(self, login: str, password: str, code: str) -> Steps[Tokens]:
        """Check login and password and find out whose they are; an e-mail stands for the login it belongs to."""
        form = {"login": login, "password": password}
        if code:
            form["code"] = code
        action = self.network.login_parameters.get("do", "log_in")
        try:
            body = yield from self._call({"go": "users", "do": action}, form)
        except (errors.NetworkRefused, errors.AccountUnavailable) as problem:
            raise self._log_in_error(problem) from None
        user_id = _find_id(body) or (yield from self._find_user(login))
        return Tokens(access_token="", user_id=user_id)

    def _log_in_error(self, problem: errors.ConnectError) -> errors.ConnectError:
        """Tell what is wrong by the words: the vendor's codes are not known, but that of a refused log-in is one for all."""
        said = problem.detail.casefold()
        if "code" in said:
            return errors.SecondFactorNeeded(self.key, problem.detail, kind="2fa_app")
        if "too many" in said:
            return errors.RateLimited(self.key, problem.detail)
        if "not active" in said or "inactive" in said:
            return errors.AccountUnavailable(self.key, problem.detail)
        if isinstance(problem, errors.AccountUnavailable) or "login" in said or "password" in said:
            return errors.WrongPassword(self.key, problem.detail)
        return problem

    def _find_user(self, login: str) -> Steps[str]:
        action = "get_id_from_email" if "@" in login else "get_id_from_login"
        user_id = _find_id((yield from self._call({"go": "users", "do": action, "iq": login})))
        if not user_id:
            raise errors.UnexpectedAnswer(self.key, "no id in the answer")
        return user_id

    def read_user(self, tokens: Tokens, user_id: str) -> Steps[dict[str, Any]]:
        """Return the `data` of `users get`."""
        iq = user_id or tokens.user_id
        body = yield from self._call({"go": "users", "do": "get", "iq": iq}, is_safe=True)
        user = body.get("data")
        if not isinstance(user, dict) or not read_text(user.get("id")):
            raise errors.UnexpectedAnswer(self.key, "no data in the answer")
        # kept from the site: what opens the person's session there
        return {name: value for name, value in user.items() if name not in ("session_id", "activation_key")}

    def _call(
        self, query: Mapping[str, str], form: Mapping[str, str] | None = None, *, is_safe: bool = False
    ) -> Steps[dict[str, Any]]:
        salt, timestamp = secrets.token_hex(16), str(self.clock())
        signed = {
            **query,
            "key": self.app.id,
            "timestamp": timestamp,
            "salt": salt,
            "signature": sign(self.network.signature, salt, timestamp, self.app.secret),
        }
        request = Request(
            method="POST", url=self.address("profile"), query=signed, form=form or {}, is_safe=is_safe
        )
        body = read_object(self.key, (yield from ask(self.key, request)))
        if body.get("error"):
            raise self._error(str(body["error"]), str(body.get("error_long") or ""))
        return body

    def _error(self, code: str, detail: str) -> errors.ConnectError:
        said = detail.casefold()
        if code == "USER_NOT_FOUND" or "user not found" in said:
            return errors.AccountUnavailable(self.key, detail)
        if code == "REQUEST_ERROR" and any(
            word in said for word in ("signature", "key", "salt", "timestamp")
        ):
            return errors.WrongSecret(self.key, detail)
        if code == "REQUEST_ERROR" and ("expired" in said or "in the future" in said):
            return errors.WrongSecret(self.key, f"{detail}: is this machine's clock right?")
        return errors.NetworkRefused(self.key, detail, code=code)


def _find_id(body: Mapping[str, Any]) -> str:
    inner = body.get("data")
    for one in (body, inner if isinstance(inner, Mapping) else {}):
        for name in ("id", "id_user", "user_id"):
            if found := read_text(one.get(name)):
                return found
    return ""
