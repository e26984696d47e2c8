"""Sessions that other servers open for users: one for each user and credential, kept alive by revalidation."""

import hmac
import secrets
from typing import Literal

from msgspec.structs import replace

from dvor.core.courtyard import Courtyard
from dvor.core.webtv_profiles import SESSION_PURPOSE, get_managed, is_good, reveal_session, spell
from dvor.model.errors import AccountClosed
from dvor.model.webtv_profiles import WebTVSession
from dvor.store.database import Transaction
from dvor.store.users import lock_owners
from dvor.store.webtv_profiles import save_profile
from dvor.store.webtv_sessions import (
    delete_webtv_session,
    load_webtv_sessions,
    save_webtv_session,
    use_webtv_session,
)

SESSION_ID_LENGTH = 20
Validity = Literal["good", "none", "over", "other", "closed"]


async def open_webtv_session(courtyard: Courtyard, user_id: int, key_id: str, address: str) -> str:
    """Open a session in place of the one that the user has with this credential; return its id, always a new one.

    `UserNotFound`, `AccountClosed`.
    """
    text, now = spell(secrets.token_bytes(SESSION_ID_LENGTH)), courtyard.now
    sealed = courtyard.master_key.encrypt(SESSION_PURPOSE, text.encode())

    async def write(tx: Transaction) -> None:
        await lock_owners(tx, [user_id])
        found = await get_managed(tx, user_id, key_id, now)
        if found.user.deactivated:
            raise AccountClosed(found.user.deactivated)
        await save_webtv_session(tx, WebTVSession(user_id, key_id, sealed, now, now, address))
        profile = replace(found.stored.profile, last_ip=address, last_ip_update=now, last_login=now)
        await save_profile(tx, replace(found.stored, profile=profile))

    await courtyard.database.write(write)
    return text


async def revalidate_session(
    courtyard: Courtyard, user_id: int, key_id: str, session_id: str, address: str
) -> Validity:
    """Keep a session alive; say whether it is good, or why not.  `UserNotFound`."""
    now = courtyard.now

    async def write(tx: Transaction) -> Validity:
        await lock_owners(tx, [user_id])
        found = await get_managed(tx, user_id, key_id, now)
        if found.user.deactivated:
            return "closed"
        session = (await load_webtv_sessions(tx, [user_id], key_id)).get(user_id)
        if session is None:
            return "none"
        right = reveal_session(courtyard.master_key, session)
        if not hmac.compare_digest(right.encode(), session_id.encode()):
            return "other"
        if not is_good(session, now):
            return "over"
        await use_webtv_session(tx, user_id, key_id, now, address)
        return "good"

    return await courtyard.database.write(write)


async def close_webtv_session(courtyard: Courtyard, user_id: int, key_id: str) -> bool:
    """End the session of a user with this credential; say whether there was one.  `UserNotFound`."""
    now = courtyard.now

    async def write(tx: Transaction) -> bool:
        await get_managed(tx, user_id, key_id, now)
        return await delete_webtv_session(tx, user_id, key_id)

    return await courtyard.database.write(write)
