"""Several worker processes on one socket: started, watched, started again when one dies, stopped together."""

import multiprocessing
import signal
import socket
import threading
from collections.abc import Callable
from multiprocessing.context import SpawnProcess

import structlog

from dvor.server.health import forget_worker

LOOK_SECONDS = 0.5

_log = structlog.get_logger("dvor.server")


def supervise(work: Callable[[socket.socket], None], listener: socket.socket, count: int) -> None:
    """Run `work(listener)` in `count` new processes until this one is told to stop."""
    context = multiprocessing.get_context("spawn")
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stopping.set())

    def start() -> SpawnProcess:
        process = context.Process(target=work, args=(listener,))
        process.start()
        return process

    workers = [start() for _ in range(count)]
    while not stopping.wait(LOOK_SECONDS):
        for place, worker in enumerate(workers):
            if not worker.is_alive():
                _log.error("a worker died", process_id=worker.pid, exit_code=worker.exitcode)
                forget_worker(worker.pid or 0)
                workers[place] = start()
    for worker in workers:
        worker.terminate()
    for worker in workers:
        worker.join()
