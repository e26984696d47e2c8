"""Signing up by a printed letter, and a passkey of a virtual authenticator, in a browser."""

import re
import time
from urllib.parse import parse_qs

from playwright.sync_api import Page, expect

from tests.serving import Serving

PASSWORD = "long enough for all"


def read_link(demo: Serving, address: str) -> str:
    """Wait for the printed letter to an address, and return its link."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        letters = demo.log.read_text().split("dvor: a letter to ")
        found = [re.search(r"http\S+key=\S+", one) for one in letters if one.startswith(address)]
        if found and found[-1]:
            return found[-1].group()
        time.sleep(0.1)
    raise AssertionError(f"no letter to {address}")


def test_sign_up_and_log_in_with_a_passkey(page: Page, demo: Serving) -> None:
    page.goto(f"{demo.url}/signup")
    page.get_by_label("First name").fill("Zoya")
    page.get_by_label("Last name").fill("New")
    page.get_by_label("E-mail").fill("zoya@new.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading", name="Look in your mail")).to_be_visible()
    page.goto(read_link(demo, "zoya@new.example"))
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("You are logged in as Zoya New")).to_be_visible()
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    page.goto(f"{demo.url}/settings/security")
    page.get_by_label("Name of the device").fill("My telephone")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    page.get_by_role("button", name="Log out").first.click()
    page.goto(f"{demo.url}/login?next=/settings/security")
    with page.expect_request("**/login/passkey") as sent:
        page.get_by_role("button", name="Log in with a passkey").click()
    expect(page.get_by_text("My telephone")).to_be_visible()
    page.get_by_role("button", name="Log out").first.click()
    page.goto(f"{demo.url}/login")
    # the same answer once more, under a new form's token
    (answered,) = parse_qs(sent.value.post_data or "")["credential"]
    token = page.locator("form[data-passkey] [name=csrf]").input_value()
    replayed = page.request.post(
        f"{demo.url}/login/passkey", form={"csrf": token, "credential": answered, "next": "/"}
    )
    assert replayed.status == 403
    page.get_by_role("button", name="Log in with a passkey").click()
    page.wait_for_url(f"{demo.url}/")
    page.goto(f"{demo.url}/settings/security")
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("My telephone")).to_have_count(0)
    page.get_by_role("button", name="Log out").first.click()
    page.goto(f"{demo.url}/login")
    page.get_by_role("button", name="Log in with a passkey").click()
    expect(page.get_by_text("This passkey is not known here")).to_be_visible()
