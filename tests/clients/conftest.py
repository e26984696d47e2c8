"""A demo community over https, and unmodified clients that visit it as processes of their own."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.postgresql import PostgreSQL
from tests.serving import Serving

SESSIONS = Path(__file__).parent / "sessions"
Visit = Callable[[str], str]


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def demo(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A running demo community on each engine."""
    url = None
    if request.param == "postgresql":
        server: PostgreSQL = request.getfixturevalue("postgresql")
        url = server.create_database("clients")
    demo = Serving(tmp_path_factory.mktemp("demo"), "--tls", "--port", "0", database=url)
    demo.start()
    yield demo
    demo.stop()


@pytest.fixture
def visit(demo: Serving) -> Visit:
    """Run a session of a client against the community; it must end well and say so."""

    def run(name: str) -> str:
        environment = os.environ | {
            "SSL_CERT_FILE": str(demo.authority),
            "REQUESTS_CA_BUNDLE": str(demo.authority),
            "DVOR_FACTS": str(demo.summary),
            "PYTHONPATH": str(SESSIONS),
        }
        command = [sys.executable, str(SESSIONS / f"{name}.py")]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=100, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run
