"""What must hold for every network: states, tickets, retries, time limits, and no secret in any text."""

import io
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from connect.tests.conftest import KEY
from dvor_connect import App, Connection, Tokens, errors, known_networks, network, sending
from dvor_connect.networks import UnknownNetwork
from dvor_connect.tickets import LIFETIME, TicketOffice

SECRETS = ("SECRET-SECRET", "TOKEN-TOKEN", "PASSWORD-PASSWORD", "CODE-CODE-CODE")


@pytest.fixture
def vk(connect, replay):
    replay.says("/access_token", "vk/access_token")
    replay.says("/method/users.get", "vk/users.get")
    return connect(network("vk", site=replay.site))


def begin(connection: Any) -> tuple[str, str]:
    url, ticket = connection.login_url()
    return dict(parse_qsl(urlsplit(url).query))["state"], ticket


@pytest.mark.parametrize("change", ["", "x", "state of another log-in"])
def test_a_tampered_state_is_refused_before_the_network_hears_of_it(vk, replay, change) -> None:
    state, ticket = begin(vk)
    other, _ = begin(vk)
    came = {"": "", "x": f"{state}x"}.get(change, other)
    with pytest.raises(errors.StateMismatch):
        vk.finish_login({"code": "C", "state": came}, ticket)
    assert replay.heard == []


def test_a_ticket_is_good_for_one_network_one_key_and_a_quarter_of_an_hour(replay) -> None:
    now = [1_000_000]
    app = App(network=network("vk", site=replay.site), id="7", secret="S")
    with Connection(app, key=KEY, redirect_uri="https://x.example", clock=lambda: now[0]) as vk:
        state, ticket = begin(vk)
        for false in (
            "",
            "a.b",
            ticket[:-1],
            ticket.replace("vk.", "vkid."),
            TicketOffice("another key, long").write("vk", now[0]).text,
        ):
            with pytest.raises(errors.StateMismatch):
                vk.finish_login({"code": "C", "state": state}, false)
        now[0] += LIFETIME + 1
        with pytest.raises(errors.LoginExpired):
            vk.finish_login({"code": "C", "state": state}, ticket)


def test_several_tabs_may_log_in_at_once(vk) -> None:
    first, second = begin(vk), begin(vk)
    tickets = [first[1], second[1]]
    for state, _ in (first, second):
        assert vk.finish_login({"code": "C", "state": state}, tickets).info.id == "210700286"
    with pytest.raises(errors.StateMismatch):
        vk.finish_login({"code": "C", "state": first[0]}, [])


def test_the_key_has_to_be_long() -> None:
    with pytest.raises(ValueError, match="16"):
        TicketOffice("short")


def test_reading_is_tried_again_and_a_code_is_not(vk, replay) -> None:
    replay.says("/method/users.get", (503, b"", {}), "vk/users.get")
    assert vk.get_user_info("T").id == "210700286"
    state, ticket = begin(vk)
    replay.heard.clear()
    replay.says("/access_token", (503, b"", {}))
    with pytest.raises(errors.NetworkDown):
        vk.finish_login({"code": "C", "state": state}, ticket)
    assert len(replay.heard) == 1


def test_a_limit_is_waited_for_if_it_is_short(vk, replay) -> None:
    replay.says("/method/users.get", (429, b"", {"retry-after": "1"}), "vk/users.get")
    begun = time.monotonic()
    assert vk.get_user_info("T").id == "210700286"
    assert time.monotonic() - begun >= 1
    replay.says("/method/users.get", (429, b"", {"retry-after": "600"}))
    with pytest.raises(errors.RateLimited) as limited:
        vk.get_user_info("T")
    assert limited.value.retry_after == 600


def test_a_network_that_is_not_there(connect, monkeypatch) -> None:
    monkeypatch.setattr("dvor_connect.exchange.PAUSES", (0.01, 0.01))
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        site = f"http://127.0.0.1:{unused.getsockname()[1]}"
    with pytest.raises(errors.NetworkDown):
        connect(network("vk", site=site)).get_user_info("T")


def test_a_network_that_never_ends_its_answer(connect, monkeypatch) -> None:
    monkeypatch.setattr(sending, "SECONDS_TO_ANSWER", 0.3)
    monkeypatch.setattr("dvor_connect.exchange.TRIES", 1)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            one, _ = server.accept()
            with one:
                one.recv(65536)
                one.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
                try:
                    for _ in range(100):
                        one.sendall(b" " * 10)
                        time.sleep(0.05)
                except OSError:
                    return

        thread = threading.Thread(target=drip)
        thread.start()
        begun = time.monotonic()
        with pytest.raises(errors.NetworkDown):
            connect(network("vk", site=f"http://127.0.0.1:{server.getsockname()[1]}")).get_user_info("T")
        assert time.monotonic() - begun < 3
        thread.join()


def test_a_body_without_end_is_not_kept(vk, replay, monkeypatch) -> None:
    monkeypatch.setattr(sending, "LARGEST_BODY", 1000)
    monkeypatch.setattr("dvor_connect.exchange.TRIES", 1)
    replay.says("/method/users.get", (200, b" " * 5000, {}))
    with pytest.raises(errors.NetworkDown):
        vk.get_user_info("T")


@pytest.mark.parametrize(
    "answer",
    [
        (200, b"<html>", {}),
        (200, b"[]", {}),
        (200, {"response": "what"}, {}),
        (200, {"response": []}, {}),
        (200, {"error": 5}, {}),
        (200, {"error": {"error_code": "five"}}, {}),
        (200, b"\xff\xfe", {}),
        (302, b"", {"location": "https://evil.example/"}),
        (404, b"no", {}),
    ],
)
def test_nonsense_is_a_typed_error(vk, replay, answer) -> None:
    replay.says("/method/users.get", answer)
    with pytest.raises(errors.ConnectError):
        vk.get_user_info("T")


def secret_calls(connection: Any) -> Iterator[errors.ConnectError]:
    """Do everything that carries a secret, and yield the errors."""
    url, ticket = connection.login_url()
    state = dict(parse_qsl(urlsplit(url).query)).get("state", "")
    back = {"state": state, "code": SECRETS[3], "auth_key": SECRETS[3], "access_token": SECRETS[1]}
    tokens = Tokens(access_token=SECRETS[1], refresh_token=SECRETS[1], expires_at=1)
    calls: list[Callable[[], object]] = [
        lambda: connection.finish_login(back, ticket),
        lambda: connection.log_in_with_password("me", SECRETS[2]),
        lambda: connection.get_user_info(tokens),
        lambda: connection.fresh_tokens(tokens),
        lambda: connection.revoke(tokens),
    ]
    for call in calls:
        try:
            call()
        except errors.ConnectError as problem:
            yield problem


@pytest.mark.parametrize("key", sorted(set(known_networks()) - {"oidc", "webtv"}))
def test_no_secret_is_logged_or_told(key, connect, replay) -> None:
    told = io.StringIO()
    handler = logging.StreamHandler(told)
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        echo = {
            "error": {"error_code": 100, "error_msg": f"bad {' '.join(f'{one}-{one}' for one in SECRETS)}"}
        }
        for path in ("/access_token", "/token", "/oauth/token", "/oauth2/auth", "/api/authorize"):
            replay.says(path, (400, echo, {}))
        connection = connect(network(key, site=replay.site), secret=SECRETS[0])
        raised = list(secret_calls(connection))
        assert raised
        texts = [told.getvalue(), *(f"{one} {one!r} {one.args} {vars(one)}" for one in raised)]
        texts += [repr(connection.app), repr(Tokens(access_token=SECRETS[1]))]
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    assert not [text for text in texts for secret in SECRETS if secret in text]


@pytest.mark.parametrize("site", ["http://example.org", "example.org", "ftp://example.org", "https://"])
def test_secrets_do_not_travel_in_the_clear(site) -> None:
    with pytest.raises(UnknownNetwork):
        network("openvk", site=site)
    assert (
        network("openvk", site="http://example.org", allow_http=True).fill("{site}") == "http://example.org"
    )


def test_mistakes_in_settings_are_named() -> None:
    for call in (
        lambda: network("facebook"),
        lambda: network("openvk"),
        lambda: network("vk", api_versoin="5"),
        lambda: network("vk", scopes="email"),
        lambda: Connection(App(network=network("vk", protocol="smtp")), key=KEY),
    ):
        with pytest.raises(UnknownNetwork):
            call()


def test_hosts_are_settings() -> None:
    moved = network(
        "vk", hosts={"oauth": "https://o.example", "api": "https://a.example", "site": "https://s.example"}
    )
    assert moved.fill(moved.token) == "https://o.example/access_token"
    assert network("vk").fill(moved.token) == "https://oauth.vk.ru/access_token"
