"""An OpenID Connect issuer on this machine, which signs what a test wants signed."""

import base64
import hashlib
import time
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from connect.tests.replay import Answer, Heard, Replay

APP_ID, SECRET = "club & co", "s3cret+/="


@cache
def make_key(name: str) -> RSAKey:
    """Return the signing key of that name; to make one takes a while."""
    return RSAKey.generate_key(2048, parameters={"kid": name})


class Issuer:
    """Give `claims` and `person` the values to lie with; `visit` is the browser's way through the log-in."""

    def __init__(self, replay: Replay) -> None:
        self.replay, self.site = replay, replay.site
        self.key = make_key("first")
        self.published = [self.key]
        self.metadata: dict[str, Any] = {
            "issuer": self.site,
            "authorization_endpoint": f"{self.site}/authorize",
            "token_endpoint": f"{self.site}/token",
            "userinfo_endpoint": f"{self.site}/userinfo",
            "jwks_uri": f"{self.site}/jwks",
            "revocation_endpoint": f"{self.site}/revoke",
            "authorization_response_iss_parameter_supported": True,
        }
        self.claims: dict[str, Any] = {}
        self.person: dict[str, Any] = {
            "sub": "248289761001",
            "given_name": "Jane",
            "family_name": "Doe",
            "gender": "female",
            "birthdate": "0000-03-22",
            "picture": "https://people.example/jane.jpg",
            "email": "jane@example.com",
            "email_verified": True,
            "address": {"locality": "Tartu"},
        }
        self._asked: dict[str, str] = {}
        replay.says("/.well-known/openid-configuration", lambda _: (200, self.metadata, {}))
        replay.says(
            "/jwks", lambda _: (200, {"keys": [one.as_dict(private=False) for one in self.published]}, {})
        )
        replay.says("/token", self.give_tokens)
        replay.says("/userinfo", lambda _: (200, self.person, {}))

    def visit(self, url: str) -> dict[str, str]:
        """Go to the page of consent, allow everything, and return the parameters of the way back."""
        self._asked = dict(parse_qsl(urlsplit(url).query))
        return {"code": "CODE", "state": self._asked["state"], "iss": self.site}

    def give_tokens(self, heard: Heard) -> Answer:
        """Check what a server checks, and sign."""
        pair = base64.b64encode(b"club%20%26%20co:s3cret%2B%2F%3D").decode()
        if heard.headers.get("authorization") != f"Basic {pair}":
            return 401, {"error": "invalid_client"}, {}
        if heard.form["grant_type"] == "refresh_token":
            return 200, {"access_token": "ACCESS-2", "expires_in": 30, "id_token": self.sign()}, {}
        digest = hashlib.sha256(heard.form["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != self._asked["code_challenge"]:
            return 400, {"error": "invalid_grant", "error_description": "PKCE"}, {}
        answer = {
            "access_token": "ACCESS",
            "refresh_token": "REFRESH",
            "expires_in": 3600,
            "id_token": self.sign(),
        }
        return 200, answer, {}

    def sign(self) -> str:
        """Return an identity token with the claims that a test has changed."""
        now = int(time.time())
        claims = {
            "iss": self.site,
            "sub": "248289761001",
            "aud": APP_ID,
            "iat": now,
            "exp": now + 600,
            "nonce": self._asked["nonce"],
            **self.claims,
        }
        header = {"alg": "RS256", "kid": self.key.kid}
        return jwt.encode(header, {k: v for k, v in claims.items() if v is not None}, self.key)
