"""A demo community over https, and unmodified clients that visit it as processes of their own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.postgresql import PostgreSQL
from tests.serving import Serving

SESSIONS = Path(__file__).parent / "sessions"
REQUIREMENTS = Path(__file__).parents[2] / "requirements"
NODE = Path(__file__).parent / "node"
INSTALLED = Path(sys.prefix) / "node-clients"
"""Beside the Python packages, so that no walk through the repository meets them."""
Visit = Callable[..., str]


@pytest.fixture(scope="session")
def demo_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A running demo community on SQLite."""
    yield from serve(tmp_path_factory, None)


@pytest.fixture(scope="session")
def demo_postgresql(tmp_path_factory: pytest.TempPathFactory, postgresql: PostgreSQL) -> Iterator[Serving]:
    """A running demo community on PostgreSQL."""
    yield from serve(tmp_path_factory, postgresql.create_database("clients"))


def serve(tmp_path_factory: pytest.TempPathFactory, url: str | None) -> Iterator[Serving]:
    """Serve for all clients, who come from one address: nothing is to limit their log-ins."""
    flags = ("--tls", "--port", "0", "--outbound-private", "--log-in-limit", "0")
    demo = Serving(tmp_path_factory.mktemp("demo"), *flags, database=url)
    demo.start()
    yield demo
    demo.stop()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def demo(request: pytest.FixtureRequest) -> Serving:
    """The running demo community of each engine; whatever order the tests are run in, it is started once."""
    demo: Serving = request.getfixturevalue(f"demo_{request.param}")
    return demo


@pytest.fixture(scope="session")
def node_clients() -> Path:
    """The pinned clients for Node.js, installed once by npm, with the programs that use them."""
    lock, stamp = NODE / "package-lock.json", INSTALLED / "installed"
    if not stamp.exists() or stamp.read_bytes() != lock.read_bytes():
        shutil.rmtree(INSTALLED, ignore_errors=True)
        shutil.copytree(NODE, INSTALLED)
        command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        done = subprocess.run(
            command, cwd=INSTALLED, capture_output=True, text=True, timeout=110, check=False
        )
        assert done.returncode == 0, done.stderr
        stamp.write_bytes(lock.read_bytes())
    for program in NODE.glob("*.mjs"):
        shutil.copyfile(program, INSTALLED / program.name)
    return INSTALLED


@pytest.fixture(scope="session")
def packages_apart() -> Callable[[str], Path]:
    """Packages that do not go together with the tests' own, installed once by pip into a folder of their own."""

    def install(name: str) -> Path:
        pins, folder = REQUIREMENTS / f"{name}.txt", Path(sys.prefix) / "clients-apart" / name
        stamp = folder / "installed"
        if not stamp.exists() or stamp.read_bytes() != pins.read_bytes():
            shutil.rmtree(folder, ignore_errors=True)
            command = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
            command += ["--require-hashes", "--target", str(folder), "-r", str(pins)]
            done = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
            assert done.returncode == 0, done.stderr
            stamp.write_bytes(pins.read_bytes())
        return folder

    return install


@pytest.fixture
def visit(demo: Serving, tmp_path: Path) -> Visit:
    """Run a session of a client against the community; it must end well and say so."""
    return partial(run_session, demo, tmp_path)


@pytest.fixture
def visit_with_trials(tmp_path: Path) -> Iterator[Visit]:
    """The same, against a community that asks for captchas and refuses calls on purpose."""
    trials = ("--trial-errors", "status.set=14,status.get=6")
    demo = Serving(tmp_path / "demo", "--tls", "--port", "0", *trials)
    demo.start()
    yield partial(run_session, demo, tmp_path)
    demo.stop()


def run_session(demo: Serving, folder: Path, name: str, *program: str, packages: Path | None = None) -> str:
    """Run a program, by default the session `NAME.py`, as a process of its own; return what it printed."""
    environment = os.environ | {
        "SSL_CERT_FILE": str(demo.authority),
        "NODE_EXTRA_CA_CERTS": str(demo.authority),
        "REQUESTS_CA_BUNDLE": str(demo.authority),
        "DVOR_FACTS": str(demo.summary),
        "PYTHONPATH": os.pathsep.join(map(str, filter(None, [SESSIONS, packages]))),
    }
    command = program or (sys.executable, str(SESSIONS / f"{name}.py"))
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
