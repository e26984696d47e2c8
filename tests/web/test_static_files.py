"""The static files: an address with a hash for each version, and a plain one."""

import re

import pytest

from dvor.web.static_files import static_address
from tests.dialects.conftest import CastClient

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
"""The doors are the same before either engine; what they store has tests of its own on both."""


async def test_pages_name_the_version_of_their_files(cast_client: CastClient) -> None:
    page = await cast_client.http.get("/login")
    [address] = re.findall(r'<link rel="stylesheet" href="([^"]+)">', page.text)
    assert address == static_address("page.css")
    answer = await cast_client.http.get(address)
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    plain = await cast_client.http.get("/static/page.css")
    assert plain.content == answer.content
    assert plain.headers["cache-control"] == "public, max-age=3600"


@pytest.mark.parametrize(
    "path",
    [
        "/static/page.000000000000.css",
        "/static/nothing.css",
        "/static/",
        "/static/../pages.py",
        "/static/%2e%2e/pages.py",
        "/static/page.css/x",
    ],
)
async def test_what_is_not_there(cast_client: CastClient, path: str) -> None:
    answer = await cast_client.http.get(path)
    assert (answer.status_code, answer.json()) == (404, {"error": "not_found"})
