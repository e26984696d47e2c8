"""Bringing the schema up to date: alembic, one transaction, by one process at a time."""

import asyncio
import logging
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from dvor.config import Settings
from dvor.store.revision import newest_revision
from dvor.store.sqlite import FILE_NAME, lock_folder

LOG = logging.getLogger(__name__)
SCRIPTS = Path(__file__).parent / "migrations"
ADVISORY_LOCK = 0x64766F72
"""The PostgreSQL lock that migrating processes queue for: "dvor" in ASCII."""


def alembic_config(connection: Connection) -> Config:
    """Return alembic's configuration for a connection; there is no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    return config


def sqlite_engine(path: Path) -> Engine:
    """Return a SQLAlchemy engine whose transactions take the whole file: for migrations only."""
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def _autocommit(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")

    @event.listens_for(engine, "begin")
    def _exclusive(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN EXCLUSIVE")

    return engine


def asyncpg_url(database: str) -> str:
    """Return the address in SQLAlchemy's spelling."""
    return "postgresql+asyncpg://" + database.split("://", 1)[1]


def upgrade(connection: Connection) -> None:
    """Run the migrations that are missing."""
    # most starts find nothing to do: alembic's own way to see that costs more than all the rest of opening
    current, newest = MigrationContext.configure(connection).get_current_revision(), newest_revision()
    if current == newest:
        return
    command.upgrade(alembic_config(connection), "head")
    LOG.info("the schema is at %s, %s", newest, f"from {current}" if current else "made new")


async def migrate(settings: Settings) -> None:
    """Create the schema or bring it up to date; `DataFolderBusy` while another process serves the folder."""
    if settings.database:
        await _migrate_postgresql(settings.database)
    else:
        settings.data.mkdir(parents=True, exist_ok=True)
        await asyncio.to_thread(_migrate_sqlite, settings.data)


def _migrate_sqlite(folder: Path) -> None:
    with lock_folder(folder):
        engine = sqlite_engine(folder / FILE_NAME)
        try:
            with engine.begin() as connection:
                upgrade(connection)
        finally:
            engine.dispose()


async def _migrate_postgresql(database: str) -> None:
    engine = create_async_engine(asyncpg_url(database), poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"))
            await connection.run_sync(upgrade)
    finally:
        await engine.dispose()
