"""The exchanges that are recorded: one success of each method, in the order in which they are asked.

`python -m tests.recorded.exchanges` records them anew; the files are the examples of the reference pages.
"""

import asyncio
import json
import re
import tempfile
from pathlib import Path
from typing import Any

import httpx

from dvor.cli.cast import draw_courtyard, settle
from dvor.config import Settings
from dvor.core.courtyard import open_courtyard
from dvor.core.tokens import issue_token
from dvor.server.app import Application

FOLDER = Path(__file__).parent / "vk"
URL = "http://localhost:8080"
NOW = 1_795_000_000
DATE = "2026-11-21"
SECRET_MEMBERS = frozenset({"key", "upload_url", "photo", "hash", "access_token", "access_key"})

EXCHANGES: tuple[tuple[str, dict[str, str]], ...] = (
    ("account.setOnline", {}),
    ("account.getProfileInfo", {}),
    ("account.getInfo", {}),
    ("account.getAppPermissions", {}),
    ("account.getCounters", {}),
    (
        "users.get",
        {"user_ids": "anna,boris", "fields": "bdate,city,counters,last_seen,photo_100,screen_name,status"},
    ),
    ("friends.get", {"fields": "city,photo_50"}),
    ("friends.getRequests", {"extended": "1"}),
    ("friends.add", {"user_id": "6"}),
    ("friends.delete", {"user_id": "6"}),
    ("wall.get", {"owner_id": "1", "count": "2", "extended": "1"}),
    ("wall.getById", {"posts": "1_1,2_1"}),
    ("wall.post", {"message": "Сирень зацвела", "attachments": "photo1_1"}),
    ("likes.add", {"type": "post", "owner_id": "1", "item_id": "4"}),
    ("likes.isLiked", {"type": "post", "owner_id": "1", "item_id": "4", "user_id": "1"}),
    ("likes.delete", {"type": "post", "owner_id": "1", "item_id": "4"}),
    ("wall.delete", {"post_id": "4"}),
    ("newsfeed.get", {"count": "2"}),
    ("messages.send", {"peer_id": "2", "message": "Чай готов", "random_id": "7"}),
    ("messages.getById", {"message_ids": "1,6"}),
    ("messages.getHistory", {"peer_id": "2", "count": "2"}),
    ("messages.getConversations", {"count": "2", "extended": "1"}),
    ("messages.getLongPollServer", {"need_pts": "1"}),
    ("photos.getWallUploadServer", {}),
    ("photos.saveWallPhoto", {"caption": "Наш двор"}),
    ("utils.getServerTime", {}),
    ("ovk.version", {}),
    ("ovk.test", {}),
    ("ovk.chickenWings", {}),
    ("account.setOffline", {}),
)


async def exchange(client: httpx.AsyncClient, token: str) -> dict[str, dict[str, Any]]:
    """Ask for everything in order; return each exchange, secrets and addresses of files masked."""
    done = {}
    for method, params in EXCHANGES:
        extra = await upload(client, token) if method == "photos.saveWallPhoto" else {}
        asked = {**params, **extra, "access_token": token, "v": "5.199"}
        answer = await client.get(f"/method/{method}", params=asked)
        done[method] = {
            "request": {"http": "GET", "path": f"/method/{method}", "params": mask(asked)},
            "status": answer.status_code,
            "answer": mask(answer.json()),
            "from": "Dvor",
            "on": DATE,
        }
    return done


async def upload(client: httpx.AsyncClient, token: str) -> dict[str, str]:
    """Upload a picture and return what saves it."""
    asked = {"access_token": token, "v": "5.199"}
    server = (await client.get("/method/photos.getWallUploadServer", params=asked)).json()["response"]
    sent = await client.post(server["upload_url"], files={"photo": ("a.png", draw_courtyard(), "image/png")})
    return {name: sent.json()[name] for name in ("photo", "hash")}


def mask(value: Any, name: str = "") -> Any:
    """Replace what differs from run to run: secrets, and the names of kept pictures."""
    if isinstance(value, dict):
        return {key: mask(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [mask(inner) for inner in value]
    if name in SECRET_MEMBERS and isinstance(value, str):
        return name.upper()
    return re.sub(r"[0-9a-f]{64}", "FILE", value) if isinstance(value, str) else value


async def record() -> dict[str, dict[str, Any]]:
    """Make a community of the cast and return its answers."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), master_key="a key for tests")
        courtyard = await open_courtyard(settings, public_url=URL, clock=lambda: NOW)
        ids = await settle(courtyard)
        token = await issue_token(courtyard, ids["anna"], platform="test")
        transport = httpx.ASGITransport(app=Application(courtyard))
        async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
            done = await exchange(client, token)
        await courtyard.close()
    return done


def main() -> None:
    """Write the recorded exchanges."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for method, done in asyncio.run(record()).items():
        text = json.dumps(done, ensure_ascii=False, indent=1)
        (FOLDER / f"{method}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
