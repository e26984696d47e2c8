"""Mini-apps: apps that open in a frame on a page of ours, at their own address, with signed parameters of who looks.

Two signatures, each VK's: `auth_key` (the iframe apps of old, which python-social-auth's VKAppOAuth2 checks) and `sign`
(mini-apps; vksdk's `vkapps`).  Sources: VK's documentation of both; social-auth-core 4, vksdk d75855a.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

import msgspec

from dvor.core.apps import reveal_secrets
from dvor.core.authorizations import Asked, begin_request, take_answer
from dvor.core.courtyard import Courtyard
from dvor.core.grants import grant_directly
from dvor.model.apps import VK, VK_IFRAME, App
from dvor.model.authorizations import AuthorizationRequest
from dvor.model.errors import AppNotFound
from dvor.model.users import User

LANGUAGES = {"ru": 0, "en": 3}
"""VK's numbers."""


def check_mini_app(courtyard: Courtyard, app: App) -> None:
    """Refuse an app that does not open in a frame, or would in one of our own origin: `AppNotFound`."""
    is_own = urlsplit(app.website)[:2] == urlsplit(courtyard.public_url)[:2]
    if app.platform != "mini-app" or VK_IFRAME not in app.protocols or not app.website or is_own:
        raise AppNotFound(str(app.id))


async def begin_visit(courtyard: Courtyard, app: App, door: str) -> str:
    """Store that a person opens a mini-app; return the id under which the page of consent finds it."""
    asked = Asked(app=app, protocol=VK, door=door, redirect_uri=app.website, scope=0, parameters={})
    return await begin_request(courtyard, asked)


async def take_visit(courtyard: Courtyard, ticket: str) -> AuthorizationRequest:
    """Return what the person has answered, once; `RequestExpired`."""
    return await take_answer(courtyard, ticket, {VK})


async def open_mini_app(
    courtyard: Courtyard, app: App, user: User, request: AuthorizationRequest, language: str
) -> str:
    """Return the address to show in the frame: the app's own, with a token and the signed parameters."""
    grant = await grant_directly(courtyard, request, app)
    secret = reveal_secrets(courtyard, app).secret_key
    launch: dict[str, str | int] = {
        "vk_access_token_settings": "",
        "vk_app_id": app.id,
        "vk_are_notifications_enabled": 0,
        "vk_is_app_user": 1,
        "vk_language": language,
        "vk_platform": "desktop_web",
        "vk_ref": "other",
        "vk_ts": courtyard.now,
        "vk_user_id": user.id,
    }
    result = {"response": [{"id": user.id, "first_name": user.first_name, "last_name": user.last_name}]}
    frame = {
        "api_url": f"{courtyard.public_url}/api.php",
        "api_id": app.id,
        "api_settings": request.granted,
        "viewer_id": user.id,
        "viewer_type": 0,
        "user_id": 0,
        "group_id": 0,
        "is_app_user": 1,
        "access_token": grant.access_token,
        "auth_key": sign_viewer(app.id, user.id, secret),
        "language": LANGUAGES[language],
        "is_secure": int(courtyard.public_url.startswith("https:")),
        "api_result": msgspec.json.encode(result).decode(),
    }
    together = urlencode(frame | launch | {"sign": sign_launch(launch, secret)})
    return f"{app.website}{'&' if '?' in app.website else '?'}{together}"


def sign_viewer(app_id: int, viewer_id: int, secret: str) -> str:
    """Return VK's `auth_key` of an iframe app: md5 of the app's id, the viewer's and the secure key."""
    # md5 is what the originals compare; it stands before nothing but the app's own guess of who looks
    return hashlib.md5(f"{app_id}_{viewer_id}_{secret}".encode(), usedforsecurity=False).hexdigest()


def sign_launch(launch: Mapping[str, str | int], secret: str) -> str:
    """Return VK's `sign` of a mini-app's launch parameters: HMAC-SHA256 over them in the order of their names."""
    message = urlencode(sorted(launch.items()))
    return urlsafe_b64encode(hmac.digest(secret.encode(), message.encode(), "sha256")).decode().rstrip("=")
