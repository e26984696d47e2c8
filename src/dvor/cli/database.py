"""`dvor database`: migrate, back up, restore, check, copy."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import App, Parameter

from dvor.cli.settings import SettingFlags, read_settings
from dvor.config import Settings
from dvor.core.courtyard import prepare_store
from dvor.store import maintenance

database_app = App(name="database")
Switch = Parameter(negative="")


@database_app.command
def migrate(*, config: Path | None = None, settings: SettingFlags | None = None) -> None:
    """Create the schema or bring it up to date."""
    asyncio.run(prepare_store(read_settings(settings, config)))


@database_app.command
def backup(
    target: Path,
    *,
    with_key: Annotated[bool, Switch] = False,
    config: Path | None = None,
    settings: SettingFlags | None = None,
) -> None:
    """Write the database and the files into a new folder; the server may go on meanwhile.

    Parameters
    ----------
    with_key
        Put the master key in as well: then the backup alone is enough to read every secret in it.
    """
    asyncio.run(maintenance.backup(read_settings(settings, config), target, with_key=with_key))
    print(f"backed up to {target}")


@database_app.command
def restore(source: Path, *, config: Path | None = None, settings: SettingFlags | None = None) -> None:
    """Fill an empty community from a backup."""
    asyncio.run(maintenance.restore(source, read_settings(settings, config)))
    print(f"restored from {source}")


@database_app.command
def check(*, config: Path | None = None, settings: SettingFlags | None = None) -> None:
    """Look for damage: in the engine's own structures, in the counters, in the kept files; exit code 1 if there is any."""
    problems = asyncio.run(
        maintenance.check(read_settings(settings, config), lambda name, count: print(f"{count:10,} {name}"))
    )
    for problem in problems:
        print(problem)
    if problems:
        sys.exit(1)
    print("all is well")


@database_app.command
def copy(
    source: str, target: str, *, config: Path | None = None, settings: SettingFlags | None = None
) -> None:
    """Copy a community into an empty one, of the other engine too; files and key are those of the data folder.

    Parameters
    ----------
    source
        A postgresql:// address, or the data folder of an SQLite database.
    target
        The same for the copy.
    """
    known = read_settings(settings, config)

    def tell(name: str, done: int, total: int) -> None:
        if done == total:
            print(f"{total:10,} {name}")

    asyncio.run(maintenance.copy(_named(known, source), _named(known, target), tell))


def _named(settings: Settings, place: str) -> Settings:
    if place.startswith(("postgresql://", "postgres://")):
        return msgspec.structs.replace(settings, database=place)
    return msgspec.structs.replace(settings, database=None, data=Path(place))
