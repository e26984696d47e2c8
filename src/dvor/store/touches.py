"""Touches: small marks of use that gather in memory and are written together every few seconds.

Last visits, token uses, views and statistics of the last seconds may be lost when the process is killed; nothing else may.
"""

import asyncio
import logging
from collections import Counter
from typing import Any

from dvor.model.apps import AppDay
from dvor.model.credentials import CredentialDay
from dvor.model.views import ItemView, ViewKind
from dvor.store.apps import add_app_days, load_apps
from dvor.store.credentials import touch_credentials
from dvor.store.database import Database, Transaction
from dvor.store.sessions import touch_sessions
from dvor.store.tokens import touch_tokens
from dvor.store.users import save_presences
from dvor.store.views import add_views

FLUSH_SECONDS = 5
DAY = 86400
LOG = logging.getLogger(__name__)


class Touches:
    """What this process has yet to write down."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._presences: dict[int, dict[str, Any]] = {}
        self._tokens: dict[bytes, int] = {}
        self._sessions: dict[bytes, int] = {}
        self._app_calls: Counter[tuple[int, int]] = Counter()
        self._credentials: dict[str, int] = {}
        self._credential_calls: Counter[tuple[str, int, str, bool]] = Counter()
        self._views: Counter[tuple[int, ViewKind, int, int]] = Counter()
        self._seen_at: dict[tuple[int, ViewKind, int, int], int] = {}
        self._task: asyncio.Task[None] | None = None

    def see_user(self, user_id: int, now: int, platform: int, *, is_offline: bool = False) -> None:
        """Note a visit at the Unix time `now`, or that the user has just left."""
        self._presences[user_id] = {
            "user_id": user_id,
            "seen_at": now,
            "platform": platform,
            "is_offline": is_offline,
        }

    def use_token(self, token_hash: bytes, now: int, app_id: int = 0) -> None:
        """Note that a token was used, by an app or (0) by none."""
        self._tokens[token_hash] = now
        if app_id:
            self._app_calls[app_id, now // DAY] += 1

    def use_session(self, session_hash: bytes, now: int) -> None:
        """Note that a browser in which somebody is logged in was here."""
        self._sessions[session_hash] = now

    def use_credential(self, key_id: str, now: int, action: str, *, is_error: bool) -> None:
        """Note a call that was signed with a credential, and whether it was answered with an error."""
        self._credentials[key_id] = now
        self._credential_calls[key_id, now // DAY, action, is_error] += 1

    def see_item(self, user_id: int, kind: ViewKind, owner_id: int, item_id: int, now: int) -> None:
        """Note that a user has opened a post or photo."""
        key = (owner_id, kind, item_id, user_id)
        self._views[key] += 1
        self._seen_at[key] = now

    async def flush(self) -> None:
        """Write down what has gathered, in one transaction."""
        presences, self._presences = self._presences, {}
        tokens, self._tokens = self._tokens, {}
        sessions, self._sessions = self._sessions, {}
        calls, self._app_calls = self._app_calls, Counter()
        credentials, self._credentials = self._credentials, {}
        signed, self._credential_calls = self._credential_calls, Counter()
        views, self._views = self._views, Counter()
        seen_at, self._seen_at = self._seen_at, {}
        if not (presences or tokens or sessions or calls or credentials or views):
            return

        async def write(tx: Transaction) -> None:
            if presences:
                await save_presences(tx, [presences[user_id] for user_id in sorted(presences)])
            if tokens:
                rows = [{"token_hash": token_hash, "at": tokens[token_hash]} for token_hash in sorted(tokens)]
                await touch_tokens(tx, rows)
            if sessions:
                await touch_sessions(
                    tx, [{"session_hash": one, "at": sessions[one]} for one in sorted(sessions)]
                )
            if calls:
                apps = await load_apps(tx, sorted({app_id for app_id, _ in calls}))  # some may be gone
                days = [AppDay(*key, 0, 0, calls[key]) for key in sorted(calls) if key[0] in apps]
                await add_app_days(tx, days)
            if views:
                await add_views(tx, [ItemView(*key, views[key], seen_at[key]) for key in sorted(views)])
            if credentials:
                await touch_credentials(tx, credentials, _sum_days(signed))

        await self._database.write(write, is_repeatable=True)

    def start(self) -> None:
        """Flush every few seconds from now on."""
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            try:
                await self.flush()
            except Exception:
                # these touches are lost, as they may be; the next ones must not be
                LOG.exception("touches were not written")

    async def stop(self) -> None:
        """Stop, after a last flush."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self.flush()


def _sum_days(signed: Counter[tuple[str, int, str, bool]]) -> list[CredentialDay]:
    """Return the signed calls, and how many of them were errors, in the order of their keys."""
    keys = sorted({key[:3] for key in signed})
    return [CredentialDay(*key, signed[*key, False] + signed[*key, True], signed[*key, True]) for key in keys]
