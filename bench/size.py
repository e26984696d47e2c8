"""Whether a call grows with the community: the median time of each at 1,000 people and at 100,000."""

import statistics
from pathlib import Path

from msgspec import Struct

from bench.cases import CASES, Case, Community
from bench.community import Template
from bench.load import press
from bench.measuring import LIKES, PATHS, POPULATION, database_server, process_id_of, say
from bench.processes import dvor
from dvor.core.population import Population

BIG = Population(users=100_000, posts=1_000_000, seed=1)
ROUNDS = 7
RATIO_AIM = 1.5


class Growth(Struct, frozen=True):
    """A case: the median seconds of a call in the small community and in the big one.

    `ratio` is the median of the ratios of two turns that followed each other, which a busy machine disturbs alike.
    """

    engine: str
    name: str
    small: float
    big: float
    ratio: float


def measure_growth(folder: Path, engine: str) -> list[Growth]:
    """Ask small and big in turns, over one connection, one call at a time."""
    with database_server(engine) as database:
        process_id = process_id_of(database)
        small, big = Template(folder, "small", database), Template(folder, "big", database)
        communities = small.make(POPULATION), big.make(BIG)
        say(f"{engine:10} the big community is made")
        with (
            dvor(small.settings(), 1, process_id) as small_server,
            dvor(big.settings(), 1, process_id) as big_server,
        ):
            return [
                _compare(engine, case, (small_server.url, communities[0]), (big_server.url, communities[1]))
                for case in CASES
            ]


def _compare(engine: str, case: Case, small: tuple[str, Community], big: tuple[str, Community]) -> Growth:
    times: tuple[list[float], list[float]] = ([], [])
    count = LIKES // 4 if case.writes else PATHS
    for number in range(ROUNDS):
        for place, (url, community) in enumerate((small, big)):
            paths = list(case.paths(community, number * count, count))
            times[place].append(press(url, paths, 1, connections=1).median)
    ratio = statistics.median(after / before for before, after in zip(*times, strict=True))
    found = Growth(engine, case.name, statistics.median(times[0]), statistics.median(times[1]), ratio)
    say(f"{engine:10} {case.name:28} ×{found.ratio:.2f}")
    return found
