"""Sngine's log-in: `/api/oauth` sends the person back with an `auth_key`, `/api/authorize` turns it into a token.

The original has no `state`, so that a site cannot tell whose log-in comes back; an app has to be allowed this protocol
by its owner, and a `state` that is given comes back.  Source: Sngine's developers' page, API 1.1, and Sngine 4.1.
"""

from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from dvor.core import apps
from dvor.core.accounts import Profile, load_profile
from dvor.core.authorizations import Asked, begin_request, issue_code, take_answer
from dvor.core.courtyard import Courtyard
from dvor.core.grants import redeem_code
from dvor.core.tokens import identify, is_expired
from dvor.dialects.sngine.errors import (
    EXPIRED_TOKEN,
    INVALID_APP_ID,
    INVALID_APP_SECRET,
    INVALID_AUTH_KEY,
    INVALID_PARAMETERS,
    INVALID_TOKEN,
    NO_APP,
    SngineRefusal,
    refuse,
)
from dvor.methods import http
from dvor.methods.http import Door, Doors, json_answer, redirect
from dvor.methods.limits import AppLimiter
from dvor.model.apps import SNGINE, App
from dvor.model.authorizations import MAX_STATE_LENGTH, answer_address
from dvor.model.errors import AppNotFound, CodeInvalid, Refusal, RequestExpired

CONTINUE = "/api/oauth/continue"
PROTOCOLS = frozenset({SNGINE})
GENDERS = {1: "Female", 2: "Male"}
RELATIONSHIPS = {
    1: "single",
    2: "relationship",
    3: "relationship",
    4: "married",
    5: "complicated",
    6: "single",
    7: "relationship",
    8: "married",
}
"""VK's numbers in Sngine's words; who searches is single, who is engaged or in love is in a relationship."""


def refuse_on_page(refusal: Refusal) -> Response:
    """Tell a person, who cannot be sent back to an app, what is wrong."""
    if isinstance(refusal, RequestExpired):
        return http.page("Error", "This log-in is over. Go back to the site and begin again.")
    return http.page("Error", refusal.detail if isinstance(refusal, SngineRefusal) else INVALID_PARAMETERS)


class SngineEndpoint:
    """The doors of Sngine's API."""

    def __init__(self, courtyard: Courtyard) -> None:
        self._courtyard = courtyard
        self._limiter = AppLimiter(courtyard.settings.app_limit)

    async def _find_app(self, text: str) -> App:
        if not (text.isdecimal() and text.isascii() and len(text) <= 15):
            raise SngineRefusal(NO_APP)
        try:
            async with self._courtyard.database.read() as tx:
                app = await apps.find_app(tx, int(text))
        except AppNotFound:
            raise SngineRefusal(NO_APP) from None
        if SNGINE not in app.protocols or not app.redirect_uris:
            raise SngineRefusal(NO_APP)
        return app

    async def oauth(self, asked: http.Asked) -> Response:
        """Send the person to the page of consent."""
        app_id, state = asked.texts.get("app_id", ""), asked.texts.get("state", "")
        if not app_id:
            return http.page("404", "There is no such page.", 404)
        app = await self._find_app(app_id)
        if len(state) > MAX_STATE_LENGTH:
            raise SngineRefusal(INVALID_PARAMETERS)
        request_id = await begin_request(
            self._courtyard,
            Asked(
                app=app,
                protocol=SNGINE,
                door=CONTINUE,
                redirect_uri=app.redirect_uris[0],
                scope=0,
                parameters={"state": state},
            ),
        )
        return redirect(f"/consent/{request_id}")

    async def go_on(self, asked: http.Asked) -> Response:
        """Take the key to the app; who cancels goes to the front page, and the app is not told."""
        request = await take_answer(self._courtyard, asked.query.get("ticket", ""), PROTOCOLS)
        if request.outcome != "allowed":
            return redirect("/")
        answer: dict[str, str | int] = {"auth_key": await issue_code(self._courtyard, request)}
        if request.parameters["state"]:
            answer["state"] = request.parameters["state"]
        return redirect(answer_address(request.redirect_uri, answer))

    async def authorize(self, asked: http.Asked) -> Response:
        """Give the app a token for its key."""
        texts = asked.texts
        for name, message in (
            ("app_id", INVALID_APP_ID),
            ("app_secret", INVALID_APP_SECRET),
            ("auth_key", INVALID_AUTH_KEY),
        ):
            if not texts.get(name):
                raise SngineRefusal(message)
        self._limiter.check(texts["app_id"], asked.address)
        app = await self._find_app(texts["app_id"])
        if not apps.is_secret_of(self._courtyard, app, texts["app_secret"]):
            raise SngineRefusal(INVALID_APP_SECRET)
        try:
            grant = await redeem_code(
                self._courtyard, app, texts["auth_key"], protocols=PROTOCOLS, redirect_uri=None
            )
        except CodeInvalid:
            raise SngineRefusal(INVALID_AUTH_KEY) from None
        return json_answer({"access_token": grant.access_token})

    async def get_user_info(self, asked: http.Asked) -> Response:
        """Tell who the token's person is."""
        text, now = asked.texts.get("access_token") or asked.bearer, self._courtyard.now
        async with self._courtyard.database.read() as tx:
            caller = await identify(tx, text, now, protocols=PROTOCOLS)
            if caller is None or caller.deactivated:
                raise SngineRefusal(EXPIRED_TOKEN if await is_expired(tx, text, now) else INVALID_TOKEN)
            profile = await load_profile(tx, caller.user_id)
        self._courtyard.touches.use_token(caller.token_hash, now, caller.app_id)
        return json_answer({"user_info": self._draw(profile)})

    def _draw(self, profile: Profile) -> dict[str, Any]:
        """Return the fourteen fields in the page's order, and the two of newer versions; texts or null, as database rows."""
        user, site = profile.user, self._courtyard.public_url
        picture = user.avatar.get("max") or user.avatar.get("200")
        registered = datetime.fromtimestamp(user.created_at, UTC).strftime("%Y-%m-%d %H:%M:%S")
        return {
            "user_id": str(user.id),
            "user_name": user.screen_name or f"id{user.id}",
            "user_email": profile.email or None,
            "user_firstname": user.first_name,
            "user_lastname": user.last_name or None,
            "user_gender": GENDERS.get(user.sex, "N/A"),
            "user_birthdate": user.birth_date if user.birth_date_visibility == 1 else None,
            "user_picture": f"photos/{picture}.jpg" if picture else None,
            "user_cover": None,
            "user_registered": registered,
            "user_verified": str(int(user.is_verified)),
            "user_relationship": RELATIONSHIPS.get(user.relation),
            "user_biography": user.details.about or None,
            "user_website": user.details.site or None,
            "profile_picture": f"{site}/content/uploads/photos/{picture}.jpg"
            if picture
            else f"{site}/static/camera.png",
            "profile_cover": None,
        }

    async def unknown(self, _asked: http.Asked) -> Response:
        """Answer what is none of the three."""
        raise SngineRefusal(INVALID_PARAMETERS)


def doors(courtyard: Courtyard) -> Doors:
    """Return the doors of Sngine's API; `/api/` itself stands for every other address below it."""
    endpoint, limit = SngineEndpoint(courtyard), courtyard.settings.form_limit
    return {
        "/api/oauth": Door(endpoint.oauth, refuse_on_page, limit=limit),
        CONTINUE: Door(endpoint.go_on, refuse_on_page, limit=limit, methods=("GET",)),
        "/api/authorize": Door(endpoint.authorize, refuse, limit=limit),
        "/api/get_user_info": Door(endpoint.get_user_info, refuse, limit=limit),
        "/api/": Door(endpoint.unknown, refuse, limit=limit),
    }
