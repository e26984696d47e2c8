"""dvor-connect's example site against a running Dvor, in a browser: one button for each protocol, and what can go wrong."""

import json
import re
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx
import pyotp
import pytest
from msgspec import Struct, structs
from playwright.sync_api import Browser, Page, expect

from dvor.cli.cast import PASSWORD, TOTP_SEED
from dvor_connect import App, Connection, Tokens, errors, network
from tests.serving import DVOR, Serving

SITE = Path(__file__).parents[2] / "examples" / "profile-button" / "club.py"
NETWORKS = {"dvor": "Dvor", "vk": "VK", "vkid": "VK ID", "oidc": "OpenID Connect", "sngine": "Sngine"}
OWNER = 2
KEY = "a key of the site's own"


class Club(Struct):
    """The example site, as a process of its own."""

    url: str
    database: Path
    facts: Path

    def rows(self) -> list[tuple[str, str, str]]:
        """Return whom it keeps: network, id there, name."""
        with sqlite3.connect(self.database) as connection:
            found = connection.execute("SELECT network, user_id, name FROM connect_identities ORDER BY 1, 2")
            return found.fetchall()


def register_app(demo: Serving, url: str) -> dict[str, str]:
    """Register the site; Sngine's log-in comes back to the first address."""
    back = [f"{url}/login/{key}/back" for key in ("sngine", *(set(NETWORKS) - {"sngine"}))]
    command: list[str] = [str(DVOR), "app", "create", str(OWNER), "The courtyard club", *back]
    command += ["--protocols", "vk,vkid,oidc,sngine", "--website", url, "--data", str(demo.folder / "data")]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"app id +(\d+)\s+secure key +(\S+)", told)
    assert found, told
    return {"id": found[1], "secret": found[2]}


@pytest.fixture(scope="module")
def port() -> int:
    """A free port for the site."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="module")
def dvor(port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A demo community that knows the site; only while nobody serves its folder can the command register an app."""
    demo = Serving(tmp_path_factory.mktemp("dvor"), "--port", "0")
    demo.start()
    assert httpx.get(f"{demo.url}/livez").status_code == 200
    demo.stop()
    app = register_app(demo, f"http://localhost:{port}")
    demo.start()
    demo.facts["app"] = app
    yield demo
    demo.stop()


@pytest.fixture(scope="module")
def club(dvor: Serving, port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Club]:
    """The example site, at which people may log in by every protocol that Dvor answers in."""
    folder = tmp_path_factory.mktemp("club")
    url = f"http://localhost:{port}"
    facts = folder / "demo.json"
    facts.write_text(json.dumps(dvor.facts))
    command = [sys.executable, str(SITE), str(facts), "--port", str(port)]
    command += ["--database", str(folder / "people.db")]
    for key in (*NETWORKS, "openvk", "webtv"):
        command += ["--network", key]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        deadline = time.monotonic() + 30
        while True:
            try:
                httpx.get(url)
                break
            except httpx.ConnectError:
                assert process.poll() is None, (folder / "log").read_text()
                assert time.monotonic() < deadline
                time.sleep(0.05)
        yield Club(url, folder / "people.db", facts)
        process.terminate()


@pytest.fixture
def visitor(chromium: Browser) -> Iterator[Page]:
    """A browser that nobody has used."""
    context = chromium.new_context(locale="en-US")
    yield context.new_page()
    context.close()


def click(page: Page, club: Club, key: str, login: str = "clara@dvor.example") -> None:
    """Click a button of the site, and log in at Dvor where it asks."""
    page.goto(club.url)
    page.get_by_role("link", name=f"Log in with {NETWORKS[key]}", exact=True).click()
    log_in_at_dvor(page, login)


def log_in_at_dvor(page: Page, login: str) -> None:
    """Fill in the form, unless Dvor knows already who it is."""
    if page.get_by_label("E-mail or login").count():
        page.get_by_label("E-mail or login").fill(login)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in", exact=True).click()


def allow(page: Page) -> None:
    page.get_by_role("button", name="Allow").click()


@pytest.mark.parametrize("key", NETWORKS)
def test_click_log_in_consent_and_the_row_is_in_the_database(visitor: Page, club: Club, key: str) -> None:
    click(visitor, club, key)
    expect(visitor.get_by_role("heading", name="The courtyard club")).to_be_visible()
    if visitor.get_by_role(
        "button", name="Allow"
    ).count():  # who has allowed it by another protocol is not asked
        allow(visitor)
    expect(visitor.get_by_text("Hello, Clara Weber!")).to_be_visible()
    assert visitor.url == f"{club.url}/"
    assert (key, "3", "Clara Weber") in club.rows()
    visitor.get_by_role("button", name="Get User info").click()
    expect(visitor.locator("#user-info")).to_contain_text("Clara")
    if key in ("dvor", "vk"):
        for field in ("counters.friends", "screen_name", "can_post"):
            expect(visitor.locator("#user-info")).to_contain_text(field)
    visitor.get_by_role("button", name="Log out").click()
    expect(visitor.get_by_role("link", name="Log in with Dvor")).to_be_visible()


@pytest.mark.parametrize("key", ["dvor", "vk", "vkid", "oidc"])
def test_denied(visitor: Page, club: Club, key: str) -> None:
    before = club.rows()
    click(visitor, club, key, "boris@dvor.example")
    visitor.get_by_role("button", name="Cancel").click()
    expect(visitor.get_by_role("alert")).to_contain_text("You have not allowed it")
    visitor.get_by_role("link", name="Back").click()
    expect(visitor.get_by_role("link", name="Log in with Dvor")).to_be_visible()
    assert club.rows() == before


def test_a_closed_window_leaves_nothing_and_hinders_nothing(visitor: Page, club: Club) -> None:
    click(visitor, club, "dvor", "anna@dvor.example")
    expect(visitor.get_by_role("button", name="Allow")).to_be_visible()
    other = visitor.context.new_page()
    visitor.close()
    other.goto(club.url)
    expect(other.get_by_role("link", name="Log in with Dvor")).to_be_visible()
    click(other, club, "dvor")
    allow(other)
    expect(other.get_by_text("Hello, Анна Соколова!")).to_be_visible()


def test_a_replayed_return_logs_nobody_in(visitor: Page, club: Club) -> None:
    returns: list[str] = []
    visitor.on("request", lambda one: returns.append(one.url) if "/back?" in one.url else None)
    click(visitor, club, "oidc", "boris@dvor.example")
    allow(visitor)
    expect(visitor.get_by_text("Hello, Борис Волков!")).to_be_visible()
    visitor.get_by_role("button", name="Log out").click()
    visitor.goto(returns[-1])
    expect(visitor.get_by_role("alert")).to_contain_text("begin again")
    visitor.goto(club.url)
    expect(visitor.get_by_role("link", name="Log in with Dvor")).to_be_visible()
    stranger = visitor.context.browser.new_context().new_page()  # type: ignore[union-attr]
    stranger.goto(returns[-1])
    expect(stranger.get_by_role("alert")).to_contain_text("begin again")
    stranger.context.close()


def find_return(page: Page, club: Club, key: str) -> str:
    """Begin a log-in that needs no question, and return the address of its end without going there."""
    address = f"{club.url}/login/{key}"
    while not address.startswith(f"{club.url}/login/{key}/back"):
        answer = page.request.get(address, max_redirects=0)
        address = urljoin(address, answer.headers["location"])
    return address


def test_a_tampered_state_logs_nobody_in(visitor: Page, club: Club) -> None:
    click(visitor, club, "vkid")
    if visitor.get_by_role("button", name="Allow").count():
        allow(visitor)
    visitor.get_by_role("button", name="Log out").click()
    true = find_return(visitor, club, "vkid")
    visitor.goto(re.sub(r"state=[^&]+", "state=tampered", true))
    expect(visitor.get_by_role("alert")).to_contain_text("belongs to no log-in")
    visitor.goto(club.url)
    expect(visitor.get_by_role("link", name="Log in with Dvor")).to_be_visible()
    visitor.goto(true)
    expect(visitor.get_by_text("Hello, Clara Weber!")).to_be_visible()


@pytest.mark.parametrize("key", ["openvk", "webtv"])
def test_by_the_form_of_the_site(visitor: Page, club: Club, key: str) -> None:
    visitor.goto(f"{club.url}/login/{key}/password")

    def send(login: str, password: str) -> None:
        visitor.get_by_label("E-mail or login").fill(f"{login}@dvor.example")
        visitor.get_by_label("Password").fill(password)
        visitor.get_by_role("button", name="Log in").click()

    send("anna", "wrong")
    expect(visitor.get_by_role("alert")).to_contain_text("is wrong")
    send("lev", PASSWORD)
    expect(visitor.get_by_label("One-time code")).to_be_visible()
    send("anna", PASSWORD)
    expect(visitor.get_by_text("Hello, Анна Соколова!")).to_be_visible()
    assert (key, "1", "Анна Соколова") in club.rows()


def test_a_one_time_code(visitor: Page, club: Club) -> None:
    visitor.goto(f"{club.url}/login/openvk/password")
    for label, text in (("E-mail or login", "lev@dvor.example"), ("Password", PASSWORD)):
        visitor.get_by_label(label).fill(text)
    visitor.get_by_role("button", name="Log in").click()
    visitor.get_by_label("Password").fill(PASSWORD)
    visitor.get_by_label("One-time code").fill(pyotp.TOTP(TOTP_SEED).now())
    visitor.get_by_role("button", name="Log in").click()
    expect(visitor.get_by_text("Hello, Лев")).to_be_visible()


@pytest.fixture
def webtv(dvor: Serving) -> Iterator[Connection]:
    """A connection by the demo's credential of the server API."""
    credential = dvor.facts["credential"]
    app = App(network=network("webtv", site=dvor.url), id=credential["key_id"], secret=credential["secret"])
    with Connection(app, key=KEY) as connection:
        yield connection


def test_webtv_reads_people_by_signed_calls(webtv: Connection) -> None:
    info = webtv.get_user_info(Tokens(access_token=""), "3")
    assert (info.profile.name, info.profile.email) == ("Clara Weber", "clara@dvor.example")
    assert urlsplit(str(info.profile.page)).netloc
    with pytest.raises(errors.AccountUnavailable):
        webtv.get_user_info(Tokens(access_token=""), "99999")
    wrong = App(network=webtv.network, id=webtv.app.id, secret="wrong")
    with Connection(wrong, key=KEY) as other, pytest.raises(errors.WrongSecret):
        other.get_user_info(Tokens(access_token=""), "3")


@pytest.fixture
def openvk(dvor: Serving) -> Iterator[Connection]:
    """A connection that takes Dvor for an instance of OpenVK."""
    app = App(network=network("openvk", site=dvor.url), id="Club")
    with Connection(app, key=KEY) as connection:
        yield connection


def test_openvk_by_password(openvk: Connection) -> None:
    info = openvk.log_in_with_password("clara@dvor.example", PASSWORD).info
    assert (info.profile.name, info.data["is_closed"]) == ("Clara Weber", False)
    with pytest.raises(errors.WrongPassword):
        openvk.log_in_with_password("clara@dvor.example", "wrong")
    with pytest.raises(errors.SecondFactorNeeded) as needed:
        openvk.log_in_with_password("lev@dvor.example", PASSWORD)
    assert needed.value.kind == "2fa_app"
    with pytest.raises(errors.TokenExpired):
        openvk.get_user_info("1-not-a-token-jill")


@pytest.mark.parametrize("key", ["dvor", "vkid", "oidc"])
def test_tokens_are_refreshed_and_revoked(visitor: Page, club: Club, dvor: Serving, key: str) -> None:
    known = dvor.facts["app"]
    app = App(network=network(key, site=dvor.url), id=known["id"], secret=known["secret"])
    if key == "oidc":
        scopes = [*app.network.scopes, "offline_access"]
        app = structs.replace(app, network=network(key, site=dvor.url, scopes=scopes))
    with Connection(app, key=KEY, redirect_uri=f"{club.url}/login/{key}/back") as connection:
        url, ticket = connection.login_url(prompt="consent")
        visitor.goto(url)
        log_in_at_dvor(visitor, "clara@dvor.example")
        allow(visitor)
        visitor.wait_for_url(f"{club.url}/login/{key}/back?**")
        came = dict(parse_qsl(urlsplit(visitor.url).query))
        tokens = connection.finish_login(came, ticket).tokens
        assert tokens.refresh_token
        newer = connection.fresh_tokens(structs.replace(tokens, expires_at=1))
        assert newer.access_token != tokens.access_token
        assert connection.get_user_info(newer).profile.name == "Clara Weber"
        if key != "dvor":  # VK's classic OAuth has no address for it
            connection.revoke(newer)
            with pytest.raises(errors.TokenExpired):
                connection.get_user_info(newer)
        with pytest.raises(errors.CodeInvalid):
            connection.finish_login(came, ticket)
