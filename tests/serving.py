"""Dvor as a process of its own, for tests that start, stop and kill it."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.forking import Forked, fork

SECONDS_TO_START = 60
DVOR = Path(sys.executable).parent / "dvor"


class Serving:
    """One `dvor demo` or `dvor serve`; its log lies beside its data.

    It is forked where Dvor has been imported already; `is_fresh` begins with a new Python.
    """

    def __init__(
        self,
        folder: Path,
        *flags: str,
        command: str = "demo",
        database: str | None = None,
        is_fresh: bool = False,
    ) -> None:
        self.folder = folder
        self.log = folder / "log"
        self.summary = folder / "facts.json"
        self._command = [str(DVOR), command, "--data", str(folder / "data"), *flags]
        if command == "demo":
            self._command += ["--summary", str(self.summary)]
        if database:
            self._command += ["--database", database]
        self._is_fresh = is_fresh
        self.process: subprocess.Popen[bytes] | Forked | None = None
        self.facts: dict[str, Any] = {}

    def start(self) -> None:
        """Start the process and wait until it has said where it serves."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.summary.unlink(missing_ok=True)
        self.process = self._begin()
        deadline = time.monotonic() + SECONDS_TO_START
        while not self.summary.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"dvor did not start:\n{self.log.read_text()[-3000:]}")
            time.sleep(0.02)
        self.facts = json.loads(self.summary.read_text())

    def _begin(self) -> subprocess.Popen[bytes] | Forked:
        if not self._is_fresh:
            return fork(self._command, self.log, _environment())
        with self.log.open("ab") as log:
            return subprocess.Popen(self._command, stdout=log, stderr=log, env=_environment())

    @property
    def url(self) -> str:
        """The address that it serves at."""
        return str(self.facts["base_url"])

    @property
    def token(self) -> str:
        """A token of the first of the cast."""
        return str(self.facts["user"]["token"])

    @property
    def authority(self) -> Path:
        """The certificate authority that a client must trust, with --tls."""
        return self.folder / "data" / "tls" / "authority.pem"

    def kill(self) -> None:
        """Kill it as a power cut would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to stop and return its exit code."""
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)
        return self.process.wait(40)


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("DVOR_")}
