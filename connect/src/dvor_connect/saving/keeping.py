"""The rules of keeping people: which account a log-in is for, and when tokens are refreshed."""

from collections.abc import Callable
from typing import Any

import msgspec

from dvor_connect.connection import Flow, LoggedIn
from dvor_connect.errors import ConnectError
from dvor_connect.exchange import Pause, Query, Steps
from dvor_connect.people import Profile, Tokens, UserInfo
from dvor_connect.saving.identities import Accounts, AlreadyLinked, Identities, Identity, Saved
from dvor_connect.saving.vault import Vault

LEASE = 30
"""Seconds that one worker has to refresh tokens while the others wait."""
SECONDS_BETWEEN_LOOKS = 0.2


class Unknown(LookupError):
    """Nobody of that id has logged in."""


class Keeper:
    """Steps that save and read people.  `link_by_verified_email`: a new person whose e-mail the network says is verified, and
    whose e-mail the site has verified too, gets the account that has it; an e-mail that either has not verified links nothing.
    """

    def __init__(
        self,
        identities: Identities,
        accounts: Accounts,
        vault: Vault,
        clock: Callable[[], float],
        *,
        link_by_verified_email: bool = False,
    ) -> None:
        self._identities, self._accounts, self._vault = identities, accounts, vault
        self._clock = clock
        self._link_by_verified_email = link_by_verified_email

    def _now(self) -> int:
        return int(self._clock())

    def save(self, logged_in: LoggedIn, account_id: str = "") -> Steps[Saved]:
        """Keep a log-in, for the account that is logged in already, or for the one it belongs to, or for a new one.

        `AlreadyLinked` if the person belongs to another account than `account_id`.
        """
        now, tokens, info = self._now(), logged_in.tokens, logged_in.info
        encrypted = self._vault.close(tokens)

        def work(tx: Any) -> Saved:
            known = self._identities.find(tx, logged_in.network, info.id)
            if known is not None and account_id and known.account_id != account_id:
                raise AlreadyLinked(logged_in.network)
            found = (
                known.account_id if known is not None else account_id or self._find_account(tx, info.profile)
            )
            identity = Identity(
                network=logged_in.network,
                user_id=info.id,
                account_id=found or self._accounts.create(tx, info.profile),
                profile=info.profile,
                info=info.data,
                raw=info.raw,
                tokens=encrypted,
                token_expires_at=tokens.expires_at,
                created_at=known.created_at if known is not None else now,
                updated_at=now,
                logged_in_at=now,
            )
            if known is None:
                self._identities.insert(tx, identity)
            else:
                self._identities.replace(tx, identity)
            return Saved(
                account_id=identity.account_id, is_new_account=not found, is_new_identity=known is None
            )

        saved: Saved = yield Query(work)
        return saved

    def _find_account(self, tx: Any, profile: Profile) -> str:
        if not (self._link_by_verified_email and profile.email and profile.is_email_verified):
            return ""
        return self._accounts.find_by_verified_email(tx, profile.email) or ""

    def save_info(self, network: str, info: UserInfo) -> Steps[Identity]:
        """Keep newer information on a person who has logged in before; `Unknown` if he has not.

        An e-mail that came with the token only is kept if the newer answer has none.
        """
        now = self._now()

        def work(tx: Any) -> Identity:
            known = self._need(tx, network, info.id)
            profile = info.profile
            if not profile.email and known.profile.email:
                kept = {"email": known.profile.email, "is_email_verified": known.profile.is_email_verified}
                profile = msgspec.structs.replace(profile, **kept)
            self._identities.update_info(tx, network, info.id, profile, info, now)
            return msgspec.structs.replace(
                known, profile=profile, info=info.data, raw=info.raw, updated_at=now
            )

        identity: Identity = yield Query(work)
        return identity

    def _need(self, tx: Any, network: str, user_id: str) -> Identity:
        known = self._identities.find(tx, network, user_id)
        if known is None:
            raise Unknown(f"nobody with this id has logged in with {network}")
        return known

    def find(self, network: str, user_id: str) -> Steps[Identity | None]:
        """Return what is kept of a person."""
        found: Identity | None = yield Query(lambda tx: self._identities.find(tx, network, user_id))
        return found

    def list_of_account(self, account_id: str) -> Steps[list[Identity]]:
        """Return what is kept for an account, the newest log-in first."""
        found: list[Identity] = yield Query(lambda tx: self._identities.list_of_account(tx, account_id))
        return found

    def forget(self, account_id: str) -> Steps[int]:
        """Delete what is kept for an account, tokens too; return at how many networks it was known."""
        count: int = yield Query(lambda tx: self._identities.delete_of_account(tx, account_id))
        return count

    def fresh_tokens(self, flow: Flow, user_id: str) -> Steps[Tokens]:
        """Return the person's tokens, refreshed if they are about to end; of several workers only one asks the network."""
        network = flow.network.key
        while True:
            known: Identity = yield Query(lambda tx: self._need(tx, network, user_id))
            tokens = self._vault.open(known.tokens)
            if not flow.is_ending(tokens) or not tokens.refresh_token:
                return tokens
            claimed: bytes | None = yield self._claim(network, user_id, self._now())
            if claimed is None:
                yield Pause(SECONDS_BETWEEN_LOOKS)
                continue
            tokens = self._vault.open(claimed)
            if flow.is_ending(tokens):
                return (yield from self._refresh(flow, user_id, tokens))
            yield self._keep(flow, user_id, tokens)  # somebody was quicker; the lease goes back
            return tokens

    def _claim(self, network: str, user_id: str, now: int) -> Query:
        """Claim the right to refresh, and read the tokens again: they may have been refreshed since."""

        def work(tx: Any) -> bytes | None:
            if not self._identities.take_lease(tx, network, user_id, now, now + LEASE):
                return None
            return self._need(tx, network, user_id).tokens

        return Query(work)

    def _refresh(self, flow: Flow, user_id: str, tokens: Tokens) -> Steps[Tokens]:
        """Ask for newer tokens and keep them; without success the old ones stay, and others may try."""
        try:
            newer = yield from flow.freshen(tokens)
        except ConnectError:
            yield self._keep(flow, user_id, tokens)
            raise
        yield self._keep(flow, user_id, newer)
        return newer

    def _keep(self, flow: Flow, user_id: str, tokens: Tokens) -> Query:
        kept, network = self._vault.close(tokens), flow.network.key
        return Query(lambda tx: self._identities.keep_tokens(tx, network, user_id, kept, tokens.expires_at))
