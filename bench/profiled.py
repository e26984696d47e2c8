"""Dvor in one process under cProfile: `/profile/start` begins, `/profile/stop` answers where the time went.

`/memory/start` and `/memory/stop` do the same for what Python allocates (tracemalloc; what C libraries take is unseen).

cProfile makes small Python functions look dearer than they are; what C libraries take is shown as it is.
"""

import asyncio
import cProfile
import pstats
import re
import socket
import sys
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import msgspec
import uvicorn
import uvloop
from msgspec import Struct
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bench.constant import configure
from bench.load import press
from bench.processes import Server, free_port, running
from dvor.config import Settings
from dvor.core.courtyard import open_courtyard
from dvor.server.app import Application

TOP = 6
"""Of the modules, and of our own functions, that are shown."""
SECONDS = 1
OUR_ROOM = re.compile(r"/src/dvor/(\w+?)(?:\.py)?(?:/|$)")
LIBRARY = re.compile(r"/site-packages/(\w+?)(?:\.py)?(?:/|$)")
BUILT_IN = (
    ("sqlite3", "sqlite3"),
    ("msgspec", "msgspec"),
    ("asyncpg", "asyncpg"),
    ("uvloop", "uvloop"),
    ("httptools", "httptools"),
    ("hashlib", "hashing"),
)


class Profile(Struct):
    """Shares of the time, largest first: by module, and by function of ours or of a library."""

    modules: list[tuple[str, float]]
    functions: list[tuple[str, float]]


def summarize(profiler: cProfile.Profile) -> Profile:
    """Add up own times."""
    modules: Counter[str] = Counter()
    functions: Counter[str] = Counter()
    stats: Any = pstats.Stats(profiler)
    for (file, _line, name), (_, _, own, _, _) in stats.stats.items():
        module = _module(file, name)
        modules[module] += own
        short = name.removeprefix("<").removesuffix(">") if file == "~" else f"{_short(file)} {name}"
        functions[short] += own
    whole = sum(modules.values()) or 1.0
    return Profile(
        [(name, own / whole) for name, own in modules.most_common(TOP)],
        [(name, own / whole) for name, own in functions.most_common(TOP)],
    )


def summarize_memory(snapshot: tracemalloc.Snapshot) -> Profile:
    """Add up what is allocated, by module and by line."""
    modules: Counter[str] = Counter()
    for one in snapshot.statistics("filename"):
        modules[_module(one.traceback[0].filename, "")] += one.size
    lines = snapshot.statistics("lineno")
    whole = sum(one.size for one in lines) or 1
    return Profile(
        [(name, size / whole) for name, size in modules.most_common(TOP)],
        [
            (f"{_short(one.traceback[0].filename)} line {one.traceback[0].lineno}", one.size / whole)
            for one in lines[:TOP]
        ],
    )


def _module(file: str, name: str) -> str:
    if file == "~":
        return next((module for word, module in BUILT_IN if word in name), "Python's built-ins")
    if room := OUR_ROOM.search(file):
        return f"dvor.{room[1]}"
    if library := LIBRARY.search(file):
        return library[1]
    return "the standard library" if "/python3" in file else "code made at run time"


def _short(file: str) -> str:
    parts = Path(file).parts
    start = max((place for place, part in enumerate(parts) if part in ("dvor", "site-packages")), default=-2)
    return "/".join(parts[start:]).removeprefix("site-packages/")


class Profiled:
    """The application, and the two doors of the profiler."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._profiler = cProfile.Profile()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope["path"]
        if path == "/profile/start":
            self._profiler = cProfile.Profile()
            await Response()(scope, receive, send)
            self._profiler.enable()
        elif path == "/profile/stop":
            self._profiler.disable()
            await Response(msgspec.json.encode(summarize(self._profiler)))(scope, receive, send)
        elif path == "/memory/start":
            tracemalloc.start()
            await Response()(scope, receive, send)
        elif path == "/memory/stop":
            found = summarize_memory(tracemalloc.take_snapshot())
            tracemalloc.stop()
            await Response(msgspec.json.encode(found))(scope, receive, send)
        else:
            await self._application(scope, receive, send)


@contextmanager
def profiled(settings: Settings) -> Iterator[Server]:
    """Serve a community under the profiler."""
    port = free_port()
    command = [sys.executable, "-m", "bench.profiled", str(settings.data), str(port), settings.database or ""]
    with running(command, f"http://127.0.0.1:{port}") as server:
        yield server


def ask_profiler(server: Server, door: str) -> Profile | None:
    """Begin (None), or end and return what was found."""
    with urlopen(f"{server.url}{door}") as answer:
        body = answer.read()
    return msgspec.json.decode(body, type=Profile) if body else None


def profile(settings: Settings, series: dict[str, list[str]]) -> dict[str, Profile]:
    """Ask a server of one worker for each series of addresses; return where its time went."""
    found = {}
    with profiled(settings) as server:
        for name, paths in series.items():
            press(server.url, paths, SECONDS)
            ask_profiler(server, "/profile/start")
            press(server.url, paths, SECONDS)
            seen = ask_profiler(server, "/profile/stop")
            assert seen is not None
            found[name] = seen
    return found


async def _serve(data: Path, port: int, database: str | None) -> None:
    settings = Settings(data=data, database=database, log_in_limit=0, log_in_failures=0)
    courtyard = await open_courtyard(settings, public_url=f"http://127.0.0.1:{port}")
    courtyard.touches.start()
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        await uvicorn.Server(configure(Profiled(Application(courtyard)))).serve([listener])
    await courtyard.close()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] or None))
