"""For Flask: a blueprint with the doors, and who is logged in, over Flask's own session."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import httpx
from flask import Blueprint, Flask, Response, request, session

from dvor_connect.people import UserInfo
from dvor_connect.protocols import App
from dvor_connect.saving.identities import Identity
from dvor_connect.saving.sqlalchemy import Store
from dvor_connect.sending import Sender
from dvor_connect.site import Person, Reply, Site, Visit, current_person

METHODS = ["GET", "POST"]


class Connect:
    """`Connect(…).init_app(app)`; in templates `connect.buttons()` and `connect.current()`.

    `account_of` tells the id of the account that is logged in, for a site that has other log-ins too.
    """

    def __init__(
        self,
        apps: Iterable[App],
        *,
        key: str,
        url: str,
        store: Store,
        account_of: Callable[[], str] | None = None,
        transport: httpx.BaseTransport | None = None,
        **more: Any,
    ) -> None:
        self.site = Site(apps, key=key, url=url, keeper=store.keeper, **more)
        self.sender = Sender(transport)
        self._account_of = account_of or (lambda: "")
        self._database = store.database
        self.blueprint = Blueprint("dvor_connect", __name__, url_prefix=self.site.path)
        self.blueprint.add_url_rule("/out", "out", self._leave, methods=["POST"])
        for door in ("begin", "back", "password", "user-info"):
            rule = "/<network>" if door == "begin" else f"/<network>/{door}"
            self.blueprint.add_url_rule(rule, door, partial(self._answer, door), methods=METHODS)

    def init_app(self, app: Flask) -> None:
        """Add the doors to an application, and `connect` to its templates."""
        app.register_blueprint(self.blueprint)
        app.context_processor(lambda: {"connect": self})

    def buttons(self, **more: Any) -> str:
        """Return the buttons of all networks as HTML."""
        return self.site.buttons(**more)

    def current(self) -> Person | None:
        """Return who is logged in."""
        return current_person(session)

    def identities(self) -> list[Identity]:
        """Return what is kept of whoever is logged in, at each of his networks; nothing for a stranger."""
        person = self.current()
        if person is None:
            return []
        return self.sender.run(self.site.keeper.list_of_account(person.account_id), self._database)

    def get_user_info(self, *, save: bool = False) -> UserInfo | None:
        """Ask the network who is logged in: as data, or as an action, which saves it too.  None for a stranger."""
        person = self.current()
        if person is None:
            return None
        return self.sender.run(self.site.get_user_info(person, save=save), self._database)

    def close(self) -> None:
        """Close the kept connections."""
        self.sender.close()

    def _answer(self, door: str, network: str) -> Response:
        return _write(self.sender.run(self.site.answer(door, network, self._read()), self._database))

    def _leave(self) -> Response:
        return _write(self.site.leave(self._read()))

    def _read(self) -> Visit:
        return Visit(
            method=request.method,
            query=request.args.to_dict(),
            form=request.form.to_dict(),
            headers={name.lower(): value for name, value in request.headers.items()},
            session=session,
            account_id=self._account_of(),
        )


def _write(reply: Reply) -> Response:
    return Response(reply.body, reply.status, reply.fields, content_type=reply.kind)
