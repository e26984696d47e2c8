"""Made-up communities to measure, made once and copied: each copy begins in the same state."""

import asyncio
import contextlib
import shutil
import sqlite3
from pathlib import Path

import asyncpg
from msgspec.structs import replace

from bench.cases import Community
from dvor.cli.cast import PASSWORD
from dvor.config import Settings
from dvor.core.courtyard import Courtyard, open_courtyard
from dvor.core.message_sending import send_message
from dvor.core.population import Population, populate
from dvor.core.tokens import issue_token
from dvor.store.database import Transaction
from dvor.store.numbers import last_number
from dvor.store.sqlite import FILE_NAME
from tests.postgresql import PostgreSQL

CALLERS = 32
PEERS = 24
"""Conversations of each caller: more than the twenty that a page shows."""
TALK = 12
"""Messages that the callers' main talk gets beside the population's own."""
POSTS_KNOWN = 50_000
POSTGRESQL_SETTINGS = {
    "autovacuum": "on",
    "full_page_writes": "on",
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
}
"""Where the measured server differs from the tests' one: as it is run in earnest."""


def start_postgresql() -> PostgreSQL:
    """Start a PostgreSQL that waits for the disk, as one in earnest does."""
    server = PostgreSQL()
    server.settings |= POSTGRESQL_SETTINGS
    server.start()
    return server


class Template:
    """A community at rest in a data folder, and in a database of a PostgreSQL if one is given."""

    def __init__(self, folder: Path, name: str, server: PostgreSQL | None = None) -> None:
        self.folder = folder
        self.name = name
        self._server = server
        self.engine = "postgresql" if server else "sqlite"

    def settings(self, copy: str = "") -> Settings:
        """Return the settings of the template itself, or of the copy of this name."""
        return Settings(
            data=self._folder(copy),
            database=self._server.url(self._database(copy)) if self._server else None,
            log_in_limit=0,
            log_in_failures=0,
        )

    def _folder(self, copy: str) -> Path:
        return self.folder / f"{self.name}{copy and f'-{copy}'}"

    def _database(self, copy: str) -> str:
        return f"{self.name}_{copy or 'template'}"

    def make(self, population: Population) -> Community:
        """Make the people, their tokens and their longer talks."""
        self._folder("").mkdir(parents=True)
        if self._server:
            self._server.create_database(self._database(""))
        settings = self.settings()
        community = asyncio.run(_settle(settings, population))
        if settings.database:
            asyncio.run(_vacuum(settings.database))
        return replace(community, posts=asyncio.run(_list_posts(settings)))

    def copy(self, name: str) -> Settings:
        """Make a copy, which replaces an earlier one of this name, and return its settings."""
        shutil.rmtree(self._folder(name), ignore_errors=True)
        shutil.copytree(self._folder(""), self._folder(name))
        if self._server:
            self._server.drop_database(self._database(name))
            self._server.create_database(self._database(name), template=self._database(""))
        return self.settings(name)


async def _vacuum(database: str) -> None:
    connection = await asyncpg.connect(database)
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


async def _settle(settings: Settings, population: Population) -> Community:
    courtyard = await open_courtyard(settings)
    try:
        async with courtyard.database.read() as tx:
            first = await last_number(tx, "users") + 1
        await populate(courtyard, population, PASSWORD, lambda _written: None)
        step = max(2, population.users // CALLERS // 2 * 2)
        callers = range(first, first + population.users - 1, step)[:CALLERS]
        community = Community(first, population.users, [], [])
        for user_id in callers:
            await _talk(courtyard, community, user_id)
        tokens = [(user_id, await issue_token(courtyard, user_id, platform="bench")) for user_id in callers]
        return Community(first, population.users, tokens, [])
    finally:
        await courtyard.close()


async def _talk(courtyard: Courtyard, community: Community, user_id: int) -> None:
    """Give a caller conversations with many, and a long one with his partner."""
    near = [community.first_id + (user_id + step) % community.users for step in range(3, 3 + PEERS)]
    peers = [peer for peer in near if peer != user_id] + [community.partner(user_id)] * TALK

    async def write(tx: Transaction) -> None:
        for peer_id in peers:
            await send_message(tx, peer_id, user_id, "hello", [], random_id=0, now=courtyard.now)

    await courtyard.database.write(write)


async def _list_posts(settings: Settings) -> list[tuple[int, int]]:
    """Return where posts are; of very many those of owners all over the community."""
    query = f"SELECT owner_id, id FROM posts ORDER BY owner_id % 97, owner_id, id LIMIT {POSTS_KNOWN}"
    if settings.database:
        connection = await asyncpg.connect(settings.database)
        found = [tuple(row) for row in await connection.fetch(query)]
        await connection.close()
        return found
    with contextlib.closing(sqlite3.connect(settings.data / FILE_NAME)) as database:
        return list(database.execute(query))
