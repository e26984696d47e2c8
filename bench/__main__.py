"""`make bench`: what a request costs, beside what it must cost; `make bench BIG=1` also in a community of 100,000.

`python -m bench sqlite polls` measures only those parts; docs/reports/bench.md keeps the rest.
"""

import os
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bench import polls, report, size
from bench.community import Template
from bench.measuring import database_server, measure_engine, process_id_of, say
from bench.polls import PollFigures
from bench.processes import Surroundings, constant, dvor
from dvor.core.population import Population

ENGINES = ("sqlite", "postgresql")


def measure_calls(engine: str, folder: Path) -> report.Sections:
    """Measure every case, and `/token`, on one engine, with a worker for each core."""
    surroundings = Surroundings()
    calls, tokens = measure_engine(folder, engine)
    name = report.ENGINES[engine]
    return {
        f"Calls on {name}": report.draw_calls(calls, surroundings.describe()),
        f"What falls short on {name}": report.draw_shortfalls(calls),
        f"Log-ins on {name}": report.draw_tokens(tokens),
    }


def measure_polls(folder: Path) -> report.Sections:
    """Measure the idle long polls of a bare server and of Dvor on both engines."""
    surroundings = Surroundings()
    with constant(1) as server:
        bare = polls.measure_constant(server)
    found: dict[str, PollFigures] = {}
    memory = waking = None
    for engine in ENGINES:
        with database_server(engine) as database:
            template = Template(folder, f"crowd_{engine}", database)
            community = template.make(Population(users=polls.CLIENTS + 1, posts=0, seed=1))
            keys = polls.make_keys(template.settings(), community)
            with dvor(template.settings(), 1, process_id_of(database)) as server:
                found[engine] = polls.measure_dvor(server, community, keys)
            if database is None:
                memory, waking = polls.explain_dvor(template.settings(), community)
            say(f"{engine:10} {polls.CLIENTS} idle long polls: {found[engine].full:.0f} MB")
    return {"Idle long polls": report.draw_polls(bare, found, (memory, waking), surroundings.describe())}


def measure_growth(engine: str, folder: Path) -> report.Sections:
    """Measure the cases in a community a hundred times as large."""
    surroundings = Surroundings()
    found = size.measure_growth(folder, engine)
    title = f"A hundred times as many people on {report.ENGINES[engine]}"
    return {title: report.draw_growth(found, surroundings.describe())}


PARTS: dict[str, Callable[[Path], report.Sections]] = {
    "sqlite": partial(measure_calls, "sqlite"),
    "postgresql": partial(measure_calls, "postgresql"),
    "polls": measure_polls,
    "growth-sqlite": partial(measure_growth, "sqlite"),
    "growth-postgresql": partial(measure_growth, "postgresql"),
}
GROWTH = [name for name in PARTS if name.startswith("growth")]


def main(wanted: list[str]) -> None:
    """Measure, and write the report after each part."""
    for name in wanted:
        with tempfile.TemporaryDirectory(prefix="dvor-bench-") as folder:
            report.write_report(PARTS[name](Path(folder)))


if __name__ == "__main__":
    main(sys.argv[1:] or [name for name in PARTS if name not in GROWTH or os.environ.get("BIG")])
