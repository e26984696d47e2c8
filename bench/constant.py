"""The floor: the same HTTP server (uvicorn, uvloop, httptools) with an application that does nothing.

`/N` is answered with N bytes; `/wait/NAME` waits until somebody asks for `/wake/NAME`.
"""

import asyncio
import socket
import sys
from collections import defaultdict

import uvicorn
import uvloop
from starlette.types import ASGIApp, Receive, Scope, Send

from dvor.dialects.vk.wire import JSON_HEADERS
from dvor.server.workers import supervise

_bodies: dict[str, bytes] = {}
_waiting: dict[str, set[asyncio.Future[None]]] = defaultdict(set)


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request."""
    path: str = scope["path"]
    body = _bodies.get(path)
    if body is None:
        body = await _answer_rarely(path)
    headers = [*JSON_HEADERS, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _answer_rarely(path: str) -> bytes:
    _, verb, *rest = path.split("/")
    if verb == "livez":
        return b"live"
    if verb == "wait":
        future = asyncio.get_running_loop().create_future()
        _waiting[rest[0]].add(future)
        await future
        return b"woken"
    if verb == "wake":
        for future in _waiting.pop(rest[0], ()):
            if not future.done():
                future.set_result(None)
        return b"done"
    _bodies[path] = b"x" * int(verb)
    return _bodies[path]


def configure(application: ASGIApp) -> uvicorn.Config:
    """Return how uvicorn serves what is measured: as Dvor has it, without logs."""
    return uvicorn.Config(
        application,
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        log_level="critical",
        timeout_graceful_shutdown=1,
        server_header=False,
        proxy_headers=False,
    )


def work(listener: socket.socket) -> None:
    """Serve in one process."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(uvicorn.Server(configure(answer)).serve([listener]))


def main(port: int, workers: int) -> None:
    """Serve until told to stop."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(2048)
        listener.set_inheritable(True)
        work(listener) if workers == 1 else supervise([work] * workers, listener)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
