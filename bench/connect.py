"""What dvor-connect costs: processor time of a log-in and of `get_user_info`, beside the same calls with bare httpx.

A network on this machine, in a process of its own, answers both; only this process's time is counted, and they take turns.
"""

import asyncio
import base64
import hashlib
import json
import multiprocessing
import platform
import secrets
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx

from connect.tests.replay import Replay
from dvor_connect import App, AsyncConnection, Connection, Tokens, network

ROUNDS, CALLS = 7, 40
KEY = "a key of the site's own"
BACK = "https://club.example/back"
REPORT = Path(__file__).parent.parent / "docs" / "reports" / "connect.md"


def serve(pipe: Pipe) -> None:
    """Be VK and VK ID until the pipe closes."""
    replay = Replay()
    replay.says("/access_token", "vk/access_token")
    replay.says("/method/users.get", "vk/users.get")
    replay.says("/oauth2/auth", "vkid/auth")
    replay.says("/oauth2/user_info", "vkid/user_info")
    pipe.send(replay.site)
    pipe.recv()
    replay.stop()


def read_state(url: str) -> str:
    return dict(parse_qsl(urlsplit(url).query))["state"]


def log_in(connection: Connection) -> object:
    """A whole log-in, without the person."""
    url, ticket = connection.login_url()
    return connection.finish_login({"code": "C", "state": read_state(url), "device_id": "D"}, ticket)


async def log_in_later(connection: AsyncConnection) -> object:
    """The same, not blocking."""
    url, ticket = await connection.login_url()
    return await connection.finish_login({"code": "C", "state": read_state(url), "device_id": "D"}, ticket)


def log_in_bare(http: httpx.Client, site: str, fields: str) -> object:
    """What somebody writes who needs the name and nothing else: a state, two calls, two dictionaries."""
    state = secrets.token_urlsafe(24)
    asked = {
        "client_id": "7",
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": "email",
        "state": state,
    }
    assert read_state(f"{site}/authorize?{urlencode(asked)}") == state
    form = {"client_id": "7", "client_secret": "S", "redirect_uri": BACK, "code": "C"}
    token = http.post(f"{site}/access_token", data=form).json()
    return read_bare(http, site, fields, token["access_token"])


def read_bare(http: httpx.Client, site: str, fields: str, token: str) -> object:
    form = {"access_token": token, "v": "5.199", "fields": fields}
    return http.post(f"{site}/method/users.get", data=form).json()["response"][0]


async def log_in_bare_later(http: httpx.AsyncClient, site: str, fields: str) -> object:
    """The first, not blocking."""
    state = secrets.token_urlsafe(24)
    asked = {
        "client_id": "7",
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": "email",
        "state": state,
    }
    assert read_state(f"{site}/authorize?{urlencode(asked)}") == state
    form = {"client_id": "7", "client_secret": "S", "redirect_uri": BACK, "code": "C"}
    token = (await http.post(f"{site}/access_token", data=form)).json()
    form = {"access_token": token["access_token"], "v": "5.199", "fields": fields}
    return (await http.post(f"{site}/method/users.get", data=form)).json()["response"][0]


def log_in_bare_with_pkce(http: httpx.Client, site: str) -> object:
    """VK ID by hand."""
    state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    asked = {"state": state, "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("=")}
    assert read_state(f"{site}/authorize?{urlencode(asked)}") == state
    form = {
        "grant_type": "authorization_code",
        "client_id": "7",
        "code": "C",
        "code_verifier": verifier,
        "device_id": "D",
    }
    token = http.post(f"{site}/oauth2/auth", data=form).json()["access_token"]
    return http.post(f"{site}/oauth2/user_info", data={"access_token": token}).json()["user"]


def measure(call: Callable[[], object]) -> float:
    """Return the milliseconds of processor time of one call."""
    begun = time.process_time()
    for _ in range(CALLS):
        call()
    return (time.process_time() - begun) / CALLS * 1000


def compare(
    cases: dict[str, tuple[Callable[[], object], Callable[[], object]]],
) -> dict[str, tuple[float, float]]:
    """Return for each case the medians of ours and of the bare one."""
    figures: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in cases}
    for _ in range(ROUNDS):
        for name, (ours, bare) in cases.items():
            figures[name][0].append(measure(ours))
            figures[name][1].append(measure(bare))
    return {
        name: (statistics.median(ours), statistics.median(bare)) for name, (ours, bare) in figures.items()
    }


def make_cases(site: str, loop: asyncio.AbstractEventLoop) -> dict[str, Any]:
    """Return what is compared with what."""
    vk, vkid = network("vk", site=site), network("vkid", site=site)
    fields = vk.parameters["fields"]
    http, http_later = httpx.Client(), httpx.AsyncClient()
    ours = {
        one.key: Connection(App(network=one, id="7", secret="S"), key=KEY, redirect_uri=BACK)
        for one in (vk, vkid)
    }
    later = AsyncConnection(App(network=vk, id="7", secret="S"), key=KEY, redirect_uri=BACK)
    tokens = Tokens(access_token="T")
    return {
        "VK: a log-in, with the profile": (
            lambda: log_in(ours["vk"]),
            lambda: log_in_bare(http, site, fields),
        ),
        "VK ID: a log-in, with PKCE and the profile": (
            lambda: log_in(ours["vkid"]),
            lambda: log_in_bare_with_pkce(http, site),
        ),
        "VK: a log-in, not blocking": (
            lambda: loop.run_until_complete(log_in_later(later)),
            lambda: loop.run_until_complete(log_in_bare_later(http_later, site, fields)),
        ),
        "VK: `get_user_info`": (
            lambda: ours["vk"].get_user_info(tokens),
            lambda: read_bare(http, site, fields, "T"),
        ),
    }


def write_report(figures: dict[str, tuple[float, float]]) -> str:
    """Return the page."""
    rows = [
        f"| {name} | {ours:.2f} | {bare:.2f} | {ours / bare:.2f} |" for name, (ours, bare) in figures.items()
    ]
    today = datetime.now(UTC).date().isoformat()
    return "\n".join(
        [
            "# What dvor-connect costs",
            "",
            f"Written by `make bench` on {today}: milliseconds of processor time in the site's own process (Python {platform.python_version()}, {platform.machine()}), the median of {ROUNDS} rounds of {CALLS} calls,",
            "beside the same requests with a kept client of httpx and nothing checked, mapped or typed. The network answers from a process of its own. The ratio is the figure to look at.",
            "",
            "| what | dvor-connect | bare httpx | ratio |",
            "|---|---:|---:|---:|",
            *rows,
            "",
        ]
    )


def main() -> None:
    """Measure, and write the page."""
    pipe, end = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(end,), daemon=True)
    server.start()
    loop = asyncio.new_event_loop()
    figures = compare(make_cases(pipe.recv(), loop))
    pipe.send("done")
    server.join(5)
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")
    REPORT.write_text(write_report(figures), encoding="utf-8")


if __name__ == "__main__":
    main()
