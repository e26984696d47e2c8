"""Metrics: what is counted is what Prometheus reads, in one process and in several."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from dvor.server import health


def samples(text: bytes) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def labels(**pairs: str) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(pairs.items()))


def test_calls_are_counted_by_dialect_method_and_outcome() -> None:
    ok = ("dvor_calls_total", labels(dialect="vk", method="users.get", outcome="ok"))
    refused = ("dvor_calls_total", labels(dialect="vk", method="users.get", outcome="refused"))
    count = ("dvor_call_seconds_count", labels(dialect="vk", method="users.get"))
    total = ("dvor_call_seconds_sum", labels(dialect="vk", method="users.get"))
    quick = ("dvor_call_seconds_bucket", labels(dialect="vk", method="users.get", le="0.001"))
    before = samples(health.render_metrics())
    health.count_call("vk", "users.get", "ok", 0.0005)
    health.count_call("vk", "users.get", "ok", 0.25)
    health.count_call("vk", "users.get", "refused", 0.0005)
    after = samples(health.render_metrics())
    assert [after[each] - before.get(each, 0) for each in (ok, refused, count, quick)] == [2, 1, 3, 2]
    assert after[total] - before.get(total, 0) == pytest.approx(0.251)
    assert ("process_resident_memory_bytes", ()) in after
    assert health.METRICS_TYPE.startswith("text/plain")


def test_a_poll_is_counted_while_it_waits_and_no_longer() -> None:
    waiting = ("dvor_waiting_polls", ())
    before = samples(health.render_metrics())[waiting]
    with health.waiting_poll(), health.waiting_poll():
        assert samples(health.render_metrics())[waiting] == before + 2
    with pytest.raises(TimeoutError), health.waiting_poll():
        raise TimeoutError
    assert samples(health.render_metrics())[waiting] == before


WORKER = """
import sys
from dvor.server import health
health.count_call("vk", "wall.get", "ok", 0.01)
poll = health.waiting_poll()
poll.__enter__()
print("counted", flush=True)
if sys.stdin.readline() == "render\\n":
    sys.stdout.buffer.write(health.render_metrics())
"""


def start_worker() -> subprocess.Popen[bytes]:
    worker = subprocess.Popen([sys.executable, "-c", WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert worker.stdout is not None
    assert worker.stdout.readline() == b"counted\n"
    return worker


def test_several_workers_add_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "metrics"
    folder.mkdir()
    (folder / "counter_1.db").write_bytes(b"left by an earlier run")
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "unset afterwards")
    health.prepare_worker_metrics(folder)
    assert os.environ["PROMETHEUS_MULTIPROC_DIR"] == str(folder)
    assert list(folder.iterdir()) == []
    killed, asked, idle = (start_worker() for _ in range(3))
    try:
        killed.kill()
        killed.communicate()
        health.forget_worker(killed.pid)
        text, _ = asked.communicate(b"render\n")
        found = samples(text)
        # The dead worker's calls happened; its polls wait no more.
        assert found[("dvor_calls_total", labels(dialect="vk", method="wall.get", outcome="ok"))] == 3
        assert found[("dvor_call_seconds_count", labels(dialect="vk", method="wall.get"))] == 3
        assert found[("dvor_waiting_polls", ())] == 2
        # The parent counts nothing itself, but can render.
        assert b"dvor_calls_total" in health.render_metrics()
    finally:
        for worker in (killed, asked, idle):
            worker.kill()
            worker.communicate()
