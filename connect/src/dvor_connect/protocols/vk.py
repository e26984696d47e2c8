"""VK's classic OAuth and its method API; Dvor and Smithereen speak it too.

Sources: VK's documentation of the authorization code flow; the errors of its API schema 5.199; Smithereen's ApiRoutes.
"""

from collections.abc import Mapping
from typing import Any

from dvor_connect import errors
from dvor_connect.exchange import Pause, Request, Steps, ask, read_object
from dvor_connect.people import Tokens
from dvor_connect.protocols.protocol import OAuth

TOO_MANY_A_SECOND = 6
SECONDS_TO_WAIT = 0.5
TRIES = 3
_KINDS: dict[int, type[errors.ConnectError]] = {
    1: errors.NetworkDown,
    4: errors.WrongSecret,
    5: errors.TokenExpired,
    6: errors.RateLimited,
    9: errors.RateLimited,
    10: errors.NetworkDown,
    18: errors.AccountUnavailable,
    27: errors.TokenExpired,
    28: errors.TokenExpired,
    29: errors.RateLimited,
    1117: errors.TokenExpired,
    3610: errors.AccountUnavailable,
}


class Vk(OAuth):
    """Tokens by OAuth, people by `users.get`."""

    def read_user(self, tokens: Tokens, user_id: str) -> Steps[dict[str, Any]]:
        """Return the user object of `users.get`."""
        form = {**self.network.parameters, "v": self.network.api_version, "access_token": tokens.access_token}
        if user_id:
            form["user_ids"] = user_id
        people = yield from self.call("profile", form)
        if not isinstance(people, list) or not people or not isinstance(people[0], dict):
            raise errors.AccountUnavailable(self.key, "users.get names nobody")
        user: dict[str, Any] = people[0]
        if user.get("deactivated"):
            raise errors.AccountUnavailable(self.key, user["deactivated"])
        return user

    def call(self, name: str, form: Mapping[str, str]) -> Steps[Any]:
        """Call a method that only reads, again when it says that there are too many calls a second."""
        request = Request(method="POST", url=self.address(name), form=form, is_safe=True)
        for number in range(TRIES):
            body = read_object(self.key, (yield from ask(self.key, request)))
            if "response" in body:
                return body["response"]
            problem = self.method_error(body)
            if code_of(body) != TOO_MANY_A_SECOND or number + 1 == TRIES:
                break
            yield Pause(SECONDS_TO_WAIT)
        raise problem

    def method_error(self, body: Mapping[str, Any]) -> errors.ConnectError:
        """Return the exception for an error of the method API: VK's shape, or OpenVK's without the wrapping."""
        error = body.get("error", body)
        if isinstance(error, str):
            return self.error_of(body)
        if not isinstance(error, Mapping) or "error_code" not in error:
            return errors.UnexpectedAnswer(self.key, "neither response nor error in the answer")
        code, detail = code_of(body), error.get("error_msg") or ""
        if code == 14:
            return self._captcha(error, detail)
        if code == 17:
            page = str(error.get("redirect_uri") or error.get("validation_url") or "")
            return errors.ValidationNeeded(self.key, detail, page=page)
        kind = _KINDS.get(code)
        return kind(self.key, detail) if kind else errors.NetworkRefused(self.key, detail, code=str(code))

    def _captcha(self, error: Mapping[str, Any], detail: object) -> errors.CaptchaNeeded:
        told: Any = error.get("captcha")  # Smithereen's form
        told = told if isinstance(told, Mapping) else {}
        return errors.CaptchaNeeded(
            self.key,
            detail,
            sid=str(error.get("captcha_sid") or told.get("sid") or ""),
            picture=str(error.get("captcha_img") or told.get("url") or ""),
            page=str(error.get("redirect_uri") or ""),
        )


def code_of(body: Mapping[str, Any]) -> int:
    """Return the number of an error in VK's or OpenVK's shape, 0 if there is none."""
    error = body.get("error", body)
    code = error.get("error_code") if isinstance(error, Mapping) else 0
    return code if isinstance(code, int) else 0
