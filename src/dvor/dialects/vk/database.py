"""database.*: countries and cities.

The numbers are ISO 3166-1's for countries and GeoNames' for cities, not VK's own, which are not published.
"""

from typing import Annotated

from msgspec import Struct

from dvor.core.places import Language, find_cities, list_countries, load_cities
from dvor.dialects.vk.user_objects import Place
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.ids import MAX_NUMBER

PlaceId = Annotated[int, doc("A number of a country or a city.", ge=0, le=MAX_NUMBER)]
PageOffset = Annotated[int, doc("How many to skip.", ge=0, le=2**31 - 1)]


class PlaceList(Struct, frozen=True):
    """Places; `count` is how many there are in all."""

    count: int
    items: list[Place]


def read_language(call: Call) -> Language:
    """Return the language that the client asks for."""
    return "ru" if call.texts.get("lang", "") in ("ru", "0") else "en"


class GetCountries(Params):
    """Parameters of database.getCountries."""

    need_all: Annotated[bool, doc("No difference: all are given.")] = True
    code: Annotated[list[str], doc("Only these, by two letters (ISO 3166-1): `RU,DE`.")] = []
    offset: PageOffset = 0
    count: Annotated[int, doc("How many to return.", ge=0, le=1000)] = 100


@method("database.getCountries", needs_user=False)
async def get_countries(call: Call, params: GetCountries) -> PlaceList:
    """Returns countries by name, in Russian with `lang=ru`.

    VK: database.getCountries.
    """
    codes = {code.upper() for code in params.code}
    found = [one for one in list_countries(read_language(call)) if not codes or one.country in codes]
    page = found[params.offset : params.offset + params.count]
    return PlaceList(len(found), [Place(one.id, one.name) for one in page])


class GetCountriesById(Params):
    """Parameters of database.getCountriesById."""

    country_ids: Annotated[list[PlaceId], doc("Up to 1000 countries.", max_length=1000)]


@method("database.getCountriesById", needs_user=False)
async def get_countries_by_id(call: Call, params: GetCountriesById) -> list[Place]:
    """Returns countries by their numbers.

    VK: database.getCountriesById.
    """
    known = {one.id: one for one in list_countries(read_language(call))}
    return [Place(known[one].id, known[one].name) for one in params.country_ids if one in known]


class GetCities(Params):
    """Parameters of database.getCities."""

    country_id: PlaceId
    q: Annotated[str, doc("How the name begins, in any language.", max_length=64)] = ""
    need_all: Annotated[bool, doc("No difference: all of more than 15,000 people are given.")] = True
    offset: PageOffset = 0
    count: Annotated[int, doc("How many to return.", ge=0, le=1000)] = 100


@method("database.getCities", needs_user=False)
async def get_cities(call: Call, params: GetCities) -> PlaceList:
    """Returns the cities of a country, the largest first.

    VK: database.getCities.
    """
    codes = {one.id: one.country for one in list_countries("en")}
    code = codes.get(params.country_id, "")
    total, page = find_cities(code, params.q, offset=params.offset, count=params.count)
    return PlaceList(total, [Place(one.id, one.name) for one in page])


class GetCitiesById(Params):
    """Parameters of database.getCitiesById."""

    city_ids: Annotated[list[PlaceId], doc("Up to 1000 cities.", max_length=1000)]


@method("database.getCitiesById", needs_user=False)
async def get_cities_by_id(call: Call, params: GetCitiesById) -> list[Place]:
    """Returns cities by their numbers.

    VK: database.getCitiesById.
    """
    cities = load_cities()
    return [Place(one, cities[one].name) for one in params.city_ids if one in cities]
