"""The cases of database.*: see the docstring of this folder."""

from tests.dialects.vk.cases import Cases

CASES = Cases(
    recorded=(
        ("database.getCountries", {"code": "RU,DE", "lang": "ru"}),
        ("database.getCountriesById", {"country_ids": "643,276"}),
        ("database.getCities", {"country_id": "643", "q": "моск", "count": "2"}),
        ("database.getCitiesById", {"city_ids": "524901"}),
    ),
    open_to_all=frozenset(
        {"database.getCountries", "database.getCountriesById", "database.getCities", "database.getCitiesById"}
    ),
    wrong={
        "database.getCountries": {"count": 1001},
        "database.getCountriesById": {"country_ids": "x"},
        "database.getCities": {"country_id": "x"},
        "database.getCitiesById": {"city_ids": "x"},
    },
)
