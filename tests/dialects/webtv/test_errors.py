"""Every error of the table, provoked, and its text letter by letter."""

from typing import Any

import pyotp
import pytest

from dvor.cli.cast import PASSWORD, TOTP_SEED
from dvor.dialects.webtv.errors import ERRORS, describe_error
from dvor.model.errors import QuotaExceeded
from tests.dialects.conftest import NOW, CastClient
from tests.dialects.webtv.conftest import Integration

NEW = {"login": "ivan77", "password": "long enough"}
OUTSIDE = {"ext_auth": "1", "ext_provider": "google", "ext_user_id": "77"}
BORIS = {"login": "boris@dvor.example", "password": PASSWORD}
LEV = {"login": "lev@dvor.example", "password": PASSWORD}

Case = tuple[str, str, object, dict[str, Any]]
CASES: dict[str, Case] = {
    "missing_signature": ("Missing signature", "get", 1, {"signature": ""}),
    "missing_key": ("Missing key", "get", 1, {"key": ""}),
    "missing_timestamp": ("Missing timestamp", "get", 1, {"timestamp": ""}),
    "missing_salt": ("Missing salt", "get", 1, {"salt": ""}),
    "invalid_key": ("Invalid key", "get", 1, {"key": "x"}),
    "invalid_timestamp": ("Invalid timestamp", "get", 1, {"timestamp": "x"}),
    "invalid_signature": ("Invalid signature", "get", 1, {"signature": "x"}),
    "expired": ("Request expired", "get", 1, {"age": 301}),
    "early": ("Request signed in the future", "get", 1, {"age": -61}),
    "salt_used": ("Salt already used", "get", 1, {"credential": {"uses_salts_once": True}}),
    "invalid_referer": ("Invalid referer", "get", 1, {"credential": {"referers": ["a.example"]}}),
    "permission_denied": ("Permission denied", "get", 1, {"credential": {"general": "none"}}),
    "invalid_section": ("Invalid section", "get", 1, {"go": "x"}),
    "invalid_action": ("Invalid action", "x", 1, {}),
    "not_available": ("Section not available here", "get", 1, {"go": "clips"}),
    "invalid_user_id": ("Invalid User ID", "get", 0, {}),
    "user_not_found": ("User not found", "get", 999, {}),
    "blank_email": ("E-Mail cannot be blank", "get_id_from_email", "", {}),
    "email_not_found": (
        "It was not possible to find an User with the supplied E-Mail.", "get_id_from_email", "a@b.example", {},
    ),
    "blank_login": ("Login cannot be blank", "get_id_from_login", "", {}),
    "login_not_found": (
        "It was not possible to find an User with the supplied Login.", "get_id_from_login", "nobody", {},
    ),
    "login_taken": ("Login already in use", "create", "", NEW),
    "email_taken": ("E-Mail already in use", "create", "", {"email": BORIS["login"], "password": "long enough"}),
    "identity_taken": ("External User already exists", "create", "", OUTSIDE),
    "not_deactivated": (
        "The User could not be deactivated: User already inactive or not found.", "deactivate", 999, {},
    ),
    "not_activated": ("The User could not be activated: User already active or not found.", "activate", 2, {}),
    "wrong_activation_key": (
        "The User could not be activated: Invalid activation key.", "activate", 2, {"activation_key": "x"},
    ),
    "not_deleted": ("The User could not be deleted: User not found.", "delete", 999, {}),
    "wrong_login": ("Invalid login or password", "log_in", "", BORIS | {"password": "x"}),
    "unknown_identity": ("External User not found", "log_in", "", OUTSIDE | {"ext_user_id": "78"}),
    "inactive_user": ("User is not active", "log_in", "", {"login": "elena@dvor.example", "password": PASSWORD}),
    "code_needed": ("One-time code required", "log_in", "", LEV),
    "wrong_code": (
        "Invalid one-time code", "log_in", "",
        LEV | {"code": f"{(int(pyotp.TOTP(TOTP_SEED).at(NOW)) + 1) % 1_000_000:06}"},
    ),
    "too_many_attempts": ("Too many attempts", "log_in", "", {"login": "guessed", "password": "x"}),
    "logged_in_already": ("User is already logged in", "log_in_check", "", BORIS | {"ignore_concurrency": "0"}),
    "not_logged_in": ("User is not logged in", "log_out", 1, {}),
    "blank_session": ("Session ID cannot be blank", "revalidate_session", 2, {}),
    "session_other": (
        "Session Revalidation Error (Different Session ID): You must log out the User",
        "revalidate_session", 2, {"session_id": "x"},
    ),
    "session_none": (
        "Session Revalidation Error (User not logged in): You must log out the User",
        "revalidate_session", 1, {"session_id": "x"},
    ),
    "session_closed": (
        "Session Revalidation Error (User not active): You must log out the User",
        "revalidate_session", 5, {"session_id": "x"},
    ),
    "content_not_available": (
        "Content type not available here", "get_stats_for_content_type", 2, {"contentType": "clip"},
    ),
    "no_favorites": (
        "Favorites not available here", "list_who_viewed_content", "",
        {"contentType": "news", "contentID": "1_1", "likeFavoriteFilter": "favorited"},
    ),
    "invalid_group_title": ("Invalid User Group title", "create_user_group", "", {}),
    "group_not_created": ("Error creating User Group", "create_user_group", "Group 1", {}),
    "group_title_taken": ("User Group title already in use", "modify_user_group", 2, {"title": "Group 1"}),
    "invalid_group_id": ("Invalid User Group ID", "modify_user_group", "x", {}),
    "group_not_found": ("User Group not found", "delete_user_group", 999, {}),
    "not_in_group": ("User is not in the User Group", "remove_from_user_group", 2, {"id_user_group": 1}),
}  # fmt: skip
ELSEWHERE = {"session_over", "invalid_request", "internal"}
"""Tested below, or with the sessions."""
CODES = {
    "email_not_found": "USER_NOT_FOUND",
    "login_not_found": "USER_NOT_FOUND",
    "not_deactivated": "DEACTIVATION_ERROR",
    "group_not_created": "ERROR",
    "session_other": "REVALIDATION_ERROR",
}
"""Of the known errors; every other known one is a REQUEST_ERROR."""


def test_every_error_has_its_case() -> None:
    assert CASES.keys() | ELSEWHERE == ERRORS.keys()
    known = {name: one.error for name, one in ERRORS.items() if not one.is_ours}
    assert known == {name: CODES.get(name, "REQUEST_ERROR") for name in known}
    assert len(known) == 10


async def prepare(integration: Integration) -> None:
    """Bring about what the cases lean on."""
    for do, iq, post in (
        ("create", "", NEW),
        ("create", "", OUTSIDE),
        ("log_in", "", BORIS),
        ("deactivate", 5, {}),
        ("create_user_group", "Group 1", {}),
        ("create_user_group", "Group 2", {}),
    ):
        answer = await integration.ask(do, iq, **post)
        assert "error" not in answer, answer
    for _ in range(integration.courtyard.settings.log_in_failures):
        await integration.ask("log_in", login="guessed", password="x")


@pytest.fixture
async def prepared(cast_client: CastClient) -> Integration:
    integration = await Integration.open(cast_client)
    await prepare(integration)
    return integration


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_every_error(prepared: Integration) -> None:
    for name, (text, do, iq, special) in CASES.items():
        integration, post = prepared, dict(special)
        if "credential" in post:
            integration = await Integration.open(prepared.client, **post.pop("credential"))
            await integration.ask(do, iq)
        signed = integration.sign(timestamp=NOW - post.pop("age", 0))
        signed |= {part: post.pop(part) for part in [*signed] if part in post}
        answer = await integration.ask(do, iq, signed=signed, **post)
        assert answer == {"error": ERRORS[name].error, "error_long": text}, name


def test_what_no_table_foresees_is_an_invalid_request() -> None:
    assert describe_error(QuotaExceeded("1")) is ERRORS["invalid_request"]
    assert ERRORS["invalid_request"].error_long == "Invalid request"


async def test_a_bug_is_told_as_one(integration: Integration, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("dvor.dialects.webtv.endpoint.authenticate", fail)
    assert await integration.ask("get", 1) == {"error": "ERROR", "error_long": "Internal error"}
