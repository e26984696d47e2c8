"""Biographies: what a person tells of his life is checked, and who is with whom."""

from collections.abc import Collection
from typing import Any

from msgspec import Struct

from dvor.core.privacy import People, Person, load_people
from dvor.model.biographies import ATTITUDE, LIFE_MAIN, MAX_ENTRIES, PEOPLE_MAIN, POLITICAL, Biography
from dvor.model.errors import InvalidParameter
from dvor.store.database import Transaction

MAX_LENGTH = 255
OLDEST_YEAR, FURTHEST_YEAR = 1900, 2100
LISTS = ("universities", "schools", "career", "military", "relatives")
HIGHEST = {
    "political": POLITICAL,
    "people_main": PEOPLE_MAIN,
    "life_main": LIFE_MAIN,
    "smoking": ATTITUDE,
    "alcohol": ATTITUDE,
}
PARTNERED = frozenset({2, 3, 4, 5, 7, 8})
"""VK's numbers of the relations that are to somebody."""


def check_biography(biography: Biography) -> None:
    """Refuse what is too long, too much, or out of its bounds: `InvalidParameter`."""
    for name in LISTS:
        entries = getattr(biography, name)
        if len(entries) > MAX_ENTRIES:
            raise InvalidParameter(name, f"at most {MAX_ENTRIES}")
        for entry in entries:
            _check_entry(name, entry)
    views = biography.views
    for name, highest in HIGHEST.items():
        if not 0 <= getattr(views, name) <= highest:
            raise InvalidParameter(name, f"0 to {highest}")
    if len(views.langs) > MAX_ENTRIES:
        raise InvalidParameter("langs", f"at most {MAX_ENTRIES}")
    for name, text in (
        *(("langs", one) for one in views.langs),
        ("religion", views.religion),
        ("inspired_by", views.inspired_by),
        *((page, getattr(biography.pages, page)) for page in biography.pages.__struct_fields__),
    ):
        _check_text(name, text)


def _check_entry(kind: str, entry: Struct) -> None:
    values: dict[str, Any] = {name: getattr(entry, name) for name in entry.__struct_fields__}
    for name, value in values.items():
        if isinstance(value, str):
            _check_text(kind, value)
        elif value and not OLDEST_YEAR <= value <= FURTHEST_YEAR:
            raise InvalidParameter(kind, f"{name}: {OLDEST_YEAR} to {FURTHEST_YEAR}")
    if not next(iter(values.values())):
        raise InvalidParameter(kind, "has no name")
    first, last = values.get("year_from", 0), values.get("year_to", 0)
    if first and last and first > last:
        raise InvalidParameter(kind, "ends before it begins")


def _check_text(name: str, text: str) -> None:
    if len(text) > MAX_LENGTH or not (text.isprintable() or not text):
        raise InvalidParameter(name, f"at most {MAX_LENGTH} characters in one line")


async def load_partners(tx: Transaction, viewer_id: int, people: Collection[Person]) -> People:
    """Return with whom people are whose profiles the viewer may see, by their ids: those pairs who both say so."""
    named = {
        one.user.id: one.user.details.biography.relation_partner_id
        for one in people
        if one.is_open and one.user.relation in PARTNERED and one.user.details.biography.relation_partner_id
    }
    found = await load_people(tx, viewer_id, set(named.values())) if named else {}
    partners = {}
    for user_id, partner_id in named.items():
        partner = found.get(partner_id)
        if partner is None or partner.user.deactivated or partner.user.relation not in PARTNERED:
            continue
        if partner.user.details.biography.relation_partner_id == user_id:
            partners[user_id] = partner
    return partners
