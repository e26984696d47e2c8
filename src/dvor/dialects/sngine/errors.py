"""Sngine's error texts, and the one form they come in: HTTP 200 and `{"error":true,"message":…}`.

Source: the developers' page of API 1.1, and what public copies of Sngine 4.1 answer.
"""

from starlette.responses import Response

from dvor.methods.http import json_answer
from dvor.model.errors import Refusal, TooManyCalls

INVALID_PARAMETERS = "Bad Request, invalid parameters"
INVALID_APP_ID = "Bad Request, invalid app_id"
INVALID_APP_SECRET = "Bad Request, invalid app_secret"
INVALID_AUTH_KEY = "Bad Request, invalid auth_key"
INVALID_TOKEN = "Bad Request, invalid access_token"
EXPIRED_TOKEN = "Bad Request, expired access_token"
NO_APP = "We're sorry, but the application you're trying to use doesn't exist or has been disabled"

TOO_MANY_REQUESTS = "Too many requests, try again in a minute"
"""Dvor's own: Sngine does not count."""


class SngineRefusal(Refusal):
    """A refusal in Sngine's own words."""


def refuse(refusal: Refusal) -> Response:
    """Write a refusal; what only Dvor refuses (a body too large, a text that is none) counts as invalid parameters."""
    message = refusal.detail if isinstance(refusal, SngineRefusal) else INVALID_PARAMETERS
    if isinstance(refusal, TooManyCalls):
        message = TOO_MANY_REQUESTS
    return json_answer({"error": True, "message": message})
