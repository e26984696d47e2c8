"""What holds for every statement of the store: it compiles, sends lists as one value, and never reads a whole table."""

import importlib
import pkgutil
import re
import sqlite3
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from msgspec import Struct
from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, bindparam, select

import dvor.store
from dvor.store import (
    consistency,
    credentials,
    events,
    groups,
    jobs,
    keys,
    maintenance,
    schema,
    statistics,
    users,
)
from dvor.store.columns import Json, metadata
from dvor.store.statements import Compiled, EngineName, Statement, among, insert_all, shapes, upsert

for module in pkgutil.iter_modules(dvor.store.__path__, "dvor.store."):
    importlib.import_module(module.name)

STATEMENTS = list(Statement.registered)
ENGINES: tuple[EngineName, ...] = ("sqlite", "postgresql")
CHANGES = ("UPDATE", "DELETE", "INSERT")

# Who may read a table from end to end, and why.
MAY_SCAN: dict[Statement[Any], str] = {
    groups._COUNT: "as counting everybody",
    users._COUNT: "counting everybody reads everybody; asked by metrics and the command line",
    events._OVERFULL: "pruning asks every receiver how full its log is, in the background",
    credentials.ALL_CREDENTIALS: "a few credentials, and an administrator wants to see them all",
    keys.ALL_KEYS: "a few keys, and all of them are wanted",
    **dict.fromkeys(
        (
            statistics.COUNT_USERS,
            statistics.COUNT_SEEN,
            statistics.COUNT_GROUPS,
            statistics.COUNT_POSTS,
            statistics.ADMINISTRATORS,
            statistics.POPULAR_GROUPS,
        ),
        "figures of everything, counted at most once a minute",
    ),
    jobs._OF_KIND: "the queue is short, and asked at the start only",
}

# Maintenance is there to read everything.
MAINTENANCE = {
    *(statement for pages in maintenance.WHOLE.values() for statement in pages),
    *maintenance.COUNTS.values(),
    *(rule.wrong for rule in consistency.RULES),
    *(highest for _, highest in consistency.HIGHEST.values()),
}


def texts(engine: EngineName) -> list[str]:
    return [statement.compiled(engine).sql for statement in STATEMENTS]


def tables_of(sql: str) -> set[str]:
    """Return the names under which a statement's plan speaks of our tables: their own and their aliases."""
    names = "|".join(metadata.tables)
    aliases = re.findall(rf"\b(?:{names}) AS (\w+)", sql)
    return {*metadata.tables, *aliases}


def plan(connection: sqlite3.Connection, sql: str) -> list[str]:
    values = [None] * sql.count("?")
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]


def scanned(steps: list[str], sql: str) -> set[str]:
    found = (re.match(r"SCAN (\w+)", step) for step in steps)
    return {match.group(1) for match in found if match} & tables_of(sql)


@pytest.mark.parametrize("engine", ENGINES)
def test_every_statement_compiles(engine) -> None:
    assert len(STATEMENTS) > 80
    for statement in STATEMENTS:
        assert statement.compiled(engine).sql
        assert statement.compiled(engine) is statement.compiled(engine)


@pytest.mark.parametrize("engine", ENGINES)
def test_lists_are_sent_as_one_value(engine) -> None:
    lists = [sql for sql in texts(engine) if re.search(r"\bIN \((?!SELECT\b)", sql)]
    assert lists == []
    assert not [sql for sql in texts(engine) if "POSTCOMPILE" in sql]


@pytest.mark.parametrize("engine", ENGINES)
def test_no_parameter_switches_a_filter_off(engine) -> None:
    assert not [sql for sql in texts(engine) if re.search(r"(\?|\$\d+(::\w+)?) IS (NOT )?NULL", sql)]


def test_no_column_has_a_default_in_python() -> None:
    columns = [column for table in metadata.tables.values() for column in table.c]
    assert len(columns) > 80
    assert not [str(column) for column in columns if column.default or column.onupdate]


def test_no_statement_reads_a_whole_table(migrated_file) -> None:
    connection = sqlite3.connect(f"file:{migrated_file}?mode=ro", uri=True)
    wrong = {}
    for statement in STATEMENTS:
        sql = statement.compiled("sqlite").sql
        steps = plan(connection, sql)
        if scanned(steps, sql) and statement not in MAY_SCAN and statement not in MAINTENANCE:
            wrong[sql] = steps
    connection.close()
    assert wrong == {}


def test_pages_of_whole_tables_go_on_by_the_key(migrated_file) -> None:
    connection = sqlite3.connect(f"file:{migrated_file}?mode=ro", uri=True)
    for first, after in maintenance.WHOLE.values():
        assert not any("TEMP B-TREE" in step for step in plan(connection, first.compiled("sqlite").sql))
        steps = plan(connection, after.compiled("sqlite").sql)
        assert [step.split()[0] for step in steps] == ["SEARCH"]
    connection.close()


def test_exceptions_are_still_needed(migrated_file) -> None:
    connection = sqlite3.connect(f"file:{migrated_file}?mode=ro", uri=True)
    for statement, reason in MAY_SCAN.items():
        sql = statement.compiled("sqlite").sql
        assert scanned(plan(connection, sql), sql), reason
    connection.close()


def test_a_scan_would_be_seen(migrated_file) -> None:
    connection = sqlite3.connect(f"file:{migrated_file}?mode=ro", uri=True)
    for sql in (
        "SELECT first_name FROM users WHERE first_name = ?",
        "SELECT candidate.text FROM posts AS candidate",
        "SELECT count(*) FROM users",
        "UPDATE likes SET created_at = 1 WHERE created_at = ?",
    ):
        assert scanned(plan(connection, sql), sql), sql
    connection.close()


@pytest.mark.postgresql
async def test_postgresql_understands_every_statement(postgresql_settings) -> None:
    connection = await asyncpg.connect(postgresql_settings.database)
    try:
        for statement in STATEMENTS:
            compiled = statement.compiled("postgresql")
            prepared = await connection.prepare(compiled.sql)
            wanted = max((int(number) for number in re.findall(r"\$(\d+)", compiled.sql)), default=0)
            assert len(prepared.get_parameters()) == wanted == len(compiled._names)
    finally:
        await connection.close()


class Pair(Struct, frozen=True):
    """A row of the table below."""

    id: int
    words: list[str]


TOY = Table(
    "toys",
    MetaData(),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("words", Json(list[str]), nullable=False),
)


@pytest.fixture
def unregistered() -> Any:
    """Keep a test's own statements out of the list of all."""
    before = list(Statement.registered)
    yield
    Statement.registered[:] = before


def test_a_struct_must_fit_the_columns(unregistered) -> None:
    assert Statement(select(TOY), Pair).compiled("sqlite").draw([(1, '["a"]')]) == [Pair(1, ["a"])]
    with pytest.raises(TypeError, match="Pair wants"):
        Statement(select(TOY.c.words, TOY.c.id), Pair).compiled("sqlite")


def test_arguments_are_named_typed_and_complete(unregistered) -> None:
    compiled: Compiled[Any] = Statement(insert_all(TOY)).compiled("sqlite")
    assert compiled.arguments({"words": ["б", "в"], "id": 5, "more": 1}) == [5, '["б","в"]']
    with pytest.raises(KeyError):
        compiled.arguments({"id": 5})
    several = Statement(select(TOY.c.id).where(TOY.c.id > 7, among(TOY.c.id, "ids")))
    assert several.compiled("sqlite").arguments({"ids": (1, 2)}) == [7, "[1,2]"]
    assert several.compiled("postgresql").arguments({"ids": (1, 2)}) == [7, [1, 2]]


def test_shapes_are_a_finite_set(unregistered) -> None:
    @shapes(lambda one: one, is_rising=(False, True), column=("id",))
    def page(is_rising: bool, column: str) -> Any:
        order = TOY.c[column] if is_rising else TOY.c[column].desc()
        return select(TOY.c.id).order_by(order).limit(bindparam("count", type_=Integer))

    assert page(is_rising=True, column="id") is page(column="id", is_rising=True)
    assert page(is_rising=False, column="id").compiled("sqlite").sql.count("DESC") == 1
    with pytest.raises(KeyError):
        page(is_rising=True, column="words")


@pytest.mark.parametrize("engine", ENGINES)
def test_upsert_names_what_changes(engine, unregistered) -> None:
    sql = Statement(upsert(TOY, ["words"])).compiled(engine).sql
    assert "ON CONFLICT (id) DO UPDATE SET words = excluded.words" in sql


def test_tables_are_known_to_the_schema() -> None:
    assert {table.name for engine in ENGINES for table in schema.tables(engine)} == set(metadata.tables)
    modules = {Path(module.__file__ or "").stem for module in schema.ROOM_MODULES}
    assert {"users", "wall", "numbers"} < modules
