"""PostgreSQL: conflicts, lost connections, wake-ups between processes."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import msgspec
import pytest

from dvor.config import Settings
from dvor.model.errors import OutcomeUnknown
from dvor.model.users import NewUser
from dvor.store import postgresql as module
from dvor.store.database import Transaction, connect_database
from dvor.store.events import insert_receiver
from dvor.store.postgresql import ATTEMPTS, NOTIFY_BATCH, PostgreSQLDatabase
from dvor.store.users import count_users, find_screen_names, insert_user, load_users, set_deactivated
from tests.store.people import NOW, add_user, add_users, say
from tests.store.relay import Relay
from tests.store.waiting import eventually

pytestmark = pytest.mark.postgresql

FAIL_AT_COMMIT = """
    CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(20); RETURN NULL; END';
    CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON users DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION dawdle();
"""


@pytest.fixture
def settings(postgresql_settings: Settings) -> Settings:
    return postgresql_settings


@pytest.fixture
async def superuser(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(settings.database)
    yield connection
    await connection.close()


async def add_once(tx: Transaction) -> int:
    """Store a user, or find the one stored before: repeatable."""
    found = await find_screen_names(tx, ["anna"])
    if found:
        return found["anna"]
    return await insert_user(tx, NewUser(first_name="Анна", last_name="К", screen_name="anna"), NOW)


def connection_of(tx: Any) -> asyncpg.Connection:
    """Return the connection of a transaction, to say what no statement of the store says."""
    return tx._connection


async def terminate(superuser: asyncpg.Connection, condition: str) -> list[int]:
    """End the server's side of the connections that answer to a condition, and return their processes."""
    rows = await superuser.fetch(
        "SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity"
        f" WHERE datname = current_database() AND pid <> pg_backend_pid() AND {condition}"
    )
    return [row["pid"] for row in rows]


async def test_a_deadlock_is_tried_again(database) -> None:
    anna, boris = await add_users(database, 2)
    both_hold = asyncio.Barrier(2)
    attempts = []

    def crosswise(first: int, second: int):
        async def work(tx: Transaction) -> None:
            attempts.append(first)
            await connection_of(tx).execute("SET LOCAL deadlock_timeout = '50ms'")
            await set_deactivated(tx, first, "banned")
            if attempts.count(first) == 1:
                await both_hold.wait()
            await set_deactivated(tx, second, "deleted")

        return work

    await asyncio.gather(database.write(crosswise(anna, boris)), database.write(crosswise(boris, anna)))
    assert len(attempts) == 3
    async with database.read() as tx:
        users = await load_users(tx, [anna, boris])
    last = attempts[-1]
    assert [users[one].deactivated for one in (anna, boris)] == (
        ["banned", "deleted"] if last == anna else ["deleted", "banned"]
    )


@pytest.mark.parametrize("state", ["40001", "40P01"])
async def test_conflicts_are_tried_again_but_not_for_ever(database, state) -> None:
    attempts = []

    def work_failing(times: int):
        async def work(tx: Transaction) -> int:
            attempts.append(times)
            user_id = await add_user(tx)
            if len(attempts) <= times:
                await connection_of(tx).execute(f"DO $$ BEGIN RAISE SQLSTATE '{state}'; END $$")
            return user_id

        return work

    assert await database.write(work_failing(3))
    assert len(attempts) == 4
    async with database.read() as tx:
        assert await count_users(tx) == 1
    attempts.clear()
    with pytest.raises(module.CONFLICTS):
        await database.write(work_failing(99))
    assert len(attempts) == ATTEMPTS
    async with database.read() as tx:
        assert await count_users(tx) == 1


@pytest.fixture
async def relay(settings) -> AsyncIterator[Relay]:
    relay = Relay(settings.database)
    await relay.start()
    yield relay
    await relay.stop()


@pytest.fixture
async def shaky(settings, relay) -> AsyncIterator[PostgreSQLDatabase]:
    """The test's database, reached through the relay."""
    through = msgspec.structs.replace(settings, database=relay.url, listen_database=settings.database)
    database = await PostgreSQLDatabase.open(through)
    yield database
    await database.close()


@pytest.mark.parametrize("fault", ["before", "after"])
async def test_a_commit_without_an_answer_has_an_unknown_outcome(shaky, relay, fault) -> None:
    relay.faults = [fault]
    with pytest.raises(OutcomeUnknown):
        await shaky.write(add_once)
    async with shaky.read() as tx:
        assert await count_users(tx) == (1 if fault == "after" else 0)
    assert await shaky.write(add_once)


@pytest.mark.parametrize("faults", [["before"], ["after"], ["before", "after"], ["after", "before"]])
async def test_what_is_repeatable_is_repeated_and_done_once(shaky, relay, faults) -> None:
    relay.faults = list(faults)
    user_id = await shaky.write(add_once, is_repeatable=True)
    assert relay.faults == []
    async with shaky.read() as tx:
        assert await count_users(tx) == 1
        assert await find_screen_names(tx, ["anna"]) == {"anna": user_id}


async def test_a_backend_that_is_ended_during_a_commit_leaves_the_outcome_unknown(
    own_postgresql_settings,
) -> None:
    database = await PostgreSQLDatabase.open(own_postgresql_settings)
    superuser = await asyncpg.connect(own_postgresql_settings.database)
    await superuser.execute(FAIL_AT_COMMIT)
    writer = asyncio.create_task(database.write(add_once))

    async def is_ended() -> bool:
        return bool(await terminate(superuser, "query LIKE 'COMMIT%' AND wait_event = 'PgSleep'"))

    await eventually(is_ended)
    with pytest.raises(OutcomeUnknown):
        await writer
    await superuser.execute("DROP TRIGGER slow ON users")
    assert await database.write(add_once)
    async with database.read() as tx:
        assert await count_users(tx) == 1
    await superuser.close()
    await database.close()


async def test_a_connection_lost_before_the_commit_says_what_happened(database, superuser) -> None:
    async def work(tx: Transaction) -> int:
        await add_user(tx)
        await terminate(superuser, "state = 'idle in transaction'")
        return await count_users(tx)

    with pytest.raises(module.LOST):
        await database.write(work, is_repeatable=True)
    async with database.read() as tx:
        assert await count_users(tx) == 0
    assert await add_users(database, 2)


async def test_an_error_of_ours_is_not_hidden_by_a_lost_connection(database, superuser) -> None:
    async def work(tx: Transaction) -> None:
        await add_user(tx)
        await terminate(superuser, "state = 'idle in transaction'")
        raise LookupError

    with pytest.raises(LookupError):
        await database.write(work)
    assert await add_users(database, 1)


async def test_wake_ups_reach_another_process(database, settings) -> None:
    (anna,) = await add_users(database, 1)
    other = await connect_database(settings)
    waiter = other.signals.waiter(anna, 0)
    await wake(database, [anna])
    await asyncio.wait_for(waiter, 20)
    many = [other.signals.waiter(number, 0) for number in range(1, NOTIFY_BATCH * 2 + 10)]
    await wake(database, range(1, NOTIFY_BATCH * 2 + 10))
    await asyncio.wait_for(asyncio.gather(*many), 20)
    await other.close()


async def test_a_process_does_not_wake_its_own_waiters_twice(database, settings) -> None:
    (anna,) = await add_users(database, 1)
    other = await connect_database(settings)
    first = database.signals.waiter(anna, 10**6)
    await wake(database, [anna])
    assert first.done(), "at once, without the way round"
    second, last, elsewhere = (
        database.signals.waiter(anna, 10**6),
        database.signals.waiter(10**9, 0),
        other.signals.waiter(anna, 10**6),
    )
    await asyncio.wait_for(elsewhere, 20)
    await wake(other, [10**9])
    await asyncio.wait_for(last, 20)  # what is told later is heard later
    assert not second.done()
    await other.close()


async def wake(database, receiver_ids) -> None:
    """Wake receivers without an event, so that a waiter hears of it by NOTIFY or not at all."""

    async def work(tx: Transaction) -> None:
        tx.wake(receiver_ids)

    await database.write(work)


async def test_the_listener_comes_back_when_its_connection_is_ended(database, settings, superuser) -> None:
    (anna,) = await add_users(database, 1)
    other = await connect_database(settings)
    for _ in range(3):
        before = await terminate(superuser, "application_name = 'dvor events'")
        assert len(before) == 2

        async def are_back(ended: list[int] = before) -> bool:
            listeners = await superuser.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND application_name = 'dvor events' AND state = 'idle' AND query LIKE 'LISTEN%'"
                " AND pid <> ALL ($1)",
                ended,
            )
            return bool(listeners == 2)

        await eventually(are_back)
        waiter = other.signals.waiter(anna, 0)
        await wake(database, [anna])
        await asyncio.wait_for(waiter, 20)
    await other.close()


async def test_a_wake_up_that_was_missed_is_found_by_looking(settings, monkeypatch) -> None:
    monkeypatch.setattr("dvor.store.patrol.PATROL_SECONDS", 0.05)
    database = await PostgreSQLDatabase.open(settings)
    anna, boris = await add_users(database, 2)
    deaf = await PostgreSQLDatabase.open(settings)
    await deaf._announcer._connection.remove_listener(module.CHANNEL, deaf._announcer._hear)
    waiter, patient = deaf.signals.waiter(anna, 0), deaf.signals.waiter(boris, 1)

    async def work(tx: Transaction) -> None:
        await say(tx, anna, boris)

    await database.write(work)
    await asyncio.wait_for(waiter, 20)
    await asyncio.sleep(0.15)
    assert not patient.done()
    await database.close()
    await deaf.close()


async def test_looking_goes_on_after_the_database_was_away(settings, superuser, monkeypatch) -> None:
    monkeypatch.setattr("dvor.store.patrol.PATROL_SECONDS", 0.02)
    database = await PostgreSQLDatabase.open(settings)
    waiter = database.signals.waiter(5, 0)
    for _ in range(3):
        await terminate(superuser, "true")
        await asyncio.sleep(0.05)
    await superuser.execute("INSERT INTO receivers VALUES (5, 1, 1, 0)")
    await asyncio.wait_for(waiter, 20)
    await database.close()


async def test_it_works_without_prepared_statements(settings) -> None:
    database = await PostgreSQLDatabase.open(
        msgspec.structs.replace(settings, statement_cache=False, pool_size=1)
    )
    anna, boris = await add_users(database, 2)

    async def work(tx: Transaction) -> None:
        await insert_receiver(tx, -1)
        await say(tx, anna, boris)

    await database.write(work)
    async with database.read() as tx:
        prepared = await connection_of(tx).fetchval(
            "SELECT count(*) FROM pg_prepared_statements WHERE name <> ''"
        )
        assert prepared == 0
        assert await count_users(tx) == 2
    await database.close()


async def test_reads_are_read_only_snapshots_and_writes_read_committed(database) -> None:
    async with database.read() as tx:
        assert await connection_of(tx).fetchval("SHOW transaction_isolation") == "repeatable read"
        assert await connection_of(tx).fetchval("SHOW transaction_read_only") == "on"

    async def work(tx: Transaction) -> str:
        return str(await connection_of(tx).fetchval("SHOW transaction_isolation"))

    assert await database.write(work) == "read committed"
