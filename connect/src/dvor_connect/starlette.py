"""For Starlette and FastAPI: a `Mount` with the doors, and who is logged in.  It needs Starlette's SessionMiddleware."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import anyio.to_thread
import httpx
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from dvor_connect.people import UserInfo
from dvor_connect.protocols import App
from dvor_connect.saving.identities import Identity
from dvor_connect.saving.sqlalchemy import AsyncStore, Store
from dvor_connect.sending import AsyncDatabase, AsyncSender, Work
from dvor_connect.site import Person, Reply, Site, Visit, current_person

METHODS = ["GET", "POST"]


class Connect:
    """`routes` for the site's own list of routes; FastAPI: `app.router.routes.append(connect.routes)`.

    `account_of` tells the id of the account that is logged in, for a site that has other log-ins too.
    """

    def __init__(
        self,
        apps: Iterable[App],
        *,
        key: str,
        url: str,
        store: Store | AsyncStore,
        account_of: Callable[[Request], str] | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        **more: Any,
    ) -> None:
        self.site = Site(apps, key=key, url=url, keeper=store.keeper, **more)
        self.sender = AsyncSender(transport)
        self._account_of = account_of or (lambda _: "")
        self._database = _in_thread(store) if isinstance(store, Store) else store.database
        doors = [
            Route("/out", self._leave, methods=["POST"]),
            Route("/{network}", partial(self._answer, "begin"), methods=METHODS),
            *(
                Route(f"/{{network}}/{door}", partial(self._answer, door), methods=METHODS)
                for door in ("back", "password", "user-info")
            ),
        ]
        self.routes = Mount(self.site.path, routes=doors)

    def buttons(self, **more: Any) -> str:
        """Return the buttons of all networks as HTML."""
        return self.site.buttons(**more)

    def current(self, request: Request) -> Person | None:
        """Return who is logged in."""
        return current_person(request.session)

    async def identities(self, request: Request) -> list[Identity]:
        """Return what is kept of whoever is logged in, at each of his networks; nothing for a stranger."""
        person = self.current(request)
        if person is None:
            return []
        return await self.sender.run(self.site.keeper.list_of_account(person.account_id), self._database)

    async def get_user_info(self, request: Request, *, save: bool = False) -> UserInfo | None:
        """Ask the network who is logged in: as data, or as an action, which saves it too.  None for a stranger."""
        person = self.current(request)
        if person is None:
            return None
        return await self.sender.run(self.site.get_user_info(person, save=save), self._database)

    async def close(self) -> None:
        """Close the kept connections, at the end of the application's life."""
        await self.sender.close()

    async def _answer(self, door: str, request: Request) -> Response:
        steps = self.site.answer(door, request.path_params["network"], await self._read(request))
        return _write(await self.sender.run(steps, self._database))

    async def _leave(self, request: Request) -> Response:
        return _write(self.site.leave(await self._read(request)))

    async def _read(self, request: Request) -> Visit:
        form: dict[str, str] = {}
        if request.method == "POST":
            async with request.form(max_files=0) as sent:
                form = {name: value for name, value in sent.items() if isinstance(value, str)}
        return Visit(
            method=request.method,
            query=dict(request.query_params),
            form=form,
            headers=dict(request.headers),
            session=request.session,
            account_id=self._account_of(request),
        )


def _in_thread(store: Store) -> AsyncDatabase:
    async def do(work: Work) -> Any:
        return await anyio.to_thread.run_sync(store.database, work)

    return do


def _write(reply: Reply) -> Response:
    return Response(reply.body, reply.status, reply.fields, media_type=reply.kind)
