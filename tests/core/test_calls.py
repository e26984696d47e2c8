"""Calls that confirm a person: through a gateway or printed, limited, and the digits good once and not for long."""

import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from dvor.core.calls import confirm_call, read_number, request_call
from dvor.core.courtyard import Courtyard
from dvor.model.errors import CallFailed, DigitsWrong, NumberInvalid, TooManyCalls
from tests.core.conftest import NOW, Clock, Settle

PHONE = "+7 495 000-00-01"


class Gateway:
    """A flash-call gateway on this machine."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer: Any = {"data": [{"code": "79991230042"}]}
        self.status = 200
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                body = outer.answer if isinstance(outer.answer, bytes) else json.dumps(outer.answer).encode()
                self.send_response(outer.status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/call?key=secret&to={{phone}}"


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    gateway = Gateway()
    thread = threading.Thread(target=gateway.server.serve_forever, args=(0.01,))
    thread.start()
    yield gateway
    gateway.server.shutdown()
    thread.join()
    gateway.server.server_close()


@pytest.fixture
async def anna(settle: Settle) -> int:
    (anna,) = await settle({})
    return anna


def use(courtyard: Courtyard, gateway: Gateway, digits: str = "data.0.code") -> None:
    courtyard.settings = msgspec.structs.replace(courtyard.settings, call_url=gateway.url, call_digits=digits)


async def test_the_digits_of_the_calling_number_confirm(
    courtyard: Courtyard, anna: int, gateway: Gateway
) -> None:
    use(courtyard, gateway)
    assert await request_call(courtyard, anna, "app 1", PHONE) == "+74950000001"
    assert gateway.asked == ["/call?key=secret&to=74950000001"]
    for wrong in ("0000", "", "42"):
        with pytest.raises(DigitsWrong):
            await confirm_call(courtyard, anna, "app 1", wrong)
    with pytest.raises(DigitsWrong):
        await confirm_call(courtyard, anna, "app 2", "0042")
    assert await confirm_call(courtyard, anna, "app 1", " 0042 ") == "+74950000001"
    with pytest.raises(DigitsWrong):
        await confirm_call(courtyard, anna, "app 1", "0042")


async def test_without_a_gateway_the_number_is_printed(
    courtyard: Courtyard, anna: int, capsys: pytest.CaptureFixture[str]
) -> None:
    await request_call(courtyard, anna, "app", PHONE)
    line = capsys.readouterr().out
    assert "+74950000001" in line
    digits = line.strip()[-5:].replace(" ", "")
    assert await confirm_call(courtyard, anna, "app", digits) == "+74950000001"


async def test_digits_are_not_guessed_through(
    courtyard: Courtyard, anna: int, gateway: Gateway, clock: Clock
) -> None:
    use(courtyard, gateway)
    await request_call(courtyard, anna, "app", PHONE)
    for guess in range(5):
        with pytest.raises(DigitsWrong):
            await confirm_call(courtyard, anna, "app", f"{guess:04}")
    with pytest.raises(DigitsWrong):
        await confirm_call(courtyard, anna, "app", "0042")
    await request_call(courtyard, anna, "app", PHONE)
    clock.now += 300
    with pytest.raises(DigitsWrong):
        await confirm_call(courtyard, anna, "app", "0042")
    for _ in range(3):
        await request_call(courtyard, anna, "app", PHONE)
    with pytest.raises(TooManyCalls):
        await request_call(courtyard, anna, "app", PHONE)
    assert len(gateway.asked) == 5
    clock.now = NOW + 86400
    await request_call(courtyard, anna, "app", PHONE)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"data": []}, 200),
        (b"<html>", 200),
        ({"data": [{"code": None}]}, 200),
        ({"data": [{"code": 1}]}, 500),
    ],
)
async def test_a_gateway_that_fails_is_no_confirmation(
    courtyard: Courtyard, anna: int, gateway: Gateway, answer: Any, status: int
) -> None:
    use(courtyard, gateway)
    gateway.answer, gateway.status = answer, status
    with pytest.raises(CallFailed) as refusal:
        await request_call(courtyard, anna, "app", PHONE)
    assert "secret" not in str(refusal.value)
    for guess in ("", "0000", "None"):
        with pytest.raises(DigitsWrong):
            await confirm_call(courtyard, anna, "app", guess)


async def test_a_gateway_that_is_away(courtyard: Courtyard, anna: int) -> None:
    courtyard.settings = msgspec.structs.replace(courtyard.settings, call_url="http://127.0.0.1:1/{phone}")
    with pytest.raises(CallFailed):
        await request_call(courtyard, anna, "app", PHONE)


@pytest.mark.parametrize(
    "text", ["", "4950000001", "+7", "+7 495", "hello", "+1 900 555 0100", "+999 12345678", "0" * 300]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(NumberInvalid):
        read_number(text)
