"""Names in the cases of Russian grammar."""

from typing import Literal

import pytest

from dvor.dialects.vk.name_cases import CASES, decline
from tests.dialects.vk.conftest import CastClient

ANNA = ["Анна", "Анны", "Анне", "Анну", "Анной", "Анне"]
VOLKOV = ["Волков", "Волкова", "Волкову", "Волкова", "Волковым", "Волкове"]


def test_declension() -> None:
    assert [decline("Анна", "first", case, 1) for case in CASES] == ANNA
    assert [decline("Волков", "last", case, 2) for case in CASES] == VOLKOV


@pytest.mark.parametrize("name", ["Clara", "O'Neil", "", "김", "Анна2"])
def test_names_in_other_letters_stay(name: str) -> None:
    assert {decline(name, "first", case, 1) for case in CASES} == {name}


@pytest.mark.parametrize(
    ("name", "part", "sex"), [("Николь", "first", 1), ("Шота", "first", 2), ("Ван", "last", 0)]
)
def test_what_is_not_declined_stays(name: str, part: Literal["first", "last"], sex: int) -> None:
    assert {decline(name, part, case, sex) for case in CASES} == {name}


async def test_users_in_a_case(cast_client: CastClient) -> None:
    fields = "first_name_ins,last_name_dat"
    anna, clara = await cast_client.get("users.get", user_ids="anna,clara", name_case="Gen", fields=fields)
    assert (anna["first_name"], anna["last_name"]) == ("Анны", "Соколовой")
    assert (anna["first_name_ins"], anna["last_name_dat"]) == ("Анной", "Соколовой")
    assert (clara["first_name"], clara["last_name"]) == ("Clara", "Weber")
