"""The safeguards of the test run itself: the guard of sockets, the PostgreSQL that survives a kill, forked servers."""

import os
import signal
import socket
import subprocess
import warnings
from pathlib import Path

import asyncpg
import psutil
import pytest

from tests.forking import fork
from tests.loopback import OutsideThisMachine, is_loopback


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.8.9.10", "::1", "localhost", "dvor.localhost", None, b"localhost"]
)
def test_loopback_is_this_machine(host) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["", "0.0.0.0", "::", "10.0.0.1", "192.0.2.1", "example.com", "localhost.example.com"]
)
def test_elsewhere_is_not(host) -> None:
    assert not is_loopback(host)


def test_sockets_stay_on_this_machine() -> None:
    with socket.socket() as listener, socket.socket() as caller:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        caller.connect(listener.getsockname())
        with pytest.raises(OutsideThisMachine):
            caller.connect(("192.0.2.1", 80))
    with socket.socket() as other, pytest.raises(OutsideThisMachine):
        other.bind(("0.0.0.0", 0))
    with pytest.raises(OutsideThisMachine):
        socket.getaddrinfo("example.com", 80)


def test_warnings_are_errors() -> None:
    with pytest.raises(UserWarning, match="heard"):
        warnings.warn("heard", UserWarning, stacklevel=1)


@pytest.mark.postgresql
async def test_postgresql_keeps_what_was_committed_before_a_kill(durable_postgresql) -> None:
    url = durable_postgresql.create_database("kept")
    connection = await asyncpg.connect(url)
    await connection.execute(
        "CREATE TABLE kept (number integer); INSERT INTO kept SELECT generate_series(1, 1000)"
    )
    durable_postgresql.kill()
    connection.terminate()
    durable_postgresql.start()
    connection = await asyncpg.connect(durable_postgresql.socket_url("kept"))
    assert await connection.fetchval("SELECT count(*) FROM kept") == 1000
    await connection.close()


@pytest.mark.postgresql
def test_databases_are_copied_from_a_template(postgresql) -> None:
    postgresql.create_database("pattern")
    postgresql.run_sql("CREATE TABLE kept AS SELECT 7 AS number", database="pattern")
    postgresql.create_database("copied", template="pattern")
    assert postgresql.run_sql("SELECT number FROM kept", database="copied") == "7"
    postgresql.drop_database("copied")
    postgresql.drop_database("pattern")


@pytest.mark.postgresql
def test_postgresql_folds_and_parts_russian_words(postgresql) -> None:
    assert (
        postgresql.run_sql("SELECT lower('ПРИВЕТ'), to_tsvector('simple', 'Привет, мир')")
        == "привет|'мир':2 'привет':1"
    )


async def test_engine_has_an_empty_database(engine, database_url) -> None:
    if engine == "sqlite":
        assert database_url is None
        return
    connection = await asyncpg.connect(database_url)
    assert await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
    await connection.close()


def test_a_forked_program_is_a_process_of_its_own(tmp_path: Path) -> None:
    program, log = tmp_path / "program", tmp_path / "log"
    program.write_text("import os, sys\nprint(sys.argv[1], os.environ['WORD'], __name__)\nsys.exit(3)\n")
    forked = fork([str(program), "first"], log, {"WORD": "second"})
    assert forked.pid != os.getpid()
    assert forked.wait(60) == forked.poll() == 3
    assert log.read_text() == "first second __main__\n"
    program.write_text("import time\ntime.sleep(60)\n")
    forked = fork([str(program)], log, {})
    with pytest.raises(subprocess.TimeoutExpired):
        forked.wait(0.01)
    assert forked.poll() is None
    forked.send_signal(signal.SIGKILL)
    assert forked.wait(60) == -signal.SIGKILL


def test_a_forked_program_ends_with_the_tests(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("import time\ntime.sleep(60)\n")
    forked = fork([str(program)], tmp_path / "log", {})
    process = psutil.Process(forked.pid)
    forked._answers.close()
    forked._keeper.close()
    process.wait(30)
