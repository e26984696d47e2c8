"""The load: `wrk` where it is installed (a small C program that two cores' servers cannot outrun), else this process."""

import asyncio
import json
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

CONNECTIONS = 32
SCRIPT = Path(__file__).with_name("paths.lua")
WRK = shutil.which("wrk")


class Load(Struct, frozen=True):
    """What came of asking: answers, in how many seconds, and the median of their times in seconds."""

    requests: int
    seconds: float
    median: float

    @property
    def rate(self) -> float:
        """Return answers a second."""
        return self.requests / self.seconds


def describe_generator() -> str:
    """Return in words who asks."""
    return (
        "wrk (one thread)" if WRK else "a Python program, since wrk is not installed: the rates are too low"
    )


def press(url: str, paths: Iterable[str], seconds: int, connections: int = CONNECTIONS) -> Load:
    """Ask for these paths in turn, over and over, for some whole seconds; an answer that failed is an error."""
    if not WRK:
        return asyncio.run(_press_slowly(url, list(paths), seconds, connections))
    with tempfile.NamedTemporaryFile("w", suffix=".paths") as file:
        file.writelines(f"{path}\n" for path in paths)
        file.flush()
        command = [
            WRK,
            "-t1",
            f"-c{connections}",
            f"-d{seconds}s",
            "--latency",
            "--timeout=30s",
            f"-s{SCRIPT}",
            url,
            "--",
            file.name,
        ]
        text = subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=seconds + 60
        ).stdout
    found = json.loads(text.splitlines()[-1])
    if found["failed"] or not found["requests"]:
        raise RuntimeError(f"{url}: {found['failed']} of {found['requests']} requests failed\n{text}")
    return Load(found["requests"], found["seconds"], found["median"])


async def _press_slowly(url: str, paths: list[str], seconds: int, connections: int) -> Load:
    started = time.perf_counter()
    asking = [_ask(url, paths[place:] + paths[:place], started + seconds) for place in range(connections)]
    times = [one for answered in await asyncio.gather(*asking) for one in answered]
    return Load(len(times), time.perf_counter() - started, statistics.median(times))


async def _ask(url: str, paths: list[str], until: float) -> list[float]:
    """Ask on one connection; return how long each answer took."""
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    times: list[float] = []
    while (begun := time.perf_counter()) < until:
        path = paths[len(times) % len(paths)]
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {place.netloc}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]))
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"{path[:200]}: {head[:40]!r}")
        times.append(time.perf_counter() - begun)
    writer.close()
    return times
