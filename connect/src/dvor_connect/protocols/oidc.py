"""OpenID Connect with any issuer: discovery, the code flow with PKCE and nonce, identity tokens, user info.

Sources: OpenID Connect Core and Discovery 1.0, RFC 7636, RFC 9207.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from dvor_connect import errors
from dvor_connect.exchange import Request, Steps, ask, read_object
from dvor_connect.networks import is_loopback
from dvor_connect.people import Tokens, read_text
from dvor_connect.protocols.protocol import App, LoginAnswer, OAuth, extend
from dvor_connect.tickets import Ticket, encode

WELL_KNOWN = "/.well-known/openid-configuration"
SECONDS_TO_KEEP = 3600
"""How long discovery and keys are believed without asking again."""
SKEW = 300
"""Seconds that the issuer's clock may differ from ours."""
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_HALVES = {"256": "sha256", "384": "sha384", "512": "sha512"}
_ENDPOINTS = (
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
    "revocation_endpoint",
)


class OpenIdConnect(OAuth):
    """What the issuer says of itself is kept for an hour; its keys are asked for again when one is unknown."""

    def __init__(self, app: App, clock: Callable[[], int]) -> None:
        super().__init__(app, clock)
        self.issuer = self.address("issuer")
        self._described: dict[str, Any] = {}
        self._described_at = 0
        self._keys: KeySet | None = None

    def describe(self) -> Steps[dict[str, Any]]:
        """Return the issuer's metadata; `UnexpectedAnswer` if it is another issuer's or has unsafe addresses."""
        if self._described and self.clock() - self._described_at < SECONDS_TO_KEEP:
            return self._described
        found = yield from self._get(self.issuer.rstrip("/") + WELL_KNOWN)
        if str(found.get("issuer", "")).rstrip("/") != self.issuer.rstrip("/"):
            raise errors.UnexpectedAnswer(self.key, "the discovery document is another issuer's")
        for name in _ENDPOINTS:
            if name in found and not self._is_safe(found[name]):
                raise errors.UnexpectedAnswer(self.key, f"{name} is no https address")
        if not all(read_text(found.get(name)) for name in ("authorization_endpoint", "token_endpoint")):
            raise errors.UnexpectedAnswer(self.key, "the discovery document lacks an endpoint")
        self._described, self._described_at, self._keys = found, self.clock(), None
        return found

    def _is_safe(self, address: object) -> bool:
        parts = urlsplit(str(address))
        is_near = parts.scheme == "http" and (self.network.allow_http or is_loopback(parts.hostname or ""))
        return bool(parts.hostname) and (parts.scheme == "https" or is_near)

    def _get(self, url: str, token: str = "") -> Steps[dict[str, Any]]:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        request = Request(method="GET", url=url, headers=headers, is_safe=True)
        answer = yield from ask(self.key, request)
        if token and answer.status in (401, 403):
            raise errors.TokenExpired(self.key, f"status {answer.status}")
        if answer.status >= 400:
            raise errors.UnexpectedAnswer(self.key, f"status {answer.status}")
        return read_object(self.key, answer)

    def begin(self, ticket: Ticket, redirect_uri: str, extra: Mapping[str, str]) -> Steps[str]:
        """Return the address to send the browser to."""
        told = yield from self.describe()
        asked = {
            "response_type": "code",
            "client_id": self.app.id,
            "redirect_uri": redirect_uri,
            "scope": self.scope(),
            "state": ticket.state,
            "nonce": ticket.nonce,
            "code_challenge": ticket.challenge,
            "code_challenge_method": "S256",
        }
        return extend(told["authorization_endpoint"], {**asked, **self.network.login_parameters, **extra})

    def finish(self, answer: LoginAnswer) -> Steps[Tokens]:
        """Turn the code into tokens, and check the identity token."""
        told = yield from self.describe()
        self._check_issuer(answer, told)
        form = self.token_form(answer)
        form.pop("client_secret", None)
        body = yield from self._post_as_app("token_endpoint", form)
        tokens = self.read_tokens(body)
        if not tokens.id_token:
            raise errors.IdentityInvalid(self.key, "no id_token in the answer")
        claims = yield from self.check_identity(
            tokens.id_token, nonce=answer.ticket.nonce, access_token=tokens.access_token
        )
        return self._with_claims(tokens, claims)

    def _check_issuer(self, answer: LoginAnswer, told: Mapping[str, Any]) -> None:
        """RFC 9207: an answer names its issuer, so that one cannot be passed off as another's."""
        came = answer.parameters.get("iss")
        is_promised = told.get("authorization_response_iss_parameter_supported") is True
        if (came is None and is_promised) or (came is not None and came != told["issuer"]):
            raise errors.StateMismatch(self.key, "another issuer answered")

    def _post_as_app(self, endpoint: str, form: Mapping[str, str]) -> Steps[dict[str, Any]]:
        told = yield from self.describe()
        methods = told.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        headers: dict[str, str] = {}
        if self.app.secret and "client_secret_basic" in methods:
            pair = f"{quote(self.app.id, safe='')}:{quote(self.app.secret, safe='')}"
            headers = {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
        elif self.app.secret:
            form = {**form, "client_secret": self.app.secret}
        return (yield from self.post(told[endpoint], form, headers))

    def check_identity(self, text: str, *, nonce: str = "", access_token: str = "") -> Steps[dict[str, Any]]:
        """Return the claims of an identity token; `IdentityInvalid` unless signature, issuer, audience, times, nonce and
        hash of the access token are right."""
        try:
            token = jwt.decode(text, (yield from self._load_keys()), algorithms=list(ALGORITHMS))
        except (JoseError, ValueError):
            try:
                keys = yield from self._load_keys(again=True)  # the issuer may have changed its keys
                token = jwt.decode(text, keys, algorithms=list(ALGORITHMS))
            except (JoseError, ValueError) as problem:
                raise errors.IdentityInvalid(self.key, type(problem).__name__) from None
        claims = dict(token.claims)
        wrong = self._find_wrong_claim(claims, nonce)
        wrong = wrong or self._find_wrong_hash(claims, str(token.header.get("alg")), access_token)
        if wrong:
            raise errors.IdentityInvalid(self.key, wrong)
        return claims

    def _load_keys(self, *, again: bool = False) -> Steps[KeySet]:
        if self._keys is None or again:
            told = yield from self.describe()
            body = yield from self._get(str(told.get("jwks_uri", "")))
            try:
                self._keys = KeySet.import_key_set(body)  # type: ignore[arg-type]
            except (JoseError, ValueError, KeyError, TypeError):
                raise errors.UnexpectedAnswer(self.key, "the issuer's keys cannot be read") from None
        return self._keys

    def _find_wrong_claim(self, claims: Mapping[str, Any], nonce: str) -> str:
        now, audience = self.clock(), claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        if str(claims.get("iss", "")).rstrip("/") != self.issuer.rstrip("/"):
            return "iss"
        if self.app.id not in audiences or (len(audiences) > 1 and claims.get("azp") != self.app.id):
            return "aud"
        if claims.get("azp", self.app.id) != self.app.id:
            return "azp"
        expires, issued = claims.get("exp"), claims.get("iat")
        if not isinstance(expires, int | float) or expires < now - SKEW:
            return "exp"
        if not isinstance(issued, int | float) or issued > now + SKEW:
            return "iat"
        if nonce and not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            return "nonce"
        return "" if read_text(claims.get("sub")) else "sub"

    @staticmethod
    def _find_wrong_hash(claims: Mapping[str, Any], algorithm: str, access_token: str) -> str:
        name = _HALVES.get(algorithm[-3:])
        if not access_token or "at_hash" not in claims or name is None:
            return ""
        digest = hashlib.new(name, access_token.encode()).digest()
        return "" if claims["at_hash"] == encode(digest[: len(digest) // 2]) else "at_hash"

    def _with_claims(self, tokens: Tokens, claims: Mapping[str, Any]) -> Tokens:
        return Tokens(
            access_token=tokens.access_token,
            refresh_token=tokens.refresh_token,
            expires_at=tokens.expires_at,
            user_id=str(claims["sub"]),
            scope=tokens.scope,
            id_token=tokens.id_token,
            claims=dict(claims),
        )

    def read_user(self, tokens: Tokens, user_id: str) -> Steps[dict[str, Any]]:
        """Return the claims of the person, those of the identity token completed by user info, whose `sub` must be the same."""
        if user_id and user_id != tokens.user_id:
            raise errors.NotOffered(self.key, "other people than the token's own")
        told = yield from self.describe()
        claims = {name: value for name, value in tokens.claims.items() if name not in _ABOUT_TOKEN}
        if told.get("userinfo_endpoint"):
            found = yield from self._get(told["userinfo_endpoint"], tokens.access_token)
            if tokens.user_id and found.get("sub") != tokens.user_id:
                raise errors.IdentityInvalid(self.key, "user info is of somebody else")
            claims |= found
        if not read_text(claims.get("sub")):
            raise errors.UnexpectedAnswer(self.key, "no sub in the answer")
        return claims

    def refresh(self, tokens: Tokens) -> Steps[Tokens]:
        """Return newer tokens; an identity token that comes with them must be of the same person."""
        if not tokens.refresh_token:
            raise errors.NotOffered(self.key, "no refresh token came")
        form = {
            "grant_type": "refresh_token",
            "client_id": self.app.id,
            "refresh_token": tokens.refresh_token,
        }
        try:
            body = yield from self._post_as_app("token_endpoint", form)
        except errors.CodeInvalid as problem:
            raise errors.TokenExpired(self.key, problem.detail) from None
        newer = self.read_tokens(body, tokens)
        if body.get("id_token"):
            claims = yield from self.check_identity(newer.id_token)
            if claims["sub"] != tokens.user_id:
                raise errors.IdentityInvalid(self.key, "sub")
        return newer

    def revoke(self, tokens: Tokens) -> Steps[None]:
        """Make the tokens worthless (RFC 7009); the refresh token, where there is one, takes the others with it."""
        told = yield from self.describe()
        if not told.get("revocation_endpoint"):
            raise errors.NotOffered(self.key, "to revoke a token")
        form = {"client_id": self.app.id, "token": tokens.refresh_token or tokens.access_token}
        yield from self._post_as_app("revocation_endpoint", form)


_ABOUT_TOKEN = frozenset(
    {"iss", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "acr", "amr", "azp", "jti"}
)
