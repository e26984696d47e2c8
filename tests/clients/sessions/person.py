"""A person who is sent to Dvor by an outside site, logs in and allows what is asked, as a browser without scripts does."""

import html
import re

import requests
from facts import BASE_URL, FACTS, LOGIN, PASSWORD

APP_ID, SECRET, CALLBACK = str(FACTS["app"]["id"]), FACTS["app"]["secret"], FACTS["app"]["redirect_uri"]
_browser = requests.Session()


def allow(address: str) -> str:
    """Go to an address of Dvor's and answer its pages; return the address of the site that one is sent back to."""
    answer = _browser.get(address, allow_redirects=False, timeout=10)
    while True:
        if answer.status_code == 303:
            target = answer.headers["location"]
            if not target.startswith("/"):
                return target
            answer = _browser.get(BASE_URL + target, allow_redirects=False, timeout=10)
            continue
        assert answer.status_code == 200, answer.text
        answer = _send_form(answer)


def open_frame(path: str) -> str:
    """Go to a page of Dvor's that shows another site in a frame, answering what is asked; return the frame's address."""
    answer = _browser.get(BASE_URL + path, timeout=10)
    while "<iframe" not in answer.text:
        answer = _browser.get(BASE_URL + _send_form(answer).headers["location"], timeout=10)
    return html.unescape(re.search(r'<iframe [^>]*src="([^"]+)"', answer.text)[1])


def _send_form(page: requests.Response) -> requests.Response:
    path = page.url.removeprefix(BASE_URL).partition("?")[0]
    body = re.search(rf'<form method="post" action="{path}">(.*?)</form>', page.text, re.DOTALL)[1]
    fields = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', body))
    fields |= dict.fromkeys(re.findall(r'<input type="checkbox" name="([^"]*)"', body), "on")
    fields |= {"login": LOGIN, "password": PASSWORD} if path == "/login" else {"decision": "allow"}
    return _browser.post(BASE_URL + path, data=fields, allow_redirects=False, timeout=10)
