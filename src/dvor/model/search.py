"""Searching: what a question about people may ask beside their names."""

from typing import Literal

from msgspec import Struct

PeopleOrder = Literal["newest", "oldest"]

MAX_COUNTED = 10_000
"""Of what is found by a question without words, no more is counted."""


class PeopleFilter(Struct, frozen=True, kw_only=True):
    """What people must be like; what is None or empty does not matter.

    Closed profiles are found by none of these.  `birth_date_from` and `birth_date_to` are ISO dates and find those
    alone who show the year; `birth_day` and `birth_month` find those too who show only the day.
    """

    sex: int | None = None
    relation: int | None = None
    city_id: int | None = None
    city: str = ""
    country_id: int | None = None
    home_town: str = ""
    birth_date_from: str = ""
    birth_date_to: str = ""
    birth_day: int | None = None
    birth_month: int | None = None
    seen_since: int = 0
    has_photo: bool = False


EVERYBODY = PeopleFilter()
