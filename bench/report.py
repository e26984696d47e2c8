"""Writing the report: sections in plain words, each of one measurement; what was not measured this time stays as it was."""

import platform
import re
from datetime import UTC, datetime
from pathlib import Path

from bench.cases import CPU_AIM, TOKEN_AIM, TOKEN_OPENVK
from bench.load import CONNECTIONS, describe_generator
from bench.measuring import EngineFigures, Figures, TokenFigures
from bench.polls import CLIENTS, PollFigures
from bench.processes import CORES
from bench.profiled import Profile
from bench.replaying import CLIENTS as PGBENCHES
from bench.size import RATIO_AIM, Growth

REPORT = Path(__file__).parent.parent / "docs" / "reports" / "bench.md"
ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
SECTION = re.compile(r"^## ", re.MULTILINE)
MEMORY_AIM, WAKE_AIM, EVERYBODY_AIM = 150, 0.020, 0.6
ORDER = (
    "Calls on SQLite",
    "Calls on PostgreSQL",
    "What falls short on SQLite",
    "What falls short on PostgreSQL",
    "Log-ins on SQLite",
    "Log-ins on PostgreSQL",
    "Idle long polls",
    "A hundred times as many people on SQLite",
    "A hundred times as many people on PostgreSQL",
)

Sections = dict[str, str]


def introduction() -> str:
    """Return how it was measured."""
    return f"""# What a request costs

Written by `make bench` on a machine of {CORES} cores ({platform.machine()}, Python {platform.python_version()}); servers, databases and the load are all on it.
The load comes from {describe_generator()} over {CONNECTIONS} connections. The community has 1,000 people with 20 friends each, 10,400 posts, 31,600 likes
and some 6,700 messages; 32 of the people call, each with more than 20 conversations and 20 messages in one. Nothing is cached between calls.

Everything stands beside two floors, measured in the same run and in turns with it (Dvor, floor, SQL, three times over; the median counts):

- **constant**: an answer of the same size from the same HTTP server (uvicorn, uvloop, httptools), in as many workers, that does nothing else;
- **SQL**: the statements that these calls really ran, recorded, and run with the same arguments without Dvor: on SQLite on bare connections in one process
  (so that reads there have one core, and Dvor all of them), {CONNECTIONS} writes to a COMMIT; on PostgreSQL by {PGBENCHES} `pgbench -f` at once, the statements prepared.

*CPU* is processor time: of all processes of the server, the database's with them, for one call (for SQL by pgbench: of pgbench and the database).
*times* is Dvor's CPU divided by that of both floors together; it is to stay under {CPU_AIM:.0f}. OpenVK's figures are those of the real one on 2 cores, the second with
indexes that its own schema lacks. What is aimed at is meant for a quiet machine.
"""


def draw_calls(found: EngineFigures, surroundings: str) -> str:
    """Return the table of an engine's cases."""
    workers = "one worker" if found.workers == 1 else f"{found.workers} workers"
    rows = [
        f"| {one.name} | {one.openvk} | {one.aim:,.0f} | {_mark(one.own.rate, one.own.rate >= one.aim)} "
        f"| {one.own.rate / one.floor.rate:.0%} | {one.own.rate / one.sql.rate:.0%} | {one.own.cpu * 1e6:,.0f} "
        f"| {one.floor.cpu * 1e6:,.0f} | {one.sql.cpu * 1e6:,.0f} | {_bold(f'{one.ratio:.1f}', one.ratio < CPU_AIM)} |"
        for one in found.cases
    ]
    return "\n".join(
        [
            f"{_when()}, {workers}. {surroundings} Rates are answers a second, CPU is microseconds a call; what falls short is **bold**.",
            "",
            "| call | OpenVK | aim | Dvor | of constant's rate | of SQL's rate | CPU | CPU constant | CPU SQL | times |",
            "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
            *rows,
            "",
        ]
    )


def draw_shortfalls(found: EngineFigures) -> str:
    """Return, for each case that falls short, why: where the time went under cProfile."""
    short = [one for one in found.cases if one.is_short]
    if not short:
        return "Nothing.\n"
    lines = [
        "Where the time of a worker goes, own time under cProfile (one worker; it makes small Python functions look dearer than they are,",
        "and does not see what PostgreSQL does in its own processes; uvicorn's `send` is mostly the writing to the socket). By module first,",
        "then the dearest functions.",
        "",
    ]
    for one in short:
        lines += [f"- **{one.name}**: {_say_short(one)}."]
        lines += _profile_lines(one.profile)
    return "\n".join([*lines, ""])


def _profile_lines(profile: Profile | None) -> list[str]:
    if profile is None:
        return []
    return [
        f"  - {', '.join(f'{name} {share:.0%}' for name, share in profile.modules)}",
        f"  - {', '.join(f'`{name}` {share:.0%}' for name, share in profile.functions)}",
    ]


def _say_short(one: Figures) -> str:
    parts = []
    if one.own.rate < one.aim:
        parts.append(f"{one.own.rate:,.0f} a second where {one.aim:,.0f} are aimed at")
    if one.ratio >= CPU_AIM:
        parts.append(
            f"{one.ratio:.1f} times the floors' processor time where under {CPU_AIM:.0f} is aimed at"
        )
    rest = one.own.cpu - one.floor.cpu - one.sql.cpu
    parts.append(f"{rest * 1e6:,.0f} µs a call are neither HTTP nor SQL")
    return "; ".join(parts)


def draw_tokens(one: TokenFigures) -> str:
    """Return the table of log-ins."""
    row = (
        f"| `/token`, {ENGINES[one.engine]} | {TOKEN_OPENVK} | {TOKEN_AIM:.0%} | {one.own.rate:.1f} | {one.hashing.rate:.1f} "
        f"| {_bold(f'{one.share:.0%}', not one.is_short)} | {one.own.cpu * 1000:.1f} | {one.hashing.cpu * 1000:.1f} |"
    )
    return "\n".join(
        [
            f"{_when()}. A log-in is the checking of a password (argon2id, 19 MiB, two passes); beside it what all cores check when they do nothing else.",
            "On a busy machine the two rates say little, since each gets another part of the cores; the processor time of both says what a log-in costs beside its hash.",
            "",
            "| | OpenVK | aim | Dvor | the cores | share | CPU ms of a log-in | CPU ms of a hash |",
            "|---|---:|---:|---:|---:|---:|---:|---:|",
            row,
            "",
        ]
    )


def draw_polls(
    bare: PollFigures,
    found: dict[str, PollFigures],
    why: tuple[Profile | None, Profile | None],
    surroundings: str,
) -> str:
    """Return the table of the long polls, and where memory and time go."""
    memory, waking = why
    each = ", ".join(
        f"{ENGINES.get(name, name)} {(one.full - one.empty) * 1024 / CLIENTS:.1f}"
        for name, one in {"bare uvicorn": bare, **found}.items()
    )
    rows = [_poll_row("bare uvicorn", bare, judged=False)]
    rows += [_poll_row(f"Dvor, {ENGINES[engine]}", one, judged=True) for engine, one in found.items()]
    return "\n".join(
        [
            f"{_when()}, {CLIENTS:,} clients on one worker. {surroundings} Each waits for events of its own user; one is woken by a message that somebody sends him,",
            "and the time runs from the sending of the call, so that writing and committing the message is in it. Then all wait for one user, and one message wakes them.",
            f"Aimed at: {MEMORY_AIM} MB in all, {WAKE_AIM * 1000:.0f} ms, {EVERYBODY_AIM} s; what falls short is **bold**.",
            "",
            "| server | MB without clients | MB in all | one woken, median ms | one woken, p99 ms | all woken, s |",
            "|---|---:|---:|---:|---:|---:|",
            *rows,
            "",
            f"Kilobytes a client: {each}. Why, on SQLite:",
            "",
            "- what Python allocates for those who wait (tracemalloc; C libraries are not in it):",
            *_profile_lines(memory),
            "- where the time goes when all are woken (cProfile):",
            *_profile_lines(waking),
            "",
        ]
    )


def _poll_row(name: str, one: PollFigures, *, judged: bool) -> str:
    memory = _bold(f"{one.full:.0f}", not judged or one.full <= MEMORY_AIM)
    p99 = _bold(f"{one.p99 * 1000:.1f}", not judged or one.p99 <= WAKE_AIM)
    everybody = _bold(f"{one.everybody:.2f}", not judged or one.everybody <= EVERYBODY_AIM)
    return f"| {name} | {one.empty:.0f} | {memory} | {one.median * 1000:.1f} | {p99} | {everybody} |"


def draw_growth(found: list[Growth], surroundings: str) -> str:
    """Return the table of the big community."""
    rows = [
        f"| {one.name} | {one.small * 1e6:,.0f} | {one.big * 1e6:,.0f} "
        f"| {_bold(f'{one.ratio:.2f}', one.ratio <= RATIO_AIM)} |"
        for one in found
    ]
    return "\n".join(
        [
            f"{_when()}, by `make bench BIG=1`. {surroundings} 100,000 people and 1,000,000 posts beside 1,000 and 10,400: the median time of a call in microseconds, one",
            f"call at a time, in turns; the ratio is the median of those of neighbouring turns. It is to be at most {RATIO_AIM}; what is above is **bold**.",
            "",
            "| call | 1,000 people | 100,000 people | ratio |",
            "|---|---:|---:|---:|",
            *rows,
            "",
        ]
    )


def write_report(measured: Sections) -> None:
    """Write the page: what was measured now, and of the last page what was not."""
    old = REPORT.read_text(encoding="utf-8") if REPORT.exists() else ""
    parts = [part.partition("\n") for part in SECTION.split(old)[1:]]
    sections = {title: body.strip() + "\n" for title, _, body in parts} | measured
    text = introduction() + "".join(
        f"\n## {title}\n\n{sections[title]}" for title in ORDER if title in sections
    )
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(text, encoding="utf-8")


def _when() -> str:
    return f"Measured on {datetime.now(UTC):%Y-%m-%d at %H:%M} UTC"


def _mark(rate: float, is_enough: bool) -> str:
    return _bold(f"{rate:,.0f}", is_enough)


def _bold(text: str, is_good: bool) -> str:
    return text if is_good else f"**{text}**"
