"""Documents, and the words by which they are found."""

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Executable,
    Index,
    Integer,
    Select,
    Table,
    Text,
    bindparam,
    delete,
    func,
    intersect,
    literal_column,
    select,
    text,
    true,
    update,
)

from dvor.model.documents import Document, DocumentOrder, Preview
from dvor.model.groups import GroupAccess
from dvor.store.columns import Id, Json, metadata
from dvor.store.database import Transaction
from dvor.store.group_members import group_bans
from dvor.store.groups import groups
from dvor.store.numbers import next_number
from dvor.store.statements import EngineName, Statement, among, insert_all, pairs, shapes
from dvor.store.words import MAX_WORDS, Word, beginning_values, begins

Key = tuple[int, int]
"""Owner and number of a document."""

documents = Table(
    "documents",
    metadata,
    Column("owner_id", Id, primary_key=True, autoincrement=False),
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("user_id", Id, nullable=False),
    Column("kind", Text, nullable=False),
    Column("type", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("ext", Text, nullable=False),
    Column("size", Id, nullable=False),
    Column("bytes", Id, nullable=False),
    Column("file", Text, nullable=False),
    Column("preview", Json(Preview), nullable=False),
    Column("tags", Json(list[str]), nullable=False),
    Column("access_key", Text, nullable=False),
    Column("is_listed", Boolean, nullable=False),
    Column("created_at", Id, nullable=False),
    Column("deleted_at", Id, nullable=False),
    Column("upload_id", Text, nullable=False),
    Index("uq_documents_owner_id_upload_id", "owner_id", "upload_id", unique=True),
    Index(
        "ix_documents_deleted",
        "deleted_at",
        sqlite_where=text("deleted_at <> 0"),
        postgresql_where=text("deleted_at <> 0"),
    ),
    sqlite_with_rowid=False,
)
"""`upload_id` names the upload that became the document, so that saving it twice makes one."""

document_words = Table(
    "document_words",
    metadata,
    Column("owner_id", Id, primary_key=True, autoincrement=False),
    Column("word", Word, primary_key=True),
    Column("document_id", Id, primary_key=True, autoincrement=False),
    Index(
        "ix_document_words_communities",
        "word",
        "owner_id",
        "document_id",
        sqlite_where=text("owner_id < 0"),
        postgresql_where=text("owner_id < 0"),
    ),
    sqlite_with_rowid=False,
)
"""The words of listed documents that are there."""

_columns = [documents.c[name] for name in Document.__struct_fields__]
_owner_id = bindparam("owner_id", type_=Id)
_one = (documents.c.owner_id == _owner_id, documents.c.id == bindparam("document_id", type_=Id))
_is_there = documents.c.deleted_at == literal_column("0")


def _by_keys(engine: EngineName) -> Executable:
    wanted = pairs(engine, "keys")
    return select(*_columns).join(
        wanted, (documents.c.owner_id == wanted.c.owner_id) & (documents.c.id == wanted.c.item_id)
    )


def _document(*row: Any) -> Document:
    return Document(**dict(zip(Document.__struct_fields__, row, strict=True)))


_BY_KEYS = Statement(_by_keys, _document)
_BY_UPLOAD = Statement(
    select(*_columns).where(
        documents.c.owner_id == _owner_id, documents.c.upload_id == bindparam("upload_id", type_=Text)
    ),
    _document,
)
_INSERT = Statement(insert_all(documents))
_CHANGE = Statement(
    update(documents)
    .where(*_one)
    .values(
        title=bindparam("new_title", type_=Text),
        tags=bindparam("new_tags", type_=documents.c.tags.type),
    )
)
_SET_DELETED = Statement(update(documents).where(*_one).values(deleted_at=bindparam("at", type_=Id)))
_DELETED = Statement(
    select(documents.c.owner_id, documents.c.id)
    .where(
        documents.c.deleted_at != literal_column("0"), documents.c.deleted_at < bindparam("before", type_=Id)
    )
    .order_by(documents.c.deleted_at)
    .limit(bindparam("count", type_=Integer)),
    lambda *row: row,
)
_DELETE = Statement(delete(documents).where(*_one))
_INSERT_WORD = Statement(insert_all(document_words, ignore_conflict=True))
_DELETE_WORD = Statement(
    delete(document_words).where(
        document_words.c.owner_id == _owner_id,
        document_words.c.word == bindparam("word", type_=Text),
        document_words.c.document_id == bindparam("document_id", type_=Id),
    )
)


ORDERS = {"newest": documents.c.id.desc(), "title": documents.c.title, "size": documents.c.size.desc()}


def _of_owner(chosen: Select[Any], has_type: bool) -> Select[Any]:
    listed = chosen.where(documents.c.owner_id == _owner_id, documents.c.is_listed == true(), _is_there)
    return listed.where(documents.c.type == bindparam("type", type_=Integer)) if has_type else listed


@shapes(_document, has_type=(False, True), order=tuple(ORDERS))
def _page(has_type: bool, order: str) -> Executable:
    page = _of_owner(select(*_columns), has_type).order_by(ORDERS[order], documents.c.id.desc())
    return page.limit(bindparam("count", type_=Integer)).offset(bindparam("offset", type_=Id))


_COUNT_TYPES = Statement(
    _of_owner(select(documents.c.type, func.count()), False)
    .group_by(documents.c.type)
    .order_by(documents.c.type),
    lambda *row: row,
)


def _hits(place: int, with_open: bool) -> Select[Any]:
    """Choose the documents of the owners that have a word with the beginning of this place.

    `with_open` adds those of open communities, but for those that shut the viewer out.
    """
    chosen = select(document_words.c.owner_id, document_words.c.document_id)
    own = chosen.where(among(document_words.c.owner_id, "owner_ids"), begins(document_words.c.word, place))
    if not with_open:
        return own.distinct()
    shut_out = (group_bans.c.group_id == groups.c.id) & (
        group_bans.c.user_id == bindparam("viewer_id", type_=Id)
    )
    of_open = (
        chosen.join(groups, groups.c.id == -document_words.c.owner_id)
        .outerjoin(group_bans, shut_out)
        .where(
            document_words.c.owner_id < literal_column("0"),  # literally, as in the index
            begins(document_words.c.word, place),
            groups.c.access == literal_column(str(int(GroupAccess.OPEN))),
            groups.c.deactivated.is_(None),
            group_bans.c.user_id.is_(None),
        )
    )
    both = own.union(of_open).subquery(f"both_{place}")
    return select(both.c.owner_id, both.c.document_id)


def _found(chosen: Select[Any], words: int, with_open: bool, has_type: bool) -> Select[Any]:
    parts = [_hits(place, with_open) for place in range(words)]
    hits = (parts[0] if words == 1 else intersect(*parts)).subquery("hits")
    same = (documents.c.owner_id == hits.c.owner_id) & (documents.c.id == hits.c.document_id)
    found = chosen.select_from(hits.join(documents, same))
    return found.where(documents.c.type == bindparam("type", type_=Integer)) if has_type else found


_COUNTS = tuple(range(1, MAX_WORDS + 1))


@shapes(_document, words=_COUNTS, with_open=(False, True), has_type=(False, True))
def _search(words: int, with_open: bool, has_type: bool) -> Executable:
    page = _found(select(*_columns), words, with_open, has_type).order_by(documents.c.id.desc())
    return page.limit(bindparam("count", type_=Integer)).offset(bindparam("offset", type_=Id))


@shapes(None, words=_COUNTS, with_open=(False, True), has_type=(False, True))
def _count_found(words: int, with_open: bool, has_type: bool) -> Executable:
    return _found(select(func.count()), words, with_open, has_type)


async def load_documents(
    tx: Transaction, keys: list[Key], *, with_deleted: bool = False
) -> dict[Key, Document]:
    """Return the existing ones of these documents by (owner, number), in one query."""
    found = await tx.rows(_BY_KEYS, keys=keys) if keys else []
    return {(one.owner_id, one.id): one for one in found if with_deleted or not one.deleted_at}


async def find_upload(tx: Transaction, owner_id: int, upload_id: str) -> Document | None:
    """Return the document that this upload became, if it was saved before."""
    return await tx.row(_BY_UPLOAD, owner_id=owner_id, upload_id=upload_id)


async def insert_document(tx: Transaction, document: Document, upload_id: str) -> Document:
    """Store a document under the next number and return it."""
    row = {name: getattr(document, name) for name in document.__struct_fields__}
    row["id"] = await next_number(tx, "documents")
    await tx.run(_INSERT, **row, upload_id=upload_id)
    return Document(**row)


async def change_document(tx: Transaction, key: Key, title: str, tags: list[str]) -> None:
    """Give a document another title and other tags."""
    await tx.run(_CHANGE, owner_id=key[0], document_id=key[1], new_title=title, new_tags=tags)


async def set_deleted(tx: Transaction, key: Key, at: int) -> None:
    """Hide a document, or (at 0) show it again."""
    await tx.run(_SET_DELETED, owner_id=key[0], document_id=key[1], at=at)


async def list_deleted(tx: Transaction, before: int, count: int) -> list[Key]:
    """Return some documents that were deleted before a time, the oldest first."""
    return await tx.rows(_DELETED, before=before, count=count)


async def delete_document(tx: Transaction, key: Key) -> None:
    """Remove a document for good."""
    await tx.run(_DELETE, owner_id=key[0], document_id=key[1])


async def insert_words(tx: Transaction, key: Key, words: list[str]) -> None:
    """Let a document be found by these words."""
    await tx.run_many(_INSERT_WORD, _word_rows(key, words))


async def delete_words(tx: Transaction, key: Key, words: list[str]) -> None:
    """Let a document no longer be found by these words."""
    await tx.run_many(_DELETE_WORD, _word_rows(key, words))


def _word_rows(key: Key, words: list[str]) -> list[dict[str, Any]]:
    return [{"owner_id": key[0], "word": word, "document_id": key[1]} for word in sorted(words)]


async def list_documents(
    tx: Transaction, owner_id: int, type_number: int, order: DocumentOrder, offset: int, count: int
) -> list[Document]:
    """Return a page of an owner's listed documents, of a type or (0) of all."""
    statement = _page(has_type=type_number > 0, order=order)
    return await tx.rows(statement, owner_id=owner_id, type=type_number, offset=offset, count=count)


async def count_types(tx: Transaction, owner_id: int) -> dict[int, int]:
    """Return how many listed documents of each type an owner has."""
    return {row[0]: row[1] for row in await tx.rows(_COUNT_TYPES, owner_id=owner_id)}


async def search_documents(
    tx: Transaction,
    owner_ids: list[int],
    beginnings: list[str],
    offset: int,
    count: int,
    *,
    type_number: int = 0,
    viewer_id: int = 0,
    with_open: bool = False,
) -> tuple[int, list[Document]]:
    """Return a page of these owners' listed documents that have words with all these beginnings, and how many there are.

    `with_open` adds those of open communities, as far as they let the viewer in.  The newest first; of more than
    `MAX_WORDS` beginnings the longest are looked for.
    """
    words, found = beginning_values(beginnings)
    values = found | {"owner_ids": owner_ids, "viewer_id": viewer_id, "type": type_number}
    shape = {"words": words, "with_open": with_open, "has_type": type_number > 0}
    total: int = await tx.value(_count_found(**shape), **values)
    page = await tx.rows(_search(**shape), **values, offset=offset, count=count) if total else []
    return total, page
