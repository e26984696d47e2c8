"""A demo community as a process of its own, a real browser, and an outside site that people log in at."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.browser.site import OutsideSite
from tests.serving import Serving

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str:
    """Return Debian's Chromium, or the one that `make setup` has unpacked for somebody who is not root."""
    own = Path(sys.prefix) / "chromium" / "run"
    found = shutil.which("chromium") or (str(own) if own.exists() else "")
    assert found, "the tests in tests/browser need chromium: make setup"
    return found


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A running demo community on SQLite."""
    demo = Serving(tmp_path_factory.mktemp("demo"), "--port", "0")
    demo.start()
    yield demo
    demo.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; gone after these tests, for its event loop and theirs do not go together."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """An empty page of a browser that nobody has used; what the page complains of, refusals aside, fails the test."""
    context = chromium.new_context(locale="en-US")
    page = context.new_page()
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        is_wanted = message.location["url"].endswith("/favicon.ico") or "status of 403" in message.text
        if message.type == "error" and not is_wanted:
            complaints.append(f"{message.text} {message.location}")

    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


@pytest.fixture
def outside(demo: Serving) -> Iterator[OutsideSite]:
    """A site of its own, on another port of this machine."""
    site = OutsideSite(demo.url)
    site.start()
    yield site
    site.stop()
