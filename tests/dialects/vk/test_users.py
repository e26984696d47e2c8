"""users.get: the members that need more than the person's own row."""

from dvor.cli.drawings import draw_courtyard
from tests.dialects.vk.conftest import CastClient


async def test_two_are_partners_when_both_say_so(cast_client: CastClient) -> None:
    anna, boris = cast_client.ids["anna"], cast_client.ids["boris"]

    async def partner(viewer: str, user_id: int) -> int:
        [user] = await cast_client.get("users.get", viewer, user_ids=user_id, fields="relation")
        return int(user.get("relation_partner", {"id": 0})["id"])

    assert await cast_client.get("account.saveProfileInfo", relation=4, relation_partner_id=boris) == {
        "changed": 1
    }
    assert await partner("clara", anna) == 0
    await cast_client.get("account.saveProfileInfo", "boris", relation=2, relation_partner_id=anna)
    assert (await partner("clara", anna), await partner("clara", boris)) == (boris, anna)
    await cast_client.get("account.saveProfileInfo", "boris", relation=1)
    assert await partner("clara", anna) == 0, "who is single is with nobody"
    await cast_client.get("account.saveProfileInfo", relation_partner_id=0)
    for wrong in (anna, 1_000_000):
        assert await cast_client.refuse("account.saveProfileInfo", relation_partner_id=wrong) == 100
    assert await cast_client.refuse("account.saveProfileInfo", cancel_request_id=5) == 100


async def test_the_photo_beside_a_name(cast_client: CastClient) -> None:
    anna, fields = cast_client.ids["anna"], "photo_id,crop_photo,photo_max"
    [before] = await cast_client.get("users.get", "boris", user_ids=anna, fields=fields)
    assert "photo_id" not in before, "the picture that the cast gave her is no photo that one can open"
    server = await cast_client.get("photos.getOwnerPhotoUploadServer")
    sent = await cast_client.http.post(
        server["upload_url"], files={"photo": ("a.png", draw_courtyard(), "image/png")}
    )
    await cast_client.get("photos.saveOwnerPhoto", **sent.json())
    [user] = await cast_client.get("users.get", "boris", user_ids=anna, fields=fields)
    [photo] = await cast_client.get("photos.getById", "boris", photos=user["photo_id"])
    assert photo["sizes"][-1]["url"] == user["photo_max"]
    assert user["crop_photo"]["photo"]["id"] == photo["id"]
    assert user["crop_photo"]["crop"] == {"x": 0, "y": 0, "x2": 100, "y2": 100}
    await cast_client.get("photos.delete", photo_id=photo["id"])
    [user] = await cast_client.get("users.get", "boris", user_ids=anna, fields=fields)
    assert "photo_id" not in user


async def test_how_the_caller_has_sorted_people(cast_client: CastClient) -> None:
    boris, fedor = cast_client.ids["boris"], cast_client.ids["fedor"]
    made = await cast_client.get("friends.addList", name="Соседи", user_ids=boris)
    await cast_client.get("newsfeed.addBan", user_ids=fedor)
    fields = "lists,is_hidden_from_feed,counters"
    users = await cast_client.get("users.get", user_ids=f"{boris},{fedor}", fields=fields)
    assert [user.get("lists") for user in users] == [[made["list_id"]], None]
    assert [user["is_hidden_from_feed"] for user in users] == [0, 1]
    assert await cast_client.get("users.get", "clara", user_ids=boris, fields="lists") == [
        {
            "id": boris,
            "first_name": "Борис",
            "last_name": "Волков",
            "is_closed": False,
            "can_access_closed": True,
            "lists": [],
        }
    ]
    [user] = await cast_client.get("users.get", user_ids=boris, fields="counters")
    mutual = await cast_client.get("friends.getMutual", target_uid=boris)
    assert user["counters"]["mutual_friends"] == len(mutual) > 0


async def test_interests_are_saved_the_way_of_openvk(cast_client: CastClient) -> None:
    asked = {"fav_music": "ДДТ", "fav_quote": "Всё течёт", "about": ""}
    assert await cast_client.get("account.saveInterestsInfo", v=None, **asked) == {"changed": 1}
    assert await cast_client.get("account.saveInterestsInfo", v=None, **asked) == {"changed": 0}
    await cast_client.get("account.saveProfileInfo", v=None, telegram="anna_in_the_garden")
    [user] = await cast_client.get("users.get", v=None, fields="music,quotes,about,books,telegram")
    assert (user["music"], user["quotes"], user.get("about")) == ("ДДТ", "Всё течёт", "")
    assert (user["books"], user["telegram"]) == ("Булгаков", "anna_in_the_garden")


async def test_a_community_looks_on(cast_client: CastClient) -> None:
    dmitri = cast_client.ids["dmitri"]
    [friend] = await cast_client.get("users.get", user_ids=dmitri, fields="is_friend")
    assert (friend["is_friend"], friend["can_access_closed"]) == (1, True)
    [seen] = await cast_client.get("users.get", user_ids=dmitri, fields="is_friend", from_group_id=1)
    assert (seen["is_friend"], seen["can_access_closed"]) == (0, False)
    assert await cast_client.refuse("users.get", "fedor", user_ids=dmitri, from_group_id=1) == 15


async def test_who_is_bookmarked(cast_client: CastClient) -> None:
    boris, clara = cast_client.ids["boris"], cast_client.ids["clara"]
    await cast_client.get("fave.addPage", user_id=clara)
    users = await cast_client.get("users.get", user_ids=f"{boris},{clara}", fields="is_favorite")
    assert [user["is_favorite"] for user in users] == [0, 1]
    [user] = await cast_client.get("users.get", "boris", user_ids=clara, fields="is_favorite")
    assert user["is_favorite"] == 0
