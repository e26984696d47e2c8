"""Photographs the pages that the guide shows, in Chromium, on a demo community: `make screenshots`.

The pictures lie in docs/guide/images, reduced to few colours so that the repository stays small.
"""

import io
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from dvor.cli.cast import PASSWORD
from tests.browser.conftest import FLAGS, find_chromium
from tests.browser.site import OutsideSite
from tests.serving import Serving

IMAGES = Path(__file__).parent / "guide" / "images"
DESK, PHONE = {"width": 820, "height": 560}, {"width": 360, "height": 640}
COLOURS = 48


def keep(page: Page, name: str, *, whole: bool = False) -> None:
    """Photograph what the window shows, or the whole page."""
    with Image.open(io.BytesIO(page.screenshot(full_page=whole))) as shot:
        shot.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(
            IMAGES / f"{name}.png", optimize=True
        )
    print(name)


def log_in(page: Page, login: str) -> None:
    """Fill in the page of log-in, in whichever language it is."""
    page.locator("[name=login]").fill(login)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form[action='/login'] button").click()


def consent_address(demo: Serving) -> str:
    """Return where the demo's site sends its visitors."""
    app = demo.facts["app"]
    asked = {"client_id": app["id"], "redirect_uri": app["redirect_uri"], "scope": "friends,wall,email"}
    return f"{demo.url}/authorize?{urlencode(asked)}"


def show_accounts(page: Page, demo: Serving) -> None:
    """The way in, and what a person sets."""
    page.goto(f"{demo.url}/signup")
    keep(page, "sign-up", whole=True)
    page.goto(f"{demo.url}/login")
    keep(page, "log-in", whole=True)
    log_in(page, "anna@dvor.example")
    page.goto(f"{demo.url}/settings/profile")
    keep(page, "profile", whole=True)
    page.goto(f"{demo.url}/settings/security")
    keep(page, "security", whole=True)
    page.goto(f"{demo.url}/settings/privacy")
    page.locator("[name=name]").fill("boris")
    page.locator("form[action='/settings/blacklist'] button").click()
    keep(page, "privacy", whole=True)
    page.goto(f"{demo.url}/credentials")
    page.get_by_role("link", name="Соседское телевидение").click()
    keep(page, "credential", whole=True)


def show_apps(page: Page, demo: Serving) -> None:
    """An app, from its form to its statistics, as its owner sees it."""
    page.goto(f"{demo.url}/apps/new")
    log_in(page, "boris@dvor.example")
    page.locator("[name=title]").fill("Соседский клуб")
    page.locator("[name=website]").fill("https://club.example")
    page.locator("[name=base_domain]").fill("club.example")
    keep(page, "app-new", whole=True)
    page.locator("main button").click()
    page.locator("[name=phone]").fill("+7 495 000-00-01")
    page.locator("main button").click()
    keep(page, "app-call")
    called = re.findall(r"a call to \+74950000001 from \+7 495 000 (\d\d) (\d\d)", demo.log.read_text())
    page.locator("[name=digits]").fill("".join(called[-1]))
    page.locator("main button").click()
    page.locator("[name=redirect_uris]").fill("https://club.example/callback")
    keep(page, "app-settings", whole=True)
    page.goto(f"{demo.url}/apps/{demo.facts['app']['id']}/use")
    keep(page, "app-use")
    page.goto(f"{demo.url}/apps/{demo.facts['app']['id']}/statistics")
    keep(page, "app-statistics", whole=True)


def show_consent(page: Page, demo: Serving) -> None:
    """What a person sees whom a site sends here, and where he takes it back."""
    page.goto(consent_address(demo))
    log_in(page, "clara@dvor.example")
    keep(page, "consent", whole=True)
    page.locator("[value=allow]").click()
    page.wait_for_url(f"{demo.facts['app']['redirect_uri']}?**")
    page.goto(f"{demo.url}/settings/apps")
    keep(page, "apps-in-use")


def show_phone(page: Page, demo: Serving) -> None:
    """The same on a telephone, dark, in Russian."""
    page.goto(consent_address(demo))
    log_in(page, "anna@dvor.example")
    keep(page, "consent-phone-dark", whole=True)


def main() -> None:
    """Start a demo and photograph it."""
    IMAGES.mkdir(exist_ok=True)
    desk: list[Callable[[Page, Serving], None]] = [show_consent, show_apps, show_accounts]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        demo = Serving(Path(folder), "--port", "0")
        demo.start()
        site = OutsideSite(demo.url)  # stands where the demo's app says that its site is
        site.start()
        lead = f"--host-resolver-rules=MAP {urlsplit(demo.facts['app']['redirect_uri']).netloc} {urlsplit(site.url).netloc}"
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=[*FLAGS, "--disable-dev-shm-usage", lead]
        )
        try:
            for show in desk:
                context = browser.new_context(locale="en-US", viewport=DESK)  # type: ignore[arg-type]
                show(context.new_page(), demo)
                context.close()
            context = browser.new_context(locale="ru-RU", viewport=PHONE, color_scheme="dark")  # type: ignore[arg-type]
            show_phone(context.new_page(), demo)
        finally:
            browser.close()
            site.stop()
            demo.stop()


if __name__ == "__main__":
    main()
