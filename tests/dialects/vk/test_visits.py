"""A visit that stats.trackVisitor notes is one with the device of the token."""

from dvor.core.privacy import load_people
from dvor.core.tokens import issue_token
from dvor.model.users import Platform
from tests.dialects.vk.conftest import CastClient


async def test_device_of_a_tracked_visit(cast_client: CastClient) -> None:
    courtyard, anna_id = cast_client.courtyard, cast_client.ids["anna"]
    cast_client.tokens["anna"] = await issue_token(courtyard, anna_id, platform="android")
    await cast_client.get("stats.trackVisitor")
    await courtyard.touches.flush()
    async with courtyard.database.read() as tx:
        anna = (await load_people(tx, anna_id, [anna_id]))[anna_id].user
    assert anna.platform == Platform.ANDROID
