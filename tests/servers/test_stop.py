"""Starting, stopping and looking after a real server."""

import json
import signal
import subprocess
import threading
import time
from pathlib import Path

import httpx
import pytest

from tests.servers.conftest import Start
from tests.serving import DVOR, Serving

PASSWORD = "courtyard"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_answers_those_who_wait(start: Start, number: int) -> None:
    serving = start()
    asked = {"access_token": serving.token, "v": "5.199"}
    server = httpx.get(f"{serving.url}/method/messages.getLongPollServer", params=asked).json()["response"]
    answers = []

    def poll() -> None:
        params = {"act": "a_check", "key": server["key"], "ts": server["ts"], "wait": 60, "version": 3}
        answers.append(httpx.get(f"http://{server['server']}", params=params, timeout=70).json())

    waiting = threading.Thread(target=poll)
    waiting.start()
    while "dvor_waiting_polls 1.0" not in httpx.get(f"{serving.url}/metrics").text:
        time.sleep(0.05)
    started = time.monotonic()
    assert serving.stop(number) == 0
    waiting.join()
    assert answers == [{"ts": server["ts"], "updates": []}]
    assert time.monotonic() - started < 20, "it waited for the poll's minute"


@pytest.mark.parametrize("seconds", [0.5, 2.0])
def test_a_stop_right_at_the_start_is_heard(tmp_path: Path, seconds: float) -> None:
    serving = Serving(tmp_path)
    command = [str(DVOR), "demo", "--data", str(tmp_path / "data"), "--port", "0"]
    serving.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    # before Dvor has put its own handlers in place the signal ends the process by itself
    assert serving.stop() in (0, -signal.SIGTERM)


def test_health_and_logs(start: Start) -> None:
    serving = start()
    assert httpx.get(f"{serving.url}/livez").json() == {"status": "live"}
    assert httpx.get(f"{serving.url}/readyz").json() == {"status": "ready"}
    asked = {"grant_type": "password", "username": "anna@dvor.example", "password": PASSWORD}
    token = httpx.get(f"{serving.url}/token", params=asked).json()["access_token"]
    answer = httpx.get(f"{serving.url}/method/users.get", params={"access_token": token, "v": "5.199"})
    assert len(answer.headers["x-request-id"]) == 16
    httpx.get(f"{serving.url}/method/friends.add", params={"user_id": "x", "access_token": token})
    metrics = httpx.get(f"{serving.url}/metrics").text
    assert 'dvor_calls_total{dialect="vk",method="users.get",outcome="ok"} 1.0' in metrics
    assert 'method="friends.add",outcome="refused"' in metrics
    assert httpx.get(f"{serving.url}/").headers["content-type"].startswith("text/html")
    assert httpx.get(f"{serving.url}/zzz").json() == {"error": "not_found"}
    assert httpx.get(f"{serving.url}/openapi.json").json()["openapi"] == "3.1.0"
    assert serving.stop() == 0
    lines = serving.log.read_text().splitlines()
    told = [json.loads(line) for line in lines if line.startswith("{")]
    assert {"serving", "stopped"} <= {line["event"] for line in told}
    for line in lines:
        if line.startswith("{"):
            assert token not in line
            assert PASSWORD not in line


def test_a_data_folder_is_served_by_one(tmp_path: Path) -> None:
    serving = Serving(tmp_path / "served", "--port", "0", is_fresh=True)
    serving.start()
    try:
        command = [str(DVOR), "serve", "--port", "0", "--data", str(tmp_path / "served" / "data")]
        second = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert second.returncode == 1
        assert "another process serves" in second.stderr
        assert "Traceback" not in second.stderr
        port = serving.url.rpartition(":")[2]
        command = [str(DVOR), "serve", "--port", port, "--data", str(tmp_path / "other")]
        third = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert third.returncode == 1
        assert "cannot listen" in third.stderr
    finally:
        assert serving.stop() == 0


@pytest.mark.parametrize("engine", [pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_several_workers_are_one_server(start: Start) -> None:
    serving = start("--workers", "2")
    asked = {"access_token": serving.token, "v": "5.199"}
    deadline = time.monotonic() + 30
    while True:
        try:
            if httpx.get(f"{serving.url}/readyz").status_code == 200:
                break
        except httpx.HTTPError:
            assert time.monotonic() < deadline
        time.sleep(0.2)
    boris = {"grant_type": "password", "username": "boris@dvor.example", "password": PASSWORD}
    token = httpx.post(f"{serving.url}/token", data=boris).json()["access_token"]
    for number in range(10):  # each request is a new connection, which either worker may take
        server = httpx.get(f"{serving.url}/method/messages.getLongPollServer", params=asked).json()[
            "response"
        ]
        message = {"access_token": token, "v": "5.199", "peer_id": 1, "message": str(number), "random_id": 0}
        writing = threading.Timer(
            0.3, httpx.post, (f"{serving.url}/method/messages.send",), {"data": message}
        )
        writing.start()
        params = {"act": "a_check", "key": server["key"], "ts": server["ts"], "wait": 20, "version": 3}
        answer = httpx.get(f"http://{server['server']}", params=params, timeout=30).json()
        assert [update[5] for update in answer["updates"] if update[0] == 4] == [str(number)]
        writing.join()
    assert "dvor_calls_total" in httpx.get(f"{serving.url}/metrics").text
    assert serving.stop() == 0
