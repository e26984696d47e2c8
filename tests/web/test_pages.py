"""What all pages share: words in both languages, cookies, forms, and where a log-in may lead."""

import re
from pathlib import Path

import msgspec
import pytest

import dvor.web
from dvor.cli.cast import PASSWORD
from dvor.web import biography, credentials, privacy, profile, security, sign_up
from dvor.web.apps import FIELD_WORDS, PROBLEMS, PROTOCOL_WORDS
from dvor.web.consent import ALWAYS, OPENID_WORDS, VK_WORDS
from dvor.web.log_in import WORDS
from dvor.web.pages import read_next, russian_words
from tests.dialects.conftest import CastClient
from tests.web.test_consent import Browser

FOLDER = Path(dvor.web.__file__).parent


def spoken_words() -> set[str]:
    """Return every English text that the pages can show."""
    found: set[str] = {profile.OTHER_PROBLEM, privacy.NOBODY}
    for template in (FOLDER / "templates").glob("*.*"):
        text = template.read_text("utf-8")
        found |= set(re.findall(r"(?:field|choice)\('[^']*', '([^']+)'", text))
        found |= set(re.findall(r"_\('([^']+)'\)", text)) | set(re.findall(r"\('[^']*', '([^']+)'\)", text))
    for module in FOLDER.glob("*.py"):
        text = module.read_text("utf-8")
        found |= set(re.findall(r'(?:translate|FormRefused)\(\s*"([^"]+)"', text))
    tables = [
        FIELD_WORDS,
        PROBLEMS,
        OPENID_WORDS,
        VK_WORDS,
        WORDS,
        sign_up.PROBLEMS,
        sign_up.FIELD_PROBLEMS,
        security.PROBLEMS,
        credentials.SECTION_WORDS,
        credentials.LEVEL_WORDS,
        credentials.FIELD_WORDS,
        credentials.HOOK_WORDS,
        profile.PROBLEMS,
        profile.FIELD_PROBLEMS,
        profile.SEXES,
        profile.VISIBILITIES,
        profile.RELATIONS,
        profile.ACCESSES,
        biography.TITLES,
        biography.WORDS,
        biography.RELATIVES,
    ]
    found |= {words for table in tables for words in table.values()}  # type: ignore[attr-defined]
    found |= {warning for _, warning in PROTOCOL_WORDS.values() if warning}
    found |= {"University", "School"}
    found |= {words for title, texts in biography.VIEWS.values() for words in (title, *texts.split("|"))}
    return found | {words for several in ALWAYS.values() for words in several}


def test_everything_is_said_in_russian_too() -> None:
    spoken = spoken_words()
    assert len(spoken) > 80
    assert spoken - russian_words().keys() == set()


async def test_the_language_is_the_browsers(cast_client: CastClient) -> None:
    for wanted, told in (("ru-RU,ru;q=0.9,en;q=0.8", "Войти"), ("en,ru;q=0.5", "Log in"), ("de", "Log in")):
        browser = Browser(cast_client, wanted)
        assert told in (await browser.open("/login")).text
        await browser.http.aclose()


@pytest.mark.parametrize(
    "evil", ["https://evil.example", "//evil.example", "/\\evil.example", "evil", "/a\r\nb: c", "", "/é"]
)
def test_a_log_in_leads_nowhere_else(evil: str) -> None:
    assert read_next(evil) == "/"
    assert read_next("/consent/x?y=z") == "/consent/x?y=z"


async def test_a_log_in_gives_a_new_cookie_for_this_host_alone(cast_client: CastClient) -> None:
    browser = Browser(cast_client)
    browser.http.cookies.set("dvor_session", "chosen-by-somebody-else", domain="localhost")
    await browser.open("/login")
    answer = await browser.http.post(
        "/login", data=browser.form("/login") | {"login": "anna@dvor.example", "password": PASSWORD}
    )
    cookie = answer.headers["set-cookie"]
    assert "chosen-by-somebody-else" not in cookie
    assert all(word in cookie.lower() for word in ("httponly", "samesite=lax", "path=/"))
    assert "domain" not in cookie.lower()
    await browser.http.aclose()
    courtyard = cast_client.courtyard
    courtyard.public_url = "https://dvor.example"
    courtyard.settings = msgspec.structs.replace(courtyard.settings)
    secure = (await cast_client.http.get("/login")).headers["set-cookie"]
    assert secure.startswith("__Host-dvor_visit=")
    assert "secure" in secure.lower()


async def test_wrong_passwords_and_codes(cast_client: CastClient) -> None:
    browser = Browser(cast_client)
    for login in ("anna@dvor.example", "nobody@dvor.example"):
        await browser.open("/login")
        answer = await browser.log_in(login, "wrong")
        assert (answer.status_code, "Login or password is wrong." in answer.text) == (403, True)
    await browser.open("/login")
    answer = await browser.log_in("lev@dvor.example")
    assert "one-time code" in answer.text
    answer = await browser.send("/login", login="lev@dvor.example", password=PASSWORD, code="000000")
    assert "one-time code is wrong" in answer.text
    for _ in range(10):
        answer = await browser.log_in("anna@dvor.example", "wrong")
    assert answer.status_code == 429
    assert (await browser.log_in("anna@dvor.example")).status_code == 429
    await browser.http.aclose()


async def test_logging_out_ends_the_session(cast_client: CastClient) -> None:
    browser = Browser(cast_client)
    assert (await browser.open("/apps")).url.path == "/login"
    assert (await browser.log_in()).url.path == "/apps", "and back to where one wanted to go"
    kept = dict(browser.http.cookies)
    await browser.send("/logout")
    browser.http.cookies.update(kept)
    assert (await browser.open("/apps")).url.path == "/login", "a copied cookie is worth nothing"
    await browser.http.aclose()


async def test_odd_requests_are_refused_on_a_page(cast_client: CastClient) -> None:
    http = cast_client.http
    for content in (b"csrf=%00", b"csrf=%ff", b"x" * 2**21):
        answer = await http.post("/login", content=content)
        assert (answer.status_code, answer.headers["content-type"]) == (400, "text/html; charset=utf-8")
    assert (await http.post("/login", data={"login": "x"})).status_code == 403
    assert (await http.put("/login")).status_code == 405
    assert (await http.get("/login", headers={b"cookie": b"dvor_session=\xe9; x=\x01"})).status_code == 200
    assert (await http.get("/nowhere")).json() == {"error": "not_found"}
