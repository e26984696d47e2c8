"""The other floor: the SQL of recorded calls straight on the database, without Dvor."""

import contextlib
import os
import re
import sqlite3
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from bench.load import CONNECTIONS
from bench.processes import cpu_of
from bench.recording import Deed, RecordedCall, Step
from dvor.store.sqlite import connect
from tests.postgresql import PostgreSQL

LATENCY = re.compile(r"latency average = ([\d.]+) ms")
CLIENTS = 8
"""Programs that ask PostgreSQL at once: as many as one worker has connections."""
BEGIN = {
    False: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;",
    True: "BEGIN ISOLATION LEVEL READ COMMITTED;",
}


class Replay(Struct, frozen=True):
    """Calls' SQL a second, and its processor time in seconds a call."""

    rate: float
    cpu: float


def replay_sqlite(path: Path, calls: Sequence[RecordedCall], times: int) -> Replay:
    """Run the SQL in this process on raw connections; as many writes share a COMMIT as there are clients."""
    with (
        contextlib.closing(connect(path, query_only=True)) as reader,
        contextlib.closing(connect(path, query_only=False)) as writer,
    ):
        started, begun = time.perf_counter(), time.process_time()
        for _ in range(times):
            for start in range(0, len(calls), CONNECTIONS):
                _run_batch(reader, writer, calls[start : start + CONNECTIONS])
        count = times * len(calls)
        return Replay(count / (time.perf_counter() - started), (time.process_time() - begun) / count)


def _run_batch(reader: sqlite3.Connection, writer: sqlite3.Connection, calls: Sequence[RecordedCall]) -> None:
    writing = []
    for call in calls:
        for deed in call.deeds:
            if deed.writes:
                writing.append(deed)
                continue
            reader.execute("BEGIN")
            _run_steps(reader, deed)
            reader.execute("COMMIT")
    if writing:
        writer.execute("BEGIN IMMEDIATE")
        for deed in writing:
            writer.execute("SAVEPOINT work")
            _run_steps(writer, deed)
            writer.execute("RELEASE work")
        writer.execute("COMMIT")


def _run_steps(connection: sqlite3.Connection, deed: Deed) -> None:
    for step in deed.steps:
        if len(step.arguments) == 1:
            connection.execute(step.sql, step.arguments[0]).fetchall()
        else:
            connection.executemany(step.sql, step.arguments)


class PgbenchFailed(RuntimeError):
    """pgbench did not run all it was given."""


def replay_postgresql(
    server: PostgreSQL, server_id: int, database: str, calls: Sequence[RecordedCall], times: int
) -> Replay:
    """Run the SQL by several `pgbench` at once, each with its share of the calls, prepared once."""
    scripts = []
    for number in range(CLIENTS):
        script = server.folder / f"replay-{number}.sql"
        script.write_text("".join(_script(calls[number::CLIENTS], times)), encoding="utf-8")
        scripts.append(script)
    parsing = sum(
        _pgbench(server, server_id, "nothing", scripts).own_cpu
    )  # it stops after reading its script
    done = _pgbench(server, server_id, database, scripts)
    counts = [times * len(calls[number::CLIENTS]) for number in range(CLIENTS)]
    rate = sum(count / seconds for count, seconds in zip(counts, done.seconds, strict=True))
    return Replay(rate, (done.server_cpu + max(0.0, sum(done.own_cpu) - parsing)) / sum(counts))


class _Done(Struct):
    """What several pgbench took: each one's time, each one's processor time, and the server's."""

    seconds: list[float]
    own_cpu: list[float]
    server_cpu: float


def _pgbench(server: PostgreSQL, server_id: int, database: str, scripts: Sequence[Path]) -> _Done:
    program = server.programs / "pgbench"
    command = [str(program), "--no-vacuum", "--client=1", "--transactions=1", "--username=postgres",
               f"--host={server.folder}", f"--port={server.port}"]  # fmt: skip
    before = cpu_of(server_id)
    running = [
        subprocess.Popen(
            [*command, f"--file={script}", database],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for script in scripts
    ]
    done = _Done([], [], 0.0)
    for process in running:
        assert process.stdout is not None
        assert process.stderr is not None
        output, complaint = process.stdout.read(), process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if database != "nothing":
            found = LATENCY.search(output)
            if process.returncode or found is None:
                raise PgbenchFailed(f"{output}\n{complaint}"[:3000])
            done.seconds.append(float(found[1]) / 1000)
        done.own_cpu.append(usage.ru_utime + usage.ru_stime)
    done.server_cpu = cpu_of(server_id) - before
    return done


def _script(calls: Sequence[RecordedCall], times: int) -> Iterator[str]:
    names: dict[str, str] = {}
    for step in (step for call in calls for deed in call.deeds for step in deed.steps):
        if step.sql not in names:
            names[step.sql] = f"statement_{len(names)}"
            yield f"PREPARE {names[step.sql]} AS {step.sql};\n"
    for _ in range(times):
        for deed in (deed for call in calls for deed in call.deeds):
            yield f"{BEGIN[deed.writes]}\n"
            for step in deed.steps:
                yield from _executions(names[step.sql], step)
            yield "COMMIT;\n"


def _executions(name: str, step: Step) -> Iterator[str]:
    for arguments in step.arguments:
        given = f"({', '.join(map(_literal, arguments))})" if arguments else ""
        yield f"EXECUTE {name}{given};\n"


def _literal(value: Any) -> str:
    """Return a value as SQL; whatever is no number is a text, whose type the statement knows."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, bytes):
        return f"'\\x{value.hex()}'"
    if isinstance(value, list | tuple):
        parts = (f'"{part}"' if isinstance(part, str) else str(part) for part in value)
        return f"'{{{','.join(parts)}}}'"
    return "'" + str(value).replace("'", "''") + "'"
