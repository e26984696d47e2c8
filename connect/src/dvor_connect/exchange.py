"""A conversation with a network, without any input or output: what is asked, what comes back, when to ask again.

Protocols are generators: they yield a `Request` and get an `Answer`, or a `Failure` when none came; they yield a `Pause`
to wait, and a `Query` to reach the site's database.  `sending.py` runs them, blocking or not.
"""

import re
from collections.abc import Callable, Generator, Mapping
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import Struct

from dvor_connect.errors import NetworkDown, RateLimited, UnexpectedAnswer

TRIES = 3
_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
"""The character zero, which databases do not take, as JSON writes it."""
PAUSES = (0.3, 1.0)
"""Seconds before the second and the third try."""
LONGEST_PAUSE = 3.0
"""Seconds; who asks for more hears `RateLimited`."""


class Request(Struct, frozen=True, kw_only=True):
    """What to ask.  A safe request may be asked twice without harm; others only if they never left this machine."""

    method: Literal["GET", "POST"]
    url: str
    query: Mapping[str, str] = {}
    form: Mapping[str, str] | None = None
    headers: Mapping[str, str] = {}
    is_safe: bool = False

    def __repr__(self) -> str:
        return f"Request({self.method} {self.url})"  # query, form and headers hold secrets


class Answer(Struct, frozen=True):
    """What came back; the names of headers are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"Answer({self.status})"


class Failure(Struct, frozen=True):
    """Nothing came back.  `unsent`: no connection, so that the network has heard nothing; `lost`: it may have."""

    kind: Literal["unsent", "lost"]
    reason: str


class Pause(Struct, frozen=True):
    """Wait that many seconds."""

    seconds: float


class Query(Struct, frozen=True):
    """Do this in one transaction of the site's database, and give back what it returns.  It may be done again after a conflict."""

    work: Callable[[Any], Any]


T = TypeVar("T")
Step = Request | Pause | Query
Steps = Generator[Step, Any, T]
"""Gets an `Answer` or a `Failure` for a request, the result for a query, nothing for a pause."""


def ask(network: str, request: Request) -> Steps[Answer]:
    """Ask, again where that is safe; `NetworkDown` and `RateLimited` when there is no answer to be had."""
    number = 0
    while True:
        got: Answer | Failure = yield request
        pause = _pause_before_next(request, got, number)
        if pause is None:
            break
        yield Pause(pause)
        number += 1
    if isinstance(got, Failure):
        raise NetworkDown(network, got.reason)
    if got.status == 429 and b'"error' not in got.body[:1000]:  # else its own words say more
        raise RateLimited(network, retry_after=_retry_after(got))
    if got.status >= 500:
        raise NetworkDown(network, f"status {got.status}")
    return got


def _pause_before_next(request: Request, got: Answer | Failure, number: int) -> float | None:
    if number + 1 >= TRIES:
        return None
    if isinstance(got, Failure):
        return PAUSES[number] if request.is_safe or got.kind == "unsent" else None
    if got.status == 429 and request.is_safe:
        wanted = _retry_after(got)
        pause = PAUSES[number] if wanted is None else wanted
        return pause if pause <= LONGEST_PAUSE else None
    return PAUSES[number] if got.status in (502, 503, 504) and request.is_safe else None


def _retry_after(answer: Answer) -> float | None:
    text = answer.headers.get("retry-after", "")
    return float(text) if text.isdecimal() and text.isascii() and len(text) < 7 else None


def read_object(network: str, answer: Answer) -> dict[str, Any]:
    """Return the JSON object of an answer; `UnexpectedAnswer` if it is none."""
    if 300 <= answer.status < 400:
        raise UnexpectedAnswer(network, "it redirects elsewhere: is the address in the settings right?")
    try:
        value = msgspec.json.decode(_NUL.sub(rb"\1", answer.body))
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise UnexpectedAnswer(network, f"status {answer.status}, not JSON") from None
    if not isinstance(value, dict):
        raise UnexpectedAnswer(network, f"status {answer.status}, JSON but no object")
    return value
