"""Hooks: other servers are told what happens to users, by jobs that are written with the thing itself."""

import msgspec

from dvor.core.courtyard import Courtyard
from dvor.core.credentials import find_credential
from dvor.core.webtv_profiles import (
    ManagedUser,
    access_level_of,
    alias_of,
    email_of,
    load_managed,
    login_of,
    privilege_set_of,
    status_of,
)
from dvor.model.hooks import Hook, HookCall, HookedUser, HookEvent, check_hooks
from dvor.store import hooks as store
from dvor.store.database import Transaction
from dvor.store.jobs import insert_job

HOOK_JOB = "hook"
AT_ONCE = 0


async def list_hooks(tx: Transaction, key_id: str) -> dict[HookEvent, list[str]]:
    """Return the addresses that a credential's server wants to be told at, by event."""
    found: dict[HookEvent, list[str]] = {}
    for hook in await store.list_hooks(tx, key_id):
        found.setdefault(hook.event, []).append(hook.url)
    return found


async def set_hooks(courtyard: Courtyard, key_id: str, wanted: dict[HookEvent, list[str]]) -> None:
    """Store a credential's hooks; an address that is taken out is not told of what is still to be told.

    `CredentialNotFound`, `InvalidParameter`.
    """
    check_hooks(wanted)
    rows = [Hook(key_id, event, url) for event, urls in wanted.items() for url in dict.fromkeys(urls)]

    async def write(tx: Transaction) -> None:
        await find_credential(tx, key_id)
        await store.save_hooks(tx, key_id, rows)

    await courtyard.database.write(write)


async def tell_hooks(
    tx: Transaction,
    event: HookEvent,
    user_id: int,
    *,
    source: str = "",
    original_post: dict[str, str] | None = None,
) -> None:
    """Have all servers told that want to hear of this event, if the write that it belongs to succeeds."""
    hooks = await store.find_hooks(tx, event)
    if not hooks:
        return
    found = await load_managed(tx, [user_id], "", 0)
    for one in found:
        user = _describe(one, source, original_post or {})
        for hook in hooks:
            call = HookCall(hook.key_id, event, hook.url, user)
            await insert_job(tx, HOOK_JOB, msgspec.to_builtins(call), AT_ONCE)


def _describe(found: ManagedUser, source: str, original_post: dict[str, str]) -> HookedUser:
    profile = found.stored.profile
    return HookedUser(
        id=found.user.id,
        login=login_of(found),
        alias=alias_of(found),
        email=email_of(found),
        name=found.user.first_name,
        surname=found.user.last_name,
        status=status_of(found),
        ip=profile.reg_ip,
        useragent=profile.reg_useragent,
        access_level=access_level_of(found),
        id_privilege_set=privilege_set_of(found),
        company=profile.company,
        source=source,
        original_post=original_post,
    )


async def is_wanted(tx: Transaction, call: HookCall) -> bool:
    """Say whether a server still wants to be told of an event at this address."""
    return any(
        hook.event == call.event and hook.url == call.url for hook in await store.list_hooks(tx, call.key_id)
    )
