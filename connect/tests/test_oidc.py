"""OpenID Connect: the flow, and every lie that an identity token can tell."""

import time
from typing import Any

import pytest

from connect.tests.issuer import APP_ID, SECRET, Issuer, make_key
from dvor_connect import LoggedIn, errors, network


@pytest.fixture
def oidc(connect, issuer):
    return connect(network("oidc", site=issuer.site), app_id=APP_ID, secret=SECRET)


def log_in(connection: Any, issuer: Issuer) -> LoggedIn:
    url, ticket = connection.login_url()
    finished: LoggedIn = connection.finish_login(issuer.visit(url), ticket)
    return finished


def test_a_log_in_tells_whether_the_email_is_verified(oidc, issuer) -> None:
    logged_in = log_in(oidc, issuer)
    profile = logged_in.info.profile
    assert (profile.id, profile.name, profile.sex) == ("248289761001", "Jane Doe", "female")
    assert (profile.email, profile.is_email_verified) == ("jane@example.com", True)
    assert (profile.birth_date, profile.city) == ("--03-22", "Tartu")
    assert "nonce" not in logged_in.info.raw
    assert oidc.fresh_tokens(logged_in.tokens) is logged_in.tokens, "an hour is long enough"


def test_discovery_and_keys_are_asked_for_once(oidc, issuer) -> None:
    log_in(oidc, issuer)
    log_in(oidc, issuer)
    asked = [one.path for one in issuer.replay.heard]
    assert asked.count("/.well-known/openid-configuration") == asked.count("/jwks") == 1


NOW = int(time.time())


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"aud": "another app"},
        {"aud": [APP_ID, "another app"]},
        {"azp": "another app"},
        {"exp": NOW - 10**6},
        {"exp": None},
        {"iat": NOW + 10**6},
        {"nonce": "another log-in's"},
        {"nonce": None},
        {"sub": None},
        {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    ],
)
def test_a_false_identity_token_is_refused(oidc, issuer, claims) -> None:
    issuer.claims = claims
    with pytest.raises(errors.IdentityInvalid):
        log_in(oidc, issuer)


def test_another_key_is_refused_and_a_new_one_found(oidc, issuer) -> None:
    log_in(oidc, issuer)
    issuer.key = make_key("second")
    with pytest.raises(errors.IdentityInvalid):
        log_in(oidc, issuer)
    issuer.published = [issuer.key]
    assert log_in(oidc, issuer).info.id == "248289761001"


def test_an_answer_of_another_issuer_is_refused(oidc, issuer) -> None:
    url, ticket = oidc.login_url()
    back = issuer.visit(url)
    for changed in ({**back, "iss": "https://evil.example"}, {k: v for k, v in back.items() if k != "iss"}):
        with pytest.raises(errors.StateMismatch):
            oidc.finish_login(changed, ticket)


def test_user_info_of_somebody_else_is_refused(oidc, issuer) -> None:
    issuer.person["sub"] = "666"
    with pytest.raises(errors.IdentityInvalid):
        log_in(oidc, issuer)


def test_refreshing_keeps_the_person(oidc, issuer) -> None:
    tokens = log_in(oidc, issuer).tokens
    newer = oidc.fresh_tokens(
        type(tokens)(access_token="A", refresh_token="R", expires_at=1, user_id=tokens.user_id)
    )
    assert (newer.access_token, newer.refresh_token, newer.user_id) == ("ACCESS-2", "R", "248289761001")
    issuer.claims = {"sub": "666"}
    with pytest.raises(errors.IdentityInvalid):
        oidc.fresh_tokens(newer)


@pytest.mark.parametrize(
    "changed",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"authorization_endpoint": None},
    ],
)
def test_a_strange_discovery_document_is_refused(oidc, issuer, changed) -> None:
    issuer.metadata |= changed
    with pytest.raises(errors.UnexpectedAnswer):
        oidc.login_url()


def test_a_secret_in_the_form_where_the_issuer_wants_it_so(connect, issuer) -> None:
    issuer.metadata["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
    connection = connect(network("oidc", site=issuer.site), app_id=APP_ID, secret=SECRET)
    with pytest.raises(errors.WrongSecret):  # the issuer of these tests knows only Basic
        log_in(connection, issuer)
    assert issuer.replay.last("/token").form["client_secret"] == SECRET


def test_several_issuers_under_keys_of_their_own(connect, issuer) -> None:
    work = connect(network("oidc", site=issuer.site, key="work", title="Work"), app_id=APP_ID, secret=SECRET)
    other = connect(network("oidc", site=issuer.site, key="club"), app_id=APP_ID, secret=SECRET)
    url, ticket = work.login_url()
    back = issuer.visit(url)
    with pytest.raises(errors.StateMismatch):
        other.finish_login(back, ticket)
    assert work.finish_login(back, ticket).info.profile.network == "work"
    with pytest.raises(ValueError, match="small letters"):
        network("oidc", site=issuer.site, key="a.b")
