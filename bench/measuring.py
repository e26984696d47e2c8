"""Measuring the cases: Dvor, a constant answer of the same size and the bare SQL, in turns; the median of the turns."""

import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import argon2
from msgspec import Struct

from bench.cases import CASES, CPU_AIM, POSTGRESQL_AIM, TOKEN_AIM, Case, Community
from bench.community import Template, start_postgresql
from bench.load import press
from bench.processes import CORES, Server, constant, dvor
from bench.profiled import Profile, profile
from bench.recording import RecordedCall, record
from bench.replaying import Replay, replay_postgresql, replay_sqlite
from dvor.cli.cast import PASSWORD
from dvor.core.accounts import MEMORY_KIB
from dvor.core.population import Population
from dvor.store.sqlite import FILE_NAME
from tests.postgresql import PostgreSQL

ROUNDS = 3
SECONDS, FLOOR_SECONDS, TOKEN_SECONDS = 2, 1, 4
CHANGES, READS = 320, 64
"""Calls recorded for one turn of a case that changes something, and for all turns of one that reads."""
READ_TIMES = {"sqlite": 4, "postgresql": 15}
"""How often the recorded calls that only read are replayed in one turn."""
PATHS = 2000
LIKES = 20_000
"""Addresses for one turn of a case; a changing one must not begin anew within it."""
POPULATION = Population(users=1000, posts=10_400, seed=1)
COUNTER = re.compile(r'^dvor_calls_total\{[^}]*outcome="(?:refused|failed)"[^}]*\} (\S+)$', re.MULTILINE)


class Turn(Struct, frozen=True):
    """Answers a second, and the seconds of processor time of one."""

    rate: float
    cpu: float


class Figures(Struct):
    """A case measured; `aim` in answers a second; `profile` only where it falls short."""

    name: str
    openvk: str
    aim: float
    size: float
    own: Turn
    floor: Turn
    sql: Turn
    profile: Profile | None = None

    @property
    def ratio(self) -> float:
        """Return processor time in times of the floors together."""
        return self.own.cpu / (self.floor.cpu + self.sql.cpu)

    @property
    def is_short(self) -> bool:
        """Say whether it does not do what was aimed at."""
        return self.own.rate < self.aim or self.ratio >= CPU_AIM


class EngineFigures(Struct):
    """All cases on one engine."""

    engine: str
    workers: int
    cases: list[Figures]


class TokenFigures(Struct):
    """`/token` on one engine, beside the hashing of a password on all cores and nothing else."""

    engine: str
    own: Turn
    hashing: Turn

    @property
    def share(self) -> float:
        """Return the part of what the cores can do."""
        return self.own.rate / self.hashing.rate

    @property
    def is_short(self) -> bool:
        """Say whether it does not do what was aimed at."""
        return self.share < TOKEN_AIM


@contextmanager
def database_server(engine: str) -> Iterator[PostgreSQL | None]:
    """Run a PostgreSQL if that is the engine."""
    server = start_postgresql() if engine == "postgresql" else None
    try:
        yield server
    finally:
        if server:
            server.stop()


def process_id_of(server: PostgreSQL | None) -> int | None:
    """Return the first process of a PostgreSQL."""
    return int((server.data / "postmaster.pid").read_text().split()[0]) if server else None


def say(text: str) -> None:
    """Tell who waits how far it is."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def measure_engine(folder: Path, engine: str) -> tuple[EngineFigures, TokenFigures]:
    """Measure everything on one engine, with as many workers as there are cores."""
    with database_server(engine) as database:
        template = Template(folder, f"bench_{engine}", database)
        community = template.make(POPULATION)
        recorded = record(template.copy("record"), {case.name: _recorded(case, community) for case in CASES})
        replay = _make_replay(template, database)
        found = EngineFigures(engine, CORES, [])
        with dvor(template.copy("serve"), CORES, process_id_of(database)) as server:
            with constant(CORES) as floor:
                for case in CASES:
                    found.cases.append(
                        _measure_case(case, community, server, floor, recorded[case.name], replay, engine)
                    )
            tokens = _measure_tokens(server, community, engine)
        short = {case.name: case for case in found.cases if case.is_short}
        series = {
            case.name: list(case.paths(community, 0, LIKES if case.writes else PATHS))
            for case in CASES
            if case.name in short
        }
        for name, seen in profile(template.copy("profile"), series).items():
            short[name].profile = seen
        return found, tokens


def _recorded(case: Case, community: Community) -> list[str]:
    return list(case.paths(community, 0, CHANGES * ROUNDS if case.writes else READS))


def _make_replay(
    template: Template, database: PostgreSQL | None
) -> Callable[[list[RecordedCall], int], Replay]:
    """Return what runs the SQL of calls, so many times, on a community in the state they were recorded in."""
    settings = template.copy("replay")
    if database is None:
        return lambda calls, times: replay_sqlite(settings.data / FILE_NAME, calls, times)
    name = (settings.database or "").rpartition("/")[2]
    process_id = process_id_of(database) or 0
    return lambda calls, times: replay_postgresql(database, process_id, name, calls, times)


def _measure_case(
    case: Case,
    community: Community,
    server: Server,
    floor: Server,
    recorded: list[RecordedCall],
    replay: Callable[[list[RecordedCall], int], Replay],
    engine: str,
) -> Figures:
    size = statistics.mean(call.size for call in recorded)
    own, bare, sql = [], [], []
    count = LIKES if case.writes else PATHS
    press(server.url, case.paths(community, 0, PATHS), 1)  # every statement is prepared, every page read
    for number in range(ROUNDS):
        paths = list(case.paths(community, (number + 1) * count, count))
        refused = _count_refused(server)
        own.append(_turn(server, paths, SECONDS))
        if (more := _count_refused(server)) > refused:
            raise RuntimeError(f"{case.name}: {more - refused} calls were refused")
        bare.append(_turn(floor, [f"/{size:.0f}"], FLOOR_SECONDS))
        chunk = recorded[number * CHANGES : (number + 1) * CHANGES] if case.writes else recorded
        done = replay(chunk, 1 if case.writes else READ_TIMES[engine])
        sql.append(Turn(done.rate, done.cpu))
    aim = case.aim * (POSTGRESQL_AIM if engine == "postgresql" else 1)
    found = Figures(case.name, case.openvk, aim, size, _median(own), _median(bare), _median(sql))
    say(
        f"{engine:10} {case.name:28} {found.own.rate:7.0f}/s of {aim:5.0f}, processor time ×{found.ratio:.1f}"
    )
    return found


def _turn(server: Server, paths: list[str], seconds: int) -> Turn:
    before = server.cpu()
    load = press(server.url, paths, seconds)
    return Turn(load.rate, (server.cpu() - before) / load.requests)


def _median(turns: list[Turn]) -> Turn:
    return Turn(statistics.median(turn.rate for turn in turns), statistics.median(turn.cpu for turn in turns))


def _count_refused(server: Server) -> float:
    with urlopen(f"{server.url}/metrics") as answer:
        return sum(float(match[1]) for match in COUNTER.finditer(answer.read().decode()))


def _measure_tokens(server: Server, community: Community, engine: str) -> TokenFigures:
    ids = [user_id for user_id, _ in community.tokens]
    paths = [f"/token?grant_type=password&username=user{one}@dvor.example&password={PASSWORD}" for one in ids]
    own, hashing = [], []
    for _ in range(ROUNDS):
        own.append(_turn(server, paths, TOKEN_SECONDS))
        hashing.append(_hash_everywhere())
    found = TokenFigures(engine, _median(own), _median(hashing))
    say(f"{engine:10} /token {found.own.rate:7.1f}/s, {found.share:.0%} of what the cores can hash")
    return found


def _hash_everywhere() -> Turn:
    """Return how many passwords a second all cores can check with argon2 when they do nothing else."""
    hasher = argon2.PasswordHasher(time_cost=2, memory_cost=MEMORY_KIB, parallelism=1)
    kept = hasher.hash(PASSWORD)
    end = time.perf_counter() + TOKEN_SECONDS / 2

    def check() -> int:
        count = 0
        while time.perf_counter() < end:
            hasher.verify(kept, PASSWORD)
            count += 1
        return count

    started, begun = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(CORES) as threads:
        count = sum(one.result() for one in [threads.submit(check) for _ in range(CORES)])
    return Turn(count / (time.perf_counter() - started), (time.process_time() - begun) / count)
