"""Invites: made by the operator, used by those who sign up."""

import secrets

from dvor.core.courtyard import Courtyard
from dvor.core.secrets import hash_secret
from dvor.model.errors import InvalidParameter, InviteInvalid
from dvor.model.invites import Invite
from dvor.store import invites as store
from dvor.store.database import Transaction

MAX_USES = 1_000_000
DAY = 86400


async def create_invite(courtyard: Courtyard, *, uses: int = 1, days: int = 14) -> str:
    """Make a code that lets so many people sign up within so many days; it is shown this once."""
    if not 1 <= uses <= MAX_USES:
        raise InvalidParameter("uses", f"1 to {MAX_USES}")
    if not 1 <= days <= 3650:
        raise InvalidParameter("days", "1 to 3650")
    code, now = secrets.token_urlsafe(12), courtyard.now
    invite = Invite(hash_secret(code), uses, now, now + days * DAY)
    await courtyard.database.write(lambda tx: store.insert_invite(tx, invite))
    return code


async def check_invite(tx: Transaction, code: str, now: int) -> None:
    """Make sure that somebody may sign up with a code; `InviteInvalid`."""
    invite = await store.find_invite(tx, hash_secret(code))
    if invite is None or invite.uses_left < 1 or invite.expires_at <= now:
        raise InviteInvalid


async def use_invite(tx: Transaction, code_hash: bytes, now: int) -> None:
    """Let one more person in; `InviteInvalid` if the code is used up or expired by now."""
    if not await store.use_invite(tx, code_hash, now):
        raise InviteInvalid
