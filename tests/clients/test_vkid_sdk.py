"""@vkid/sdk 2, VK's own library for "log in with VK ID", unmodified, in a browser: a site logs its visitor in by it."""

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import FLAGS, find_chromium
from tests.serving import Serving

PAGE = b"""<!doctype html><title>A site</title><link rel="icon" href="data:,"><script src="/sdk.js"></script>
<button id="login">Log in</button>"""
VERIFIER = "v" * 60
VISITOR = "clara@dvor.example"
"""Somebody whom no other session logs in at the demo's app: she is asked."""
SECONDS = 60
"""How long a page may take on a machine that does much else."""
SET_UP = """([app, host, redirectUrl, codeVerifier]) => {
  const mode = VKIDSDK.ConfigAuthMode.Redirect;
  const place = { __vkidDomain: host, __apiDomain: host };
  const scope = "vkid.personal_info email";
  VKIDSDK.Config.init({ app, redirectUrl, codeVerifier, scope, mode, state: "a state of the site", ...place });
  document.getElementById("login").onclick = () => VKIDSDK.Auth.login();
}"""
FINISH = """async ([code, deviceId, codeVerifier]) => {
  const { Auth } = VKIDSDK;
  const first = await Auth.exchangeCode(code, deviceId, codeVerifier);
  const second = await Auth.refreshToken(first.refresh_token, deviceId);
  const info = await Auth.userInfo(second.access_token);
  const open = await Auth.publicInfo(second.id_token);
  const out = await Auth.logout(second.access_token);
  const after = await Auth.userInfo(second.access_token).catch((error) => error);
  const again = await Auth.exchangeCode(code, deviceId, codeVerifier).catch((error) => error);
  return { first, second, info, open, out, after, again };
}"""


@pytest.fixture
def site(node_clients: Path) -> Iterator[int]:
    """The port of a site that has the library."""
    sdk = (node_clients / "node_modules/@vkid/sdk/dist-sdk/umd/index.js").read_bytes()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body, kind = (sdk, "text/javascript") if self.path == "/sdk.js" else (PAGE, "text/html")
            self.send_response(200)
            self.send_header("content-type", f"{kind}; charset=utf-8")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def log_in(page: Page, demo: Serving) -> None:
    """Answer Dvor's pages, each when it has come; what another page says is told."""
    page.wait_for_url(f"{demo.url}/login?**")
    page.get_by_label("E-mail or login").fill(VISITOR)
    page.get_by_label("Password").fill(demo.facts["user"]["password"])
    with page.expect_response(lambda answer: answer.request.method == "POST") as logged_in:
        page.get_by_role("button", name="Log in", exact=True).click()
    assert logged_in.value.status == 303, page.locator("main").inner_text()
    page.wait_for_url(f"{demo.url}/consent/**")
    page.get_by_role("button", name="Allow").click()


@pytest.mark.parametrize("demo", ["sqlite"], indirect=True)
def test_a_site_logs_its_visitor_in(demo: Serving, site: int) -> None:
    callback = demo.facts["app"]["redirect_uri"]
    set_up = [demo.facts["app"]["id"], urlsplit(demo.url).netloc, callback, VERIFIER]
    with sync_playwright() as playwright:
        lead = f"--host-resolver-rules=MAP {urlsplit(callback).netloc} 127.0.0.1:{site}"
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=[*FLAGS, lead])
        page = browser.new_context(ignore_https_errors=True, locale="en-US").new_page()
        page.set_default_timeout(SECONDS * 1000)
        page.goto(callback)
        page.evaluate(SET_UP, set_up)
        page.locator("#login").click()
        log_in(page, demo)
        page.wait_for_url(f"{callback}?**")
        back = dict(parse_qsl(urlsplit(page.url).query))
        page.evaluate(SET_UP, set_up)
        told: dict[str, Any] = page.evaluate(FINISH, [back["code"], back["device_id"], VERIFIER])
        browser.close()
    assert back["state"] == "a state of the site"
    assert told["second"]["access_token"] != told["first"]["access_token"]
    info = told["info"]["user"]
    assert (info["first_name"], info["email"]) == ("Clara", VISITOR)
    assert str(told["first"]["user_id"]) == info["user_id"]
    assert told["open"]["user"]["first_name"] == "Clara"
    assert told["out"] == {"response": 1}
    assert told["after"]["error"], "who has logged out is not known any more"
    assert told["again"]["error"] == "invalid_grant", "a code is taken once"
