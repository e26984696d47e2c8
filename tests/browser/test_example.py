"""`make example` beside `make demo`: the example site with the demo's own app, at the port that is usual."""

import runpy
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.map.house import ROOT
from tests.serving import Serving

SITE = ROOT / "examples" / "profile-button" / "club.py"
URL = "http://localhost:3000"


@pytest.mark.parametrize("network", ["dvor", "vk", "vkid", "oidc"])
async def test_the_demo_knows_where_the_example_wants_people_back(
    demo: Serving, tmp_path: Path, network: str
) -> None:
    site = runpy.run_path(str(SITE))["build_site"](demo.summary, URL, tmp_path / "people.db", [network])
    transport = httpx.ASGITransport(site)
    async with site.router.lifespan_context(site), httpx.AsyncClient(transport=transport) as visitor:
        sent = await visitor.get(f"{URL}/login/{network}")
    async with httpx.AsyncClient() as browser:
        asked = await browser.get(sent.headers["location"])
    assert asked.is_redirect, asked.text
    assert urlsplit(asked.headers["location"]).path.startswith("/consent/")
