"""SQLite: shared commits, the locks of other processes, a full disk."""

import asyncio
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from dvor.store.database import Transaction, connect_database, open_database
from dvor.store.migration import migrate
from dvor.store.sqlite import FILE_NAME, DataFolderBusy, SQLiteDatabase
from dvor.store.users import count_users, load_users, set_avatar
from tests.store.people import add_user, add_users

HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
connection.execute("COMMIT")
"""


@pytest.fixture
def settings(sqlite_settings):
    return sqlite_settings


@contextmanager
def commits(database: SQLiteDatabase) -> Iterator[list[str]]:
    """Collect the commits of the writing connection."""
    seen: list[str] = []

    def note(sql: str) -> None:
        if sql == "COMMIT":
            seen.append(sql)

    database._writer.set_trace_callback(note)
    yield seen
    database._writer.set_trace_callback(None)


async def longest_stall(task: "asyncio.Task[object]") -> float:
    """Return the longest time, in seconds, that the loop did not turn while the task ran."""
    worst, before = 0.0, time.perf_counter()
    while not task.done():
        await asyncio.sleep(0.001)
        now = time.perf_counter()
        worst, before = max(worst, now - before), now
    return worst


async def work(tx: Transaction) -> int:
    return await add_user(tx)


async def test_writes_that_wait_together_share_a_commit(database) -> None:
    with commits(database) as seen:
        users = await asyncio.gather(*(database.write(work) for _ in range(64)))
    assert len(set(users)) == 64
    assert len(seen) <= 2
    with commits(database) as seen:
        for _ in range(5):
            await database.write(work)
    assert len(seen) == 5


async def test_nobody_is_answered_before_the_commit(database) -> None:
    with commits(database) as seen:

        async def write() -> int:
            await database.write(work)
            return len(seen)

        commits_before_answers = await asyncio.gather(*(write() for _ in range(20)))
    assert min(commits_before_answers) >= 1
    other = sqlite3.connect(database.path)
    assert other.execute("SELECT count(*) FROM users").fetchone() == (20,)
    other.close()


async def test_a_refused_write_is_answered_after_the_commit_too(database) -> None:
    """What it saw of the others' rows must be true when it speaks of them."""
    seen_by_refused = []

    async def refused(tx: Transaction) -> None:
        seen_by_refused.append(await count_users(tx))
        raise LookupError

    first, second = asyncio.create_task(database.write(work)), asyncio.create_task(database.write(refused))
    with pytest.raises(LookupError):
        await second
    assert first.done()
    assert seen_by_refused == [1]


async def test_the_lock_of_another_process_is_awaited_without_stopping_the_loop(database) -> None:
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDER, str(database.path),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert holder.stdin is not None
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"held\n"
    writer = asyncio.create_task(database.write(work))
    stalling = asyncio.create_task(longest_stall(writer))
    await asyncio.sleep(1)
    assert not writer.done()
    holder.stdin.write(b"\n")
    stall = await stalling
    async with database.read() as tx:
        assert await count_users(tx) == 1
    assert await holder.wait() == 0
    assert stall < 0.5, "less than the second that the lock was held"


async def test_a_writer_may_stop_waiting_for_another_process(database) -> None:
    other = sqlite3.connect(database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    first, second = asyncio.create_task(database.write(work)), asyncio.create_task(database.write(work))
    await asyncio.sleep(0.02)
    first.cancel()
    await asyncio.wait([first])
    assert not second.done()
    other.execute("COMMIT")
    other.close()
    assert await asyncio.wait_for(second, 20) == 1


async def test_one_process_serves_a_data_folder(database, settings) -> None:
    for opening in (open_database, connect_database, migrate):
        with pytest.raises(DataFolderBusy, match="another process serves"):
            await opening(settings)
    assert await add_users(database, 1)


async def test_the_folder_is_free_after_closing(settings) -> None:
    for number in range(1, 3):
        database = await open_database(settings)
        assert await add_users(database, 1) == [number]
        await database.close()
    assert not (settings.data / f"{FILE_NAME}-wal").exists()


async def test_a_full_disk_fails_the_whole_batch_and_nothing_after_it(database) -> None:
    (anna,) = await add_users(database, 1)
    pages = database._writer.execute("PRAGMA page_count").fetchone()[0]
    database._writer.execute(f"PRAGMA max_page_count={pages + 10}")

    async def grow(tx: Transaction) -> None:
        await set_avatar(tx, anna, {"max": "x" * 500_000})

    works = [work, work, grow, work, work]
    outcomes = await asyncio.gather(*(database.write(one) for one in works), return_exceptions=True)
    answered = [outcome for outcome in outcomes if isinstance(outcome, int)]
    assert [isinstance(outcome, sqlite3.OperationalError) for outcome in outcomes[:3]] == [True] * 3
    async with database.read() as tx:
        assert set(await load_users(tx, list(range(1, 20)))) == {anna, *answered}
    database._writer.execute("PRAGMA max_page_count=1000000")
    await database.write(grow)
    assert not database._writer.in_transaction


async def test_a_commit_that_fails_fails_all_who_share_it(database) -> None:
    """A foreign key that is checked at the end makes the COMMIT itself fail."""
    database._writer.execute("PRAGMA defer_foreign_keys=ON")
    await add_users(database, 1)

    async def orphan(tx: Transaction) -> None:
        database._writer.execute("PRAGMA defer_foreign_keys=ON")
        database._writer.execute("INSERT INTO presences VALUES (99, 0, 0, 0)")

    works = [work, orphan, work]
    outcomes = await asyncio.gather(*(database.write(one) for one in works), return_exceptions=True)
    assert all(isinstance(outcome, sqlite3.IntegrityError) for outcome in outcomes)
    async with database.read() as tx:
        assert await count_users(tx) == 1
    assert await database.write(work) == 2


async def test_readers_are_used_again(database) -> None:
    for _ in range(3):
        async with database.read() as one:
            await count_users(one)
            async with database.read() as other:
                await count_users(other)
    assert len(database._readers) == 2


async def test_a_long_read_does_not_stop_writers(database) -> None:
    async with database.read() as tx:
        assert await count_users(tx) == 0
        await asyncio.gather(*(database.write(work) for _ in range(10)))
        assert await count_users(tx) == 0
    async with database.read() as tx:
        assert await count_users(tx) == 10


async def test_closing_waits_for_the_commit_under_way(settings) -> None:
    database = await open_database(settings)
    writers = [asyncio.create_task(database.write(work)) for _ in range(5)]
    await asyncio.sleep(0)
    await database.close()
    assert sorted(await asyncio.gather(*writers)) == [1, 2, 3, 4, 5]


async def test_commits_wait_for_the_disk(database) -> None:
    execute = database._writer.execute
    assert execute("PRAGMA synchronous").fetchone() == (2,)
    assert execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert execute("PRAGMA busy_timeout").fetchone() == (0,)
    assert execute("PRAGMA foreign_keys").fetchone() == (1,)
