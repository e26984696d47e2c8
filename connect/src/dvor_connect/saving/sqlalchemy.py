"""People in the site's own database, with SQLAlchemy: two tables, and a store that blocks and one that does not.

The tables are in `metadata`, for `create_tables` or for the site's own migrations.
"""

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    RowMapping,
    String,
    Table,
    Text,
    Update,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from dvor_connect.connection import AsyncConnection as AsyncConnector
from dvor_connect.connection import Connection as Connector
from dvor_connect.connection import LoggedIn
from dvor_connect.exchange import Steps
from dvor_connect.people import Profile, Tokens, UserInfo
from dvor_connect.saving.identities import Accounts, Conflict, Identity, Saved
from dvor_connect.saving.keeping import Keeper
from dvor_connect.saving.vault import Vault
from dvor_connect.sending import AsyncSender, Sender, Work

if TYPE_CHECKING:  # only who uses it needs greenlet
    from sqlalchemy.ext.asyncio import AsyncEngine

T = TypeVar("T")
TRIES = 3
metadata = MetaData()
_NUMBER = BigInteger().with_variant(Integer, "sqlite")

accounts_table = Table(
    "connect_accounts",
    metadata,
    Column("id", _NUMBER, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False),
    Column("email", Text),
    Column("folded_email", Text),
    Column("is_email_verified", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("connect_accounts_email", "folded_email"),
)
"""Accounts for a site that has none of its own."""

identities_table = Table(
    "connect_identities",
    metadata,
    Column("network", String(40), primary_key=True),
    Column("user_id", String(255), primary_key=True),
    Column("account_id", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("email", Text),
    Column("is_email_verified", Boolean),
    Column("profile", JSON, nullable=False),
    Column("info", JSON, nullable=False),
    Column("raw", JSON, nullable=False),
    Column("tokens", LargeBinary, nullable=False),
    Column("token_expires_at", BigInteger),
    Column("refreshing_until", BigInteger, nullable=False, server_default="0"),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("logged_in_at", BigInteger, nullable=False),
    Index("connect_identities_account", "account_id"),
)


def fold_email(email: str) -> str:
    """Return an e-mail as it is compared."""
    return email.strip().casefold()


class SqlAccounts:
    """The table `connect_accounts`."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock

    def create(self, tx: Connection, profile: Profile) -> str:
        """Make an account; its e-mail counts as verified only if the network said so."""
        values = {
            "name": profile.name,
            "email": profile.email,
            "folded_email": fold_email(profile.email) if profile.email else None,
            "is_email_verified": profile.is_email_verified is True,
            "created_at": int(self._clock()),
        }
        key = tx.execute(insert(accounts_table).values(values)).inserted_primary_key
        assert key is not None
        return str(key[0])

    def find_by_verified_email(self, tx: Connection, email: str) -> str | None:
        """Return the oldest account with this verified e-mail."""
        table = accounts_table.c
        found = tx.scalar(
            select(table.id)
            .where(table.folded_email == fold_email(email), table.is_email_verified)
            .order_by(table.id)
            .limit(1)
        )
        return None if found is None else str(found)


class SqlIdentities:
    """The table `connect_identities`."""

    def find(self, tx: Connection, network: str, user_id: str) -> Identity | None:
        """Return one, or None."""
        row = tx.execute(select(identities_table).where(_is(network, user_id))).mappings().first()
        return None if row is None else _read(row)

    def insert(self, tx: Connection, identity: Identity) -> None:
        """Add one; `Conflict` if it is there already."""
        try:
            tx.execute(insert(identities_table).values(_write(identity)))
        except IntegrityError:
            raise Conflict from None

    def replace(self, tx: Connection, identity: Identity) -> None:
        """Write one over, after a new log-in."""
        tx.execute(_update(identity.network, identity.user_id).values(_write(identity)))

    def update_info(
        self, tx: Connection, network: str, user_id: str, profile: Profile, info: UserInfo, now: int
    ) -> None:
        """Write what is known of the person, and leave the tokens alone."""
        values = {**_write_profile(profile), "info": info.data, "raw": info.raw, "updated_at": now}
        tx.execute(_update(network, user_id).values(values))

    def keep_tokens(
        self, tx: Connection, network: str, user_id: str, tokens: bytes, expires_at: int | None
    ) -> None:
        """Write refreshed tokens, and give the lease back."""
        values = {"tokens": tokens, "token_expires_at": expires_at, "refreshing_until": 0}
        tx.execute(_update(network, user_id).values(values))

    def list_of_account(self, tx: Connection, account_id: str) -> list[Identity]:
        """Return those of an account, the newest log-in first."""
        table = identities_table.c
        rows = tx.execute(
            select(identities_table)
            .where(table.account_id == account_id)
            .order_by(table.logged_in_at.desc(), table.network)
        )
        return [_read(row) for row in rows.mappings()]

    def delete_of_account(self, tx: Connection, account_id: str) -> int:
        """Delete those of an account; return how many."""
        return tx.execute(
            delete(identities_table).where(identities_table.c.account_id == account_id)
        ).rowcount

    def take_lease(self, tx: Connection, network: str, user_id: str, now: int, until: int) -> bool:
        """Claim the right to refresh the tokens until then, unless somebody else has it now."""
        free = identities_table.c.refreshing_until <= now
        claim = _update(network, user_id).where(free).values({"refreshing_until": until})
        return tx.execute(claim).rowcount == 1


def _is(network: str, user_id: str) -> Any:
    return (identities_table.c.network == network) & (identities_table.c.user_id == user_id)


def _update(network: str, user_id: str) -> Update:
    return update(identities_table).where(_is(network, user_id))


def _write_profile(profile: Profile) -> dict[str, Any]:
    return {
        "name": profile.name,
        "email": profile.email,
        "is_email_verified": profile.is_email_verified,
        "profile": msgspec.to_builtins(profile),
    }


def _write(identity: Identity) -> dict[str, Any]:
    values = {
        name: getattr(identity, name) for name in Identity.__struct_fields__ if name in identities_table.c
    }
    return {**values, **_write_profile(identity.profile)}


def _read(row: RowMapping) -> Identity:
    values = {name: row[name] for name in Identity.__struct_fields__}
    return Identity(**{**values, "profile": msgspec.convert(row["profile"], Profile)})


class Database:
    """Does work in a transaction, again if another request was in its way."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __call__(self, work: Work) -> Any:
        for _ in range(TRIES - 1):
            try:
                with self._engine.begin() as tx:
                    return work(tx)
            except Conflict:
                continue
        with self._engine.begin() as tx:
            return work(tx)


class AsyncDatabase:
    """The same, not blocking."""

    def __init__(self, engine: "AsyncEngine") -> None:
        self._engine = engine

    async def __call__(self, work: Work) -> Any:
        for _ in range(TRIES - 1):
            try:
                async with self._engine.begin() as tx:
                    return await tx.run_sync(work)
            except Conflict:
                continue
        async with self._engine.begin() as tx:
            return await tx.run_sync(work)


def make_keeper(
    key: str | bytes | Sequence[str | bytes],
    accounts: Accounts | None = None,
    *,
    link_by_verified_email: bool = False,
    clock: Callable[[], float] = time.time,
) -> Keeper:
    """Return the rules over these tables; `accounts` are the site's own, if it has any."""
    return Keeper(
        SqlIdentities(),
        accounts or SqlAccounts(clock),
        Vault(key),
        clock,
        link_by_verified_email=link_by_verified_email,
    )


class Store:
    """Keeps people, blocking.  `key` encrypts their tokens; a list of keys, the newest first, to change it."""

    def __init__(
        self,
        engine: Engine,
        key: str | bytes | Sequence[str | bytes],
        accounts: Accounts | None = None,
        *,
        link_by_verified_email: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._engine = engine
        self.database = Database(engine)
        self.keeper = make_keeper(key, accounts, link_by_verified_email=link_by_verified_email, clock=clock)

    def create_tables(self) -> None:
        """Make the tables that are not there yet."""
        metadata.create_all(self._engine)

    def _run(self, steps: Steps[T]) -> T:
        return Sender().run(steps, self.database)

    def save(self, logged_in: LoggedIn, account_id: str = "") -> Saved:
        """Keep a log-in; see `Keeper.save`."""
        return self._run(self.keeper.save(logged_in, account_id))

    def save_info(self, network: str, info: UserInfo) -> Identity:
        """Keep newer information on a person; see `Keeper.save_info`."""
        return self._run(self.keeper.save_info(network, info))

    def find(self, network: str, user_id: str) -> Identity | None:
        """Return what is kept of a person at a network."""
        return self._run(self.keeper.find(network, user_id))

    def list_of_account(self, account_id: str) -> list[Identity]:
        """Return what is kept for an account."""
        return self._run(self.keeper.list_of_account(account_id))

    def forget(self, account_id: str) -> int:
        """Delete what is kept for an account."""
        return self._run(self.keeper.forget(account_id))

    def fresh_tokens(self, connection: Connector, user_id: str) -> Tokens:
        """Return a person's tokens, refreshed if they are about to end."""
        return connection.run(self.keeper.fresh_tokens(connection, user_id), self.database)


class AsyncStore:
    """The same, not blocking."""

    def __init__(
        self,
        engine: "AsyncEngine",
        key: str | bytes | Sequence[str | bytes],
        accounts: Accounts | None = None,
        *,
        link_by_verified_email: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._engine = engine
        self.database = AsyncDatabase(engine)
        self.keeper = make_keeper(key, accounts, link_by_verified_email=link_by_verified_email, clock=clock)

    async def create_tables(self) -> None:
        """Make the tables that are not there yet."""
        async with self._engine.begin() as tx:
            await tx.run_sync(metadata.create_all)

    async def _run(self, steps: Steps[T]) -> T:
        return await AsyncSender().run(steps, self.database)

    async def save(self, logged_in: LoggedIn, account_id: str = "") -> Saved:
        """Keep a log-in; see `Keeper.save`."""
        return await self._run(self.keeper.save(logged_in, account_id))

    async def save_info(self, network: str, info: UserInfo) -> Identity:
        """Keep newer information on a person; see `Keeper.save_info`."""
        return await self._run(self.keeper.save_info(network, info))

    async def find(self, network: str, user_id: str) -> Identity | None:
        """Return what is kept of a person at a network."""
        return await self._run(self.keeper.find(network, user_id))

    async def list_of_account(self, account_id: str) -> list[Identity]:
        """Return what is kept for an account."""
        return await self._run(self.keeper.list_of_account(account_id))

    async def forget(self, account_id: str) -> int:
        """Delete what is kept for an account."""
        return await self._run(self.keeper.forget(account_id))

    async def fresh_tokens(self, connection: AsyncConnector, user_id: str) -> Tokens:
        """Return a person's tokens, refreshed if they are about to end."""
        return await connection.run(self.keeper.fresh_tokens(connection, user_id), self.database)
