"""A server of a test's own on each engine."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.postgresql import PostgreSQL
from tests.serving import Serving

Start = Callable[..., Serving]


@pytest.fixture
def start(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Start]:
    """Start a demo community that keeps its data from one start to the next; flags are added to the command."""
    url = None
    if engine == "postgresql":
        server: PostgreSQL = request.getfixturevalue("durable_postgresql")
        url = server.create_database("served")
    started: list[Serving] = []

    def run(*flags: str) -> Serving:
        serving = Serving(tmp_path / "served", "--port", "0", *flags, database=url)
        started.append(serving)
        serving.start()
        return serving

    yield run
    for serving in started:
        if serving.process is not None and serving.process.poll() is None:
            serving.kill()
