"""Consents: which apps a person uses, and taking that back."""

from msgspec import Struct

from dvor.model.apps import App
from dvor.model.consents import Consent
from dvor.store.apps import load_apps
from dvor.store.consents import delete_consents, find_consents, list_consents
from dvor.store.database import Transaction
from dvor.store.tokens import delete_app_tokens, find_app_uses

__all__ = ["AppInUse", "find_consents", "list_apps_in_use", "revoke_consent", "revoke_log_ins"]


class AppInUse(Struct, frozen=True):
    """An app that a person has let in: what it may do by protocol, and when it last did something (Unix time)."""

    app: App
    consents: list[Consent]
    used_at: int


async def list_apps_in_use(tx: Transaction, user_id: int) -> list[AppInUse]:
    """Return the apps that a person has let in, the one used last first."""
    by_app: dict[int, list[Consent]] = {}
    for consent in await list_consents(tx, user_id):
        by_app.setdefault(consent.app_id, []).append(consent)
    apps, uses = await load_apps(tx, sorted(by_app)), await find_app_uses(tx, user_id)
    found = [
        AppInUse(apps[app_id], of_app, max([uses.get(app_id, 0), *(one.used_at for one in of_app)]))
        for app_id, of_app in by_app.items()
        if app_id in apps
    ]
    return sorted(found, key=lambda one: -one.used_at)


async def revoke_consent(tx: Transaction, user_id: int, app_id: int) -> bool:
    """Take back all that a person has allowed an app: its tokens die at once; say whether there was anything."""
    await delete_app_tokens(tx, user_id, app_id)
    return await delete_consents(tx, user_id, app_id) > 0


async def revoke_log_ins(tx: Transaction, user_id: int, app_id: int, protocol: str) -> None:
    """Let the tokens die that an app has of a person by one protocol; what he has allowed is kept."""
    await delete_app_tokens(tx, user_id, app_id, protocol)
