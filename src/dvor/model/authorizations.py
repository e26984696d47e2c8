"""Authorizations: what an app asks a person for, what the person answers, and the code that the app gets for it."""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Literal
from urllib.parse import urlencode

from msgspec import Struct

REQUEST_SECONDS = 3600
"""How long a person may think."""
TICKET_SECONDS = 60
"""How long the way from the page of consent back to the door may take."""
CODE_SECONDS = 600
MAX_STATE_LENGTH = 4096
MAX_GROUPS = 10
"""For how many communities an app may ask at once."""

Outcome = Literal["", "allowed", "denied", "login_required", "consent_required", "left"]
LOG_OUT = "log_out"
"""The protocol of a request that asks for no log-in, but for the end of one; its outcome is `left`."""
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}", re.ASCII)
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


class AuthorizationRequest(Struct, frozen=True, kw_only=True):
    """What a door has read and found good; `door` is the path that goes on once the person has answered.

    `scope` are the bits of the protocol, `prompt` the words of OpenID Connect, `max_age` seconds or -1; `parameters`
    is what the door wants to have back.  The answer: `outcome`, `user_id`, `granted` bits, when the person logged in.
    """

    request_hash: bytes
    app_id: int
    protocol: str
    door: str
    redirect_uri: str
    scope: int
    prompt: str
    max_age: int
    parameters: dict[str, str]
    created_at: int
    expires_at: int
    outcome: Outcome
    user_id: int
    granted: int
    authenticated_at: int
    ticket_hash: bytes | None


class AuthorizationCode(Struct, frozen=True, kw_only=True):
    """A code by its hash; `family` ties the tokens to it that are given for it, `used_at` is 0 before it is redeemed."""

    code_hash: bytes
    user_id: int
    app_id: int
    protocol: str
    redirect_uri: str
    scope: int
    challenge: str
    parameters: dict[str, str]
    authenticated_at: int
    family: bytes
    expires_at: int
    used_at: int


class RefreshToken(Struct, frozen=True, kw_only=True):
    """A refresh token by its hash; used once, then its successor of the same family takes its place."""

    token_hash: bytes
    user_id: int
    app_id: int
    protocol: str
    scope: int
    parameters: dict[str, str]
    authenticated_at: int
    family: bytes
    expires_at: int
    used_at: int


class Grant(Struct, frozen=True, kw_only=True):
    """What an app has got: the texts of its tokens, shown this once; `lifetime` 0 seconds is without end.

    An app that asked to act for communities has `group_tokens` by their ids, and no token of the person.
    """

    access_token: str
    refresh_token: str
    lifetime: int
    user_id: int
    scope: int
    parameters: dict[str, str]
    authenticated_at: int
    group_tokens: dict[int, str] = {}


def read_group_ids(parameters: Mapping[str, str]) -> list[int]:
    """Return the communities that an app asks to act for (VK OAuth's `group_ids`, read by the door)."""
    return [int(text) for text in parameters.get("group_ids", "").split(",") if text]


def is_challenge(text: str) -> bool:
    """Say whether a text can be an S256 challenge (RFC 7636)."""
    return bool(_CHALLENGE.fullmatch(text))


def make_challenge(verifier: str) -> str:
    """Return the S256 challenge of a verifier."""
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def proves(challenge: str, verifier: str) -> bool:
    """Say whether a verifier belongs to the challenge; none to none, and none of them without the other (downgrade)."""
    if not challenge:
        return not verifier
    if not _VERIFIER.fullmatch(verifier):
        return False
    return hmac.compare_digest(make_challenge(verifier), challenge)


def answer_address(uri: str, parameters: Mapping[str, str | int], *, in_fragment: bool = False) -> str:
    """Return a redirect address with an answer in its query, or behind its `#`."""
    encoded = urlencode(parameters)
    if in_fragment:
        return f"{uri}#{encoded}"
    return f"{uri}{'&' if '?' in uri else '?'}{encoded}"
