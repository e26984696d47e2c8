"""VK's classic OAuth: the log-in, every error that VK is known to answer, and the plugin's whole table."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from connect.tests.conftest import BACK
from dvor_connect import LoggedIn, Tokens, errors, network, user_info_fields

CODE = {"code": "a1b2c3"}


@pytest.fixture
def vk(connect, replay):
    replay.says("/access_token", "vk/access_token")
    replay.says("/method/users.get", "vk/users.get")
    return connect(network("vk", site=replay.site))


def come_back(connection: Any, **parameters: str) -> LoggedIn:
    url, ticket = connection.login_url()
    state = parse_qs(urlsplit(url).query)["state"][0]
    finished: LoggedIn = connection.finish_login({"state": state, **parameters}, ticket)
    return finished


def test_login_url_asks_for_the_email(vk, replay) -> None:
    url, ticket = vk.login_url(display="popup")
    asked = parse_qs(urlsplit(url).query)
    assert url.startswith(f"{replay.site}/authorize?")
    assert asked | {"state": []} == {
        "client_id": ["7"],
        "redirect_uri": [BACK],
        "response_type": ["code"],
        "scope": ["email"],
        "display": ["popup"],
        "state": [],
    }
    assert asked["state"][0] not in ticket


def test_a_log_in_brings_tokens_table_and_profile(vk, replay) -> None:
    logged_in = come_back(vk, **CODE)
    assert replay.last("/access_token").form == {
        "grant_type": "authorization_code",
        "client_id": "7",
        "client_secret": "SECRET",
        "redirect_uri": BACK,
        "code": "a1b2c3",
    }
    assert logged_in.tokens.email == "lindsey@example.com"
    assert logged_in.tokens.user_id == "210700286"
    assert logged_in.tokens.expires_at - vk.now() in range(43190, 43201)
    profile = logged_in.info.profile
    assert (profile.id, profile.name, profile.sex, profile.birth_date) == (
        "210700286",
        "Lindsey Stirling",
        "female",
        "1986-09-21",
    )
    assert (profile.email, profile.is_email_verified) == ("lindsey@example.com", None)
    assert profile.page == f"{replay.site}/id210700286"


def test_the_whole_table_comes_with_the_plugins_types(vk) -> None:
    data = vk.get_user_info("TOKEN").data
    assert list(data) == [one.name for one in user_info_fields()]
    assert len(data) == 41
    kinds = {"text": str, "number": int, "yes-no": bool}
    wrong = {
        one.name: data[one.name]
        for one in user_info_fields()
        if type(data[one.name]) is not kinds[one.type] and one.name != "nickname"
    }
    assert wrong == {}
    assert data["nickname"] is None, "VK's empty text is no nickname"
    assert (data["id"], data["city.id"], data["counters.friends"], data["last_seen.time"]) == (
        "210700286",
        5331,
        8,
        1535548834,
    )


def test_the_token_travels_in_the_body_and_another_person_can_be_asked_for(vk, replay) -> None:
    vk.get_user_info(Tokens(access_token="TOKEN"), "5")
    heard = replay.last("/method/users.get")
    assert (heard.method, heard.query) == ("POST", {})
    assert (heard.form["access_token"], heard.form["user_ids"], heard.form["v"]) == ("TOKEN", "5", "5.199")
    assert {"counters", "education", "last_seen", "relation"} <= set(heard.form["fields"].split(","))


@pytest.mark.parametrize(
    ("case", "error"),
    [
        ("access_token.code_invalid", errors.CodeInvalid),
        ("access_token.redirect", errors.CodeInvalid),
        ("access_token.secret", errors.WrongSecret),
        ("token.captcha", errors.CaptchaNeeded),
        ("token.need_validation", errors.SecondFactorNeeded),
    ],
)
def test_errors_of_the_token(vk, replay, case, error) -> None:
    replay.says("/access_token", f"vk/{case}")
    with pytest.raises(error):
        come_back(vk, **CODE)
    assert len([one for one in replay.heard if one.path == "/access_token"]) == 1, (
        "a code is never sent twice"
    )


def test_errors_carry_what_a_site_needs(vk, replay) -> None:
    replay.says("/access_token", "vk/token.need_validation", "vk/token.captcha")
    with pytest.raises(errors.SecondFactorNeeded) as sms:
        come_back(vk, **CODE)
    assert (sms.value.kind, sms.value.phone_mask) == ("2fa_sms", "+7 *** *** ** 12")
    with pytest.raises(errors.CaptchaNeeded) as captcha:
        come_back(vk, **CODE)
    assert captcha.value.sid == "239633676097"
    assert captcha.value.picture.startswith("https://api.vk.ru/captcha.php")


@pytest.mark.parametrize(
    ("case", "error"),
    [
        ("token", errors.TokenExpired),
        ("flood", errors.RateLimited),
        ("captcha", errors.CaptchaNeeded),
        ("validation", errors.ValidationNeeded),
        ("deleted", errors.AccountUnavailable),
        ("app_off", errors.NetworkRefused),
    ],
)
def test_errors_of_users_get(vk, replay, case, error) -> None:
    replay.says("/method/users.get", f"vk/users.get.{case}")
    with pytest.raises(error) as raised:
        vk.get_user_info("TOKEN")
    assert type(raised.value) is error


def test_too_many_a_second_is_asked_again(vk, replay, monkeypatch) -> None:
    monkeypatch.setattr("dvor_connect.protocols.vk.SECONDS_TO_WAIT", 0.01)
    replay.says("/method/users.get", "vk/users.get.too_many", "vk/users.get")
    assert vk.get_user_info("TOKEN").id == "210700286"
    replay.says("/method/users.get", "vk/users.get.too_many")
    with pytest.raises(errors.RateLimited):
        vk.get_user_info("TOKEN")


def test_denied(vk) -> None:
    with pytest.raises(errors.Denied):
        come_back(
            vk,
            error="access_denied",
            error_reason="user_denied",
            error_description="User denied your request",
        )


def test_an_empty_return_is_no_log_in(vk) -> None:
    with pytest.raises(errors.UnexpectedAnswer):
        come_back(vk)
