"""Records one success of each method: the calls of `tests/dialects/vk/cases`, each section in a community of its own.

`python -m tests.recorded.exchanges [SECTION …]` records them anew; the files are the examples of the reference pages.
A parameter may be a function of the answers so far, `access_token` names one of the cast, and a method that saves
gets what the upload to the last `upload_url` answered.
"""

import asyncio
import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import httpx

from dvor.cli.cast import issue_cast_tokens, settle
from dvor.cli.drawings import draw_courtyard
from dvor.config import Settings
from dvor.core.courtyard import open_courtyard
from dvor.server.app import Application
from tests.dialects.vk.cases import load_cases

FOLDER = Path(__file__).parent / "vk"
URL = "http://localhost:8080"
NOW = 1_795_000_000
DATE = "2026-11-21"
SECRET_MEMBERS = frozenset(
    {
        "photo_hash",
        "key",
        "upload_url",
        "photo",
        "photos_list",
        "hash",
        "access_token",
        "access_key",
        "file",
    }
)

CASES = load_cases()


async def exchange(
    client: httpx.AsyncClient, tokens: dict[str, str], section: str
) -> dict[str, dict[str, Any]]:
    """Ask for a section's exchanges in order; return the last of each method, secrets and file addresses masked."""
    done = {}
    answers: dict[str, Any] = {}
    upload_url = ""
    for method, params in CASES[section].recorded:
        asked = {name: value(answers) if callable(value) else value for name, value in params.items()}
        if method.partition(".")[2].startswith(("save", "setChatPhoto")) and upload_url:
            asked |= await upload(client, upload_url)
        asked |= {
            "access_token": tokens[asked.get("access_token", "anna")],
            "v": asked.get("v", "5.199"),
        }
        answer = await client.get(f"/method/{method}", params=asked)
        answers[method] = response = answer.json().get("response")
        if isinstance(response, dict):
            upload_url = response.get("upload_url", upload_url)
        if method.partition(".")[0] != section:
            continue
        done[method] = {
            "request": {"http": "GET", "path": f"/method/{method}", "params": mask(asked)},
            "status": answer.status_code,
            "answer": mask(answer.json()),
            "from": "Dvor",
            "on": DATE,
        }
    return done


async def upload(client: httpx.AsyncClient, upload_url: str) -> dict[str, str]:
    """Upload a picture and return what saves it."""
    sent = await client.post(upload_url, files={"photo": ("a.png", draw_courtyard(), "image/png")})
    answer = {name: str(value) for name, value in sent.json().items()}
    return {"file": answer["response"]} if "response" in answer else answer


def mask(value: Any, name: str = "") -> Any:
    """Replace what differs from run to run: secrets, and the names of kept pictures."""
    if isinstance(value, dict):
        return {key: mask(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [mask(inner) for inner in value]
    if name in SECRET_MEMBERS and isinstance(value, str):
        return name.upper()
    if not isinstance(value, str):
        return value
    value = re.sub(r"(/documents/-?\d+_\d+_)\w+", r"\1ACCESS_KEY", value)
    return re.sub(r"[0-9a-f]{64}", "FILE", value)


async def record(section: str) -> dict[str, dict[str, Any]]:
    """Make a community of the cast and return its answers to one section's calls."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), master_key="a key for tests")
        courtyard = await open_courtyard(settings, public_url=URL, clock=lambda: NOW)
        ids = await settle(courtyard)
        tokens = await issue_cast_tokens(courtyard, ids)
        transport = httpx.ASGITransport(app=Application(courtyard))
        async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
            done = await exchange(client, tokens, section)
        await courtyard.close()
    return done


def main() -> None:
    """Write the recorded exchanges of the sections that are named, or of all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for section in sys.argv[1:] or CASES:
        for method, done in asyncio.run(record(section)).items():
            text = json.dumps(done, ensure_ascii=False, indent=1)
            (FOLDER / f"{method}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
