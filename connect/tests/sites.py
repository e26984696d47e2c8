"""The same site three times, in Starlette, Flask and Django, and a browser of little brain to visit it."""

import asyncio
import html
import time
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import django
import httpx
from django.conf import settings as django_settings
from flask import Flask
from flask import Response as FlaskResponse
from msgspec import Struct
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from connect.tests.conftest import KEY
from dvor_connect import App
from dvor_connect.flask import Connect as FlaskConnect
from dvor_connect.saving.keeping import Keeper
from dvor_connect.saving.sqlalchemy import Store
from dvor_connect.saving.vault import Vault
from dvor_connect.sending import Sender
from dvor_connect.starlette import Connect as StarletteConnect

URL = "https://club.example"
HOME = "<h1>{name}</h1>{buttons}"
OPTIONS: dict[str, Any] = {"key": KEY, "url": URL, "bridge_key": "the bridge"}


class Seen(Struct):
    """What the browser sees."""

    status: int
    location: str
    text: str


class Browser:
    """Keeps cookies; says where it comes from as browsers do."""

    def __init__(self, send: Any) -> None:
        self._send, self._cookies = send, SimpleCookie()

    def ask(
        self,
        method: str,
        path: str,
        form: dict[str, str] | None = None,
        site: str = "same-origin",
        **headers: str,
    ) -> Seen:
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        told["sec-fetch-site"] = site
        if method == "POST" and site == "same-origin":
            told["origin"] = URL
        if self._cookies:
            told["cookie"] = "; ".join(f"{one.key}={one.value}" for one in self._cookies.values())
        status, answered, text = self._send(method, path, form or {}, told)
        for name, value in answered:
            if name.lower() == "set-cookie":
                self._cookies.load(value)
        location = next((value for name, value in answered if name.lower() == "location"), "")
        return Seen(status, location, html.unescape(text))

    def get(self, path: str, **more: str) -> Seen:
        return self.ask("GET", path, None, **more)

    def post(self, path: str, form: dict[str, str] | None = None, **more: str) -> Seen:
        return self.ask("POST", path, form, **more)


def make_store(folder: Path) -> Store:
    """Return an empty store on SQLite."""
    store = Store(create_engine(f"sqlite:///{folder}/site.db", poolclass=NullPool), KEY)
    store.create_tables()
    return store


class Site(Struct):
    """A site: its browsers, and how many people and accounts it keeps."""

    browser: Any
    count: Any
    close: Any


def make_starlette(apps: list[App], folder: Path, loop: asyncio.AbstractEventLoop) -> Site:
    """The site in Starlette."""
    store = make_store(folder)
    connect = StarletteConnect(apps, store=store, **OPTIONS)

    async def home(request: Request) -> HTMLResponse:
        known = await connect.identities(request)
        name = known[0].profile.name if known else "nobody"
        return HTMLResponse(HOME.format(name=name, buttons=connect.buttons()))

    session = Middleware(SessionMiddleware, secret_key="x" * 32, https_only=False)
    app = Starlette(routes=[Route("/", home), connect.routes], middleware=[session])

    def send(method: str, path: str, form: dict[str, str], headers: dict[str, str]) -> Any:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL) as client:
                return await client.request(method, path, data=form or None, headers=headers)

        answer = asyncio.run_coroutine_threadsafe(ask(), loop).result(30)
        return answer.status_code, list(answer.headers.multi_items()), answer.text

    def close() -> None:
        asyncio.run_coroutine_threadsafe(connect.close(), loop).result(30)

    return Site(lambda: Browser(send), lambda: _count(store), close)


def _count(store: Store) -> tuple[int, int]:
    with store._engine.begin() as tx:
        tables = ("connect_identities", "connect_accounts")
        return tuple(tx.exec_driver_sql(f"SELECT count(*) FROM {one}").scalar() for one in tables)  # type: ignore[return-value]


def make_flask(apps: list[App], folder: Path, _: object) -> Site:
    """The site in Flask."""
    store = make_store(folder)
    connect = FlaskConnect(apps, store=store, **OPTIONS)
    app = Flask("club")
    app.secret_key = "x" * 32
    connect.init_app(app)

    @app.get("/")
    def home() -> FlaskResponse:
        known = connect.identities()
        name = known[0].profile.name if known else "nobody"
        return FlaskResponse(HOME.format(name=name, buttons=connect.buttons()))

    def send(method: str, path: str, form: dict[str, str], headers: dict[str, str]) -> Any:
        client = app.test_client(use_cookies=False)
        answer = client.open(path, method=method, data=form or None, headers=headers, base_url=URL)
        return answer.status_code, list(answer.headers), answer.get_data(as_text=True)

    return Site(lambda: Browser(send), lambda: _count(store), connect.close)


def set_up_django(folder: Path) -> None:
    """Configure Django, which can be done once in a process."""
    django_settings.configure(
        SECRET_KEY=KEY,
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF="connect.tests.django_urls",
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "dvor_connect.django",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "django.db")}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
    )
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


class DjangoStore:
    """What Django keeps, with the names of SQLAlchemy's store."""

    def __init__(self, keys: Any, link_by_verified_email: bool = False) -> None:
        from dvor_connect.django.identities import DjangoAccounts, DjangoIdentities, work_in_transaction

        self.keeper = Keeper(
            DjangoIdentities(),
            DjangoAccounts(),
            Vault(keys),
            time.time,
            link_by_verified_email=link_by_verified_email,
        )
        self._work = work_in_transaction

    def __getattr__(self, name: str) -> Any:
        def call(*given: Any) -> Any:
            from django.db import connection

            try:
                return Sender().run(getattr(self.keeper, name)(*given), self._work)
            finally:
                connection.close()  # each thread has its own

        return call

    def fresh_tokens(self, flow: Any, user_id: str) -> Any:
        return flow.run(self.keeper.fresh_tokens(flow, user_id), self._work)

    def create_tables(self) -> None:
        """They are there."""


def empty_django(folder: Path) -> None:
    """Set Django up, and delete what it keeps."""
    if not django_settings.configured:
        set_up_django(folder)
    from django.contrib.auth import get_user_model
    from django.contrib.sessions.models import Session

    from dvor_connect.django.models import Identity

    for table in (Identity, Session, get_user_model()):
        table.objects.all().delete()


def make_django(apps: list[App], folder: Path, _: object) -> Site:
    """The site in Django, emptied."""
    empty_django(folder)
    from django.contrib.auth import get_user_model
    from django.test import Client, override_settings

    from dvor_connect.django.connect import get_sender, get_site
    from dvor_connect.django.models import Identity

    get_site.cache_clear()
    get_sender.cache_clear()
    given = {name: value for name, value in OPTIONS.items() if name != "key"}
    override_settings(DVOR_CONNECT={"apps": apps, **given}).enable()

    def send(method: str, path: str, form: dict[str, str], headers: dict[str, str]) -> Any:
        client = Client(enforce_csrf_checks=True)
        more = {"data": urlencode(form), "content_type": "application/x-www-form-urlencoded"}
        answer = client.generic(method, path, headers=headers, secure=True, **(more if form else {}))
        cookies = [("set-cookie", one.OutputString()) for one in answer.cookies.values()]
        return answer.status_code, [*answer.items(), *cookies], answer.content.decode()

    count = lambda: (Identity.objects.count(), get_user_model().objects.count())  # noqa: E731
    return Site(lambda: Browser(send), count, get_sender().close)
