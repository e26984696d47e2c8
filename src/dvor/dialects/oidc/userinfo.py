"""`/oidc/userinfo`: the claims of the token's person."""

from typing import Any

from starlette.responses import Response

from dvor.core.accounts import Profile, load_profile
from dvor.core.courtyard import Courtyard
from dvor.core.tokens import identify
from dvor.dialects.oidc.errors import OidcRefusal, refuse_bearer
from dvor.methods import http
from dvor.methods.http import Door, Doors, json_answer
from dvor.model.apps import OPENID
from dvor.model.tokens import OpenIdScope

PROTOCOLS = frozenset({OPENID})
GENDERS = {1: "female", 2: "male"}


class UserinfoEndpoint:
    """Answers apps about people."""

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


def doors(courtyard: Courtyard) -> Doors:
    """Return the door of claims."""
    endpoint, limit = UserinfoEndpoint(courtyard), courtyard.settings.form_limit
    return {
        "/oidc/userinfo": Door(endpoint.userinfo, refuse_bearer, limit=limit, is_shared=True),
    }
