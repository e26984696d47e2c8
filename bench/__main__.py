"""`make bench`: how many requests a second each case answers, and how that compares with a constant answer.

Starts the demo community on SQLite with 1,000 people, asks over loopback on a few kept connections, and takes turns
between the cases and the floor (`/livez`, which does nothing), so that a noisy machine disturbs both alike.
"""

import asyncio
import json
import platform
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

CONNECTIONS = 8
SECONDS = 1.0
ROUNDS = 3
FIELDS = "photo_100,sex,status,screen_name,last_seen,city"
FLOOR = "/livez"
CASES = {
    "users.get, 1 user": f"users.get?user_ids=2&fields={FIELDS}",
    "users.get, 100 ids": f"users.get?user_ids={','.join(map(str, range(1, 101)))}&fields={FIELDS}",
    "friends.get 20": f"friends.get?user_id=20&count=20&fields={FIELDS}",
    "wall.get 20 extended": "wall.get?owner_id=20&count=20&extended=1",
    "newsfeed.get 20": "newsfeed.get?count=20",
    "messages.getHistory 20": "messages.getHistory?peer_id=2&count=20",
    "messages.getConversations 20": "messages.getConversations?count=20",
    "likes.add": "likes.add?type=post&owner_id=2&item_id=1",
    "wall.post": "wall.post?message=hello",
    "messages.send": "messages.send?peer_id=2&message=hello&random_id=0",
}
REPORT = Path(__file__).parent.parent / "docs" / "reports" / "bench.md"


async def ask(host: str, port: int, path: str, until: float) -> int:
    """Ask for a path again and again on one connection; return how many good answers came."""
    reader, writer = await asyncio.open_connection(host, port)
    request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
    answered = 0
    while time.perf_counter() < until:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        body = await reader.readexactly(length)
        if b'"error"' in body[:9]:
            raise RuntimeError(f"{path}: {body[:200]!r}")
        answered += 1
    writer.close()
    return answered


async def measure(host: str, port: int, path: str) -> float:
    """Return answers a second over all connections."""
    started = time.perf_counter()
    counts = await asyncio.gather(*(ask(host, port, path, started + SECONDS) for _ in range(CONNECTIONS)))
    return sum(counts) / (time.perf_counter() - started)


async def compare(base_url: str, token: str) -> list[tuple[str, float, float]]:
    """Return each case with its rate and its share of the floor, the best of a few rounds taken in turns."""
    url = urlsplit(base_url)
    host, port = url.hostname or "localhost", url.port or 80
    rows = []
    for name, call in CASES.items():
        best, share = 0.0, 0.0
        for _ in range(ROUNDS):
            floor = await measure(host, port, FLOOR)
            rate = await measure(host, port, f"/method/{call}&v=5.199&access_token={token}")
            best, share = max(best, rate), max(share, rate / floor)
        rows.append((name, best, share))
        sys.stdout.write(f"{name:32} {best:8.0f}/s   {share:5.0%} of a constant answer\n")
        sys.stdout.flush()
    return rows


def write_report(rows: list[tuple[str, float, float]]) -> None:
    """Write the figures down."""
    lines = [
        "# What a request costs",
        "",
        f"Written by `make bench` on {datetime.now(UTC):%Y-%m-%d}: SQLite, one worker, 1,000 people, {CONNECTIONS} connections, "
        f"client and server on the same machine ({platform.machine()}, Python {platform.python_version()}).",
        "The machine is not a quiet one, so the share is the figure to look at: the rate divided by that of a constant",
        "answer from the same server in the same minute.",
        "",
        "| case | answers a second | share of a constant answer |",
        "|---|---:|---:|",
        *(f"| {name} | {rate:,.0f} | {share:.0%} |" for name, rate, share in rows),
        "",
    ]
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text("\n".join(lines), encoding="utf-8")


def main() -> None:
    """Start the demo, measure, write the report."""
    with tempfile.TemporaryDirectory() as folder:
        summary = Path(folder) / "facts.json"
        command = [
            str(Path(sys.executable).parent / "dvor"),
            "demo",
            "--port",
            "0",
            "--summary",
            str(summary),
        ]
        command += ["--users", "1000", "--posts", "10400", "--log-level", "error"]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            while not summary.exists():
                if server.poll() is not None:
                    sys.exit("the demo server did not start")
                time.sleep(0.1)
            time.sleep(1)
            facts = json.loads(summary.read_text())
            write_report(asyncio.run(compare(facts["base_url"], facts["user"]["token"])))
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
