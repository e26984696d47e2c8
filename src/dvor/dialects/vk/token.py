"""The door `/token`: an access token for a login and a password.

Two styles of errors: VK's for clients that name an application (`client_id`, `client_secret`), OpenVK's for the rest.
Sources: OpenVK cff21778; what vk, aiovk, vkbottle and OpenVK's apps expect.
"""

import time
from collections.abc import Mapping
from typing import Any

import structlog
from starlette.types import Receive, Scope, Send

from dvor.core.accounts import log_in
from dvor.core.courtyard import Courtyard
from dvor.core.tokens import issue_token
from dvor.dialects.vk import wire
from dvor.dialects.vk.account import platform_number
from dvor.dialects.vk.errors import INTERNAL_ERROR, TEXTS, code_of
from dvor.methods.dispatch import CountCall
from dvor.methods.limits import Limiter
from dvor.model.accounts import fold_login
from dvor.model.errors import (
    AccountClosed,
    FactorRequired,
    InvalidParameter,
    Refusal,
    ScopeMissing,
    TooManyCalls,
    WrongCredentials,
    WrongFactor,
)

METHOD = "internal.acquireToken"
"""What OpenVK calls this door in its errors."""
FAILURE_SECONDS = 300
NO_CODE = frozenset({"", "0"})

CLIENTS = {
    "4083558": "VFeed",
    "2685278": "Kate Mobile",
    "3680547": "VK for iOS",
    "2274003": "VK for Android",
}
"""The applications that OpenVK knows by number."""

_log = structlog.get_logger("dvor.vk")


class TokenEndpoint:
    """Answers the password grant."""

    def __init__(self, courtyard: Courtyard, count_call: CountCall) -> None:
        self._courtyard = courtyard
        self._count_call = count_call
        self._by_address = Limiter(courtyard.settings.log_in_limit, 60)
        self._failures = Limiter(courtyard.settings.log_in_failures, FAILURE_SECONDS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, GET or POST."""
        if scope["method"] == "OPTIONS":
            await wire.send_preflight(scope, send)
            return
        started = time.perf_counter()
        texts: dict[str, str] = {}
        try:
            texts = wire.read_query(scope)
            texts = await wire.read_parameters(scope, receive, self._courtyard.settings.form_limit, texts)
            client = scope.get("client")
            status, body = 200, await self._grant(texts, client[0] if client else "")
        except wire.ClientGone:
            return
        except Refusal as refusal:
            status, body = self._draw_refusal(refusal, texts)
        except Exception:
            _log.exception("a log-in failed")
            status, body = _draw_openvk(INTERNAL_ERROR, TEXTS[INTERNAL_ERROR], texts)
        self._count_call("vk", "token", "ok" if status == 200 else "refused", time.perf_counter() - started)
        await wire.send_json(send, status, body)

    async def _grant(self, texts: Mapping[str, str], address: str) -> dict[str, Any]:
        settings = self._courtyard.settings
        if not settings.password_grant:
            raise ScopeMissing("the password grant is switched off")
        if texts.get("grant_type") != "password":
            raise ScopeMissing("Invalid grant type")
        login, password = texts.get("username", ""), texts.get("password", "")
        if not login or not password:
            raise InvalidParameter("username", "Password and username not passed")
        self._by_address.check(address)
        folded = fold_login(login)
        self._failures.look(folded)
        code = texts.get("code", "")
        try:
            user_id = await log_in(self._courtyard, login, password, "" if code in NO_CODE else code)
        except (WrongCredentials, WrongFactor):
            self._failures.check(folded)
            raise
        platform = texts.get("client_name") or CLIENTS.get(texts.get("client_id", ""), "")
        lifetime = settings.token_lifetime
        token = await issue_token(self._courtyard, user_id, platform=platform[:64], lifetime=lifetime)
        self._courtyard.touches.see_user(user_id, self._courtyard.now, platform_number(platform))
        return {
            "access_token": token,
            "expires_in": lifetime,
            "user_id": user_id,
            "is_stale": False,
        }

    def _draw_refusal(self, refusal: Refusal, texts: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        if isinstance(refusal, FactorRequired):
            return 401, self._draw_factor(refusal)
        if isinstance(refusal, WrongCredentials):
            if is_vk_client(texts):
                return 401, _draw_vk(
                    "invalid_client", "Username or password is incorrect", "username_or_password_is_incorrect"
                )
            return _draw_openvk(28, "Invalid username or password", texts)
        if isinstance(refusal, WrongFactor):
            if is_vk_client(texts):
                return 401, _draw_vk("invalid_request", "wrong code", "wrong_otp")
            return _draw_openvk(28, "Invalid 2FA code", texts)
        if isinstance(refusal, TooManyCalls):
            if is_vk_client(texts):
                return 401, _draw_vk(
                    "9;Flood control", "Too many log-ins, try again later", "password_bruteforce_attempt"
                )
            return _draw_openvk(9, "Flood control: too many log-ins, try again later", texts)
        if is_vk_client(texts):
            kind = "invalid_client" if isinstance(refusal, AccountClosed) else "invalid_request"
            return 401, _draw_vk(kind, refusal.detail)
        code = code_of(refusal, {})
        own_words = isinstance(refusal, ScopeMissing) or (
            isinstance(refusal, InvalidParameter) and refusal.name == "username"
        )
        text = (
            (getattr(refusal, "reason", "") or refusal.detail)
            if own_words
            else f"{TEXTS[code]}: {refusal.detail}"
        )
        return _draw_openvk(code, text, texts)

    def _draw_factor(self, refusal: FactorRequired) -> dict[str, Any]:
        """Ask for the one-time code; nothing in the answer helps to guess it."""
        return {
            "error": "need_validation",
            "error_description": "use app code",
            "validation_type": "2fa_app",
            "validation_sid": f"2fa_{refusal.user_id}",
            "phone_mask": "",
            "redirect_uri": f"{self._courtyard.public_url}/",
            "validation_resend": "nowhere",
        }


def is_vk_client(texts: Mapping[str, str]) -> bool:
    """Say whether the client names an application, as VK's do and OpenVK's do not."""
    return bool(texts.get("client_id") or texts.get("client_secret"))


def _draw_vk(error: str, description: str, kind: str = "") -> dict[str, Any]:
    body = {"error": error, "error_description": description}
    return body | {"error_type": kind} if kind else body


def _draw_openvk(code: int, text: str, texts: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
    body = wire.error_body(code, text, texts, METHOD, is_versioned=False)
    del body["error"]
    return 400, body
