"""From signing up by way of “My apps” to a log-in at an outside site by each of the four protocols, and the app's removal, in a browser."""

import json
import re

import httpx
from playwright.sync_api import Page, expect

from dvor.cli.cast import PASSWORD
from tests.browser.site import OutsideSite
from tests.browser.test_accounts import read_link
from tests.serving import Serving

PROTOCOLS = ("vk", "vkid", "oidc", "sngine")


def log_in(page: Page, login: str = "anna@dvor.example") -> None:
    page.get_by_label("E-mail or login").fill(login)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()


def register_app(page: Page, demo: Serving, outside: OutsideSite) -> None:
    """Go through seed's steps: the form, Connect website, Call, the digits, Confirm, Settings, App ID, Secure key."""
    page.goto(f"{demo.url}/apps")
    if page.url.startswith(f"{demo.url}/login"):
        log_in(page)
    page.get_by_role("link", name="Create app").click()
    page.get_by_label("Title").fill("Соседский клуб")
    page.get_by_label("Website address").fill(outside.url)
    page.get_by_label("Base domain").fill("127.0.0.1")
    page.get_by_role("button", name="Connect website").click()
    page.get_by_label("Your telephone number").fill("+7 495 000-00-01")
    page.get_by_role("button", name="Call").click()
    called = re.findall(r"a call to \+74950000001 from \+7 495 000 (\d\d) (\d\d)", demo.log.read_text())
    page.get_by_label("Last 4 digits").fill("".join(called[-1]))
    page.get_by_role("button", name="Confirm").click()
    uris = "\n".join(outside.back(name) for name in ("sngine", "vk", "vkid", "oidc"))
    page.get_by_label("Authorized redirect URI").fill(uris)
    page.get_by_label("Sngine").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    outside.app_id = page.locator("#app-id").inner_text()
    page.get_by_role("link", name="Show").first.click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Show").click()
    outside.key = page.locator("#secure-key").inner_text()


def sign_up(page: Page, demo: Serving, email: str) -> None:
    """Fill in the form and open the link of the letter."""
    page.goto(f"{demo.url}/signup")
    for label, words in (
        ("First name", "Yan"),
        ("Last name", "New"),
        ("E-mail", email),
        ("Password", PASSWORD),
    ):
        page.get_by_label(label).fill(words)
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading", name="Look in your mail")).to_be_visible()
    page.goto(read_link(demo, email))
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("You are logged in as Yan New")).to_be_visible()


def test_an_outside_site_logs_its_visitors_in(page: Page, demo: Serving, outside: OutsideSite) -> None:
    sign_up(page, demo, "yan@new.example")
    register_app(page, demo, outside)
    page.get_by_role("button", name="Log out").click()
    for name in PROTOCOLS:
        page.goto(f"{outside.url}/{name}")
        if name == PROTOCOLS[0]:
            log_in(page, "clara@dvor.example")
        expect(page.get_by_role("heading", name="Соседский клуб")).to_be_visible()
        expect(page.get_by_text("Clara Weber")).to_be_visible()
        page.get_by_role("button", name="Allow").click()
        page.wait_for_url(f"{outside.url}/back/**")
        told = json.loads(page.locator("body").inner_text())
        assert "Clara" in json.dumps(told), (name, told)
        page.goto(f"{outside.url}/{name}")
        page.wait_for_url(f"{outside.url}/back/**")
        assert "Clara" in page.locator("body").inner_text(), "the second time nothing is asked"
    page.goto(f"{demo.url}/settings/apps")
    expect(page.get_by_role("heading", name="Соседский клуб")).to_be_visible()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("You have not let any app in yet.")).to_be_visible()
    with httpx.Client(base_url=demo.url) as http:
        for name in PROTOCOLS:
            assert "Clara" not in json.dumps(outside.ask(name, http)), "the token is dead"
    page.goto(f"{outside.url}/vk")
    page.get_by_role("button", name="Cancel").click()
    page.wait_for_url(f"{outside.url}/back/**")
    assert json.loads(page.locator("body").inner_text())["error"] == "access_denied"


def test_a_phone_shows_the_pages_without_scrolling_sideways(page: Page, demo: Serving) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{demo.url}/apps/new")
    log_in(page)
    for path in ("/apps/new", "/apps", "/settings/apps"):
        page.goto(demo.url + path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
