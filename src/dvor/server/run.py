"""Running the server: one process, or several that share a socket and a database."""

import asyncio
import functools
import gc
import os
import signal
import socket
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

import structlog
import uvicorn
import uvloop

from dvor.config import ConfigError, Settings
from dvor.core.courtyard import Courtyard, open_courtyard
from dvor.core.jobs import JobWorker
from dvor.dialects.vk import callbacks
from dvor.dialects.vk.execute import close_compiler
from dvor.dialects.webtv import hooks
from dvor.server.app import Application
from dvor.server.health import prepare_worker_metrics
from dvor.server.logs import set_up_logs
from dvor.server.workers import supervise
from dvor.store.database import share_database
from dvor.store.siblings import Siblings

GRACE_SECONDS = 30
"""How long requests under way may take when the server stops."""

NEW_OBJECTS = 10_000
"""So many more objects than were freed make Python look for cycles among them; Python itself says 700."""

Ready = Callable[[Courtyard], Awaitable[None]]
Opening = Callable[[], Awaitable[Courtyard]]

_log = structlog.get_logger("dvor.server")


class Server(uvicorn.Server):
    """uvicorn, which on its way out wakes those who wait in a long poll instead of waiting for them."""

    def __init__(self, config: uvicorn.Config, courtyard: Courtyard, early: list[int]) -> None:
        super().__init__(config)
        self._courtyard = courtyard
        self._early = early
        self._loop = asyncio.get_running_loop()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve, unless a signal has said before that this is over: from here on uvicorn hears them."""
        await super().startup(sockets)
        if self._early:
            self.should_exit = True

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop."""
        self._loop.call_soon_threadsafe(self._courtyard.database.signals.close)
        super().handle_exit(sig, frame)


def bind(settings: Settings) -> socket.socket:
    """Take the port; `ConfigError` if it is not free."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen()  # who is told the address before the first request is answered waits, and is not refused
    except OSError as error:
        listener.close()
        raise ConfigError(
            [f"cannot listen on {settings.host} port {settings.port}: {error.strerror}"]
        ) from error
    listener.set_inheritable(True)
    return listener


def public_url(settings: Settings, listener: socket.socket) -> str:
    """Return how people reach the server: the setting, or what it listens on."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    scheme = "https" if settings.https else "http"
    host = {"0.0.0.0": "localhost", "::": "localhost", "127.0.0.1": "localhost"}.get(
        settings.host, settings.host
    )
    host = f"[{host}]" if ":" in host else host
    return f"{scheme}://{host}:{listener.getsockname()[1]}"


def run(settings: Settings, when_ready: Ready | None = None) -> None:
    """Serve until told to stop; `when_ready` is called with the open community before the first request."""
    set_up_logs(settings.log_level, settings.log_format)
    with bind(settings) as listener:
        url = public_url(settings, listener)
        if settings.workers == 1:
            _run_loop(
                settings, listener, functools.partial(open_courtyard, settings, public_url=url), when_ready
            )
            return
        asyncio.run(_prepare(settings, url, when_ready))
        shared = share_database(settings)
        with tempfile.TemporaryDirectory(prefix="dvor-metrics-") as folder:
            prepare_worker_metrics(Path(folder))
            works = [functools.partial(_run_worker, settings, url, siblings) for siblings in shared]
            supervise(works, listener)


async def _prepare(settings: Settings, url: str, when_ready: Ready | None) -> None:
    """Do once, before the workers start, what two of them must not do at the same time."""
    courtyard = await open_courtyard(settings, public_url=url)
    try:
        _find_certificate(settings)
        if when_ready is not None:
            await when_ready(courtyard)
    finally:
        await courtyard.close()


def _run_worker(settings: Settings, url: str, siblings: Siblings | None, listener: socket.socket) -> None:
    """Serve in a worker process on the socket of its parent."""
    set_up_logs(settings.log_level, settings.log_format)
    open_beside = functools.partial(
        open_courtyard, settings, public_url=url, with_migration=False, siblings=siblings
    )
    _run_loop(settings, listener, open_beside, None)


def _run_loop(
    settings: Settings, listener: socket.socket, open_here: Opening, when_ready: Ready | None
) -> None:
    # what comes before uvicorn listens for signals is remembered; uvicorn raises the one that stopped it once more
    # when it is done, and the tidying up comes after that
    early: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _frame: early.append(number))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(settings, listener, open_here, when_ready, early))


async def _serve(
    settings: Settings,
    listener: socket.socket,
    open_here: Opening,
    when_ready: Ready | None,
    early: list[int],
) -> None:
    courtyard = await open_here()
    jobs = JobWorker(courtyard, callbacks.HANDLERS | hooks.HANDLERS)
    try:
        configuration = _configure(settings, Application(courtyard))  # with it comes the certificate to trust
        if when_ready is not None:
            await when_ready(courtyard)
        await jobs.start()
        courtyard.touches.start()
        _spare_collections()
        _log.info(
            "serving", url=courtyard.public_url, engine=courtyard.database.engine, process_id=os.getpid()
        )
        await Server(configuration, courtyard, early).serve([listener])
    finally:
        await jobs.stop()
        close_compiler()
        await courtyard.close()
    _log.info("stopped")


def _spare_collections() -> None:
    """Keep Python's collector of cycles from stopping everybody: nearly all garbage goes by itself.

    With 5,000 waiting long polls each whole collection took 0.1 to 0.2 s and found nothing.
    """
    gc.freeze()  # what is loaded by now stays
    gc.set_threshold(NEW_OBJECTS)


def _names(settings: Settings) -> list[str]:
    """Return the names that a local certificate has to serve."""
    host = urlsplit(settings.public_url or "").hostname
    names = {*settings.tls_names, *([host] if host else [])}
    return sorted(names | ({settings.host} - {"0.0.0.0", "::"}))


def _find_certificate(settings: Settings) -> tuple[Path | None, Path | None]:
    """Return where the certificate and its key lie, made now if it is to be a local one; None without TLS."""
    if settings.tls and settings.tls_certificate is None:
        from dvor.server.tls import local_certificate  # brings cryptography with it, 9 MB

        certificate, key, _ = local_certificate(settings.data, _names(settings))
        return certificate, key
    return settings.tls_certificate, settings.tls_key


def _configure(settings: Settings, application: Application) -> uvicorn.Config:
    certificate, key = _find_certificate(settings)
    return uvicorn.Config(
        application,
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=[str(network) for network in settings.trusted_proxies],
        ssl_certfile=certificate,
        ssl_keyfile=key,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
