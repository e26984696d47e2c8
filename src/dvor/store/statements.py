"""SQL statements: written once in SQLAlchemy Core, compiled once per engine, run on the raw driver."""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Generic, Literal, TypeVar, overload

import msgspec
from msgspec import Struct
from sqlalchemy import (
    BigInteger,
    BindParameter,
    Boolean,
    ColumnElement,
    Executable,
    Table,
    bindparam,
    cast,
    column,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import TypeDecorator

from dvor.store.columns import Json

EngineName = Literal["sqlite", "postgresql"]
Row = TypeVar("Row")
Builder = Callable[[EngineName], Executable]
Processor = Callable[[Any], Any]

DIALECTS = {"sqlite": sqlite.dialect(paramstyle="qmark"), "postgresql": asyncpg_dialect()}  # type: ignore[no-untyped-call]


class Compiled(Generic[Row]):
    """A statement in the words of one engine, with what turns values into arguments and rows into Structs."""

    __slots__ = ("_binders", "_names", "_row", "processors", "sql")

    def __init__(self, executable: Executable, row: Callable[..., Row] | None, engine: EngineName) -> None:
        dialect = DIALECTS[engine]
        # literal_execute and expanding parameters are not used, so the text is final
        compiled: Any = executable.compile(dialect=dialect)  # type: ignore[attr-defined]
        self.sql: str = compiled.string
        self._names: tuple[str, ...] = tuple(compiled.positiontup or ())
        fixed = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        binders = [
            (place, compiled._bind_processors.get(name), name in fixed, fixed.get(name))
            for place, name in enumerate(self._names)
        ]
        self._binders = tuple(binder for binder in binders if binder[1] is not None or binder[2])
        self._row = row
        columns = list(compiled._result_columns or ())
        self.processors = _result_processors(columns, dialect)
        names = [found.keyname for found in columns]
        if isinstance(row, type) and issubclass(row, Struct) and names != list(row.__struct_fields__):
            raise TypeError(f"the statement gives {names}, {row.__name__} wants {row.__struct_fields__}")

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """Return the positional arguments of the raw driver; a missing name is a KeyError, a bug of ours."""
        if not self._binders:
            return [values[name] for name in self._names]
        arguments = [values.get(name) for name in self._names]
        for place, process, is_fixed, constant in self._binders:
            value = constant if is_fixed else values[self._names[place]]
            arguments[place] = process(value) if process else value
        return arguments

    def draw(self, rows: Iterable[Sequence[Any]]) -> list[Row]:
        """Return the raw rows as the statement's Structs."""
        row = self._row
        assert row is not None, "a statement without a row type was read as rows"
        if not self.processors:
            return [row(*raw) for raw in rows]
        drawn = []
        for raw in rows:
            values = list(raw)
            for place, process in self.processors:
                values[place] = process(values[place])
            drawn.append(row(*values))
        return drawn

    def scalar(self, raw: Sequence[Any]) -> Any:
        """Return the first column of a raw row."""
        value = raw[0]
        for place, process in self.processors:
            if place == 0:
                value = process(value)
        return value


def _result_processors(columns: Sequence[Any], dialect: Any) -> tuple[tuple[int, Processor], ...]:
    found = []
    for place, result in enumerate(columns):
        processor = result.type.dialect_impl(dialect).result_processor(dialect, None)
        if processor is not None:
            found.append((place, processor))
    return tuple(found)


class Statement(Generic[Row]):
    """One shape of SQL; `row` is the Struct (or another callable) that a result row becomes.

    A statement that must differ between the engines is given as a function of the engine's name.
    """

    registered: ClassVar[list["Statement[Any]"]] = []
    """Every statement of the store, for the tests that read its text and its query plan."""

    @overload
    def __init__(self: "Statement[Any]", build: Executable | Builder) -> None: ...

    @overload
    def __init__(self, build: Executable | Builder, row: Callable[..., Row] | None) -> None: ...

    def __init__(self, build: Executable | Builder, row: Callable[..., Row] | None = None) -> None:
        self._build = build
        self._row = row
        self._compiled: dict[EngineName, Compiled[Row]] = {}
        Statement.registered.append(self)

    def compiled(self, engine: EngineName) -> Compiled[Row]:
        """Return the statement for `engine`, compiling it on first use."""
        found = self._compiled.get(engine)
        if found is None:
            executable = self._build if isinstance(self._build, Executable) else self._build(engine)
            found = self._compiled[engine] = Compiled(executable, self._row, engine)
        return found


def shapes(
    row: Callable[..., Row] | None = None, **domains: Sequence[Any]
) -> Callable[[Callable[..., Executable | Builder]], Callable[..., Statement[Row]]]:
    """Make a family of statements, one for each combination of the named choices: a finite set, known beforehand."""

    def make(build: Callable[..., Executable | Builder]) -> Callable[..., Statement[Row]]:
        def statement(choice: dict[str, Any]) -> Statement[Row]:
            # built when it is compiled: most of a family is never asked for
            def build_for(engine: EngineName) -> Executable:
                built = build(**choice)
                return built if isinstance(built, Executable) else built(engine)

            return Statement[Row](build_for, row)

        table = {
            choice: statement(dict(zip(domains, choice, strict=True)))
            for choice in itertools.product(*domains.values())
        }
        return lambda **choice: table[tuple(choice[name] for name in domains)]

    return make


class IdArray(TypeDecorator[Sequence[int]]):
    """Many ids in one parameter: an array on PostgreSQL, a JSON array on SQLite."""

    impl = ARRAY(BigInteger)
    cache_ok = True

    def bind_processor(self, dialect: Any) -> Any:
        if dialect.name == "sqlite":
            return lambda value: msgspec.json.encode(list(value)).decode()
        return list


class TextArray(IdArray):
    """Many short texts in one parameter."""

    impl = ARRAY(postgresql.TEXT)
    cache_ok = True


class _Among(ColumnElement[bool]):
    inherit_cache = False
    type = Boolean()

    def __init__(self, column: ColumnElement[Any], values: BindParameter[Any]) -> None:
        self.column = column
        self.values = values

    def self_group(self, against: Any = None) -> "_Among":
        # without this SQLAlchemy writes `(…) = 1` on SQLite, which hides the index
        return self


@compiles(_Among, "sqlite")
def _among_sqlite(element: _Among, compiler: Any, **kw: Any) -> str:
    column = compiler.process(element.column, **kw)
    return f"{column} IN (SELECT value FROM json_each({compiler.process(element.values, **kw)}))"


@compiles(_Among, "postgresql")
def _among_postgresql(element: _Among, compiler: Any, **kw: Any) -> str:
    return f"{compiler.process(element.column, **kw)} = ANY ({compiler.process(element.values, **kw)})"


def among(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Say that `column` is one of the ids in the parameter `name` (a list, sent as one value)."""
    return _Among(column, bindparam(name, type_=IdArray()))


def among_texts(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Say that `column` is one of the texts in the parameter `name` (a list, sent as one value)."""
    return _Among(column, bindparam(name, type_=TextArray()))


def pairs(engine: EngineName, name: str) -> Any:
    """Return a source of rows (owner_id, item_id) from the parameter `name`, a list of such pairs sent as one value."""
    bind = bindparam(name, type_=Json(list[tuple[int, int]]))
    if engine == "sqlite":
        value = func.json_each(bind).table_valued("value", name="pair").c.value
        parts: list[Any] = [func.json_extract(value, f"$[{place}]") for place in (0, 1)]
    else:
        value = func.jsonb_array_elements(bind).table_valued(column("value", JSONB), name="pair").c.value
        parts = [cast(value[place].astext, BigInteger) for place in (0, 1)]
    return select(parts[0].label("owner_id"), parts[1].label("item_id")).subquery("wanted")


def inserting(table: Table, engine: EngineName) -> Any:
    """Return the engine's own INSERT, which knows `on_conflict_do_update` and `on_conflict_do_nothing`."""
    return sqlite.insert(table) if engine == "sqlite" else postgresql.insert(table)


def insert_all(table: Table, *, ignore_conflict: bool = False) -> Builder:
    """Return the insertion of a whole row of `table`, each column a parameter of its own name."""

    def build(engine: EngineName) -> Executable:
        statement = inserting(table, engine).values(
            {c.name: bindparam(c.name, type_=c.type) for c in table.c}
        )
        return statement.on_conflict_do_nothing() if ignore_conflict else statement  # type: ignore[no-any-return]

    return build


def upsert(table: Table, changes: Sequence[str]) -> Builder:
    """Return the insertion of a whole row that, where the key is taken, sets `changes` to the new values."""

    def build(engine: EngineName) -> Executable:
        statement = inserting(table, engine).values(
            {c.name: bindparam(c.name, type_=c.type) for c in table.c}
        )
        return statement.on_conflict_do_update(  # type: ignore[no-any-return]
            index_elements=list(table.primary_key.columns),
            set_={name: statement.excluded[name] for name in changes},
        )

    return build
