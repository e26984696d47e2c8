"""The demo's cast in a community without a server: requests go straight to the application."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest

from dvor.cli.cast import settle
from dvor.config import Settings
from dvor.core.courtyard import Courtyard, open_courtyard
from dvor.core.tokens import issue_token
from dvor.server.app import Application

URL = "http://localhost:8080"
NOW = 1_795_000_000


class CastClient:
    """Calls the API as one of the cast."""

    def __init__(self, courtyard: Courtyard, ids: dict[str, int], tokens: dict[str, str]) -> None:
        self.courtyard = courtyard
        self.ids = ids
        self.tokens = tokens
        transport = httpx.ASGITransport(app=Application(courtyard), client=("127.0.0.1", 50_000))
        self.http = httpx.AsyncClient(transport=transport, base_url=URL)

    async def ask(
        self, method: str, who: str = "anna", *, v: str | None = "5.199", **params: Any
    ) -> httpx.Response:
        """Call a method with VK's form of the API, or (v=None) OpenVK's."""
        asked = {name: value for name, value in params.items() if value is not None}
        if who:
            asked["access_token"] = self.tokens[who]
        if v is not None:
            asked["v"] = v
        return await self.http.post(f"/method/{method}", data=asked)

    async def get(self, method: str, who: str = "anna", **params: Any) -> Any:
        """Return the answer of a call that succeeds."""
        answer = (await self.ask(method, who, **params)).json()
        assert "response" in answer, answer
        return answer["response"]

    async def refuse(self, method: str, who: str = "anna", **params: Any) -> int:
        """Return the code of the error that a call is answered with."""
        answer = (await self.ask(method, who, **params)).json()
        assert "error" in answer, answer
        return int(answer["error"]["error_code"])


@pytest.fixture
async def cast_client(settings: Settings) -> AsyncIterator[CastClient]:
    """The cast in a community of their own, on each engine, at a fixed time."""
    fixed = msgspec.structs.replace(settings, master_key="a key for tests", log_in_limit=0)
    courtyard = await open_courtyard(fixed, public_url=URL, clock=lambda: NOW)
    ids = await settle(courtyard)
    tokens = {name: await issue_token(courtyard, user_id, platform="test") for name, user_id in ids.items()}
    client = CastClient(courtyard, ids, tokens)
    yield client
    await client.http.aclose()
    await courtyard.close()
