"""A site's connection to a network: `login_url`, `finish_login`, `get_user_info`, blocking or not."""

import time
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import NamedTuple, Self, TypeVar

import httpx
import msgspec
from msgspec import Struct

from dvor_connect.errors import ConnectError, StateMismatch
from dvor_connect.exchange import Steps
from dvor_connect.networks import Network
from dvor_connect.people import InfoReader, Tokens, UserInfo
from dvor_connect.protocols import App, Protocol, speak
from dvor_connect.protocols.protocol import LoginAnswer
from dvor_connect.sending import AsyncDatabase, AsyncSender, Database, Sender
from dvor_connect.tickets import TicketOffice

T = TypeVar("T")
SECONDS_BEFORE_END = 60
"""A token that ends sooner than this is refreshed first."""


class Departure(NamedTuple):
    """Where to send the browser, and the ticket to give it to keep (in the session, or a cookie that scripts cannot read)."""

    url: str
    ticket: str


class LoggedIn(Struct, frozen=True, kw_only=True):
    """A finished log-in."""

    network: str
    tokens: Tokens
    info: UserInfo


class Flow:
    """The steps that both kinds of connection go through; nothing here asks, reads or waits."""

    def __init__(self, app: App, key: str | bytes, redirect_uri: str, clock: Callable[[], float]) -> None:
        self.app = app
        self.redirect_uri = redirect_uri
        self._clock = clock
        self._office = TicketOffice(key)
        self._reader = InfoReader(app.network)
        self._protocol: Protocol = speak(app, self.now)

    @property
    def network(self) -> Network:
        """The network's settings."""
        return self.app.network

    def now(self) -> int:
        """Return the time in Unix seconds."""
        return int(self._clock())

    def depart(self, redirect_uri: str = "", parameters: Mapping[str, str] | None = None) -> Steps[Departure]:
        """Begin a log-in."""
        ticket = self._office.write(self.network.key, self.now())
        url = yield from self._protocol.begin(ticket, redirect_uri or self.redirect_uri, parameters or {})
        return Departure(url, ticket.text)

    def arrive(
        self, parameters: Mapping[str, str], tickets: str | Iterable[str], redirect_uri: str = ""
    ) -> Steps[LoggedIn]:
        """End a log-in."""
        answer = LoginAnswer(
            parameters=parameters,
            ticket=self._office.read(self.network.key, self.pick_ticket(parameters, tickets), self.now()),
            redirect_uri=redirect_uri or self.redirect_uri,
        )
        tokens = yield from self._protocol.finish(answer)
        return (yield from self._complete(tokens))

    def pick_ticket(self, parameters: Mapping[str, str], tickets: str | Iterable[str]) -> str:
        """Return the ticket that the answer belongs to, of those that the browser holds (one for each open tab)."""
        held = [tickets] if isinstance(tickets, str) else list(tickets)
        for text in held:
            try:
                if self._office.read(self.network.key, text, self.now()).state == parameters.get("state"):
                    return text
            except ConnectError:
                continue
        if not held or not held[-1]:
            raise StateMismatch(self.network.key, "this browser has begun no log-in")
        return held[-1]

    def enter(self, login: str, password: str, code: str = "") -> Steps[LoggedIn]:
        """Log in by password."""
        tokens = yield from self._protocol.log_in(login, password, code)
        return (yield from self._complete(tokens))

    def _complete(self, tokens: Tokens) -> Steps[LoggedIn]:
        info = yield from self.read(tokens, "")
        return LoggedIn(network=self.network.key, tokens=_name_person(tokens, info), info=info)

    def read(self, tokens: Tokens | str, user_id: str = "") -> Steps[UserInfo]:
        """Read who somebody is."""
        kept = Tokens(access_token=tokens) if isinstance(tokens, str) else tokens
        raw = yield from self._protocol.read_user(kept, user_id)
        return self._reader.read(raw, None if user_id else kept)

    def freshen(self, tokens: Tokens) -> Steps[Tokens]:
        """Refresh tokens that are about to end."""
        if not self.is_ending(tokens) or not tokens.refresh_token:
            return tokens
        return (yield from self._protocol.refresh(tokens))

    def is_ending(self, tokens: Tokens) -> bool:
        """Tell whether a token ends within the next minute, or has ended."""
        return tokens.expires_at is not None and tokens.expires_at - self.now() < SECONDS_BEFORE_END

    def withdraw(self, tokens: Tokens) -> Steps[None]:
        """Make tokens worthless."""
        yield from self._protocol.revoke(tokens)


def _name_person(tokens: Tokens, info: UserInfo) -> Tokens:
    """Keep whose tokens they are, and the e-mail, which some networks tell only in one of the two answers."""
    email = tokens.email or info.profile.email or ""
    return msgspec.structs.replace(tokens, user_id=info.id, email=email)


class Connection(Flow):
    """Blocking.  `key` is a secret of the site, at least 16 random characters; `transport` a way out of your own."""

    def __init__(
        self,
        app: App,
        *,
        key: str | bytes,
        redirect_uri: str = "",
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(app, key, redirect_uri, clock)
        self._sender = Sender(transport)

    def run(self, steps: Steps[T], database: Database | None = None) -> T:
        """Go through steps that ask this network, and the site's database."""
        return self._sender.run(steps, database)

    def login_url(self, *, redirect_uri: str = "", **parameters: str) -> Departure:
        """Begin a log-in.  Further parameters go to the network as they are (`prompt`, `display`, `revoke` …)."""
        return self.run(self.depart(redirect_uri, parameters))

    def finish_login(
        self, parameters: Mapping[str, str], tickets: str | Iterable[str], *, redirect_uri: str = ""
    ) -> LoggedIn:
        """End a log-in with the parameters of the address that the browser came back to, and the ticket (or tickets) it held."""
        return self.run(self.arrive(parameters, tickets, redirect_uri))

    def log_in_with_password(self, login: str, password: str, code: str = "") -> LoggedIn:
        """Log in without a browser, where the network allows that; `SecondFactorNeeded` asks for the code."""
        return self.run(self.enter(login, password, code))

    def get_user_info(self, tokens: Tokens | str, user_id: str = "") -> UserInfo:
        """Return who the token's person is, or another person where the network tells of others."""
        return self.run(self.read(tokens, user_id))

    def fresh_tokens(self, tokens: Tokens) -> Tokens:
        """Return the tokens, newer ones if they end within a minute and can be refreshed."""
        return self.run(self.freshen(tokens))

    def revoke(self, tokens: Tokens) -> None:
        """Make the tokens worthless, where the network offers that."""
        self.run(self.withdraw(tokens))

    def close(self) -> None:
        """Close the kept connections."""
        self._sender.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncConnection(Flow):
    """The same, not blocking."""

    def __init__(
        self,
        app: App,
        *,
        key: str | bytes,
        redirect_uri: str = "",
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(app, key, redirect_uri, clock)
        self._sender = AsyncSender(transport)

    async def run(self, steps: Steps[T], database: AsyncDatabase | None = None) -> T:
        """Go through steps that ask this network, and the site's database."""
        return await self._sender.run(steps, database)

    async def login_url(self, *, redirect_uri: str = "", **parameters: str) -> Departure:
        """Begin a log-in.  Further parameters go to the network as they are (`prompt`, `display`, `revoke` …)."""
        return await self.run(self.depart(redirect_uri, parameters))

    async def finish_login(
        self, parameters: Mapping[str, str], tickets: str | Iterable[str], *, redirect_uri: str = ""
    ) -> LoggedIn:
        """End a log-in with the parameters of the address that the browser came back to, and the ticket (or tickets) it held."""
        return await self.run(self.arrive(parameters, tickets, redirect_uri))

    async def log_in_with_password(self, login: str, password: str, code: str = "") -> LoggedIn:
        """Log in without a browser, where the network allows that; `SecondFactorNeeded` asks for the code."""
        return await self.run(self.enter(login, password, code))

    async def get_user_info(self, tokens: Tokens | str, user_id: str = "") -> UserInfo:
        """Return who the token's person is, or another person where the network tells of others."""
        return await self.run(self.read(tokens, user_id))

    async def fresh_tokens(self, tokens: Tokens) -> Tokens:
        """Return the tokens, newer ones if they end within a minute and can be refreshed."""
        return await self.run(self.freshen(tokens))

    async def revoke(self, tokens: Tokens) -> None:
        """Make the tokens worthless, where the network offers that."""
        await self.run(self.withdraw(tokens))

    async def close(self) -> None:
        """Close the kept connections."""
        await self._sender.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
