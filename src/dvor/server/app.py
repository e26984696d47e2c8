"""The ASGI application: which address is answered by whom."""

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl

import structlog
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dvor.core.courtyard import Courtyard
from dvor.core.health import is_ready
from dvor.dialects.oidc import authorize, discovery, logout, pushed, userinfo
from dvor.dialects.oidc import token as oidc_token
from dvor.dialects.sngine import oauth as sngine
from dvor.dialects.vk import named, oauth, vkid
from dvor.dialects.vk.api import METHODS
from dvor.dialects.vk.bots_poll import BotsPollEndpoint
from dvor.dialects.vk.endpoint import MethodEndpoint
from dvor.dialects.vk.longpoll import LongPollEndpoint
from dvor.dialects.vk.token import TokenEndpoint
from dvor.dialects.vk.trials import CaptchaEndpoint
from dvor.dialects.vk.uploads import UploadEndpoint
from dvor.dialects.webtv.api import ACTIONS
from dvor.dialects.webtv.endpoint import ServerApiEndpoint
from dvor.methods.http import Doors
from dvor.methods.openapi import describe_api
from dvor.server.files import DocumentEndpoint, PictureEndpoint, not_found
from dvor.server.health import METRICS_TYPE, count_call, render_metrics, waiting_poll
from dvor.server.logs import new_request_id, request_id
from dvor.web.site import open_site
from dvor.web.static_files import answer_static

_log = structlog.get_logger("dvor.server")


class Application:
    """Everything that a server answers, for one community."""

    def __init__(self, courtyard: Courtyard) -> None:
        self._courtyard = courtyard
        token = TokenEndpoint(courtyard, count_call)
        self._method = MethodEndpoint(courtyard, METHODS, count_call)
        self._server_api = ServerApiEndpoint(courtyard, ACTIONS, count_call)
        doors = _open_doors(courtyard)
        upload, pictures = UploadEndpoint(courtyard, count_call), PictureEndpoint(courtyard)
        self._prefixes: tuple[tuple[str, ASGIApp], ...] = (
            ("/nim", LongPollEndpoint(courtyard, waiting_poll)),
            ("/wh", BotsPollEndpoint(courtyard, waiting_poll)),
            ("/upload/photo/", upload),
            ("/upload/doc/", upload),
            ("/files/", pictures),
            ("/content/uploads/", pictures),
            ("/documents/", DocumentEndpoint(courtyard)),
            ("/api/", doors.pop("/api/")),
            ("/static/", self._static),
        )
        self._paths: dict[str, ASGIApp] = {
            **doors,
            "/api.php": self._api_php,
            "/token": token,
            "/token/": token,
            "/oauth/token": token,
            "/livez": self._responder(self._live),
            "/readyz": self._responder(self._ready),
            "/metrics": self._responder(self._metrics),
            "/captcha.php": CaptchaEndpoint(courtyard),
            "/openapi.json": self._responder(self._openapi),
        }
        self._site = open_site(courtyard, not_found)
        self._description: bytes | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request under an id of its own; what goes wrong unexpectedly is logged, not shown."""
        if scope["type"] != "http":
            return
        own_id = new_request_id()
        started = False

        async def send_with_id(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message["headers"], (b"x-request-id", own_id.encode())]
            await send(message)

        request_id.set(own_id)
        try:
            await self._find(scope["path"])(scope, receive, send_with_id)
        except Exception:
            _log.exception("a request failed", path=scope["path"][:200])
            if not started:
                await JSONResponse({"error": "internal_server_error"}, 500)(scope, receive, send_with_id)

    def _find(self, path: str) -> ASGIApp:
        if path.startswith("/method/"):
            return self._method
        found = self._paths.get(path)
        if found is not None:
            return found
        for prefix, app in self._prefixes:
            if path.startswith(prefix):
                return app
        return self._site

    async def _api_php(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the one address that several originals share: VK's has `method=`, WebTV's `go=`, Sngine's `do=`."""
        query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        if "go" in query and "method" not in query:
            await self._server_api(scope, receive, send)
            return
        path = f"/api/{query['do']}" if query.get("do") else f"/method/{query.get('method', '')}"
        await self._find(path)({**scope, "path": path}, receive, send)

    @staticmethod
    def _responder(respond: Callable[[], Awaitable[Response]]) -> ASGIApp:
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["method"] not in ("GET", "HEAD"):
                response: Response = JSONResponse(
                    {"error": "method_not_allowed"}, 405, {"allow": "GET, HEAD"}
                )
            else:
                response = await respond()
            await response(scope, receive, send)

        return answer

    async def _static(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = answer_static(scope["path"]) if scope["method"] in ("GET", "HEAD") else None
        await (found or not_found)(scope, receive, send)

    async def _live(self) -> Response:
        return JSONResponse({"status": "live"})

    async def _ready(self) -> Response:
        ready = not self._courtyard.database.signals.is_closed and await is_ready(self._courtyard)
        return JSONResponse({"status": "ready" if ready else "not ready"}, 200 if ready else 503)

    async def _metrics(self) -> Response:
        return Response(await asyncio.to_thread(render_metrics), media_type=METRICS_TYPE)

    async def _openapi(self) -> Response:
        if self._description is None:
            self._description = describe_api(METHODS, self._courtyard.public_url)
        return Response(self._description, media_type="application/json")


def _open_doors(courtyard: Courtyard) -> Doors:
    """Return what the dialects answer beside their methods, by path."""
    modules = (oauth, named, vkid, sngine, discovery, authorize, pushed, oidc_token, userinfo, logout)
    return {path: door for module in modules for path, door in module.doors(courtyard).items()}
