"""What all tests share: the engines, a real PostgreSQL, and a guard that keeps them on this machine."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.loopback import guard_sockets
from tests.postgresql import PostgreSQL

# Tests in these folders carry the folder's name as their marker; the others are marked one by one, or by `engine`.
MARKED_FOLDERS = ("browser", "clients", "servers")

_numbers = count(1)


def pytest_configure() -> None:
    guard_sockets()


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
