"""The doors of an app's server: `/oidc/token`, `/oidc/revoke` (RFC 7009), `/oidc/introspect` (RFC 7662)."""

import hashlib
from base64 import urlsafe_b64encode
from typing import Any

from starlette.responses import Response

from dvor.core import apps
from dvor.core.courtyard import Courtyard
from dvor.core.grants import grant_service_token, redeem_code, refresh_grant, revoke_by_text
from dvor.core.keys import sign_claims
from dvor.core.tokens import describe_token
from dvor.dialects.oidc.authorize import find_app, read_scope, write_scope
from dvor.dialects.oidc.errors import OidcRefusal, refuse_app
from dvor.methods import http
from dvor.methods.http import Door, Doors, json_answer
from dvor.methods.limits import AppLimiter
from dvor.model.apps import OPENID, App
from dvor.model.authorizations import Grant
from dvor.model.errors import WrongAppSecret
from dvor.model.tokens import TOKEN_SECONDS, OpenIdScope

PROTOCOLS = frozenset({OPENID})
GRANTS = ("authorization_code", "refresh_token", "client_credentials")


class TokenEndpoint:
    """Answers apps that prove who they are: by their secret (Basic or in the form), or, without one, by PKCE alone."""

    def __init__(self, courtyard: Courtyard) -> None:
        self._courtyard = courtyard
        self._limiter = AppLimiter(courtyard.settings.app_limit)

    async def authenticate(self, asked: http.Asked) -> App:
        """Return the app that asks, if it can prove who it is; `OidcRefusal`, `AppNotFound`, `WrongAppSecret`."""
        if asked.repeated:
            raise OidcRefusal("invalid_request", f"{min(asked.repeated)} is given more than once")
        form, basic = asked.form, asked.basic
        if basic is not None and form.get("client_secret"):
            raise OidcRefusal("invalid_request", "the client proves itself twice")
        client_id, secret = basic or (form.get("client_id", ""), form.get("client_secret", ""))
        if form.get("client_id", client_id) != client_id:
            raise OidcRefusal("invalid_request", "two different clients are named")
        self._limiter.check(client_id, asked.address)
        app = await find_app(self._courtyard, client_id)
        if not secret and basic is None and app.is_public:
            return app
        if not apps.is_secret_of(self._courtyard, app, secret):
            raise WrongAppSecret
        return app

    async def token(self, asked: http.Asked) -> Response:
        """Give tokens for a code, a refresh token, or to the app itself."""
        app, form = await self.authenticate(asked), asked.form
        grant_type = form.get("grant_type", "")
        if not grant_type:
            raise OidcRefusal("invalid_request", "grant_type is missing")
        if grant_type not in GRANTS:
            raise OidcRefusal("unsupported_grant_type", f"grant_type is one of {', '.join(GRANTS)}")
        if grant_type == "client_credentials":
            return await self._give_service_token(app)
        name = "code" if grant_type == "authorization_code" else "refresh_token"
        if not form.get(name):
            raise OidcRefusal("invalid_request", f"{name} is missing")
        if grant_type == "authorization_code":
            grant = await redeem_code(
                self._courtyard,
                app,
                form["code"],
                protocols=PROTOCOLS,
                redirect_uri=form.get("redirect_uri", ""),
                verifier=form.get("code_verifier", ""),
            )
        else:
            scope = int(read_scope(form["scope"])) if form.get("scope") else None
            grant = await refresh_grant(
                self._courtyard, app, form["refresh_token"], protocols=PROTOCOLS, scope=scope
            )
        return json_answer(await self._draw(app, grant))

    async def _give_service_token(self, app: App) -> Response:
        if app.is_public:
            raise OidcRefusal("unauthorized_client", "an app without a secret cannot act for itself")
        lifetime = TOKEN_SECONDS[OPENID]
        text = await grant_service_token(self._courtyard, app, OPENID, lifetime)
        return json_answer({"access_token": text, "token_type": "Bearer", "expires_in": lifetime})

    async def _draw(self, app: App, grant: Grant) -> dict[str, Any]:
        body: dict[str, Any] = {
            "access_token": grant.access_token,
            "token_type": "Bearer",
            "expires_in": grant.lifetime,
            "scope": write_scope(grant.scope),
        }
        if grant.refresh_token:
            body["refresh_token"] = grant.refresh_token
        if grant.scope & OpenIdScope.OPENID:
            body["id_token"] = await self._sign(app, grant)
        return body

    async def _sign(self, app: App, grant: Grant) -> str:
        now = self._courtyard.now
        half = hashlib.sha256(grant.access_token.encode()).digest()[:16]
        claims: dict[str, Any] = {
            "iss": self._courtyard.public_url,
            "sub": str(grant.user_id),
            "aud": str(app.id),
            "iat": now,
            "exp": now + TOKEN_SECONDS[OPENID],
            "auth_time": grant.authenticated_at,
            "at_hash": urlsafe_b64encode(half).decode().rstrip("="),
        }
        if grant.parameters.get("nonce"):
            claims["nonce"] = grant.parameters["nonce"]
        return await sign_claims(self._courtyard, claims, app.signing_algorithm)

    async def revoke(self, asked: http.Asked) -> Response:
        """Revoke a token of the app; unknown ones are as good as revoked."""
        app = await self.authenticate(asked)
        if not asked.form.get("token"):
            raise OidcRefusal("invalid_request", "token is missing")
        await revoke_by_text(self._courtyard, app, asked.form["token"])
        return json_answer({})

    async def introspect(self, asked: http.Asked) -> Response:
        """Tell an app what its own token is worth."""
        app = await self.authenticate(asked)
        if app.is_public:
            raise WrongAppSecret
        text = asked.form.get("token", "")
        async with self._courtyard.database.read() as tx:
            token = await describe_token(tx, text, self._courtyard.now) if text else None
        if token is None or token.app_id != app.id or token.protocol not in PROTOCOLS:
            return json_answer({"active": False})
        body: dict[str, Any] = {
            "active": True,
            "client_id": str(app.id),
            "token_type": "Bearer",
            "iss": self._courtyard.public_url,
            "aud": str(app.id),
            "scope": write_scope(token.scope),
            "exp": token.expires_at,
        }
        if token.user_id:
            body["sub"] = str(token.user_id)
        return json_answer(body)


def doors(courtyard: Courtyard) -> Doors:
    """Return the doors that an app's server uses."""
    endpoint, limit = TokenEndpoint(courtyard), courtyard.settings.form_limit
    answers = {"token": endpoint.token, "revoke": endpoint.revoke, "introspect": endpoint.introspect}
    return {
        f"/oidc/{name}": Door(answer, refuse_app, limit=limit, methods=("POST",), is_shared=True)
        for name, answer in answers.items()
    }
