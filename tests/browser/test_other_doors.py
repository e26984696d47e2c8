"""What leads to another site besides a log-in, under the pages' own policy: leaving, a program's name, a mini-app's frame."""

from urllib.parse import parse_qs, urlencode, urlsplit

from playwright.sync_api import Page, Route, expect

from tests.browser.site import OutsideSite
from tests.browser.test_log_in import log_in, register_app
from tests.serving import Serving


def welcome(route: Route) -> None:
    """Stand for the other site."""
    route.fulfill(body="<h1>The other site</h1>", content_type="text/html")


def test_who_leaves_an_app_may_leave_dvor_too(page: Page, demo: Serving, outside: OutsideSite) -> None:
    register_app(page, demo, outside)
    query = {"client_id": outside.app_id, "post_logout_redirect_uri": outside.back("oidc"), "state": "s"}
    for button, path in (("Stay logged in", "/apps"), ("Log out", "/login")):
        page.goto(f"{demo.url}/oidc/logout?{urlencode(query)}")
        expect(page.get_by_text("Соседский клуб")).to_be_visible()
        page.locator("main").get_by_role("button", name=button).click()
        page.wait_for_url(f"{outside.back('oidc')}?state=s")
        page.goto(f"{demo.url}/apps")
        assert urlsplit(page.url).path == path


def test_a_program_by_its_name(page: Page, demo: Serving, outside: OutsideSite) -> None:
    query = {"client_name": "Окно", "redirect_uri": outside.back("window"), "response_type": "token"}
    page.goto(f"{demo.url}/authorize?{urlencode(query)}")
    log_in(page)
    expect(page.get_by_role("alert")).to_contain_text("Nobody has checked this name")
    expect(page.get_by_role("heading", name="Окно")).to_be_visible()
    page.get_by_role("button", name="Give it everything").click()
    page.wait_for_url(f"{outside.back('window')}#**")
    assert parse_qs(urlsplit(page.url).fragment)["access_token"][0].startswith("dvor_")
    page.goto(f"{demo.url}/settings/apps")
    row = page.get_by_role("listitem").filter(has_text="Окно")
    row.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Окно")).to_have_count(0)


def test_a_mini_app_in_its_frame(page: Page, demo: Serving) -> None:
    mini_app = demo.facts["mini_app"]["id"]
    page.route("http://localhost:3000/**", welcome)
    page.goto(f"{demo.url}/app{mini_app}")
    log_in(page)
    page.get_by_role("button", name="Allow").click()
    frame = page.frame_locator("iframe.mini-app")
    expect(frame.get_by_role("heading", name="The other site")).to_be_visible()
    [inner] = [one for one in page.frames if one.url.startswith("http://localhost:3000/beds?")]
    told = parse_qs(urlsplit(inner.url).query)
    assert told["api_id"] == [str(mini_app)]
    assert told["viewer_id"] == [str(demo.facts["user"]["id"])]
    page.goto(f"{demo.url}/share?{urlencode({'url': 'https://site.example/a'})}")
    page.get_by_label("Your words").fill("Смотрите")
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_role("heading", name="Shared.")).to_be_visible()
