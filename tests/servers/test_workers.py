"""Several workers that serve one community: each wakes the others, and none is missed when it is killed."""

import asyncio
import json
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, closing, contextmanager
from typing import Any

import aiohttp
import httpx
import psutil
import pytest

from tests.servers.conftest import Start
from tests.servers.crowd import Crowd, check, read_all
from tests.serving import DVOR, Serving

WRITERS = 6
"""Writers at each worker."""
WRITES = 600
SECONDS = 30
PASSWORD = "courtyard"
SQLITE = pytest.mark.parametrize("engine", ["sqlite"])


def workers_of(serving: Serving, count: int = 2) -> list[psutil.Process]:
    """Return the two workers, once both serve; `count` is how many have begun to serve by then, dead ones too."""
    deadline = time.monotonic() + SECONDS
    while True:
        lines = [json.loads(line) for line in serving.log.read_text().splitlines() if line.startswith("{")]
        begun = [line["process_id"] for line in lines if line["event"] == "serving"]
        alive = [psutil.Process(process_id) for process_id in begun if psutil.pid_exists(process_id)]
        if len(begun) == count and len(alive) == 2:
            return alive
        assert time.monotonic() < deadline, f"{begun} have begun to serve, {alive} are there"
        time.sleep(0.05)


@contextmanager
def only(worker: psutil.Process, workers: list[psutil.Process]) -> Iterator[None]:
    """Let this worker alone take connections: the others stand still for a moment."""
    others = [other for other in workers if other != worker]
    for other in others:
        other.suspend()
    try:
        yield
    finally:
        for other in others:
            other.resume()


class Visitor:
    """Someone with a connection to one worker."""

    def __init__(
        self, serving: Serving, token: str, worker: psutil.Process, all_: list[psutil.Process]
    ) -> None:
        self.client = httpx.Client(base_url=serving.url, timeout=SECONDS)
        self.token = token
        with only(worker, all_):
            assert self.client.get("/livez").status_code == 200
        connections = worker.net_connections("tcp")
        assert "ESTABLISHED" in {one.status for one in connections}

    def close(self) -> None:
        """Hang up."""
        self.client.close()

    def call(self, method: str, **params: Any) -> Any:
        """Call a method."""
        asked = {"access_token": self.token, "v": "5.199", **params}
        answer = self.client.post(f"/method/{method}", data=asked).json()
        assert "response" in answer, answer
        return answer["response"]

    def poll(self) -> "Poll":
        """Begin to wait for events."""
        return Poll(self)


Visit = Callable[..., Visitor]


class Poll(threading.Thread):
    """A long poll that waits."""

    def __init__(self, visitor: Visitor) -> None:
        super().__init__()
        self._client = visitor.client
        self._server = visitor.call("messages.getLongPollServer")
        self.updates: list[list[Any]] = []
        self.answered_at = 0.0
        self.start()
        time.sleep(0.1)  # until it waits

    def run(self) -> None:
        params = {
            "act": "a_check",
            "key": self._server["key"],
            "ts": self._server["ts"],
            "wait": 8,
            "mode": 2,
            "version": 3,
        }
        self.updates = self._client.get(f"http://{self._server['server']}", params=params).json()["updates"]
        self.answered_at = time.monotonic()


@pytest.fixture
def visit() -> Iterator[Visit]:
    """Connect to a worker until the test ends."""
    with ExitStack() as stack:
        yield lambda *where: stack.enter_context(closing(Visitor(*where)))


def log_in(serving: Serving) -> str:
    """Return a token of another one than the first of the cast."""
    boris = {"grant_type": "password", "username": "boris@dvor.example", "password": PASSWORD}
    return str(httpx.post(f"{serving.url}/token", data=boris, timeout=SECONDS).json()["access_token"])


def check_wakes(writer: Visitor, reader: Visitor) -> None:
    """Check that what one writes wakes the other one, who waits at another worker, and what he only types."""
    delays = []
    for number in range(5):
        poll = reader.poll()
        began = time.monotonic()
        writer.call("messages.send", peer_id=1, message=str(number), random_id=0)
        poll.join()
        assert [update[5] for update in poll.updates if update[0] == 4] == [str(number)]
        delays.append(poll.answered_at - began)
    assert statistics.median(delays) < 0.4, "this was the patrol, which looks once a second"
    poll = reader.poll()
    while poll.is_alive():  # on a busy machine the first may come before the poll waits
        writer.call("messages.setActivity", peer_id=1, type="typing")
        poll.join(0.5)
    assert poll.updates, "typing is told and not written down: nobody finds it by looking"


@SQLITE
def test_a_message_through_one_worker_wakes_who_waits_at_the_other(start: Start, visit: Visit) -> None:
    serving = start("--workers", "2")
    workers = workers_of(serving)
    token = log_in(serving)
    for writing, waiting in (workers, workers[::-1]):
        check_wakes(visit(serving, token, writing, workers), visit(serving, serving.token, waiting, workers))
    dead, alive = workers
    dead.kill()
    workers = workers_of(serving, 3)
    (fresh,) = [worker for worker in workers if worker != alive]
    check_wakes(visit(serving, token, alive, workers), visit(serving, serving.token, fresh, workers))
    check_wakes(visit(serving, token, fresh, workers), visit(serving, serving.token, alive, workers))
    assert serving.stop() == 0


async def gather_crowd(
    stack: AsyncExitStack, workers: list[psutil.Process], crowd: Crowd
) -> list[asyncio.Task[None]]:
    """Let as many begin to write at each worker."""
    writing = []
    for worker in workers:
        with only(worker, workers):
            for _ in range(WRITERS):
                client = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1))
                await stack.enter_async_context(client)
                async with client.get(f"{crowd.url}/livez") as response:
                    assert response.status == 200
                writing.append(asyncio.create_task(crowd.write(client)))
    return writing


@SQLITE
async def test_nothing_answered_is_lost_when_a_worker_is_killed(start: Start) -> None:
    serving = await asyncio.to_thread(start, "--workers", "2")
    crowd = Crowd(serving.token, WRITES)
    crowd.url = serving.url
    async with aiohttp.ClientSession() as client:
        async with AsyncExitStack() as stack:
            workers = await asyncio.to_thread(workers_of, serving)
            writing = await gather_crowd(stack, workers, crowd)
            crowd.is_open.set()
            while crowd.acknowledged < WRITES // 3:  # noqa: ASYNC110  # twelve writers count, one looks
                await asyncio.sleep(0.01)
            workers[0].kill()
            await asyncio.gather(*writing)
        messages, posts = await read_all(client, crowd)
    check(crowd, messages, posts)
    await asyncio.to_thread(workers_of, serving, 3)
    checking = [str(DVOR), "database", "check", "--data", str(serving.folder / "data")]
    done = await asyncio.to_thread(subprocess.run, checking, capture_output=True, text=True, check=False)
    assert "all is well" in done.stdout, done.stdout
    assert await asyncio.to_thread(serving.stop) == 0


def test_workers_do_not_outlive_their_parent(start: Start, visit: Visit, engine: str) -> None:
    serving = start("--workers", "2")
    stuck, other = workers = workers_of(serving)
    poll = visit(serving, serving.token, other, workers).poll()
    stuck.suspend()
    serving.kill()
    other.wait(10)
    poll.join()
    assert poll.updates == []
    if engine == "sqlite":
        command = [str(DVOR), "serve", "--port", "0", "--data", str(serving.folder / "data")]
        second = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert second.returncode == 1
        assert "another process serves" in second.stderr, "one worker is left"
    stuck.resume()
    stuck.wait(10)
    serving.start()
    workers_of(serving, 4)
    assert httpx.get(f"{serving.url}/readyz", timeout=SECONDS).status_code == 200
    assert serving.stop() == 0
