"""The migrations make the schema that the tables of the store describe, once, on both engines."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from dvor.config import Settings
from dvor.model.tokens import Token
from dvor.store import migration as module
from dvor.store.columns import metadata
from dvor.store.database import open_database
from dvor.store.migration import ADVISORY_LOCK, SCRIPTS, asyncpg_url, migrate, sqlite_engine
from dvor.store.numbers import NAMES, last_number
from dvor.store.revision import SchemaTooNew, bring_up_to_date, newest_revision
from dvor.store.schema import belongs_to, tables
from dvor.store.sqlite import FILE_NAME
from dvor.store.tokens import list_tokens
from tests.store.people import add_users


def differences(connection: Connection) -> list[Any]:
    """Return what alembic would change, sequences (which it does not look at) left out."""

    def is_ours(item: Any, _name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
        return kind != "table" or belongs_to(item, connection.dialect.name)

    options = {"compare_type": True, "compare_server_default": True, "include_object": is_ours}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


async def compared(settings: Settings) -> list[Any]:
    if settings.database is None:
        engine = sqlite_engine(settings.data / FILE_NAME)
        with engine.connect() as connection:
            return differences(connection)
    async_engine = create_async_engine(asyncpg_url(settings.database), poolclass=NullPool)
    async with async_engine.connect() as async_connection:
        found = await async_connection.run_sync(differences)
    await async_engine.dispose()
    return found


async def test_migrations_make_the_schema(settings) -> None:
    assert await compared(settings) == []


def test_sqlite_is_told_the_same_by_migrations_and_tables(sqlite_settings, tmp_path) -> None:
    """Indexes word for word: alembic does not compare their conditions, nor tables without row ids."""

    def described(path: Path) -> dict[str, object]:
        connection = sqlite3.connect(path)
        indexes = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        )
        found: dict[str, object] = {name: " ".join(sql.split()) for name, sql in indexes}
        kept = "type = 'table' AND schema = 'main' AND name NOT LIKE 'sqlite_%' AND name <> 'alembic_version'"
        kinds = connection.execute(f"SELECT name, wr FROM pragma_table_list WHERE {kept}").fetchall()
        for table, is_without_row_ids in kinds:
            # a column that came later stands last, without the brackets around its default
            columns = connection.execute(
                f"SELECT name, type, \"notnull\", pk FROM pragma_table_xinfo('{table}')"
            )
            foreign = connection.execute(f"SELECT * FROM pragma_foreign_key_list('{table}')")
            found[table] = is_without_row_ids, sorted(columns), sorted(foreign)
        connection.close()
        return found

    made = sqlite_engine(tmp_path / "made.sqlite3")
    with made.begin() as connection:
        metadata.create_all(connection, tables=tables("sqlite"))
    assert described(sqlite_settings.data / FILE_NAME) == described(tmp_path / "made.sqlite3")


@pytest.mark.postgresql
async def test_postgresql_has_the_same_indexes_and_sequences(postgresql_settings, postgresql_url) -> None:
    async def described(url: str) -> list[set[str]]:
        connection = await asyncpg.connect(url)
        indexes = await connection.fetch(
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        )
        keys = await connection.fetch(
            "SELECT conrelid::regclass || pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE connamespace = 'public'::regnamespace AND conrelid <> 'alembic_version'::regclass"
        )
        sequences = await connection.fetch("SELECT sequencename || cache_size || cycle FROM pg_sequences")
        await connection.close()
        return [{row[0] for row in rows} for rows in (indexes, keys, sequences)]

    engine = create_async_engine(asyncpg_url(postgresql_url), poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(lambda one: metadata.create_all(one, tables=tables("postgresql")))
        await connection.execute(text("CREATE TABLE alembic_version ()"))
    await engine.dispose()
    migrated, made = await described(str(postgresql_settings.database)), await described(postgresql_url)
    assert migrated == made
    assert len(migrated[2]) == len(NAMES)


@pytest.mark.postgresql
async def test_a_difference_would_be_seen(own_postgresql_settings) -> None:
    connection = await asyncpg.connect(own_postgresql_settings.database)
    await connection.execute("DROP INDEX ix_posts_feed; ALTER TABLE users ALTER city DROP NOT NULL")
    await connection.close()
    assert len(await compared(own_postgresql_settings)) == 2


async def test_an_empty_place_is_migrated_and_again_without_effect(engine, database_url, tmp_path) -> None:
    settings = Settings(data=tmp_path / "new" / "folder", database=database_url)
    await migrate(settings)
    database = await open_database(settings)
    await add_users(database, 2)
    async with database.read() as tx:
        assert [await last_number(tx, name) for name in NAMES if await last_number(tx, name)] == [2]
    await database.close()
    await migrate(settings)
    database = await open_database(settings)
    assert await add_users(database, 1) == [3]
    await database.close()


async def test_tokens_outlive_the_arrival_of_apps(engine, database_url, tmp_path, monkeypatch) -> None:
    settings = Settings(data=tmp_path, database=database_url)

    def stop_before_apps(connection: Connection) -> None:
        command.upgrade(module.alembic_config(connection), "0002")
        connection.execute(
            text(
                "INSERT INTO users VALUES (1, 'A', 'B', '', '', NULL, 0, NULL, 0, '', 0, '', 0, '', '', 0,"
                " false, false, false, NULL, 3, 3, '{}', '{}', 5)"
            )
        )
        zero = "'\\x00'" if engine == "postgresql" else "x'00'"
        connection.execute(text(f"INSERT INTO tokens VALUES ({zero}, 1, 7, 'телефон', 5, 0, 6, 0)"))

    upgrade = module.upgrade
    monkeypatch.setattr(module, "upgrade", stop_before_apps)
    await migrate(settings)
    monkeypatch.setattr(module, "upgrade", upgrade)
    database = await open_database(settings)
    async with database.read() as tx:
        assert await list_tokens(tx, 1) == [Token(b"\x00", 1, 7, "телефон", 5, 0, 6)]
    await database.close()
    assert await compared(settings) == []


async def test_a_migration_that_fails_leaves_nothing(engine, database_url, tmp_path, monkeypatch) -> None:
    settings = Settings(data=tmp_path, database=database_url)
    upgrade = module.upgrade

    def fail(connection: Connection) -> None:
        upgrade(connection)
        raise LookupError

    monkeypatch.setattr(module, "upgrade", fail)
    with pytest.raises(LookupError):
        await migrate(settings)
    monkeypatch.setattr(module, "upgrade", upgrade)
    await migrate(settings)
    assert await compared(settings) == []


@pytest.mark.postgresql
async def test_processes_that_migrate_at_once_take_turns(postgresql_url, tmp_path) -> None:
    settings = Settings(data=tmp_path, database=postgresql_url)
    holder = await asyncpg.connect(postgresql_url)
    await holder.execute(f"SELECT pg_advisory_lock({ADVISORY_LOCK})")
    migrating = [asyncio.create_task(migrate(settings)) for _ in range(3)]
    await asyncio.sleep(0.3)
    assert await holder.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
    await holder.close()
    await asyncio.gather(*migrating)
    assert await compared(settings) == []


async def test_keys_begin_with_what_their_rows_are_distributed_by(engine) -> None:
    """The way past one machine: all that belongs to an owner, a conversation or a user lies together."""
    first_columns = {table.name: next(iter(table.primary_key.columns)).name for table in tables(engine)}
    places = {
        "owner_id",
        "group_id",
        "conversation_id",
        "user_id",
        "receiver_id",
        "app_id",
        "key_id",
        "user_group_id",
    }
    # What stands for a whole by itself, and what is found by a hash.
    wholes = {"users", "groups", "owners", "conversations", "receivers", "jobs", "numbers", "files", "tokens"}
    wholes |= {
        "apps",
        "authorization_requests",
        "authorization_codes",
        "refresh_tokens",
        "signing_keys",
        "sessions",
        "links",
        "used_challenges",
        "invites",
        "post_words",
        "photo_words",
        "user_groups",
        "outside_identities",
    }
    assert {name for name, column in first_columns.items() if column not in places} <= wholes
    for table in tables(engine):
        for key in table.foreign_keys:
            assert key.parent.name in {*places, "id"}


def test_the_newest_revision_is_alembics() -> None:
    assert newest_revision() == ScriptDirectory(str(SCRIPTS)).get_current_head()


async def test_a_schema_that_is_the_newest_is_left_alone(settings, monkeypatch) -> None:
    monkeypatch.setattr(module, "migrate", None)
    await bring_up_to_date(settings)


async def test_what_a_newer_version_made_is_left_alone(sqlite_settings) -> None:
    connection = sqlite3.connect(sqlite_settings.data / FILE_NAME)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    with pytest.raises(SchemaTooNew, match="9999"):
        await bring_up_to_date(sqlite_settings)
