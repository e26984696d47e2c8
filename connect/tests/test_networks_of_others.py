"""VK ID, OpenVK, Sngine, WS.WebTV and Smithereen, answering as recorded."""

import base64
import hashlib
from urllib.parse import parse_qsl, urlsplit

import pytest

from connect.tests.conftest import BACK
from dvor_connect import Tokens, errors, network
from dvor_connect.protocols.webtv import sign


def query(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


@pytest.fixture
def vkid(connect, replay):
    replay.says("/oauth2/auth", "vkid/auth")
    replay.says("/oauth2/user_info", "vkid/user_info")
    replay.says("/oauth2/revoke", "vkid/revoke")
    return connect(network("vkid", site=replay.site))


def test_vkid_takes_pkce_and_device_along(vkid, replay) -> None:
    url, ticket = vkid.login_url()
    asked = query(url)
    assert asked["code_challenge_method"] == "S256"
    back = {"code": "C", "state": asked["state"], "device_id": "DEVICE", "type": "code_v2"}
    logged_in = vkid.finish_login(back, ticket)
    form = replay.last("/oauth2/auth").form
    digest = hashlib.sha256(form["code_verifier"].encode()).digest()
    assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == asked["code_challenge"]
    assert (form["device_id"], form["state"]) == ("DEVICE", asked["state"])
    assert 43 <= len(form["code_verifier"]) <= 128
    profile = logged_in.info.profile
    assert (profile.id, profile.email, profile.phone) == ("1234567890", "ivan_i123@vk.ru", "79991234567")
    assert (profile.sex, profile.birth_date) == ("male", "2000-01-01")
    assert logged_in.info.data["counters.friends"] is None
    replay.says("/oauth2/auth", "vkid/refresh")
    newer = vkid.fresh_tokens(Tokens(access_token="A", refresh_token="R", device_id="DEVICE", expires_at=1))
    assert (newer.access_token, newer.refresh_token, newer.device_id) == ("ACCESS-2", "REFRESH-2", "DEVICE")
    assert replay.last("/oauth2/auth").form["device_id"] == "DEVICE"
    vkid.revoke(newer)
    assert replay.last("/oauth2/revoke").form == {"client_id": "7", "access_token": "ACCESS-2"}


def test_vkid_errors(vkid, replay) -> None:
    tokens = Tokens(access_token="A", refresh_token="R", expires_at=1)
    for case, error in (
        ("verifier", errors.NetworkRefused),
        ("invalid_grant", errors.TokenExpired),
        ("slow_down", errors.RateLimited),
    ):
        replay.says("/oauth2/auth", f"vkid/{case}")
        with pytest.raises(error):
            vkid.fresh_tokens(tokens)
    with pytest.raises(errors.NotOffered):
        vkid.get_user_info("TOKEN", "5")


@pytest.fixture
def openvk(connect, replay):
    replay.says("/token", "openvk/token")
    replay.says("/method/Users.get", "openvk/users.get")
    return connect(network("openvk", site=replay.site), app_id="Club")


def test_openvk_by_password_and_one_time_code(openvk, replay) -> None:
    logged_in = openvk.log_in_with_password("user2@example.com", "password")
    assert logged_in.tokens.expires_at is None
    assert logged_in.info.profile.city == "Arcadia Bay"
    assert logged_in.info.data["is_closed"] is False, "0 becomes the plugin's no"
    assert logged_in.info.data["counters.followers"] == 20
    assert replay.last("/token").query == {}, "OpenVK repeats the address in its errors"
    replay.says("/token", "openvk/token.need_validation")
    with pytest.raises(errors.SecondFactorNeeded) as needed:
        openvk.log_in_with_password("user2@example.com", "password")
    assert needed.value.kind == "2fa_app"
    replay.says("/token", "openvk/token.wrong_code")
    with pytest.raises(errors.SecondFactorNeeded):
        openvk.log_in_with_password("user2@example.com", "password", "000000")
    replay.says("/token", "openvk/token.wrong_password")
    with pytest.raises(errors.WrongPassword):
        openvk.log_in_with_password("user2@example.com", "nope")


def test_openvk_in_the_browser_carries_the_state_in_the_redirect_address(openvk) -> None:
    url, ticket = openvk.login_url()
    asked = query(url)
    assert asked["client_name"] == "Club"
    assert asked["redirect_uri"].startswith(f"{BACK}?state=")
    state = query(asked["redirect_uri"])["state"]
    back = {"access_token": "1-abc-jill", "expires_in": "0", "user_id": "999", "state": state}
    logged_in = openvk.finish_login(back, ticket)
    assert logged_in.tokens.user_id == "1", "whose token it is says the network, not the address"
    with pytest.raises(errors.StateMismatch):
        openvk.finish_login({**back, "state": "x"}, ticket)
    with pytest.raises(errors.Denied):
        openvk.finish_login({"error": "access_denied", "state": state}, ticket)


@pytest.mark.parametrize(
    ("case", "error"), [("no_token", errors.TokenExpired), ("banned", errors.AccountUnavailable)]
)
def test_openvk_errors_lie_flat(openvk, replay, case, error) -> None:
    replay.says("/method/Users.get", f"openvk/users.get.{case}")
    with pytest.raises(error):
        openvk.get_user_info("TOKEN")


@pytest.fixture
def sngine(connect, replay):
    replay.says("/api/authorize", "sngine/authorize")
    replay.says("/api/get_user_info", "sngine/get_user_info")
    return connect(network("sngine", site=f"{replay.site}/"))


def test_sngine(sngine, replay) -> None:
    url, ticket = sngine.login_url()
    assert url.startswith(f"{replay.site}/api/oauth?app_id=7&state=")
    logged_in = sngine.finish_login({"auth_key": "KEY"}, ticket)
    assert [one.method for one in replay.heard] == ["POST", "GET"], "newer sites answer the posted form"
    profile = logged_in.info.profile
    assert (profile.first_name, profile.last_name, profile.name) == ("Марина", "", "Марина")
    assert (profile.email, profile.is_email_verified) == ("marina@example.com", None)
    assert profile.picture == f"{replay.site}/content/uploads/photos/2024/01/sngine_1.jpg"
    assert profile.birth_date == "1990-02-28"
    assert logged_in.info.data["relation"] == 4
    assert logged_in.tokens.expires_at == pytest.approx(sngine.now() + 3600, abs=5)


def test_older_sngine_reads_only_the_address(sngine, replay) -> None:
    replay.says("/api/authorize", "sngine/app_id", "sngine/authorize")
    _, ticket = sngine.login_url()
    sngine.finish_login({"auth_key": "KEY"}, ticket)
    assert [one.method for one in replay.heard[:2]] == ["POST", "GET"]
    assert replay.heard[1].query == {"app_id": "7", "app_secret": "SECRET", "auth_key": "KEY"}


def test_sngine_in_russian(sngine, replay) -> None:
    replay.says("/api/get_user_info", "sngine/get_user_info.russian")
    info = sngine.get_user_info("TOKEN")
    assert (info.profile.sex, info.data["relation"]) == ("male", None)
    assert (
        info.profile.picture == "https://kvixi.example/content/themes/default/images/blank_profile_male.png"
    )


@pytest.mark.parametrize(
    ("case", "error"),
    [
        ("app_secret", errors.WrongSecret),
        ("no_app", errors.WrongSecret),
        ("auth_key", errors.CodeInvalid),
        ("off", errors.NetworkRefused),
    ],
)
def test_errors_of_sngines_token(sngine, replay, case, error) -> None:
    replay.says("/api/authorize", f"sngine/{case}")
    _, ticket = sngine.login_url()
    with pytest.raises(error):
        sngine.finish_login({"auth_key": "KEY"}, ticket)


@pytest.mark.parametrize(
    ("case", "error"),
    [
        ("token", errors.TokenExpired),
        ("token_expired", errors.TokenExpired),
        ("get_user_info.gone", errors.AccountUnavailable),
    ],
)
def test_errors_of_sngines_profile(sngine, replay, case, error) -> None:
    replay.says("/api/get_user_info", f"sngine/{case}")
    with pytest.raises(error):
        sngine.get_user_info("TOKEN")


def test_a_state_that_sngine_echoes_is_checked_all_the_same(sngine) -> None:
    url, ticket = sngine.login_url()
    with pytest.raises(errors.StateMismatch):
        sngine.finish_login({"auth_key": "KEY", "state": "somebody else's"}, ticket)
    sngine.finish_login({"auth_key": "KEY", "state": query(url)["state"]}, ticket)


SALT, STAMP = "0cc175b9c0f1b6a831c399e269772661", "1427695426"
SHARED = "MWIzMjNhMWNiODc5ZmQ0ZTY2NTMwZmJhZDA3YTMyZWViOTQ3MDJiOGM2ZTU2NjE3"


@pytest.mark.parametrize(
    ("mode", "signature"),
    [
        ("hmac-sha256", "ou27gn3vGvyucaIMgBYAmzArmMRrVnsE9N2X+WucPAQ="),
        ("md5", "c8431eb26ee44ce8707bc52a54a55d8a"),
    ],
)
def test_webtv_signatures(mode, signature) -> None:
    assert sign(mode, SALT, STAMP, SHARED) == signature


@pytest.mark.parametrize("mode", ["hmac-sha256", "md5"])
def test_webtv_get_user_info_is_signed(connect, replay, mode) -> None:
    replay.says("/api.php", "webtv/users.get")
    webtv = connect(network("webtv", site=replay.site, signature=mode), app_id="KEY-ID", secret=SHARED)
    info = webtv.get_user_info("", "1")
    asked = replay.last("/api.php").query
    assert (asked["go"], asked["do"], asked["iq"], asked["key"]) == ("users", "get", "1", "KEY-ID")
    assert asked["signature"] == sign(mode, asked["salt"], asked["timestamp"], SHARED)
    assert (info.profile.email, info.profile.country) == ("sampleemail@domain.ext", "Usa")
    assert info.profile.birth_date is None, "0000-00-00 is no day"
    assert info.data["last_seen.time"] == 1427695411
    assert not {"session_id", "activation_key"} & info.raw.keys()


def test_webtv_by_password(connect, replay) -> None:
    script = {
        "log_in": replay_case("log_in"),
        "get_id_from_email": replay_case("get_id_from_email"),
        "get": replay_case("users.get"),
    }
    replay.says("/api.php", lambda heard: script[heard.query["do"]])
    webtv = connect(network("webtv", site=replay.site))
    logged_in = webtv.log_in_with_password("sampleemail@domain.ext", "pass")
    assert logged_in.tokens.user_id == "1"
    assert [one.query["do"] for one in replay.heard] == ["log_in", "get_id_from_email", "get"]
    assert replay.heard[0].form == {"login": "sampleemail@domain.ext", "password": "pass"}
    script["log_in"] = replay_case("log_in.wrong")
    with pytest.raises(errors.WrongPassword):
        webtv.log_in_with_password("admin", "no")
    with pytest.raises(errors.NotOffered):
        webtv.login_url()


@pytest.mark.parametrize(
    ("case", "error"),
    [
        ("log_in.wrong", errors.WrongPassword),
        ("log_in.code_needed", errors.SecondFactorNeeded),
        ("log_in.wrong_code", errors.SecondFactorNeeded),
        ("log_in.too_many", errors.RateLimited),
        ("log_in.inactive", errors.AccountUnavailable),
        ("permission", errors.NetworkRefused),
        ("missing_signature", errors.WrongSecret),
    ],
)
def test_errors_of_webtvs_log_in(connect, replay, case, error) -> None:
    replay.says("/api.php", f"webtv/{case}")
    with pytest.raises(error):
        connect(network("webtv", site=replay.site)).log_in_with_password("admin", "pass", "123456")
    assert replay.last("/api.php").form["code"] == "123456"


def test_webtv_may_only_check_the_password(connect, replay) -> None:
    script = {"log_in_check": replay_case("log_in.dvor"), "get": replay_case("users.get")}
    replay.says("/api.php", lambda heard: script[heard.query["do"]])
    checking = network("webtv", site=replay.site, login_parameters={"do": "log_in_check"})
    assert connect(checking).log_in_with_password("admin", "pass").info.id == "1"


def replay_case(case: str):
    from connect.tests.replay import recorded

    return recorded(f"webtv/{case}")


@pytest.mark.parametrize(
    ("case", "error"),
    [
        ("missing_signature", errors.WrongSecret),
        ("invalid_user_id", errors.NetworkRefused),
        ("user_not_found", errors.AccountUnavailable),
        ("email_unknown", errors.AccountUnavailable),
    ],
)
def test_webtv_errors(connect, replay, case, error) -> None:
    replay.says("/api.php", f"webtv/{case}")
    with pytest.raises(error):
        connect(network("webtv", site=replay.site)).get_user_info("", "1")


def test_smithereen(connect, replay) -> None:
    replay.says("/oauth/token", "smithereen/token")
    replay.says("/api/method/users.get", "smithereen/users.get")
    connection = connect(
        network("smithereen", site=replay.site), app_id="https://club.example/app", secret=""
    )
    url, ticket = connection.login_url()
    asked = query(url)
    assert asked["code_challenge"].endswith("="), "the server compares with padding"
    logged_in = connection.finish_login({"code": "C", "state": asked["state"]}, ticket)
    assert "client_secret" not in replay.last("/oauth/token").form
    data = logged_in.info.data
    assert (data["sex"], data["relation"], data["online"], data["can_post"]) == (2, 7, 1, 0)
    assert (data["city.title"], data["last_seen.platform"]) == ("Saint Petersburg", 7)
    replay.says("/oauth/token", "smithereen/token.pkce")
    with pytest.raises(errors.CodeInvalid):
        connection.finish_login({"code": "C", "state": asked["state"]}, ticket)
    replay.says("/api/method/users.get", "smithereen/users.get.captcha")
    with pytest.raises(errors.CaptchaNeeded) as captcha:
        connection.get_user_info("T")
    assert (captcha.value.sid, captcha.value.picture) == ("7", "https://friends.example/captcha")
    replay.says("/api/method/users.get", "smithereen/users.get.token")
    with pytest.raises(errors.TokenExpired):
        connection.get_user_info("T")
