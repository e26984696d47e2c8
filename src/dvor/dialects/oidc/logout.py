"""`/oidc/logout`: a person who leaves an app, and Dvor with it if he likes (OpenID Connect RP-Initiated Logout 1.0)."""

from starlette.responses import Response

from dvor.core.authorizations import Asked, begin_request, take_answer
from dvor.core.consents import revoke_log_ins
from dvor.core.courtyard import Courtyard
from dvor.core.keys import read_claims
from dvor.dialects.oidc.authorize import find_app
from dvor.dialects.oidc.errors import OidcRefusal, refuse_person
from dvor.methods import http
from dvor.methods.http import Door, Doors, redirect
from dvor.model.apps import OPENID, accepts_redirect
from dvor.model.authorizations import LOG_OUT, MAX_STATE_LENGTH, answer_address
from dvor.model.errors import RedirectMismatch

CONTINUE = "/oidc/logout/continue"


class LogoutEndpoint:
    """Ends the log-ins at one app, lets the page of log-out ask about the browser's own, and sends the person on."""

    def __init__(self, courtyard: Courtyard) -> None:
        self._courtyard = courtyard

    async def logout(self, asked: http.Asked) -> Response:
        """Check what the app asks for; its tokens die at once, for only it and the person have the identity token."""
        texts = asked.texts
        claims = await self._read_hint(texts.get("id_token_hint", ""))
        client_id = claims.get("aud", "") or texts.get("client_id", "")
        if texts.get("client_id", client_id) != client_id:
            raise OidcRefusal("invalid_request", "client_id is not the app of id_token_hint")
        uri, state = texts.get("post_logout_redirect_uri", ""), texts.get("state", "")
        if len(state) > MAX_STATE_LENGTH:
            raise OidcRefusal("invalid_request", f"state may have {MAX_STATE_LENGTH} characters")
        if not client_id:
            if uri:
                raise RedirectMismatch
            return redirect("/logout")
        app = await find_app(self._courtyard, client_id)
        if uri and not accepts_redirect(app, uri):
            raise RedirectMismatch
        if claims.get("sub", "").isdecimal():
            user_id = int(claims["sub"])
            await self._courtyard.database.write(lambda tx: revoke_log_ins(tx, user_id, app.id, OPENID))
        request_id = await begin_request(
            self._courtyard,
            Asked(
                app=app,
                protocol=LOG_OUT,
                door=CONTINUE,
                redirect_uri=uri,
                scope=0,
                parameters={"state": state},
            ),
        )
        return redirect(f"/logout/{request_id}")

    async def _read_hint(self, text: str) -> dict[str, str]:
        """Return whom an identity token was given to, and of whom; nothing for none, or one that is not ours."""
        claims = await read_claims(self._courtyard, text) if text else None
        if claims is None or claims.get("iss") != self._courtyard.public_url:
            return {}
        return {name: str(claims.get(name, "")) for name in ("sub", "aud")}

    async def go_on(self, asked: http.Asked) -> Response:
        """Send the person where the app wants him, logged out here or not."""
        request = await take_answer(self._courtyard, asked.query.get("ticket", ""), {LOG_OUT})
        state = {"state": request.parameters["state"]} if request.parameters["state"] else {}
        uri = request.redirect_uri or "/"
        return redirect(answer_address(uri, state) if state and request.redirect_uri else uri)


def doors(courtyard: Courtyard) -> Doors:
    """Return the doors of leaving."""
    endpoint, limit = LogoutEndpoint(courtyard), courtyard.settings.form_limit
    return {
        "/oidc/logout": Door(endpoint.logout, refuse_person, limit=limit),
        CONTINUE: Door(endpoint.go_on, refuse_person, limit=limit, methods=("GET",)),
    }
