"""The words of people's and communities' names, by which they are found."""

from typing import Any

from sqlalchemy import (
    Column,
    Executable,
    FromClause,
    Index,
    Integer,
    Select,
    Table,
    Text,
    bindparam,
    cast,
    delete,
    func,
    intersect,
    literal_column,
    select,
)

from dvor.model.groups import GroupAccess, GroupKind
from dvor.model.ids import MAX_NUMBER, MAX_USER_ID
from dvor.model.search import EVERYBODY, MAX_COUNTED, PeopleFilter, PeopleOrder
from dvor.model.words import fold_words
from dvor.store.columns import Id, metadata
from dvor.store.database import Transaction
from dvor.store.groups import group_counters, groups
from dvor.store.statements import Statement, among_texts, insert_all, shapes
from dvor.store.users import presences, users
from dvor.store.words import MAX_WORDS, Word, beginning_values, begins

name_words = Table(
    "name_words",
    metadata,
    Column("owner_id", Id, primary_key=True, autoincrement=False),
    Column("word", Word, primary_key=True),
    Index("ix_name_words_word", "word", "owner_id"),
    sqlite_with_rowid=False,
)
"""Owner ids above zero are people, below zero communities."""

_WORDS = Statement(
    select(name_words.c.word).where(name_words.c.owner_id == bindparam("owner_id", type_=Id)), str
)
_INSERT = Statement(insert_all(name_words))
_DELETE = Statement(
    delete(name_words).where(
        name_words.c.owner_id == bindparam("owner_id", type_=Id), among_texts(name_words.c.word, "words")
    )
)


def _named(words: int) -> FromClause:
    """Choose the owners whose names have words with all these beginnings."""
    parts = [
        select(name_words.c.owner_id).distinct().where(begins(name_words.c.word, place))
        for place in range(words)
    ]
    return (parts[0] if words == 1 else intersect(*parts)).subquery("named")


def _between(column: Any, name: str, kind: Any) -> Any:
    return column.between(bindparam(f"least_{name}", type_=kind), bindparam(f"most_{name}", type_=kind))


def _people(chosen: Select[Any], words: int, is_filtered: bool) -> Select[Any]:
    source: FromClause = users
    if words:
        named = _named(words)
        source = named.join(users, users.c.id == named.c.owner_id)
    source = source.outerjoin(presences, presences.c.user_id == users.c.id)
    found = chosen.select_from(source).where(_between(users.c.id, "id", Id), users.c.deactivated.is_(None))
    if not is_filtered:
        return found
    birth_date = func.coalesce(users.c.birth_date, literal_column("''", Text))
    return found.where(
        ~users.c.is_closed,
        *(_between(users.c[name], name, Integer) for name in ("sex", "relation", "city_id", "country_id")),
        _between(users.c.birth_date_visibility, "visibility", Integer),
        _between(birth_date, "birth_date", Text),
        birth_date.like(bindparam("birth_day", type_=Text)),
        users.c.city.like(bindparam("city", type_=Text), escape="\\"),
        users.c.home_town.like(bindparam("home_town", type_=Text), escape="\\"),
        func.coalesce(presences.c.seen_at, literal_column("0")) >= bindparam("seen_since", type_=Id),
        func.length(cast(users.c.avatar, Text)) >= bindparam("least_avatar", type_=Integer),
    )


@shapes(int, words=tuple(range(MAX_WORDS + 1)), is_filtered=(False, True), order=("newest", "oldest"))
def _page(words: int, is_filtered: bool, order: PeopleOrder) -> Executable:
    page = _people(select(users.c.id), words, is_filtered)
    page = page.order_by(users.c.id.desc() if order == "newest" else users.c.id)
    return page.limit(bindparam("count", type_=Integer)).offset(bindparam("offset", type_=Id))


@shapes(None, words=tuple(range(MAX_WORDS + 1)), is_filtered=(False, True))
def _count(words: int, is_filtered: bool) -> Executable:
    found = _people(select(users.c.id), words, is_filtered).limit(bindparam("most", type_=Integer))
    return select(func.count()).select_from(found.subquery("found"))


def _communities(chosen: Select[Any], words: int) -> Select[Any]:
    named = _named(words)
    source = named.join(groups, groups.c.id == -named.c.owner_id)
    source = source.join(group_counters, group_counters.c.group_id == groups.c.id)
    return chosen.select_from(source).where(
        groups.c.deactivated.is_(None),
        groups.c.access != literal_column(str(int(GroupAccess.PRIVATE))),
        among_texts(groups.c.kind, "kinds"),
    )


@shapes(int, words=tuple(range(1, MAX_WORDS + 1)))
def _ids(words: int) -> Executable:
    named = _named(words)
    return select(named.c.owner_id).where(named.c.owner_id > literal_column("0"))


@shapes(int, words=tuple(range(1, MAX_WORDS + 1)))
def _group_page(words: int) -> Executable:
    page = _communities(select(groups.c.id), words)
    page = page.order_by(group_counters.c.members.desc(), groups.c.id)
    return page.limit(bindparam("count", type_=Integer)).offset(bindparam("offset", type_=Id))


@shapes(None, words=tuple(range(1, MAX_WORDS + 1)))
def _group_count(words: int) -> Executable:
    return _communities(select(func.count()), words)


def name_rows(owner_id: int, *names: str | None) -> list[dict[str, Any]]:
    """Return the rows of `name_words` for an owner of these names."""
    words = fold_words(" ".join(name for name in names if name))
    return [{"owner_id": owner_id, "word": word} for word in words]


async def save_names(tx: Transaction, owner_id: int, *names: str | None) -> None:
    """Let an owner be found by the words of these names, and by no others."""
    rows = {row["word"]: row for row in name_rows(owner_id, *names)}
    before = set(await tx.rows(_WORDS, owner_id=owner_id))
    if gone := sorted(before - rows.keys()):
        await tx.run(_DELETE, owner_id=owner_id, words=gone)
    if fresh := [row for word, row in rows.items() if word not in before]:
        await tx.run_many(_INSERT, fresh)


def _pattern(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped or "%"


def _values(wanted: PeopleFilter) -> dict[str, Any]:
    """Return the parameters of a filter: what does not matter is a bound that everybody keeps."""
    values: dict[str, Any] = {}
    for name in ("sex", "relation", "city_id", "country_id"):
        value = getattr(wanted, name)
        values[f"least_{name}"] = 0 if value is None else value
        values[f"most_{name}"] = MAX_USER_ID if value is None else value
    has_day = wanted.birth_day is not None or wanted.birth_month is not None
    has_year = bool(wanted.birth_date_from or wanted.birth_date_to)
    month = "__" if wanted.birth_month is None else f"{wanted.birth_month:02}"
    day = "__" if wanted.birth_day is None else f"{wanted.birth_day:02}"
    return values | {
        # hidden is 0, whole 1, without the year 2
        "least_visibility": 1 if has_day or has_year else 0,
        "most_visibility": 1 if has_year else 2,
        "least_birth_date": wanted.birth_date_from or ("0" if has_year else ""),
        "most_birth_date": wanted.birth_date_to or "9999-12-31",
        "birth_day": f"____-{month}-{day}" if has_day else "%",
        "city": _pattern(wanted.city),
        "home_town": _pattern(wanted.home_town),
        "seen_since": wanted.seen_since,
        "least_avatar": len('{"": ""}') if wanted.has_photo else 0,
    }


async def find_people(
    tx: Transaction,
    beginnings: list[str],
    wanted: PeopleFilter,
    *,
    order: PeopleOrder,
    offset: int,
    count: int,
) -> tuple[int, list[int]]:
    """Return a page of those whose names have words with these beginnings, and how many there are.

    Without beginnings everybody is looked at; more than `MAX_COUNTED` are not counted.
    """
    words, values = beginning_values(beginnings)
    asked = values | _values(wanted) | {"least_id": 1, "most_id": MAX_NUMBER}
    shape = {"words": words, "is_filtered": wanted != EVERYBODY}
    total: int = await tx.value(_count(**shape), **asked, most=MAX_COUNTED)
    return total, await tx.rows(_page(**shape, order=order), **asked, offset=offset, count=count)


async def find_named_users(tx: Transaction, beginnings: list[str]) -> list[int]:
    """Return the ids of all users, also of those shut out, whose names have words with these beginnings."""
    words, values = beginning_values(beginnings)
    return await tx.rows(_ids(words=words), **values) if words else []


async def find_groups(
    tx: Transaction, beginnings: list[str], kinds: list[GroupKind], *, offset: int, count: int
) -> tuple[int, list[int]]:
    """Return a page of the communities whose names have words with these beginnings, and how many there are.

    The largest first; private ones are not found.
    """
    words, values = beginning_values(beginnings)
    asked = values | {"kinds": kinds}
    total: int = await tx.value(_group_count(words=words), **asked)
    return total, await tx.rows(_group_page(words=words), **asked, offset=offset, count=count)
