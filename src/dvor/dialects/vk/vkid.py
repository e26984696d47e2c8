"""VK ID: OAuth 2.1 with PKCE.  Its `/authorize` is VK OAuth's; these are the doors of its tokens, open to other sites.

Sources: VK ID's documentation of API integration; VKCOM/vkid-web-sdk 2.6; social-auth-core, django-allauth, passport-vk-id.
"""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from dvor.core import apps
from dvor.core.accounts import Profile, load_profile
from dvor.core.consents import revoke_consent
from dvor.core.courtyard import Courtyard
from dvor.core.grants import redeem_code, refresh_grant
from dvor.core.keys import read_claims, sign_claims
from dvor.core.tokens import Caller, identify, revoke_family
from dvor.dialects.vk.oauth import OAuthRefusal, find_app, refuse, write_scope
from dvor.methods import http
from dvor.methods.http import Door, Doors, json_answer
from dvor.methods.limits import AppLimiter
from dvor.model.apps import VK_ID, App
from dvor.model.authorizations import Grant
from dvor.model.errors import CodeInvalid, WrongAppSecret
from dvor.model.tokens import TOKEN_SECONDS, Scope
from dvor.model.users import User

PROTOCOLS = frozenset({VK_ID})


class VkIdEndpoint:
    """The doors of VK ID's tokens.  Parameters may stand in the query, as its SDK puts them, or in the form."""

    def __init__(self, courtyard: Courtyard) -> None:
        self._courtyard = courtyard
        self._limiter = AppLimiter(courtyard.settings.app_limit)

    async def auth(self, asked: http.Asked) -> Response:
        """Give tokens for a code or a refresh token; the app proves itself by the verifier, and by its secret if it has one."""
        texts = asked.texts
        self._limiter.check(texts.get("client_id", ""), asked.address)
        app = await self._find_app(texts)
        for name in ("device_id", "grant_type"):
            if not texts.get(name):
                raise OAuthRefusal("invalid_request", f"{name} is missing or invalid", 400)
        device = {"device_id": texts["device_id"]}
        if texts["grant_type"] == "authorization_code":
            if not texts.get("code_verifier"):
                raise OAuthRefusal("invalid_request", "verifier is missing or invalid", 400)
            grant = await redeem_code(
                self._courtyard,
                app,
                texts.get("code", ""),
                protocols=PROTOCOLS,
                redirect_uri=texts.get("redirect_uri", ""),
                verifier=texts["code_verifier"],
                parameters=device,
            )
        elif texts["grant_type"] == "refresh_token":
            try:
                grant = await refresh_grant(
                    self._courtyard,
                    app,
                    texts.get("refresh_token", ""),
                    protocols=PROTOCOLS,
                    parameters=device,
                )
            except CodeInvalid:
                raise OAuthRefusal("invalid_grant", "refresh_token is missing or invalid") from None
        else:
            raise OAuthRefusal("unsupported_grant_type", "grant_type is missing or invalid", 400)
        return json_answer(await self._draw(app, grant, texts))

    async def _find_app(self, texts: Mapping[str, str]) -> App:
        app = await find_app(self._courtyard, texts.get("client_id", ""))
        secret = texts.get("client_secret")
        if secret and not apps.is_secret_of(self._courtyard, app, secret):
            raise WrongAppSecret
        return app

    async def _draw(self, app: App, grant: Grant, texts: Mapping[str, str]) -> dict[str, Any]:
        now = self._courtyard.now
        claims = {
            "iss": self._courtyard.public_url,
            "sub": str(grant.user_id),
            "aud": str(app.id),
            "iat": now,
            "exp": now + TOKEN_SECONDS[VK_ID],
        }
        return {
            "access_token": grant.access_token,
            "refresh_token": grant.refresh_token,
            "id_token": await sign_claims(self._courtyard, claims),
            "token_type": "Bearer",
            "expires_in": grant.lifetime,
            "user_id": grant.user_id,
            "state": texts.get("state") or grant.parameters.get("state", ""),
            "scope": write_scope(grant.scope),
        }

    async def _identify(self, asked: http.Asked) -> Caller:
        text = asked.texts.get("access_token") or asked.bearer
        async with self._courtyard.database.read() as tx:
            caller = await identify(tx, text, self._courtyard.now, protocols=PROTOCOLS)
        client_id = asked.texts.get("client_id", "")
        if caller is None or caller.deactivated or client_id not in ("", str(caller.app_id)):
            raise OAuthRefusal("invalid_token", "access_token is missing or invalid")
        return caller

    async def user_info(self, asked: http.Asked) -> Response:
        """Tell who the token's person is, as far as the scopes go."""
        caller = await self._identify(asked)
        async with self._courtyard.database.read() as tx:
            profile = await load_profile(tx, caller.user_id)
        self._courtyard.touches.use_token(caller.token_hash, self._courtyard.now, caller.app_id)
        return json_answer({"user": self._draw_user(profile, caller.scope)})

    def _draw_user(self, profile: Profile, scope: Scope) -> dict[str, Any]:
        user = profile.user
        drawn: dict[str, Any] = {
            "user_id": str(user.id),
            "first_name": user.first_name,
            "last_name": user.last_name,
            "avatar": self._avatar(user),
            "sex": user.sex,
            "verified": user.is_verified,
        }
        if user.birth_date and user.birth_date_visibility == 1:
            drawn["birthday"] = ".".join(reversed(user.birth_date.split("-")))
        if scope & Scope.EMAIL and profile.email:
            drawn["email"] = profile.email
        if scope & Scope.PHONE and user.details.mobile_phone:
            drawn["phone"] = user.details.mobile_phone.lstrip("+")
        return drawn

    def _avatar(self, user: User) -> str:
        kept = user.avatar.get("200") or user.avatar.get("max")
        return self._courtyard.file_url(kept) if kept else f"{self._courtyard.public_url}/static/camera.png"

    async def public_info(self, asked: http.Asked) -> Response:
        """Tell a little of the person of an id_token, so that a site can say whom it knows."""
        claims = await read_claims(self._courtyard, asked.texts.get("id_token", ""))
        is_good = (
            claims is not None
            and claims.get("iss") == self._courtyard.public_url
            and asked.texts.get("client_id", "") in ("", claims.get("aud"))
            and str(claims.get("sub", "")).isdecimal()
        )
        if claims is None or not is_good:
            raise OAuthRefusal("invalid_token", "id_token is missing or invalid")
        async with self._courtyard.database.read() as tx:
            profile = await load_profile(tx, int(claims["sub"]))
        user = profile.user
        if user.deactivated:
            raise OAuthRefusal("invalid_token", "id_token is missing or invalid")
        drawn = {
            "user_id": str(user.id),
            "first_name": user.first_name,
            "last_name": f"{user.last_name[:1]}." if user.last_name else "",
            "avatar": self._avatar(user),
        }
        if profile.email:
            name, _, domain = profile.email.partition("@")
            drawn["email"] = f"{name[:1]}***@{domain}"
        return json_answer({"user": drawn})

    async def logout(self, asked: http.Asked) -> Response:
        """End one log-in: its tokens die."""
        caller = await self._identify(asked)
        await self._courtyard.database.write(lambda tx: revoke_family(tx, caller))
        return json_answer({"response": 1})

    async def revoke(self, asked: http.Asked) -> Response:
        """Take back all that the person has allowed the app."""
        caller = await self._identify(asked)
        await self._courtyard.database.write(lambda tx: revoke_consent(tx, caller.user_id, caller.app_id))
        return json_answer({"response": 1})


def doors(courtyard: Courtyard) -> Doors:
    """Return the doors of VK ID's tokens."""
    endpoint, limit = VkIdEndpoint(courtyard), courtyard.settings.form_limit
    answers = {
        "auth": endpoint.auth,
        "user_info": endpoint.user_info,
        "public_info": endpoint.public_info,
        "logout": endpoint.logout,
        "revoke": endpoint.revoke,
    }
    return {
        f"/oauth2/{name}": Door(answer, refuse, limit=limit, methods=("POST",), is_shared=True)
        for name, answer in answers.items()
    }
