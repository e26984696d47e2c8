"""Runs the steps of a conversation over httpx, blocking or not.

It uses httpx's transports and not its clients: a client writes the address of every request to the log, and some networks
want a token in the address.  Redirects are not followed, and a body is read up to a limit.
"""

import ssl
import time
from collections.abc import Awaitable, Callable
from functools import cache
from types import TracebackType
from typing import Any, Self, TypeVar

import anyio
import httpx

from dvor_connect.exchange import Answer, Failure, Pause, Query, Request, Steps

T = TypeVar("T")
Work = Callable[[Any], Any]
Database = Callable[[Work], Any]
"""Does work in a transaction of the site's database."""
AsyncDatabase = Callable[[Work], Awaitable[Any]]
SECONDS_TO_CONNECT, SECONDS_TO_ANSWER = 5.0, 15.0
LARGEST_BODY = 1 << 20
_TIMEOUT = {"connect": SECONDS_TO_CONNECT, "read": 10.0, "write": 10.0, "pool": SECONDS_TO_CONNECT}
_HEADERS = {"accept": "application/json", "accept-encoding": "gzip", "user-agent": "dvor-connect"}
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@cache
def _trust() -> ssl.SSLContext:
    """The certificate authorities to believe, read once: it takes longer than a log-in."""
    return httpx.create_ssl_context()


class _BodyRefused(httpx.TransportError):
    """The body is too large, or too slow."""


def _write(request: Request) -> httpx.Request:
    return httpx.Request(
        request.method,
        request.url,
        params=dict(request.query) or None,
        data=None if request.form is None else dict(request.form),
        headers={**_HEADERS, **request.headers},
        extensions={"timeout": _TIMEOUT},
    )


def _fail(problem: Exception) -> Failure:
    return Failure("unsent" if isinstance(problem, _UNSENT) else "lost", type(problem).__name__)


class _Body:
    """Gathers a body, within the limits of size and time."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0
        self._deadline = time.monotonic() + SECONDS_TO_ANSWER

    def add(self, part: bytes) -> None:
        self._parts.append(part)
        self._size += len(part)
        if self._size > LARGEST_BODY or time.monotonic() > self._deadline:
            raise _BodyRefused("too large or too slow")

    def answer(self, response: httpx.Response) -> Answer:
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, headers, b"".join(self._parts))


class Sender:
    """Blocking.  Give a transport of your own for a proxy, other certificates or tests."""

    def __init__(self, transport: httpx.BaseTransport | None = None) -> None:
        self._transport = transport

    def _open(self) -> httpx.BaseTransport:
        if self._transport is None:
            self._transport = httpx.HTTPTransport(verify=_trust())
        return self._transport

    def send(self, request: Request) -> Answer | Failure:
        """Ask once."""
        body = _Body()
        try:
            response = self._open().handle_request(_write(request))
            try:
                for part in response.iter_bytes():
                    body.add(part)
            finally:
                response.close()
        except httpx.HTTPError as problem:
            return _fail(problem)
        return body.answer(response)

    def run(self, steps: Steps[T], database: Database | None = None) -> T:
        """Go through the steps to their end."""
        answer: Any = None
        try:
            while True:
                step = steps.send(answer)
                answer = None
                if isinstance(step, Pause):
                    time.sleep(step.seconds)
                elif isinstance(step, Query):
                    assert database is not None, "these steps need a database"
                    answer = database(step.work)
                else:
                    answer = self.send(step)
        except StopIteration as end:
            result: T = end.value
            return result

    def close(self) -> None:
        """Close the kept connections."""
        if self._transport is not None:
            self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncSender:
    """The same, not blocking, on asyncio or trio."""

    def __init__(self, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._transport = transport

    def _open(self) -> httpx.AsyncBaseTransport:
        if self._transport is None:
            self._transport = httpx.AsyncHTTPTransport(verify=_trust())
        return self._transport

    async def send(self, request: Request) -> Answer | Failure:
        """Ask once."""
        body = _Body()
        try:
            response = await self._open().handle_async_request(_write(request))
            try:
                async for part in response.aiter_bytes():
                    body.add(part)
            finally:
                await response.aclose()
        except httpx.HTTPError as problem:
            return _fail(problem)
        return body.answer(response)

    async def run(self, steps: Steps[T], database: AsyncDatabase | None = None) -> T:
        """Go through the steps to their end."""
        answer: Any = None
        try:
            while True:
                step = steps.send(answer)
                answer = None
                if isinstance(step, Pause):
                    await anyio.sleep(step.seconds)
                elif isinstance(step, Query):
                    assert database is not None, "these steps need a database"
                    answer = await database(step.work)
                else:
                    answer = await self.send(step)
        except StopIteration as end:
            result: T = end.value
            return result

    async def close(self) -> None:
        """Close the kept connections."""
        if self._transport is not None:
            await self._transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
