"""Nonsense at the server API's door, signed and unsigned: always JSON, HTTP 200, and never an internal error."""

import json
import random
from typing import Any
from urllib.parse import urlencode

import argon2
import pytest

from dvor.dialects.webtv.api import ACTIONS
from dvor.dialects.webtv.errors import ERRORS
from dvor.server.app import Application
from tests.dialects.conftest import CastClient
from tests.dialects.webtv.conftest import Integration

CALLS = 3000
VALUES = [
    "",
    "0",
    "1",
    "2",
    "-1",
    "x",
    "9" * 30,
    "1.5",
    "true",
    "*",
    "1,2,,x",
    "\0",
    "\ud800",
    "ы" * 300,
    "any",
]
VALUES += [
    "11",
    "desc",
    "1985-02-30",
    "google",
    "a@b.example",
    "{}",
    "[]",
    "' OR 1=1 --",
    "%",
    "\u2028",
    "😀",
    "1e9",
]


def draw(chance: random.Random) -> str:
    return chance.choice(VALUES) if chance.random() < 0.9 else "".join(chance.choices("01aя,@%\n", k=9))


async def send(application: Application, query: bytes, body: bytes, kind: str) -> tuple[int, dict[str, Any]]:
    """Put a request to the application itself, which is four times as fast as a client."""
    sent: list[dict[str, Any]] = []
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api.php",
        "query_string": query,
        "headers": [(b"content-type", kind.encode())],
        "client": ("127.0.0.1", 1),
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def note(message: Any) -> None:
        sent.append(dict(message))

    await application(scope, receive, note)
    told: dict[str, Any] = json.loads(sent[1]["body"])
    return int(sent[0]["status"]), told


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_thousands_of_random_requests(cast_client: CastClient, monkeypatch: Any) -> None:
    # a weak hash, as the slowness of a strong one is none of this test's business
    monkeypatch.setattr("dvor.core.accounts._hasher", argon2.PasswordHasher(1, 8, 1))
    integration = await Integration.open(cast_client)
    chance = random.Random(31)
    names = [*ACTIONS, "users.teleport", "clips.get", ".", "nonsense"]
    application, outcomes = Application(integration.courtyard), set()
    for _ in range(CALLS):
        section, _, do = chance.choice(names).partition(".")
        action = ACTIONS.get(f"{section}.{do}")
        query = {"go": section, "do": do, "iq": draw(chance)} | integration.sign()
        if chance.random() < 0.1:
            query[chance.choice(list(query)[1:])] = draw(chance)
        known = list(action.kinds) if action else []
        form = {name: draw(chance) for name in known if chance.random() < 0.3} | {"more": draw(chance)}
        asked = urlencode(query, errors="surrogatepass").encode()
        body = urlencode(form, errors="surrogatepass").encode()
        if chance.random() < 0.05:
            body = bytes(chance.choices(range(256), k=40))
        kind = chance.choice(
            ["application/x-www-form-urlencoded"] * 8
            + ["application/json", "multipart/form-data; boundary=x", "multipart/form-data", "", "text/plain"]
        )
        status, told = await send(application, asked, body, kind)
        assert status == 200
        assert told.get("error_long") != ERRORS["internal"].error_long, (asked, body, kind)
        outcomes.add("error" if "error" in told else "good")
    assert outcomes == {"error", "good"}
