"""The demo's cast in a community without a server: requests go straight to the application."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from dvor.cli.cast import issue_cast_tokens, settle
from dvor.config import Settings
from dvor.core.courtyard import Courtyard, open_courtyard
from dvor.server.app import Application
from tests.postgresql import PostgreSQL
from tests.resetting import Resetting

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


Settled = tuple[Settings, dict[str, int], dict[str, str]]


async def _settle(settings: Settings) -> Settled:
    courtyard = await open_courtyard(settings, public_url=URL, clock=lambda: NOW)
    ids = await settle(courtyard)
    tokens = await issue_cast_tokens(courtyard, ids)
    await courtyard.close()
    return settings, ids, tokens


def _settle_apart(folder: Path, database: str | None) -> Settled:
    """Settle the cast once, in a thread with an event loop of its own; tests then work on copies."""
    settings = Settings(data=folder, database=database, master_key="a key for tests", log_in_limit=0)
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, _settle(settings)).result()


@pytest.fixture(scope="session")
def settled_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Settled:
    """The cast in a data folder that nobody has open."""
    return _settle_apart(tmp_path_factory.mktemp("settled"), None)


@pytest.fixture(scope="session")
def settled_postgresql(
    postgresql: PostgreSQL, migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Settled, Resetting]]:
    """The cast in the PostgreSQL database that one test after the other uses."""
    url = postgresql.create_database("settled", template=migrated_template)
    settled = _settle_apart(tmp_path_factory.mktemp("settled"), url)
    with Resetting(postgresql, "settled") as database:
        yield settled, database


@pytest.fixture
async def cast_client(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[CastClient]:
    """The cast in a community of the test's own, on each engine, at a fixed time."""
    if engine == "postgresql":
        settled, database = request.getfixturevalue("settled_postgresql")
        database.reset()
    else:
        settled = request.getfixturevalue("settled_sqlite")
    original, ids, tokens = settled
    folder = tmp_path / "data"
    shutil.copytree(original.data, folder)
    settings = msgspec.structs.replace(original, data=folder)
    courtyard = await open_courtyard(settings, public_url=URL, clock=lambda: NOW, with_migration=False)
    client = CastClient(courtyard, ids, dict(tokens))
    yield client
    await client.http.aclose()
    await courtyard.close()
