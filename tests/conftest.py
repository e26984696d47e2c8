"""What all tests share: the engines, a real PostgreSQL, and a guard that keeps them on this machine."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest

from dvor.config import Settings
from dvor.store.database import Database, open_database
from dvor.store.migration import migrate
from dvor.store.sqlite import FILE_NAME
from tests.cast import cast_client as cast_client
from tests.cast import settled_postgresql as settled_postgresql
from tests.cast import settled_sqlite as settled_sqlite
from tests.loopback import guard_sockets
from tests.postgresql import PostgreSQL
from tests.resetting import Resetting

# Tests in these folders carry the folder's name as their marker; the others are marked one by one, or by `engine`.
MARKED_FOLDERS = ("browser", "clients", "servers")

ROOT = Path(__file__).parents[1]
CACHES = frozenset({".hypothesis", ".import_linter_cache", ".mypy_cache", ".pytest_cache", ".ruff_cache"})
_there_before = frozenset(os.listdir(ROOT))

_numbers = count(1)


def pytest_configure() -> None:
    guard_sockets()
    # httpx looks for sniffio anew in each request; to be told at once that it is not there saves a quarter of a test's call
    sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run that has left something in the repository's folder: clients, too, write to temporary folders."""
    left = sorted(set(os.listdir(ROOT)) - _there_before - CACHES)
    if left and not hasattr(session.config, "workerinput"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        session.config.get_terminal_writer().line(
            f"\nThe tests have left in {ROOT}: {', '.join(left)}", red=True
        )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    tests = Path(__file__).parent
    for item in items:
        folder = item.path.relative_to(tests).parts[0] if item.path.is_relative_to(tests) else ""
        if folder in MARKED_FOLDERS:
            item.add_marker(folder)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def engine(request: pytest.FixtureRequest) -> str:
    """The engine of a test's database: the test runs once on each."""
    return str(request.param)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """The PostgreSQL that the tests of one process share; it does not wait for the disk, and nobody kills it."""
    server = PostgreSQL(fsync=False)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def durable_postgresql() -> Iterator[PostgreSQL]:
    """A PostgreSQL of a test's own, with fsync, for tests that kill it or count what it keeps."""
    server = PostgreSQL()
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def postgresql_url(postgresql: PostgreSQL) -> Iterator[str]:
    """The address of an empty PostgreSQL database, for one test."""
    name = f"empty_{next(_numbers)}"
    yield postgresql.create_database(name)
    postgresql.drop_database(name)


@pytest.fixture
def database_url(engine: str, request: pytest.FixtureRequest) -> str | None:
    """The setting `database` for an empty database of the test's engine: None means SQLite in the data folder."""
    if engine == "sqlite":
        return None
    return str(request.getfixturevalue("postgresql_url"))


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the schema and nothing else, to be copied: a copy is cheaper than a migration."""
    folder = tmp_path_factory.mktemp("migrated")
    _run_apart(Settings(data=folder))
    return folder / FILE_NAME


@pytest.fixture(scope="session")
def migrated_template(postgresql: PostgreSQL) -> str:
    """The name of a PostgreSQL database with the schema and nothing else, to be a template."""
    _run_apart(Settings(database=postgresql.create_database("migrated")))
    return "migrated"


def _run_apart(settings: Settings) -> None:
    """Migrate in a thread with an event loop of its own: the test may have its loop already."""
    with ThreadPoolExecutor(1) as threads:
        threads.submit(asyncio.run, migrate(settings)).result()


@pytest.fixture(scope="session")
def empty_postgresql(postgresql: PostgreSQL, migrated_template: str) -> Iterator[Resetting]:
    """The empty PostgreSQL database that one test after the other uses."""
    postgresql.create_database("shared", template=migrated_template)
    with Resetting(postgresql, "shared") as database:
        yield database


@pytest.fixture
def postgresql_settings(tmp_path: Path, empty_postgresql: Resetting) -> Settings:
    """The settings for an empty PostgreSQL database; a test that changes the schema takes `own_postgresql_settings`."""
    empty_postgresql.reset()
    return Settings(data=tmp_path, database=empty_postgresql.url)


@pytest.fixture
def own_postgresql_settings(
    tmp_path: Path, postgresql: PostgreSQL, migrated_template: str
) -> Iterator[Settings]:
    """The settings for a new, empty PostgreSQL database, which the test may spoil."""
    name = f"own_{next(_numbers)}"
    yield Settings(data=tmp_path, database=postgresql.create_database(name, template=migrated_template))
    postgresql.drop_database(name)


@pytest.fixture
def sqlite_settings(tmp_path: Path, migrated_file: Path) -> Settings:
    """The settings for a migrated, empty SQLite database, for one test."""
    shutil.copyfile(migrated_file, tmp_path / FILE_NAME)
    return Settings(data=tmp_path)


@pytest.fixture
def settings(engine: str, request: pytest.FixtureRequest) -> Settings:
    """The settings for a migrated, empty database of the test's engine, which nobody has open."""
    settings: Settings = request.getfixturevalue(f"{engine}_settings")
    return settings


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    """An open, empty database: SQLite, and then PostgreSQL."""
    database = await open_database(settings)
    yield database
    await database.close()
