"""`/oidc/par`: an app pushes its authorization request and gets a name for it (RFC 9126)."""

from starlette.responses import Response

from dvor.core.courtyard import Courtyard
from dvor.dialects.oidc.authorize import PUSHED, PUSHED_SECONDS, AuthorizeEndpoint
from dvor.dialects.oidc.errors import OidcRefusal, SendBack, refuse_app
from dvor.dialects.oidc.token import TokenEndpoint
from dvor.methods import http
from dvor.methods.http import Door, Doors, json_answer
from dvor.model.errors import RedirectMismatch


def doors(courtyard: Courtyard) -> Doors:
    """Return the door of pushed requests."""
    clients, requests = TokenEndpoint(courtyard), AuthorizeEndpoint(courtyard)

    async def push(asked: http.Asked) -> Response:
        app = await clients.authenticate(asked)
        if "request_uri" in asked.form:
            raise OidcRefusal("invalid_request", "request_uri cannot be pushed")
        try:
            request_id = await requests.store(app, asked)
        except RedirectMismatch:
            raise OidcRefusal("invalid_request", "redirect_uri is not registered") from None
        except SendBack as refusal:
            raise OidcRefusal(refusal.error, refusal.detail) from None
        return json_answer({"request_uri": PUSHED + request_id, "expires_in": PUSHED_SECONDS}, 201)

    limit = courtyard.settings.form_limit
    return {"/oidc/par": Door(push, refuse_app, limit=limit, methods=("POST",), is_shared=True)}
