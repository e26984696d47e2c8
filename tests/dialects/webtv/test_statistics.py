"""What users have opened, who has opened something, and how often a credential was used."""

from typing import Any

import pytest

from tests.dialects.conftest import NOW, CastClient
from tests.dialects.webtv.conftest import Integration


async def look(client: CastClient, who: str, *posts: str) -> None:
    """Open posts by themselves."""
    assert await client.get("wall.getById", who, posts=",".join(posts))


@pytest.fixture
async def viewed(integration: Integration) -> Integration:
    """Boris has opened Anna's posts 1 (twice) and 2, Clara her post 1, which she likes; Anna her own."""
    client = integration.client
    for who, *posts in (("boris", "1_1", "1_2"), ("boris", "1_1"), ("clara", "1_1"), ("anna", "1_1")):
        await look(client, who, *posts)
    await client.get("likes.add", "clara", type="post", owner_id=1, item_id=1)
    await client.get("likes.delete", "boris", type="post", owner_id=1, item_id=1)
    await integration.courtyard.touches.flush()
    return integration


async def test_what_a_user_has_opened(viewed: Integration) -> None:
    boris = viewed.client.ids["boris"]
    answer = await viewed.ask("get_stats_for_content_type", boris, contentType="news", getHeatmapURL=1)
    first, second = answer["list"]
    assert list(first) == [
        "id_news",
        "duration",
        "is_ad",
        "content_title",
        "page_views",
        "last_played_second",
        "complete_playbacks",
        "total_playbacks",
        "total_play_time",
        "heatmap",
    ]
    assert (first["id_news"], first["page_views"]) == ("1_1", "2")
    assert (second["id_news"], second["page_views"]) == ("1_2", "1")
    post = (await viewed.client.get("wall.getById", "boris", posts="1_1"))["items"][0]
    assert first["content_title"] == post["text"][:100] != ""
    anna = viewed.client.ids["anna"]
    assert await viewed.ask("get_stats_for_content_type", anna, contentType="news") == {"list": []}, "her own"


async def test_what_only_friends_see_has_no_title(viewed: Integration) -> None:
    client = viewed.client
    post = await client.get("wall.post", "anna", message="Только своим", friends_only=1)
    await look(client, "boris", f"1_{post['post_id']}")
    await viewed.courtyard.touches.flush()
    answer = await viewed.ask("get_stats_for_content_type", client.ids["boris"], contentType="news")
    titles = {one["id_news"]: one["content_title"] for one in answer["list"]}
    assert titles[f"1_{post['post_id']}"] == ""


async def test_photos_are_counted_too(integration: Integration) -> None:
    client = integration.client
    [photo] = (await client.get("photos.getAll", "anna", owner_id=1, count=1))["items"]
    key = f"1_{photo['id']}"
    assert await client.get("photos.getById", "boris", photos=key)
    await integration.courtyard.touches.flush()
    boris = client.ids["boris"]
    answer = await integration.ask("get_stats_for_content_type", boris, contentType="gallery")
    assert [(one["id_gallery"], one["page_views"]) for one in answer["list"]] == [(key, "1")]
    answer = await integration.ask("list_who_viewed_content", contentType="gallery", contentID=key)
    assert [one["id_user"] for one in answer["list"]] == [str(boris)]


async def test_who_has_opened_something(viewed: Integration) -> None:
    boris, clara = (str(viewed.client.ids[name]) for name in ("boris", "clara"))
    asked = {"contentType": "news", "contentID": "1_1"}
    answer = await viewed.ask("list_who_viewed_content", **asked)
    assert [(one["id_user"], one["page_views"]) for one in answer["list"]] == [(boris, "2"), (clara, "1")]
    assert "login" not in answer["list"][0]
    answer = await viewed.ask("list_who_viewed_content", **asked, includeUserData=1)
    assert list(answer["list"][1])[:5] == ["id_user", "login", "alias", "name", "surname"]
    assert answer["list"][1]["login"] == "clara@dvor.example"
    answer = await viewed.ask("list_who_viewed_content", **asked, likeFavoriteFilter="liked")
    assert [one["id_user"] for one in answer["list"]] == [clara]
    await viewed.ask("delete", clara)
    answer = await viewed.ask("list_who_viewed_content", **asked)
    assert [one["id_user"] for one in answer["list"]] == [boris]


@pytest.mark.parametrize(
    ("do", "iq", "post", "text"),
    [
        ("get_stats_for_content_type", "x", {"contentType": "news"}, "Invalid User ID"),
        ("get_stats_for_content_type", 999, {"contentType": "news"}, "User not found"),
        ("get_stats_for_content_type", 1, {}, "Missing contentType"),
        ("get_stats_for_content_type", 1, {"contentType": "x"}, "Invalid contentType"),
        ("list_who_viewed_content", "", {"contentType": "news"}, "Missing contentID"),
        ("list_who_viewed_content", "", {"contentType": "news", "contentID": "1"}, "Invalid contentID"),
        (
            "list_who_viewed_content",
            "",
            {"contentType": "news", "contentID": "9999999999_1"},
            "Invalid contentID",
        ),
    ],
)
async def test_wrong_questions(integration: Integration, do: str, iq: object, post: Any, text: str) -> None:
    assert await integration.ask(do, iq, **post) == {"error": "REQUEST_ERROR", "error_long": text}


async def test_a_credential_reads_its_own_statistics(cast_client: CastClient) -> None:
    integration, other = await Integration.open(cast_client), await Integration.open(cast_client)
    for one, do in ((integration, "get"), (integration, "get"), (integration, "teleport"), (other, "get")):
        await one.ask(do, 1)
    await cast_client.courtyard.touches.flush()
    told = await integration.ask("get", go="statistics")
    day = {"date": "2026-11-18"}
    assert told == {
        "data": {
            "title": "WebTV",
            "last_use": str(NOW),
            "calls": "3",
            "errors": "1",
            "days": [
                day | {"action": "unknown", "calls": "1", "errors": "1"},
                day | {"action": "users.get", "calls": "2", "errors": "0"},
            ],
        }
    }
    assert (await integration.ask("get", go="statistics", days=0))["error_long"] == "Invalid days"
