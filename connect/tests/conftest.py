"""What the tests of dvor-connect share: networks on this machine, and a connection that blocks and one that does not."""

import asyncio
import inspect
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connect.tests.issuer import Issuer
from connect.tests.replay import Replay
from dvor_connect import App, AsyncConnection, Connection, Network
from tests.loopback import guard_sockets

KEY = "a key of the site's own"
BACK = "https://club.example/back"


def pytest_configure() -> None:
    guard_sockets()


@pytest.fixture
def replay() -> Iterator[Replay]:
    """A network to be scripted."""
    server = Replay()
    yield server
    server.stop()


@pytest.fixture
def issuer(replay: Replay) -> Issuer:
    """An OpenID Connect issuer."""
    return Issuer(replay)


class Blocking:
    """Something asynchronous, called as if it blocked: one test text for both kinds."""

    def __init__(self, connection: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._connection, self._loop = connection, loop

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._connection, name)
        if not inspect.iscoroutinefunction(member):
            return member

        def call(*values: Any, **named: Any) -> Any:
            return asyncio.run_coroutine_threadsafe(member(*values, **named), self._loop).result(30)

        return call


Connect = Callable[..., Any]


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop that runs in a thread."""
    running = asyncio.new_event_loop()
    thread = threading.Thread(target=running.run_forever)
    thread.start()
    yield running
    running.call_soon_threadsafe(running.stop)
    thread.join()
    running.close()


@pytest.fixture(params=["sync", "async"])
def connect(request: pytest.FixtureRequest, loop: asyncio.AbstractEventLoop) -> Iterator[Connect]:
    """Make a connection to a network: the test runs once with a blocking and once with an asynchronous one."""
    made: list[Any] = []

    def make(network: Network, app_id: str = "7", secret: str = "SECRET", **more: Any) -> Any:
        app = App(network=network, id=app_id, secret=secret)
        named = {"key": KEY, "redirect_uri": BACK, **more}
        if request.param == "sync":
            made.append(Connection(app, **named))
        else:
            made.append(Blocking(AsyncConnection(app, **named), loop))
        return made[-1]

    yield make
    for one in made:
        one.close()
