"""users.get and the look-ups, field by field as the original's page shows them."""

import re

from dvor.core.users import deactivate
from tests.dialects.conftest import NOW, URL
from tests.dialects.webtv.conftest import Integration

FIELDS = [
    "access_level",
    "activation_key",
    "address",
    "alias",
    "avatar_display",
    "birthdate",
    "cms_access",
    "company",
    "content_creation_limits",
    "country",
    "date_lastmod",
    "email",
    "gender",
    "general_cvp_expiration",
    "id",
    "id_privilege_set",
    "img_gravatar_url",
    "img_icon",
    "img_social",
    "img_thumbnail",
    "last_ip",
    "last_ip_update",
    "last_login",
    "login",
    "max_created_channels",
    "max_created_clips",
    "max_created_galleries",
    "max_created_news",
    "max_created_assorted_files",
    "max_video_upload_size",
    "name",
    "notes",
    "postal_code",
    "profile_page_about",
    "profile_page_privacy",
    "profile_page_show_country",
    "profile_page_show_social",
    "profile_page_show_web",
    "reg_ip",
    "reg_referer",
    "reg_timestamp",
    "reg_useragent",
    "session_id",
    "session_time",
    "social_page_facebook",
    "social_page_flickr",
    "social_page_googleplus",
    "social_page_linkedin",
    "social_page_other",
    "social_page_tuenti",
    "social_page_twitter",
    "social_page_vkontakte",
    "status",
    "surname",
    "telephone",
    "url",
    "user_groups",
    "vat",
    "web",
]
"""In the order of the original's example."""


async def test_a_user_has_every_field_in_the_original_s_order(integration: Integration) -> None:
    anna = integration.client.ids["anna"]
    data = (await integration.ask("get", anna))["data"]
    assert list(data) == FIELDS
    assert {name for name, value in data.items() if not isinstance(value, str)} == {"user_groups"}
    shown = {
        "access_level": "1",
        "alias": "Анна Соколова",
        "birthdate": "1990-04-12",
        "cms_access": "1",
        "country": "Россия",
        "email": "anna@dvor.example",
        "gender": "2",
        "id": str(anna),
        "login": "anna@dvor.example",
        "max_created_clips": '["100","100","1","100","100"]',
        "name": "Анна",
        "profile_page_about": "Хозяйка двора",
        "profile_page_privacy": "0",
        "reg_timestamp": str(NOW),
        "session_id": "",
        "status": "1",
        "surname": "Соколова",
        "telephone": "+74950000001",
        "url": f"{URL}/anna",
        "user_groups": [],
        "web": "https://dvor.example",
    }
    assert {name: data[name] for name in shown} == shown
    assert re.fullmatch(r"[a-z0-9]{20}", data["activation_key"])
    picture = await integration.http.get(data["img_icon"])
    assert picture.content[:2] == b"\xff\xd8"


async def test_what_a_user_does_not_say_is_empty(integration: Integration) -> None:
    data = (await integration.ask("get", integration.client.ids["dmitri"]))["data"]
    shown = [
        data[name] for name in ("birthdate", "country", "telephone", "profile_page_privacy", "cms_access")
    ]
    assert shown == ["0000-00-00", "", "", "1", "0"]


async def test_wrong_ids(integration: Integration) -> None:
    invalid = {"error": "REQUEST_ERROR", "error_long": "Invalid User ID"}
    for iq in ("", "0", "-1", "x", "1.5", "1e3", "٣", "1 2"):
        assert await integration.ask("get", iq) == invalid
    missing = {"error": "REQUEST_ERROR", "error_long": "User not found"}
    for number in (999, 2**31, 2**48):
        assert await integration.ask("get", number) == missing
    assert await integration.ask("get", "9" * 40) == invalid


async def test_a_banned_user_is_inactive_and_a_deleted_one_is_gone(integration: Integration) -> None:
    boris = integration.client.ids["boris"]
    await integration.courtyard.database.write(lambda tx: deactivate(tx, boris, "banned"))
    assert (await integration.ask("get", boris))["data"]["status"] == "0"
    await integration.courtyard.database.write(lambda tx: deactivate(tx, boris, "deleted"))
    assert (await integration.ask("get", boris))["error_long"] == "User not found"


async def test_users_are_found_by_what_they_log_in_with(integration: Integration) -> None:
    boris = str(integration.client.ids["boris"])
    assert await integration.ask("get_id_from_email", "Boris@dvor.example ") == {"id": boris}
    assert await integration.ask("get_id_from_login", "boris@dvor.example") == {"id": boris}
    assert await integration.ask("get_id_from_email", " ") == {
        "error": "REQUEST_ERROR",
        "error_long": "E-Mail cannot be blank",
    }
    assert await integration.ask("get_id_from_email", "nobody@dvor.example") == {
        "error": "USER_NOT_FOUND",
        "error_long": "It was not possible to find an User with the supplied E-Mail.",
    }
    assert (await integration.ask("get_id_from_login", ""))["error_long"] == "Login cannot be blank"
    assert (await integration.ask("get_id_from_login", "nobody"))["error"] == "USER_NOT_FOUND"


async def test_every_way_of_sending_is_read(integration: Integration) -> None:
    asked = {"go": "users", "do": "get", "iq": "1"} | integration.sign()
    http = integration.http
    answers = [
        await http.get("/api.php", params=asked),
        await http.post("/api.php", params=asked),
        await http.post("/api.php", params=asked, data={"a": "1"}),
        await http.post("/api.php", params=asked, files={"a": (None, "1")}),
        await http.post(
            "/api.php", params=asked, headers={"content-type": "multipart/form-data; boundary=x"}
        ),
        await http.post("/api.php", params=asked, json={"a": 1}),
        await http.put("/api.php", params=asked),
    ]
    assert {answer.status_code for answer in answers} == {200}
    assert all(answer.json()["data"]["id"] == "1" for answer in answers)
    head = await http.head("/api.php", params=asked)
    assert (head.status_code, head.content) == (200, b"")


async def test_what_cannot_be_read_is_refused_in_json(integration: Integration) -> None:
    asked = {"go": "users", "do": "get", "iq": "1"} | integration.sign()
    for content, kind in (
        (b"a=%ff", "application/x-www-form-urlencoded"),
        (b"a=%00", "application/x-www-form-urlencoded"),
        (b"\xff", "multipart/form-data; boundary=x"),
        (b"[", "application/json"),
        (b"x" * 2**21, "application/x-www-form-urlencoded"),
    ):
        answer = await integration.http.post(
            "/api.php", params=asked, content=content, headers={"content-type": kind}
        )
        assert (answer.status_code, answer.json()["error"]) == (200, "REQUEST_ERROR")
