"""Walls by their owners' screen names."""

import pytest

from tests.dialects.vk.conftest import CastClient


@pytest.mark.parametrize(("method", "words"), [("wall.get", {}), ("wall.search", {"query": "тюльпаны"})])
async def test_a_wall_is_named_by_its_owner(
    cast_client: CastClient, method: str, words: dict[str, str]
) -> None:
    by_name = await cast_client.get(method, domain="garden", **words)
    assert by_name == await cast_client.get(method, owner_id=-1, **words)
    assert "Тюльпаны взошли!" in [post["text"] for post in by_name["items"]]
    by_name = await cast_client.get(method, domain="boris", **words)
    assert by_name == await cast_client.get(method, owner_id=cast_client.ids["boris"], **words)
    assert await cast_client.refuse(method, domain="nobody", **words) == 18
