"""Places: countries and cities of the world, from a library's data."""

from msgspec import Struct


class NamedPlace(Struct, frozen=True):
    """A country by its number of ISO 3166-1, or a city by its number in GeoNames."""

    id: int
    name: str
    country: str
    people: int
