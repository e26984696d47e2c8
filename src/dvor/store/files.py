"""The accounts of kept files; the bytes lie on disk (media)."""

from sqlalchemy import (
    Column,
    Executable,
    Table,
    Text,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    update,
)

from dvor.store.columns import Id, metadata
from dvor.store.database import Transaction
from dvor.store.statements import EngineName, Statement, among_texts, inserting
from dvor.store.users import owners

files = Table(
    "files",
    metadata,
    Column("name", Text, primary_key=True),
    Column("size", Id, nullable=False),
    Column("created_at", Id, nullable=False),
    Column("uses", Id, nullable=False, server_default="1000000"),
    sqlite_with_rowid=False,
)
"""`uses` counts the objects that show a file; who used those from before it was counted is not known: they stay."""


def _insert(engine: EngineName) -> Executable:
    first = inserting(files, engine).values(
        {c.name: bindparam(c.name, type_=c.type) for c in files.c if c.name != "uses"}
        | {"uses": literal_column("1")}
    )
    return first.on_conflict_do_update(  # type: ignore[no-any-return]
        index_elements=[files.c.name], set_={"uses": files.c.uses + literal_column("1")}
    )


_INSERT = Statement(_insert)
_name = files.c.name == bindparam("name", type_=Text)
_USE = Statement(update(files).where(_name).values(uses=files.c.uses + bindparam("change", type_=Id)))
_DELETE_UNUSED = Statement(
    delete(files).where(among_texts(files.c.name, "names"), files.c.uses <= literal_column("0"))
)
_AMONG = Statement(select(files.c.name).where(among_texts(files.c.name, "names")), lambda name: name)
_SUM = Statement(select(func.coalesce(func.sum(files.c.size), 0)).where(among_texts(files.c.name, "names")))
_OWNER_BYTES = Statement(select(owners.c.file_bytes).where(owners.c.id == bindparam("owner_id", type_=Id)))
_ADD_BYTES = Statement(
    update(owners)
    .where(owners.c.id == bindparam("owner_id", type_=Id))
    .values(file_bytes=owners.c.file_bytes + bindparam("size", type_=Id))
    .returning(owners.c.file_bytes)
)


async def insert_files(tx: Transaction, sizes: dict[str, int], now: int) -> None:
    """Note files that are on disk, their bytes by name, and that one object more uses them."""
    rows = [{"name": name, "size": sizes[name], "created_at": now} for name in sorted(sizes)]
    await tx.run_many(_INSERT, rows)


async def use_files(tx: Transaction, names: set[str]) -> None:
    """Note that one object more uses these files, which are noted."""
    await tx.run_many(_USE, [{"name": name, "change": 1} for name in sorted(names)])


async def release_files(tx: Transaction, names: set[str]) -> None:
    """Note that an object is gone that used these files; who are used by no other are forgotten, and swept later."""
    await tx.run_many(_USE, [{"name": name, "change": -1} for name in sorted(names)])
    await tx.run(_DELETE_UNUSED, names=sorted(names))


async def find_files(tx: Transaction, names: list[str]) -> set[str]:
    """Return which of these files are noted."""
    return set(await tx.rows(_AMONG, names=names))


async def sum_bytes(tx: Transaction, names: list[str]) -> int:
    """Return how many bytes these files have together, each counted once."""
    return int(await tx.value(_SUM, names=names))


async def used_bytes(tx: Transaction, owner_id: int) -> int:
    """Return how many bytes of files an owner has."""
    size: int | None = await tx.value(_OWNER_BYTES, owner_id=owner_id)
    return size or 0


async def add_bytes(tx: Transaction, owner_id: int, size: int) -> int:
    """Charge an owner for files; return the new sum."""
    total: int = await tx.value(_ADD_BYTES, owner_id=owner_id, size=size)
    return total
