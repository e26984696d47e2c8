"""`/oidc/userinfo`: the claims of the token's person; `/oidc/logout`: the end of a log-in at an app."""

from typing import Any

from starlette.responses import Response

from dvor.core.accounts import Profile, load_profile
from dvor.core.consents import revoke_log_ins
from dvor.core.courtyard import Courtyard
from dvor.core.keys import read_claims
from dvor.core.tokens import identify
from dvor.dialects.oidc.authorize import find_app
from dvor.dialects.oidc.errors import OidcRefusal, refuse_bearer, refuse_person
from dvor.methods import http
from dvor.methods.http import Door, Doors, json_answer, redirect
from dvor.model.apps import OPENID, accepts_redirect
from dvor.model.authorizations import answer_address
from dvor.model.errors import RedirectMismatch
from dvor.model.tokens import OpenIdScope

PROTOCOLS = frozenset({OPENID})
GENDERS = {1: "female", 2: "male"}


class UserinfoEndpoint:
    """Answers apps about people, and people who leave an app."""

    def __init__(self, courtyard: Courtyard) -> None:
        self._courtyard = courtyard

    async def userinfo(self, asked: http.Asked) -> Response:
        """Tell the claims that the token's scopes allow; the token comes in the header or in a form, never in the address."""
        text = asked.bearer or asked.form.get("access_token", "")
        now = self._courtyard.now
        async with self._courtyard.database.read() as tx:
            caller = await identify(tx, text, now, protocols=PROTOCOLS) if text else None
            if caller is None or caller.deactivated or not caller.user_id:
                raise OidcRefusal("invalid_token", "the access token is missing, expired or revoked", 401)
            if not caller.scope & OpenIdScope.OPENID:
                raise OidcRefusal("insufficient_scope", "the scope openid is missing", 403)
            profile = await load_profile(tx, caller.user_id)
        self._courtyard.touches.use_token(caller.token_hash, now, caller.app_id)
        return json_answer(self._draw(profile, OpenIdScope(int(caller.scope))))

    def _draw(self, profile: Profile, scope: OpenIdScope) -> dict[str, Any]:
        user = profile.user
        claims: dict[str, Any] = {"sub": str(user.id)}
        if scope & OpenIdScope.PROFILE:
            claims |= self._draw_profile(profile)
        if scope & OpenIdScope.EMAIL and profile.email:
            claims |= {"email": profile.email, "email_verified": profile.is_email_verified}
        if scope & OpenIdScope.ADDRESS and (user.city or user.country):
            address = {"locality": user.city, "country": user.country}
            claims["address"] = {name: value for name, value in address.items() if value}
        if scope & OpenIdScope.PHONE and user.details.mobile_phone:
            claims |= {"phone_number": user.details.mobile_phone, "phone_number_verified": False}
        return claims

    def _draw_profile(self, profile: Profile) -> dict[str, Any]:
        user, site = profile.user, self._courtyard.public_url
        name = user.screen_name or f"id{user.id}"
        picture = user.avatar.get("200") or user.avatar.get("max")
        claims = {
            "name": f"{user.first_name} {user.last_name}".strip(),
            "given_name": user.first_name,
            "family_name": user.last_name,
            "nickname": user.nickname,
            "preferred_username": name,
            "profile": f"{site}/{name}",
            "picture": self._courtyard.file_url(picture) if picture else "",
            "website": user.details.site,
            "gender": GENDERS.get(user.sex, ""),
        }
        if user.birth_date and user.birth_date_visibility:
            hidden_year = f"0000{user.birth_date[4:]}"  # OpenID Connect Core, 5.1: a year left out is 0000
            claims["birthdate"] = user.birth_date if user.birth_date_visibility == 1 else hidden_year
        return {claim: value for claim, value in claims.items() if value}

    async def logout(self, asked: http.Asked) -> Response:
        """End a person's log-ins at the app of an identity token and send him on (OpenID Connect RP-Initiated Logout 1.0)."""
        texts = asked.texts
        claims = await read_claims(self._courtyard, texts.get("id_token_hint", ""))
        audience = str(claims.get("aud", "")) if claims is not None else ""
        uri = texts.get("post_logout_redirect_uri", "")
        client_id = audience or texts.get("client_id", "")
        if texts.get("client_id", client_id) != client_id:
            raise OidcRefusal("invalid_request", "client_id is not the app of id_token_hint")
        if claims is not None and str(claims.get("sub", "")).isdecimal() and audience.isdecimal():
            user_id, app_id = int(claims["sub"]), int(audience)
            await self._courtyard.database.write(lambda tx: revoke_log_ins(tx, user_id, app_id, OPENID))
        if not uri:
            return redirect("/")
        if not accepts_redirect(await find_app(self._courtyard, client_id), uri):
            raise RedirectMismatch
        state = {"state": texts["state"]} if texts.get("state") else {}
        return redirect(answer_address(uri, state) if state else uri)


def doors(courtyard: Courtyard) -> Doors:
    """Return the doors of claims and of leaving."""
    endpoint, limit = UserinfoEndpoint(courtyard), courtyard.settings.form_limit
    return {
        "/oidc/userinfo": Door(endpoint.userinfo, refuse_bearer, limit=limit, is_shared=True),
        "/oidc/logout": Door(endpoint.logout, refuse_person, limit=limit),
    }
