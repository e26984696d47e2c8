"""Several worker processes on one socket: started, watched, started again when one dies, stopped together."""

import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Callable, Sequence
from multiprocessing.context import SpawnProcess

import structlog

from dvor.server.health import forget_worker

LOOK_SECONDS = 0.5

Work = Callable[[socket.socket], None]

_log = structlog.get_logger("dvor.server")


def supervise(works: Sequence[Work], listener: socket.socket) -> None:
    """Run each `work(listener)` in a new process of its own until this one is told to stop."""
    context = multiprocessing.get_context("spawn")
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stopping.set())

    def start(work: Work) -> SpawnProcess:
        process = context.Process(target=_work, args=(work, listener))
        process.start()
        return process

    workers = [start(work) for work in works]
    while not stopping.wait(LOOK_SECONDS):
        for place, worker in enumerate(workers):
            if not worker.is_alive():
                _log.error("a worker died", process_id=worker.pid, exit_code=worker.exitcode)
                forget_worker(worker.pid or 0)
                workers[place] = start(works[place])
    for worker in workers:
        worker.terminate()
    for worker in workers:
        worker.join()


def _work(work: Work, listener: socket.socket) -> None:
    threading.Thread(target=_follow_parent, name="follow-parent", daemon=True).start()
    work(listener)


def _follow_parent() -> None:
    """Stop this worker when its parent is gone, killed perhaps: nobody else would, and it holds port and data."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
