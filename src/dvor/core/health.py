"""Whether the community can be used at this moment."""

from dvor.core.courtyard import Courtyard
from dvor.store.users import count_users


async def is_ready(courtyard: Courtyard) -> bool:
    """Say whether the database answers."""
    try:
        async with courtyard.database.read() as tx:
            await count_users(tx)
    except Exception:
        return False
    return True


async def is_empty(courtyard: Courtyard) -> bool:
    """Say whether nobody lives here yet."""
    async with courtyard.database.read() as tx:
        return not await count_users(tx)
