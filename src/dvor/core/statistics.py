"""The figures of the whole community."""

from dvor.core.courtyard import Courtyard
from dvor.model.statistics import KEPT_SECONDS, Statistics
from dvor.store.database import Transaction
from dvor.store.statistics import count_everything


async def get_statistics(courtyard: Courtyard, tx: Transaction) -> Statistics:
    """Return the figures, at most a minute old: counting reads everything, and nobody needs it newer."""
    known, now = courtyard.statistics, courtyard.now
    if known is None or not 0 <= now - known.counted_at < KEPT_SECONDS:
        known = courtyard.statistics = await count_everything(tx, now)
    return known
