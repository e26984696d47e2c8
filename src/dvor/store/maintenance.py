"""Maintenance: backing a community up, restoring it, checking it, and copying it to the other engine.

All of it may run while a server serves the community, except what writes to a data folder.
"""

import asyncio
import contextlib
import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Integer, Table, bindparam, column, func, select, table, tuple_

from dvor.config import Settings
from dvor.store.consistency import HIGHEST, RULES
from dvor.store.database import Transaction, connect_database, open_database
from dvor.store.files import files
from dvor.store.numbers import NAMES, last_number, set_number
from dvor.store.revision import bring_up_to_date
from dvor.store.schema import tables
from dvor.store.sqlite import FILE_NAME, SQLiteTransaction, connect, lock_folder
from dvor.store.statements import Statement

Row = TypeVar("Row")

KEY_NAME = "master.key"
FILES_NAME = "files"
FILE = re.compile(r"[0-9a-f]{64}")
PAGE = 2000
"""Rows that are read and written at a time."""
MOST_PROBLEMS = 20
"""Problems of one kind that are told."""

KEPT_TABLES = tables("postgresql")
"""The tables that hold rows of the community; the numbers, a table on SQLite only, are copied one by one."""


class MaintenanceRefused(Exception):
    """What was asked would overwrite something or has nothing to work on; the text says what."""


def _pages(kept: Table) -> tuple[Statement[dict[str, Any]], Statement[dict[str, Any]]]:
    """Return what reads the first rows of a table, and the rows after a key."""
    names = [one.name for one in kept.c]
    keys = list(kept.primary_key.columns)
    first = select(kept).order_by(*keys).limit(bindparam("count", type_=Integer))
    after = first.where(
        tuple_(*keys) > tuple_(*(bindparam(f"after_{key.name}", type_=key.type) for key in keys))
    )

    def row(*values: Any) -> dict[str, Any]:
        return dict(zip(names, values, strict=True))

    return Statement(first, row), Statement(after, row)


WHOLE = {kept.name: _pages(kept) for kept in KEPT_TABLES}
COUNTS: dict[str, Statement[Any]] = {
    kept.name: Statement(select(func.count()).select_from(kept)) for kept in KEPT_TABLES
}
_VERSION: Statement[Any] = Statement(select(column("version_num")).select_from(table("alembic_version")))


class _UnhurriedTransaction(SQLiteTransaction):
    """A snapshot that reads in a thread: what maintenance reads may be long."""

    __slots__ = ()

    async def rows(self, statement: Statement[Row], **values: Any) -> list[Row]:
        compiled = statement.compiled("sqlite")
        return await asyncio.to_thread(
            lambda: compiled.draw(self._fetch(compiled.sql, compiled.arguments(values)))
        )

    async def value(self, statement: Statement[Any], **values: Any) -> Any:
        compiled = statement.compiled("sqlite")
        raw = await asyncio.to_thread(self._fetch, compiled.sql, compiled.arguments(values))
        return compiled.scalar(raw[0]) if raw else None

    def _fetch(self, sql: str, arguments: list[Any]) -> list[Any]:
        return self._connection.execute(sql, arguments).fetchall()


@asynccontextmanager
async def reading(settings: Settings) -> AsyncIterator[Transaction]:
    """Open one snapshot of a migrated database, which another process may be serving."""
    if settings.database:
        database = await connect_database(settings)
        try:
            async with database.read() as tx:
                yield tx
        finally:
            await database.close()
        return
    with closing(_open_file(settings.data / FILE_NAME)) as connection:
        connection.execute("BEGIN")
        yield _UnhurriedTransaction(connection)


def _open_file(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise MaintenanceRefused(f"there is no {path}")
    connection = connect(path, query_only=True)
    connection.execute("PRAGMA busy_timeout=5000")
    return connection


async def _version(tx: Transaction) -> str:
    import asyncpg  # a server on SQLite does without its memory

    try:
        return str(await tx.value(_VERSION))
    except (sqlite3.DatabaseError, asyncpg.UndefinedTableError) as error:
        raise MaintenanceRefused("this is not a database of Dvor, or it was never migrated") from error


async def _pages_of(tx: Transaction, kept: Table) -> AsyncIterator[list[dict[str, Any]]]:
    """Yield the rows of a table in the order of its key, many at a time."""
    first, after = WHOLE[kept.name]
    keys = [key.name for key in kept.primary_key.columns]
    rows = await tx.rows(first, count=PAGE)
    while rows:
        yield rows
        if len(rows) < PAGE:
            return
        rows = await tx.rows(after, count=PAGE, **{f"after_{key}": rows[-1][key] for key in keys})


async def _refuse_rows(tx: Transaction) -> None:
    for kept in KEPT_TABLES:
        if await tx.rows(WHOLE[kept.name][0], count=1):
            raise MaintenanceRefused(f"the target is not empty: it has rows in {kept.name}")


async def copy(source: Settings, target: Settings, progress: Callable[[str, int, int], None]) -> None:
    """Copy one snapshot of the source's database, between any two engines, into the target's empty one.

    `progress` hears a table's name, the rows copied and the rows there are.  All is written in one transaction.
    """
    database = await open_database(target)
    try:
        async with reading(source) as original:

            async def work(tx: Transaction) -> None:
                if await _version(original) != await _version(tx):
                    raise MaintenanceRefused("the source has another schema: migrate it first")
                await _refuse_rows(tx)
                for kept in KEPT_TABLES:
                    await _copy_table(original, tx, kept, progress)
                for name in NAMES:
                    await set_number(tx, name, await last_number(original, name))

            await database.write(work)
    finally:
        await database.close()


async def _copy_table(
    original: Transaction, tx: Transaction, kept: Table, progress: Callable[[str, int, int], None]
) -> None:
    total: int = await original.value(COUNTS[kept.name])
    done = 0
    progress(kept.name, done, total)
    async for rows in _pages_of(original, kept):
        done += await tx.load(kept, rows)
        progress(kept.name, done, total)
        await asyncio.sleep(0)
    arrived: int = await tx.value(COUNTS[kept.name])
    if not total == done == arrived:
        raise RuntimeError(f"of {total} rows of {kept.name}, {done} were copied and {arrived} arrived")


async def backup(settings: Settings, target: Path, *, with_key: bool = False) -> None:
    """Write the database (as an SQLite file, whatever the engine) and the files into the new folder `target`.

    The folder appears when it is complete.  Files are linked where the disk allows it: a kept file never changes.
    The master key stays out unless `with_key`: whoever has both can read all secrets.
    """
    part = await asyncio.to_thread(_begin_backup, settings.data, target, with_key)
    try:
        if settings.database:
            await copy(settings, Settings(data=part), lambda *_: None)
        else:
            await asyncio.to_thread(_copy_file, settings.data / FILE_NAME, part / FILE_NAME)
        # after the database: whatever its rows name is there by now
        await asyncio.to_thread(_finish_backup, settings.data, part, target, with_key)
    except BaseException:
        await asyncio.to_thread(shutil.rmtree, part, ignore_errors=True)
        raise


def _begin_backup(data: Path, target: Path, with_key: bool) -> Path:
    if with_key and not (data / KEY_NAME).is_file():
        raise MaintenanceRefused(f"there is no {data / KEY_NAME}")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise MaintenanceRefused(f"{target} is not empty")
    target.parent.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))


def _copy_file(source: Path, target: Path) -> None:
    """Copy an SQLite database, by SQLite's online backup in one step, which does not disturb a writer."""
    with closing(_open_file(source)) as original, closing(sqlite3.connect(target)) as copied:
        original.backup(copied)


def _finish_backup(data: Path, part: Path, target: Path, with_key: bool) -> None:
    (part / "serving.lock").unlink(missing_ok=True)
    with closing(sqlite3.connect(part / FILE_NAME)) as connection:
        connection.execute(
            "PRAGMA journal_mode=DELETE"
        )  # one file without companions, readable from any disk
    _link_files(data, part)
    if with_key:
        _write_key((data / KEY_NAME).read_bytes(), part)
    os.sync()
    part.rename(target)


def _link_files(source: Path, target: Path) -> None:
    """Bring the kept files over, all that are not there yet."""
    for path in _kept_files(source / FILES_NAME):
        folder = target / FILES_NAME
        for part in ("", path.name[:2], path.name[2:4]):
            folder = folder / part
            folder.mkdir(mode=0o700, exist_ok=True)
        with contextlib.suppress(FileExistsError, FileNotFoundError):  # swept meanwhile: nobody names it
            try:
                os.link(path, folder / path.name)
            except (FileExistsError, FileNotFoundError):
                raise
            except OSError:
                shutil.copy2(path, folder / path.name)


def _kept_files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.glob("??/??/*") if FILE.fullmatch(path.name))


def _write_key(key: bytes, folder: Path) -> None:
    with open(os.open(folder / KEY_NAME, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())


async def restore(source: Path, settings: Settings) -> None:
    """Bring a backup into an empty database of either engine, with its files and, if it has one, its master key.

    A backup by an older version is brought up to date on the way; the backup itself stays as it is.
    """
    async with reading(Settings(data=source)) as tx:
        await _version(tx)
    settings.data.mkdir(parents=True, exist_ok=True)
    key = _new_key(source, settings.data)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=settings.data) as folder:
        staged = Settings(data=Path(folder))
        await asyncio.to_thread(_copy_file, source / FILE_NAME, staged.data / FILE_NAME)
        await bring_up_to_date(staged)
        if settings.database:
            await bring_up_to_date(settings)
            async with reading(settings) as tx:
                await _refuse_rows(tx)
            await asyncio.to_thread(_link_files, source, settings.data)
            await copy(staged, settings, lambda *_: None)
        else:
            await _restore_file(source, staged.data / FILE_NAME, settings)
    if key is not None:
        _write_key(key, settings.data)
    await asyncio.to_thread(os.sync)  # the backup may be thrown away now


async def _restore_file(source: Path, staged: Path, settings: Settings) -> None:
    with lock_folder(settings.data):
        target = settings.data / FILE_NAME
        if target.exists():
            async with reading(settings) as tx:
                await _version(tx)
                await _refuse_rows(tx)
        # before the rows that name them
        await asyncio.to_thread(_link_files, source, settings.data)
        await asyncio.to_thread(_copy_file, staged, target)


def _new_key(source: Path, data: Path) -> bytes | None:
    """Return the backup's master key if the data folder has none yet; another one in its place is refused."""
    saved, present = (
        path.read_bytes() if path.is_file() else None for path in (source / KEY_NAME, data / KEY_NAME)
    )
    if saved is not None and present is not None and saved.strip() != present.strip():
        raise MaintenanceRefused(f"{data / KEY_NAME} is another key than the backup's")
    return saved if present is None else None


async def check(
    settings: Settings, tell: Callable[[str, int], None] = lambda _what, _rows: None
) -> list[str]:
    """Look for damage and for rows that contradict each other; return the problems, in words.

    `tell` hears what was looked at, and how many rows of it.
    """
    problems = []
    if not settings.database:
        problems += await asyncio.to_thread(_check_file, settings.data / FILE_NAME)
        tell("the database file", 1)
        if problems:
            return problems
    async with reading(settings) as tx:
        await _version(tx)
        for rule in RULES:
            wrong = await tx.rows(rule.wrong, count=MOST_PROBLEMS + 1)
            problems += _shortened(rule.name, [rule.sentence.format(*row) for row in wrong])
            tell(rule.name, sum([await tx.value(COUNTS[kept.name]) for kept in rule.tables]))
        problems += await _check_numbers(tx, tell)
        problems += await _check_kept_files(tx, settings.data / FILES_NAME, tell)
    return problems


def _shortened(kind: str, problems: list[str]) -> list[str]:
    more = [f"{kind}: more of the same"] if len(problems) > MOST_PROBLEMS else []
    return problems[:MOST_PROBLEMS] + more


def _check_file(path: Path) -> list[str]:
    """Let SQLite look for damage and for references to nothing."""
    try:
        with closing(_open_file(path)) as connection:
            found = [str(row[0]) for row in connection.execute(f"PRAGMA integrity_check({MOST_PROBLEMS})")]
            lost = connection.execute("PRAGMA foreign_key_check").fetchmany(MOST_PROBLEMS + 1)
    except sqlite3.DatabaseError as error:
        return [f"{path.name}: {error}"]
    damage = [] if found == ["ok"] else found
    orphans = [f"a row of {child} names a row of {parent} that is not there" for child, _, parent, _ in lost]
    return damage + _shortened("references", orphans)


async def _check_numbers(tx: Transaction, tell: Callable[[str, int], None]) -> list[str]:
    problems = []
    for name, (kept, highest) in HIGHEST.items():
        newest, last = await tx.value(highest) or 0, await last_number(tx, name)
        if newest > last:
            problems.append(f"{kept.name} has number {newest}, the counter says {last}")
        tell(f"numbers of {name}", await tx.value(COUNTS[kept.name]))
    return problems


async def _check_kept_files(tx: Transaction, folder: Path, tell: Callable[[str, int], None]) -> list[str]:
    problems: list[str] = []
    looked_at = 0
    async for rows in _pages_of(tx, files):
        problems += await asyncio.to_thread(_wrong_files, folder, rows)
        looked_at += len(rows)
    tell("files", looked_at)
    return _shortened("files", problems)


def _wrong_files(folder: Path, rows: list[dict[str, Any]]) -> list[str]:
    problems = []
    for row in rows:
        name = row["name"]
        path = folder / name[:2] / name[2:4] / name
        size = path.stat().st_size if path.is_file() else None
        if size is None:
            problems.append(f"file {name} is missing")
        elif size != row["size"]:
            problems.append(f"file {name} has {size} bytes, it should have {row['size']}")
    return problems
