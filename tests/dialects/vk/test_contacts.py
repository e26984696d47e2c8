"""Telephone numbers are for friends."""

import pytest
from msgspec.structs import replace

from dvor.core.privacy import load_people
from dvor.core.profiles import change_personal_data
from dvor.model.users import personal_data
from dvor.store.database import Transaction
from tests.dialects.vk.conftest import NOW, CastClient

NUMBER = "+79990001122"


@pytest.mark.parametrize(
    ("who", "v", "seen"),
    [("anna", "5.199", NUMBER), ("boris", "5.199", NUMBER), ("fedor", "5.199", None), ("", None, None)],
)
async def test_who_sees_a_number(cast_client: CastClient, who: str, v: str | None, seen: str | None) -> None:
    anna_id = cast_client.ids["anna"]

    async def give_number(tx: Transaction) -> None:
        data = personal_data((await load_people(tx, anna_id, [anna_id]))[anna_id].user)
        details = replace(data.details, mobile_phone=NUMBER)
        await change_personal_data(tx, anna_id, replace(data, details=details), NOW)

    await cast_client.courtyard.database.write(give_number)
    answer = await cast_client.ask("users.get", who, v=v, user_ids=str(anna_id), fields="contacts")
    assert answer.json()["response"][0].get("mobile_phone") == seen
