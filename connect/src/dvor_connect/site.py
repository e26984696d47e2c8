"""What a site offers at its own addresses, whatever framework it is written in.

`{path}/{network}` begins a log-in, `…/back` ends it, `…/password` is the form of networks without a log-in in the browser,
`…/user-info` is `Get User info` as data (GET) and as an action (POST: the result is saved too), `{path}/out` logs out.
A framework turns its request into a `Visit`, runs the steps of `Site.answer`, and turns the `Reply` into its response.
"""

import hmac
import time
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec
from msgspec import Struct

from dvor_connect import errors, pages
from dvor_connect.attempts import Attempts
from dvor_connect.buttons import button
from dvor_connect.connection import Flow, LoggedIn
from dvor_connect.exchange import Steps
from dvor_connect.networks import Network
from dvor_connect.people import Tokens, UserInfo, Value
from dvor_connect.protocols import App
from dvor_connect.saving.identities import Identity, Saved
from dvor_connect.saving.keeping import Keeper, Unknown

TICKETS, NEXT, PERSON = "connect_tickets", "connect_next", "connect_person"
MOST_TICKETS = 4
"""Log-ins that one browser may have begun at the same time."""


class Visit(Struct, frozen=True, kw_only=True):
    """A request, as far as this library needs it; the names of headers are in small letters."""

    method: str
    query: Mapping[str, str]
    form: Mapping[str, str]
    headers: Mapping[str, str]
    session: MutableMapping[str, Any]
    account_id: str = ""
    """The account that is logged in, where the site knows that by itself."""


class Reply(Struct, frozen=True, kw_only=True):
    """A response: `location` for a redirect, else a body of this kind."""

    status: int
    body: bytes = b""
    kind: str = "text/html; charset=utf-8"
    location: str = ""
    headers: Mapping[str, str] = {}
    entered: str = ""
    """The account that is logged in from now on."""
    has_left: bool = False

    @property
    def fields(self) -> dict[str, str]:
        """Every header but the kind of the body."""
        return dict(self.headers) | ({"location": self.location} if self.location else {})


class Person(Struct, frozen=True):
    """Who is logged in: the site's account, and the network and id by which he came."""

    account_id: str
    network: str
    user_id: str


def current_person(session: Mapping[str, Any]) -> Person | None:
    """Return who is logged in in a session."""
    kept = session.get(PERSON)
    return Person(*kept) if isinstance(kept, list | tuple) and len(kept) == 3 else None


class Site:
    """The site's log-in: the apps it has at networks, its secret key, its own address, and where people are kept.

    `bridge_key`: a secret with which a no-code platform may ask `…/user-info` with tokens of its own; empty switches that off.
    """

    def __init__(
        self,
        apps: Iterable[App],
        *,
        key: str,
        url: str,
        keeper: Keeper,
        path: str = "/login",
        home: str = "/",
        bridge_key: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.url, self.path, self.home = url.rstrip("/"), path, home
        self.keeper = keeper
        self._bridge_key = bridge_key
        self._attempts = Attempts(clock)
        self.flows = {
            app.network.key: Flow(app, key, f"{self.url}{path}/{app.network.key}/back", clock) for app in apps
        }

    @property
    def networks(self) -> list[Network]:
        """The networks that people may log in with."""
        return [flow.network for flow in self.flows.values()]

    def buttons(self, **more: Any) -> str:
        """Return the buttons of all networks as HTML."""
        return "\n".join(button(one, self.address(one.key), **more) for one in self.networks)

    def address(self, network: str, door: str = "") -> str:
        """Return the path of a door."""
        return f"{self.path}/{network}{'/' if door else ''}{door}"

    def answer(self, door: str, network: str, visit: Visit) -> Steps[Reply]:
        """Answer a visit at a door: begin, back, password, user-info."""
        flow = self.flows.get(network)
        if flow is None:
            return Reply(status=404, body=b"There is no such network.", kind="text/plain; charset=utf-8")
        doors = {
            "begin": self._begin,
            "back": self._back,
            "password": self._password,
            "user-info": self._user_info,
        }
        try:
            return (yield from doors[door](flow, visit))
        except errors.ConnectError as error:
            if door == "user-info":
                return _tell_error(error)
            page = pages.draw_error(flow.network, error, self.home)
            return Reply(status=pages.status_of(error), body=page.encode())

    def leave(self, visit: Visit) -> Reply:
        """Log out; only from a page of the site itself."""
        if visit.method != "POST" or not self._is_own_page(visit):
            return Reply(
                status=403, body=b"Log out by a button of this site.", kind="text/plain; charset=utf-8"
            )
        visit.session.pop(PERSON, None)
        return Reply(status=303, location=self.home, has_left=True)

    def _is_own_page(self, visit: Visit) -> bool:
        """Tell whether a request comes from a page of this site: browsers say so themselves."""
        origin = visit.headers.get("origin")
        if origin and origin != "null":
            return origin == self.url
        return visit.headers.get("sec-fetch-site") == "same-origin"

    def _begin(self, flow: Flow, visit: Visit) -> Steps[Reply]:
        network = flow.network
        came_from_elsewhere = visit.headers.get("sec-fetch-site") == "cross-site"
        if network.state == "ticket" and came_from_elsewhere:
            # no state protects the return, so that another site must not begin a log-in unnoticed
            page = pages.draw_question(network, self.address(network.key))
            return Reply(status=200, body=page.encode())
        visit.session[NEXT] = read_next(visit.query.get("next", ""), self.home)
        if not network.authorize and network.has_password_login:
            return Reply(status=303, location=self.address(network.key, "password"))
        departure = yield from flow.depart()
        held = visit.session.get(TICKETS, [])
        visit.session[TICKETS] = [*held, departure.ticket][-MOST_TICKETS:]
        return Reply(status=303, location=departure.url)

    def _back(self, flow: Flow, visit: Visit) -> Steps[Reply]:
        held = list(visit.session.get(TICKETS, []))
        own = [one for one in held if one.startswith(f"{flow.network.key}.")]
        ticket = flow.pick_ticket(visit.query, own)
        # whatever comes of it, this log-in is over: the same answer does not count twice
        visit.session[TICKETS] = [one for one in held if one != ticket]
        try:
            logged_in = yield from flow.arrive(visit.query, ticket)
        except errors.StateMismatch:
            visit.session[TICKETS] = held  # it was not this log-in's answer, which may still come
            raise
        return (yield from self._enter(logged_in, visit))

    def _enter(self, logged_in: LoggedIn, visit: Visit) -> Steps[Reply]:
        before = current_person(visit.session)
        account_id = visit.account_id or (before.account_id if before else "")
        saved: Saved = yield from self.keeper.save(logged_in, account_id)
        visit.session[PERSON] = [saved.account_id, logged_in.network, logged_in.info.id]
        following = read_next(visit.session.pop(NEXT, ""), self.home)
        return Reply(status=303, location=following, entered=saved.account_id)

    def _password(self, flow: Flow, visit: Visit) -> Steps[Reply]:
        network, address = flow.network, self.address(flow.network.key, "password")
        if not network.has_password_login:
            raise errors.NotOffered(network.key)
        if visit.method != "POST":
            return Reply(status=200, body=pages.draw_password_form(network, address).encode())
        if not self._is_own_page(visit):
            raise errors.StateMismatch(network.key)
        login = visit.form.get("login", "")
        tried = f"{network.key} {login}"
        if wait := self._attempts.seconds_to_wait(tried):
            raise errors.RateLimited(network.key, retry_after=wait)
        try:
            logged_in = yield from flow.enter(
                login, visit.form.get("password", ""), visit.form.get("code", "").strip()
            )
        except (errors.WrongPassword, errors.SecondFactorNeeded) as error:
            self._attempts.fail(tried)
            status, advice = pages.ADVICE[type(error)]
            wants_code = isinstance(error, errors.SecondFactorNeeded)
            page = pages.draw_password_form(
                network, address, message=advice, login=login, wants_code=wants_code
            )
            return Reply(status=status, body=page.encode())
        return (yield from self._enter(logged_in, visit))

    def _user_info(self, flow: Flow, visit: Visit) -> Steps[Reply]:
        key = visit.headers.get("x-connect-key", "")
        if key:
            if not self._bridge_key or not hmac.compare_digest(key.encode(), self._bridge_key.encode()):
                return _tell(403, {"error": "wrong_key", "message": "X-Connect-Key is wrong."})
            return (yield from self._user_info_for_platform(flow, visit))
        person = current_person(visit.session)
        if person is None or person.network != flow.network.key:
            return _tell(401, {"error": "not_logged_in", "message": "Log in with this network first."})
        if visit.method == "POST" and not self._is_own_page(visit):
            return _tell(403, {"error": "wrong_origin", "message": "Ask from a page of this site."})
        try:
            info = yield from self.get_user_info(person, save=visit.method == "POST")
        except Unknown:
            return _tell(401, {"error": "not_logged_in", "message": "Log in with this network first."})
        return _tell(200, write_info(info))

    def get_user_info(self, person: Person, *, save: bool = False) -> Steps[UserInfo]:
        """Ask the network who somebody is, with his kept tokens: as data, or as an action, which saves it too.

        `Unknown` if nothing is kept of him.
        """
        flow = self.flows[person.network]
        tokens = yield from self.keeper.fresh_tokens(flow, person.user_id)
        info = yield from flow.read(tokens)
        if save:
            identity: Identity = yield from self.keeper.save_info(person.network, info)
            info = identity.user_info()
        return info

    def _user_info_for_platform(self, flow: Flow, visit: Visit) -> Steps[Reply]:
        token = visit.headers.get("authorization", "").removeprefix("Bearer ")
        user_id = {**visit.query, **visit.form}.get("user_id", "")
        tokens = Tokens(access_token=token, user_id=user_id if not token else "")
        info = yield from flow.read(tokens, user_id)
        if visit.method == "POST":
            kept = msgspec.structs.replace(tokens, user_id=info.id)
            yield from self.keeper.save(LoggedIn(network=flow.network.key, tokens=kept, info=info))
        return _tell(200, write_info(info))


def read_next(text: str, home: str) -> str:
    """Return where to go after the log-in: a path of this site, never another site."""
    parts = urlsplit(text)
    is_path = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable()
    return text if is_path and not parts.scheme and not parts.netloc and len(text) < 2000 else home


def nest(data: Mapping[str, Value]) -> dict[str, Any]:
    """Return the flat table as nested objects, which no-code tools show as `city.id` again."""
    nested: dict[str, Any] = {}
    for name, value in data.items():
        outer, _, inner = name.partition(".")
        if inner:
            nested.setdefault(outer, {})[inner] = value
        else:
            nested[outer] = value
    return nested


def write_info(info: UserInfo) -> dict[str, Any]:
    """Return what `…/user-info` answers: the table, and the profile beside it."""
    return {**nest(info.data), "profile": msgspec.to_builtins(info.profile)}


def _tell(status: int, body: dict[str, Any], headers: Mapping[str, str] | None = None) -> Reply:
    told = {"cache-control": "no-store", **(headers or {})}
    return Reply(status=status, body=msgspec.json.encode(body), kind="application/json", headers=told)


def _tell_error(error: errors.ConnectError) -> Reply:
    wait = error.retry_after if isinstance(error, errors.RateLimited) else None
    headers = {} if wait is None else {"retry-after": str(int(wait))}
    body = {"error": pages.name_of(error), "message": str(error)}
    return _tell(pages.status_of(error), body, headers)


def with_next(address: str, following: str) -> str:
    """Return a door's address that leads to a path of the site afterwards."""
    return f"{address}?{urlencode({'next': following})}"
