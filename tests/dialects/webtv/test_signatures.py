"""Who may call the server API: signatures of both modes, expiry, skew, salts, referers, permissions."""

import string
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dvor.core import credentials
from dvor.dialects.webtv.errors import ERRORS
from dvor.model.credentials import (
    Credential,
    NewCredential,
    Signed,
    check_credential,
    is_signature,
    read_timestamp,
    sign,
    sign_with_md5,
)
from dvor.model.errors import InvalidParameter, SignatureEarly, SignatureExpired
from tests.dialects.conftest import NOW, CastClient
from tests.dialects.webtv.conftest import SALT, Integration

SECRET = "MWIzMjNhMWNiODc5ZmQ0ZTY2NTMwZmJhZDA3YTMyZWViOTQ3MDJiOGM2ZTU2NjE3"
"""Of the original's sample."""


def test_vector_of_both_modes() -> None:
    assert sign(SECRET, SALT, "1427695426") == "ou27gn3vGvyucaIMgBYAmzArmMRrVnsE9N2X+WucPAQ="
    assert sign_with_md5(SECRET, SALT, "1427695426") == "c8431eb26ee44ce8707bc52a54a55d8a"


async def test_a_signed_call_is_answered(integration: Integration) -> None:
    anna = integration.client.ids["anna"]
    assert (await integration.ask("get", anna))["data"]["id"] == str(anna)


async def test_the_simplified_mode_is_a_switch(cast_client: CastClient) -> None:
    for allows_md5 in (False, True):
        integration = await Integration.open(cast_client, allows_md5=allows_md5)
        signed = integration.sign()
        assert "data" in await integration.ask("get", 1, signed=signed)
        signed["signature"] = sign_with_md5(integration.secret, SALT, str(NOW))
        assert ("data" in await integration.ask("get", 1, signed=signed)) is allows_md5


CASES: dict[str, dict[str, Any]] = {
    "missing_signature": {"signature": ""},
    "missing_key": {"key": ""},
    "missing_timestamp": {"timestamp": ""},
    "missing_salt": {"salt": ""},
    "invalid_key": {"key": "0" * 32},
    "invalid_timestamp": {"timestamp": f"0{NOW}"},
    "invalid_signature": {"signature": "x" * 44},
}


@pytest.mark.parametrize("name", CASES)
async def test_what_is_not_signed_well(integration: Integration, name: str) -> None:
    answer = await integration.ask("get", 1, signed=integration.sign() | CASES[name])
    assert answer == {"error": ERRORS[name].error, "error_long": ERRORS[name].error_long}


async def test_the_signature_is_asked_for_first(integration: Integration) -> None:
    answer = await integration.ask("get", 1, signed={})
    assert answer == {"error": "REQUEST_ERROR", "error_long": "Missing signature"}
    answer = (await integration.http.get("/api.php?go=")).json()
    assert answer["error_long"] == "Missing signature"


async def test_a_request_grows_old(integration: Integration) -> None:
    for age, text in ((300, ""), (301, "Request expired"), (-60, ""), (-61, "Request signed in the future")):
        answer = await integration.ask("get", 1, signed=integration.sign(timestamp=NOW - age))
        assert answer.get("error_long", "") == text


async def test_salts_serve_once_where_that_is_wanted(cast_client: CastClient) -> None:
    often = await Integration.open(cast_client)
    once = await Integration.open(cast_client, uses_salts_once=True)
    for integration, text in ((often, ""), (once, "Salt already used")):
        assert "data" in await integration.ask("get", 1)
        assert (await integration.ask("get", 1)).get("error_long", "") == text
        assert "data" in await integration.ask("get", 1, signed=integration.sign(salt="other"))


@pytest.mark.parametrize(
    ("referers", "referer", "is_let_in"),
    [
        ([], None, True),
        ([], "https://evil.example/", True),
        (["site.example"], "https://site.example/page?a=1", True),
        (["site.example"], "https://SITE.example:8443/", True),
        (["site.example"], "https://www.site.example/", False),
        (["site.example"], "https://site.example.evil.example/", False),
        (["site.example"], "https://evil.example/?https://site.example", False),
        (["site.example"], None, False),
        (["site.example", "blank"], None, True),
        (["blank"], "https://blank/", False),
        (["blank"], "http://[", False),
    ],
)
async def test_allowed_referers(cast_client: CastClient, referers, referer, is_let_in) -> None:
    integration = await Integration.open(cast_client, referers=referers)
    headers = {} if referer is None else {"referer": referer}
    answer = await integration.ask("get", 1, headers=headers)
    assert answer.get("error_long", "") == ("" if is_let_in else "Invalid referer")


@pytest.mark.parametrize(
    ("general", "permissions", "is_let_in"),
    [
        ("none", {}, False),
        ("read", {}, True),
        ("write", {}, True),
        ("write", {"users": "none"}, False),
        ("none", {"users": "read"}, True),
    ],
)
async def test_permissions(cast_client: CastClient, general, permissions, is_let_in) -> None:
    integration = await Integration.open(cast_client, general=general, permissions=permissions)
    answer = await integration.ask("get", 1)
    assert answer.get("error_long", "") == ("" if is_let_in else "Permission denied")


async def test_secrets_need_a_permission_of_their_own(cast_client: CastClient) -> None:
    for permissions, length in (({}, 0), ({"secrets": "read"}, 20)):
        integration = await Integration.open(cast_client, permissions=permissions)
        assert len((await integration.ask("get", 1))["data"]["activation_key"]) == length


@pytest.mark.parametrize(
    ("go", "do", "text"),
    [
        ("users", "teleport", "Invalid action"),
        ("users", "", "Invalid action"),
        ("teleport", "get", "Invalid section"),
        ("clips", "get", "Section not available here"),
    ],
)
async def test_unknown_actions(integration: Integration, go, do, text) -> None:
    assert (await integration.ask(do, 1, go=go))["error_long"] == text


async def test_an_old_secret_and_a_deleted_credential_are_dead(integration: Integration) -> None:
    await credentials.rotate_secret(integration.courtyard, integration.key_id)
    assert (await integration.ask("get", 1))["error_long"] == "Invalid signature"
    await credentials.remove_credential(integration.courtyard, integration.key_id)
    assert (await integration.ask("get", 1))["error_long"] == "Invalid key"


CREDENTIAL = Credential("1b32", "t", 300, [], True, "read", {}, False, False, b"", 0, 0)
WRITTEN = st.text(string.ascii_letters + string.digits + "+/=-. ", max_size=50)


@given(
    changed=st.sampled_from(["salt", "timestamp", "key", "signature"]),
    value=WRITTEN | st.integers(0, 10**12).map(str),
    allows_md5=st.booleans(),
)
@settings(max_examples=300)
def test_no_change_of_what_is_signed_passes(changed: str, value: str, allows_md5: bool) -> None:
    credential = Credential("1b32", "t", 300, [], True, "read", {}, allows_md5, False, b"", 0, 0)
    for make in (sign, sign_with_md5) if allows_md5 else (sign,):
        good = Signed("1b32", SALT, str(NOW), make(SECRET, SALT, str(NOW)))
        assert is_signature(credential, SECRET, good)
        parts = {"salt": good.salt, "timestamp": good.timestamp, "key": SECRET, "signature": good.signature}
        if parts[changed] == value or (changed == "signature" and value.replace(" ", "+") == good.signature):
            continue
        parts[changed] = value
        bad = Signed("1b32", parts["salt"], parts["timestamp"], parts["signature"])
        assert not is_signature(credential, parts["key"], bad)


@given(moved=st.integers(-20, 20), salt=st.text("0123456789abcdef", min_size=20, max_size=32))
def test_no_digit_wanders_between_salt_and_timestamp(moved: int, salt: str) -> None:
    """They are signed as one text; elsewhere parted it is another time, which is too old, too early or none."""
    text = salt + str(NOW)
    place = len(salt) + moved
    if moved == 0 or not 0 < place < len(text):
        return
    try:
        signed_at = read_timestamp(text[place:])
    except InvalidParameter:
        return
    assert abs(signed_at - NOW) > 30 * 86400 + 3600


@given(age=st.integers(-(10**9), 10**9), expiration=st.integers(1, 30 * 86400))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_nothing_passes_before_or_after_its_time(cast_client, age: int, expiration: int) -> None:
    courtyard = cast_client.courtyard
    sealed = courtyard.master_key.encrypt(credentials.SECRET_PURPOSE, SECRET.encode())
    credential = Credential("1b32", "t", expiration, [], True, "read", {}, False, False, sealed, 0, 0)
    timestamp = str(NOW - age)
    signed = Signed("1b32", SALT, timestamp, sign(SECRET, SALT, timestamp))
    try:
        await credentials.authenticate(courtyard, credential, signed)
        is_let_in = True
    except (InvalidParameter, SignatureExpired, SignatureEarly):
        is_let_in = False
    assert is_let_in == (-courtyard.settings.clock_skew <= age <= expiration)


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": "x" * 101},
        {"expiration": 0},
        {"expiration": 2_592_001},
        {"referers": ["http://site.example"]},
        {"referers": ["a b"]},
        {"general": "all"},
        {"permissions": {"clips": "read"}},
        {"permissions": {"users": "all"}},
    ],
)
def test_what_is_no_credential(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidParameter):
        check_credential(NewCredential(**({"title": "t"} | wrong)))


async def test_a_secret_is_encrypted_and_can_be_read_back(integration: Integration) -> None:
    async with integration.courtyard.database.read() as tx:
        stored = await credentials.find_credential(tx, integration.key_id)
    assert len(integration.secret) == 64
    assert integration.secret.encode() not in stored.secret
    assert credentials.reveal_secret(integration.courtyard, stored) == integration.secret


async def test_calls_are_counted(cast_client: CastClient) -> None:
    for has_statistics in (True, False):
        integration = await Integration.open(cast_client, has_statistics=has_statistics)
        for do in ("get", "get", "teleport"):
            await integration.ask(do, 1)
        await integration.ask("get", 0)
        await integration.courtyard.touches.flush()
        async with integration.courtyard.database.read() as tx:
            used_at = (await credentials.find_credential(tx, integration.key_id)).used_at
            days = await credentials.list_credential_days(tx, integration.key_id, NOW)
        assert used_at == (NOW if has_statistics else 0)
        counted = {(one.action, one.calls, one.errors) for one in days}
        assert counted == ({("users.get", 3, 1), ("unknown", 1, 1)} if has_statistics else set())
