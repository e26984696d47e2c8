"""What is kept of a person at a network, and what a database has to offer for that."""

from typing import Any, Protocol

from msgspec import Struct

from dvor_connect.errors import ConnectError
from dvor_connect.people import Profile, UserInfo, Value


class AlreadyLinked(ConnectError):
    """The person at the network belongs to another account of the site than the one that is logged in."""

    meaning = "this profile belongs to another account here"


class Identity(Struct, frozen=True, kw_only=True):
    """A person at a network, and the account of the site that is theirs.  Times are Unix seconds; `tokens` is encrypted."""

    network: str
    user_id: str
    account_id: str
    profile: Profile
    info: dict[str, Value]
    raw: dict[str, Any]
    tokens: bytes = b""
    token_expires_at: int | None = None
    created_at: int = 0
    updated_at: int = 0
    logged_in_at: int = 0

    def user_info(self) -> UserInfo:
        """Return what `get_user_info` returned last."""
        return UserInfo(data=self.info, profile=self.profile, raw=self.raw)


class Saved(Struct, frozen=True, kw_only=True):
    """What saving a log-in has done."""

    account_id: str
    is_new_account: bool
    is_new_identity: bool


class Conflict(Exception):
    """Another request has written the same row at the same time; the transaction is to be done again."""


class Identities(Protocol):
    """The table of identities, within a transaction `tx`; its key is (network, user_id)."""

    def find(self, tx: Any, network: str, user_id: str) -> Identity | None:
        """Return one, or None."""

    def insert(self, tx: Any, identity: Identity) -> None:
        """Add one; `Conflict` if it is there already."""

    def replace(self, tx: Any, identity: Identity) -> None:
        """Write one over, after a new log-in."""

    def update_info(
        self, tx: Any, network: str, user_id: str, profile: Profile, info: UserInfo, now: int
    ) -> None:
        """Write what is known of the person, and leave the tokens alone."""

    def keep_tokens(self, tx: Any, network: str, user_id: str, tokens: bytes, expires_at: int | None) -> None:
        """Write refreshed tokens, and give the lease back."""

    def list_of_account(self, tx: Any, account_id: str) -> list[Identity]:
        """Return those of an account, the newest log-in first."""

    def delete_of_account(self, tx: Any, account_id: str) -> int:
        """Delete those of an account; return how many."""

    def take_lease(self, tx: Any, network: str, user_id: str, now: int, until: int) -> bool:
        """Claim the right to refresh the tokens until then, unless somebody else has it now."""


class Accounts(Protocol):
    """The site's own accounts, within a transaction `tx`."""

    def create(self, tx: Any, profile: Profile) -> str:
        """Make an account for a new person and return its id."""

    def find_by_verified_email(self, tx: Any, email: str) -> str | None:
        """Return the account whose e-mail the site itself has verified and which is this one, or None."""
