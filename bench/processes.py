"""The measured servers, and how much processor time processes take."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import psutil

from dvor.config import Settings

DVOR = Path(sys.executable).parent / "dvor"
TICK = os.sysconf("SC_CLK_TCK")
SECONDS_TO_START = 60
CORES = os.cpu_count() or 1


class Server:
    """A server under measurement: where it answers, and its processes."""

    def __init__(self, url: str, process_id: int, database_id: int | None = None) -> None:
        self.url = url
        self.process_id = process_id
        self.database_id = database_id

    def cpu(self) -> float:
        """Return the seconds of processor time of its processes, and of its PostgreSQL's."""
        return cpu_of(self.process_id) + (cpu_of(self.database_id) if self.database_id else 0.0)


def cpu_of(process_id: int) -> float:
    """Return the seconds of processor time that a process and its descendants, dead ones too, have taken."""
    root = psutil.Process(process_id)
    ticks = 0
    for process in (root, *root.children(recursive=True)):
        with contextlib.suppress(OSError):
            # the second field is the name, in brackets, and may hold spaces
            fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))
    return ticks / TICK


def machine_cpu() -> float:
    """Return the seconds of processor time that anything on this machine has taken, and what was stolen from it."""
    fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    user, nice, system, _idle, _waiting, interrupts, soft, stolen = map(int, fields)
    return (user + nice + system + interrupts + soft + stolen) / TICK


class Surroundings:
    """How much processor time others took meanwhile."""

    def __init__(self) -> None:
        self._load = os.getloadavg()[0]
        self._started = time.monotonic()
        self._machine, self._own = machine_cpu(), cpu_of(os.getpid())

    def describe(self) -> str:
        """Return it in words."""
        others = machine_cpu() - self._machine - (cpu_of(os.getpid()) - self._own)
        share = max(0.0, others) / (time.monotonic() - self._started) / CORES
        return (
            f"The load was {self._load:.1f} before it began; meanwhile other programs took {share:.0%} of the "
            f"{CORES} cores."
        )


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def running(command: list[str], url: str, database_id: int | None = None) -> Iterator[Server]:
    """Run a server until the block ends; it answers when the block begins."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DVOR_")}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
    try:
        deadline = time.monotonic() + SECONDS_TO_START
        while not _answers(f"{url}/livez"):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"did not start: {command}")
            time.sleep(0.05)
        yield Server(url, process.pid, database_id)
    finally:
        process.terminate()
        try:
            process.wait(SECONDS_TO_START)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=5):
            return True
    except OSError:
        return False


@contextlib.contextmanager
def dvor(settings: Settings, workers: int, database_id: int | None = None) -> Iterator[Server]:
    """Serve a community by `dvor serve`."""
    port = free_port()
    command = [str(DVOR), "serve", *flags(settings), "--port", str(port), "--workers", str(workers)]
    with running(command, f"http://127.0.0.1:{port}", database_id) as server:
        yield server


@contextlib.contextmanager
def constant(workers: int) -> Iterator[Server]:
    """Serve constant answers."""
    port = free_port()
    command = [sys.executable, "-m", "bench.constant", str(port), str(workers)]
    with running(command, f"http://127.0.0.1:{port}") as server:
        yield server


def flags(settings: Settings) -> list[str]:
    """Return the settings that matter here, as a command line."""
    found = [
        "--data",
        str(settings.data),
        "--log-in-limit",
        "0",
        "--log-in-failures",
        "0",
        "--log-level",
        "error",
    ]
    return found + (["--database", settings.database] if settings.database else [])
