"""Searching: what a question about people may ask beside their names."""

from typing import Literal

from msgspec import Struct

from dvor.model.groups import Place

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


class GroupFilter(Struct, frozen=True):
    """Which communities to find beyond their names; 0 is no matter.  `begins_after` is a Unix time."""

    city_id: int = 0
    country_id: int = 0
    begins_after: int = 0

    def fits(self, place: Place) -> bool:
        """Say whether a community is there, and an event still to come."""
        return (
            self.city_id in (0, place.city_id)
            and self.country_id in (0, place.country_id)
            and (not self.begins_after or place.start_date > self.begins_after)
        )


ANY_GROUP = GroupFilter()
MAX_NARROWED = 1000
"""How many communities of a name are looked through for those that a filter lets pass."""
