"""Whether the schema is the newest, asked without alembic: most starts find nothing to do."""

import asyncio
import sqlite3
from functools import cache
from pathlib import Path

from dvor.config import Settings
from dvor.store.sqlite import FILE_NAME

VERSIONS = Path(__file__).parent / "migrations" / "versions"
_CURRENT = "SELECT version_num FROM alembic_version"


class SchemaTooNew(Exception):
    """The database was made by a newer version of Dvor."""


@cache
def newest_revision() -> str:
    """Return the newest revision: the number that begins the name of its file."""
    return max(path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*.py"))


async def bring_up_to_date(settings: Settings) -> None:
    """Create the schema or bring it up to date; `SchemaTooNew`, `DataFolderBusy` (another process serves the folder)."""
    found = await _find_revision(settings)
    if found == newest_revision():
        return
    if found is not None and found > newest_revision():
        raise SchemaTooNew(
            f"the database has schema {found}, this version of Dvor knows up to {newest_revision()}"
        )
    # alembic takes as long to import as everything else that is needed to start
    from dvor.store.migration import migrate

    await migrate(settings)


async def _find_revision(settings: Settings) -> str | None:
    """Return the revision of a database, None for one without a schema."""
    if settings.database is None:
        return await asyncio.to_thread(_find_in_file, settings.data / FILE_NAME)
    import asyncpg  # SQLite does without its memory

    connection = await asyncpg.connect(settings.database)
    try:
        revision: str | None = await connection.fetchval(_CURRENT)
    except asyncpg.UndefinedTableError:
        return None
    finally:
        await connection.close()
    return revision


def _find_in_file(path: Path) -> str | None:
    if not path.exists():
        return None
    connection = sqlite3.connect(path)
    try:
        row = connection.execute(_CURRENT).fetchone()
    except sqlite3.OperationalError:
        # no schema, or a file that cannot be read: opening it says so
        return None
    finally:
        connection.close()
    return row[0] if row else None
