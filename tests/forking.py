"""Dvor, imported once: a process that forks itself for each server that a test starts.

To import Dvor takes more than a second of a processor, all else that a server does at its start a tenth of that. A forked
server runs the command `dvor` from its first line on and is a process of its own: it is stopped and killed like any other.
"""

import contextlib
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any


class Forked:
    """A server that was forked: as much of `subprocess.Popen` as its tests need."""

    def __init__(self, keeper: socket.socket) -> None:
        self._keeper = keeper
        self._answers = keeper.makefile("r")
        self.pid = int(self._answers.readline())
        self._code: int | None = None

    def poll(self) -> int | None:
        """Return how it ended, or None while it runs."""
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended, `timeout` seconds at most; return its exit code, less than 0 for a signal."""
        if self._code is None:
            if not select.select([self._keeper], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            self._code = int(self._answers.readline())
            self._answers.close()
            self._keeper.close()
        return self._code

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)


def fork(command: list[str], log: Path, environment: dict[str, str]) -> Forked:
    """Run a command, a Python program and its arguments, where Dvor is imported already; what it prints goes to `log`."""
    order = {"command": command, "log": str(log), "environment": environment, "folder": str(Path.cwd())}
    ours, keepers = socket.socketpair()
    with keepers:
        socket.send_fds(_start_forker()[0], [b"."], [keepers.fileno()])
    ours.sendall(f"{json.dumps(order)}\n".encode())
    return Forked(ours)


@cache
def _start_forker() -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """Start the process that forks, and return where it takes orders; it ends when that is closed."""
    ours, forkers = socket.socketpair()
    with forkers:
        number = forkers.fileno()
        command = [sys.executable, "-P", __file__, str(number)]
        return ours, subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=[number])


def _fork_for_all(orders: socket.socket) -> socket.socket | None:
    """Fork a keeper for each order; return its connection in the keeper, and None in the forker at the end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all; servers and tests see to it
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # keepers need not be waited for
    gc.freeze()
    while True:
        word, numbers, _, _ = socket.recv_fds(orders, 1, 1)
        if not word:
            return None
        connection = socket.socket(fileno=numbers[0])
        if os.fork() == 0:
            orders.close()
            return connection
        connection.close()


def _keep(connection: socket.socket) -> dict[str, Any] | None:
    """Fork a server, tell its number and how it ends; return its order in the server, and None in the keeper.

    When the tests are gone before, the server is killed.
    """
    order: dict[str, Any] = json.loads(connection.makefile("r").readline())
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    server = os.fork()
    if server == 0:
        connection.close()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        return order
    connection.sendall(f"{server}\n".encode())
    end = os.pidfd_open(server)
    ended, _, _ = select.select([connection.fileno(), end], [], [])
    if end not in ended:
        os.kill(server, signal.SIGKILL)
    _, status = os.waitpid(server, 0)
    with contextlib.suppress(BrokenPipeError):
        connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    return None


def _become(order: dict[str, Any]) -> None:
    """Be the command that was ordered."""
    with open(order["log"], "ab") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.argv = order["command"]
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    importlib.import_module("dvor.cli")
    connection = _fork_for_all(socket.socket(fileno=int(sys.argv[1])))
    order = None if connection is None else _keep(connection)
    if order is None:
        os._exit(0)  # what the import has registered for the end of a process is the servers' affair
    _become(order)
