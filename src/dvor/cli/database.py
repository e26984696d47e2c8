"""`dvor database`: migrate, back up, restore, check, copy."""

import asyncio
from pathlib import Path

from cyclopts import App

from dvor.cli.settings import SettingFlags, read_settings
from dvor.core.courtyard import prepare_store

database_app = App(name="database", help="The database of a community.")


@database_app.command
def migrate(*, config: Path | None = None, settings: SettingFlags | None = None) -> None:
    """Create the schema or bring it up to date."""
    asyncio.run(prepare_store(read_settings(settings, config)))
