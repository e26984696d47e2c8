"""A no-code plugin that logs people in with VK (Bubble's OAuth2 User-Agent Flow), and the table of what it returns.

Source of the table: the documentation of Zeroqode's plugin "VK login", version 3.7.0; of the flow: Bubble's manual.
"""

import json
from typing import Any
from urllib.parse import quote

from tests.dialects.consent import Site, landed
from tests.dialects.vk.conftest import CastClient

BACK = "https://app.bubbleapps.io/api/1.1/oauth_redirect"
TEXT, NUMBER, YES_NO = str, int, bool
TABLE = {
    "id": NUMBER,  # the plugin calls it a text; VK's is a number
    "first_name": TEXT,
    "last_name": TEXT,
    "is_closed": YES_NO,
    "can_access_closed": YES_NO,
    "sex": NUMBER,
    "nickname": TEXT,
    "screen_name": TEXT,
    "city.id": NUMBER,
    "city.title": TEXT,
    "country.id": NUMBER,
    "country.title": TEXT,
    "timezone": NUMBER,
    "photo": TEXT,
    "photo_medium": TEXT,
    "photo_big": TEXT,
    "has_mobile": NUMBER,
    "online": NUMBER,
    "can_post": NUMBER,
    "can_see_all_posts": NUMBER,
    "can_write_private_message": NUMBER,
    "activity": TEXT,
    "last_seen.time": NUMBER,
    "last_seen.platform": NUMBER,
    "counters.albums": NUMBER,
    "counters.videos": NUMBER,
    "counters.audios": NUMBER,
    "counters.photos": NUMBER,
    "counters.groups": NUMBER,
    "counters.gifts": NUMBER,
    "counters.friends": NUMBER,
    "counters.online_friends": NUMBER,
    "counters.followers": NUMBER,
    "counters.subscriptions": NUMBER,
    "counters.pages": NUMBER,
    "university": NUMBER,
    "university_name": TEXT,
    "faculty": NUMBER,
    "faculty_name": TEXT,
    "graduation": NUMBER,
    "relation": NUMBER,
    "email": TEXT,
}
FIELDS = (
    "sex,nickname,screen_name,city,country,timezone,photo,photo_medium,photo_big,has_mobile,online,can_post,"
    "can_see_all_posts,can_write_private_message,activity,last_seen,counters,education,relation"
)


def look_up(body: Any, path: str) -> Any:
    for name in path.split("."):
        body = body[name]
    return body


async def test_the_plugins_table_is_filled(cast_client: CastClient) -> None:
    site = await Site.open(
        cast_client, redirect_uris=[BACK], website="https://app.bubbleapps.io", protocols=["vk"]
    )
    courtyard, anna = cast_client.courtyard, cast_client.ids["anna"]
    courtyard.touches.see_user(anna, courtyard.now - 60, 7)
    await courtyard.touches.flush()
    state = quote(json.dumps({"used_redirect_url": BACK, "id": "x" * 1500}))
    asked = {"client_id": site.id, "redirect_uri": BACK, "scope": "email", "state": state}
    back = landed(await site.answer(await site.ask("/authorize", **asked, response_type="code")), BACK)
    assert back["state"] == state, "Bubble refuses a state that differs in one character"
    form = {
        "client_id": site.id,
        "client_secret": site.secret,
        "code": back["code"],
        "redirect_uri": BACK,
        "grant_type": "authorization_code",
    }
    token = (await site.http.post("/access_token", data=form)).json()
    profile = {"access_token": token["access_token"], "v": "5.199", "fields": FIELDS}
    [user] = (await site.http.get("/method/users.get", params=profile)).json()["response"]
    found = {path: type(look_up(user, path)) for path in TABLE}
    assert found == TABLE
    assert look_up(user, "counters.friends") == 3
    assert look_up(user, "last_seen.time") == courtyard.now - 60
    bearer = {"authorization": f"Bearer {token['access_token']}"}
    again = await site.http.get("/method/users.get", params={"v": "5.199", "fields": FIELDS}, headers=bearer)
    assert again.json()["response"] == [user]
