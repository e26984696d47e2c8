"""The accounts of kept files; the bytes lie on disk (media)."""

from sqlalchemy import Column, Table, Text, bindparam, func, select, update

from dvor.store.columns import Id, metadata
from dvor.store.database import Transaction
from dvor.store.statements import Statement, among_texts, insert_all
from dvor.store.users import owners

files = Table(
    "files",
    metadata,
    Column("name", Text, primary_key=True),
    Column("size", Id, nullable=False),
    Column("created_at", Id, nullable=False),
    sqlite_with_rowid=False,
)

_INSERT = Statement(insert_all(files, ignore_conflict=True))
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
    """Note files that are on disk: their bytes by name."""
    rows = [{"name": name, "size": sizes[name], "created_at": now} for name in sorted(sizes)]
    await tx.run_many(_INSERT, rows)


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
