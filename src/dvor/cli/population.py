"""The progress of making many people."""

import sys
import time

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from dvor.cli.cast import PASSWORD
from dvor.core.courtyard import Courtyard
from dvor.core.population import Population, populate


async def populate_with_progress(courtyard: Courtyard, population: Population) -> None:
    """Make the people under a progress bar, and say how fast it went."""
    console = Console(file=sys.stderr)
    columns = (TextColumn("making people"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    started = time.perf_counter()
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("rows", total=population.rows)
        written = await populate(
            courtyard, population, PASSWORD, lambda done: bar.update(task, completed=done)
        )
    seconds = time.perf_counter() - started
    print(
        f"{population.users:,} people: {written:,} rows in {seconds:.1f} s, {written / seconds:,.0f} a second"
    )
