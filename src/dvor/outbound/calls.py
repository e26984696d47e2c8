"""Telephone calls: a gateway rings a person from a number whose last digits the person types back."""

import re
import secrets
import sys
from typing import Any
from urllib.parse import quote

from dvor.config import Settings
from dvor.model.calls import DIGITS
from dvor.model.errors import CallFailed

SECONDS_TO_ANSWER = 15


async def call_number(settings: Settings, phone: str) -> str:
    """Ring a number (E.164, `+74950000001`) and return the last four digits of the number that rings; `CallFailed`.

    Without a gateway nobody is rung: the number that would have called is printed for the operator.
    """
    if settings.call_url is None:
        digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        sys.stdout.write(f"dvor: a call to {phone} from +7 495 000 {digits[:2]} {digits[2:]}\n")
        sys.stdout.flush()
        return digits
    import httpx  # its memory only where there is a gateway

    url = settings.call_url.replace("{phone}", quote(phone.removeprefix("+"), safe=""))
    try:
        async with httpx.AsyncClient(timeout=SECONDS_TO_ANSWER, follow_redirects=False) as client:
            answer = await client.get(url)
        if answer.status_code != httpx.codes.OK:
            raise CallFailed(f"the gateway answered {answer.status_code}")
        return _last_digits(_look_up(answer.json(), settings.call_digits))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise CallFailed(f"the gateway cannot be reached ({type(error).__name__})") from error
    except ValueError as error:
        raise CallFailed("the gateway's answer is no JSON") from error


def _look_up(body: Any, path: str) -> str:
    for part in path.split("."):
        if isinstance(body, dict):
            body = body.get(part)
        elif isinstance(body, list) and part.isdecimal() and int(part) < len(body):
            body = body[int(part)]
        else:
            body = None
    return str(body) if isinstance(body, str | int) and not isinstance(body, bool) else ""


def _last_digits(text: str) -> str:
    digits = re.sub(r"[^0-9]", "", text)
    if not digits:
        raise CallFailed("the gateway's answer holds no digits")
    # a number such as 0042 may come as the JSON number 42
    return digits[-DIGITS:].zfill(DIGITS)
