"""The courtyard: everything that a running community consists of, in one value that is passed around."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from dvor.config import Settings
from dvor.core.deadlines import Deadlines
from dvor.core.secrets import MasterKey
from dvor.media.files import FileStore
from dvor.model.statistics import Statistics
from dvor.store.database import Database, connect_database, open_database
from dvor.store.revision import bring_up_to_date
from dvor.store.siblings import Siblings
from dvor.store.touches import Touches

Clock = Callable[[], float]


@dataclass(slots=True)
class Courtyard:
    """The parts of a running server; `public_url` is how people reach it, without a slash at the end."""

    settings: Settings
    database: Database
    touches: Touches
    master_key: MasterKey
    files: FileStore
    public_url: str
    clock: Clock = time.time
    statistics: Statistics | None = None
    """The figures that were counted last."""
    deadlines: Deadlines = field(default_factory=Deadlines)
    """When those who wait for events stop waiting."""
    readings: dict[tuple[int, int], asyncio.Task[Any]] = field(default_factory=dict)
    """Readings of events that have not begun yet, by receiver and the number above which they read."""

    @property
    def now(self) -> int:
        """Return the Unix time in whole seconds."""
        return int(self.clock())

    def file_url(self, name: str) -> str:
        """Return the address of a kept file."""
        return f"{self.public_url}/files/{name}"

    async def close(self) -> None:
        """Write down what has gathered and let go of the database."""
        await self.touches.stop()
        await self.database.close()


async def open_courtyard(
    settings: Settings,
    *,
    public_url: str = "",
    clock: Clock = time.time,
    with_migration: bool = True,
    siblings: Siblings | None = None,
) -> Courtyard:
    """Open the database, the key and the files that the settings name; a worker on SQLite opens them with its siblings."""
    master_key = MasterKey.open(settings)
    database = await (open_database(settings) if with_migration else connect_database(settings, siblings))
    url = public_url or settings.public_url or f"http://{settings.host}:{settings.port}"
    files = FileStore(settings.data)
    return Courtyard(settings, database, Touches(database), master_key, files, url.rstrip("/"), clock)


async def prepare_store(settings: Settings) -> None:
    """Bring the schema up to date, once, for processes that then open the community without migrating."""
    await bring_up_to_date(settings)
