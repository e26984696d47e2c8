"""A site of one page and one button: whoever clicks logs in with Dvor, and what the network tells of him is in `people.db`.

Beside `make demo`: `make example`, then http://localhost:3000.
"""

import argparse
import contextlib
import json
import secrets
from collections.abc import AsyncIterator
from html import escape
from pathlib import Path

import uvicorn
from sqlalchemy import create_engine
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from dvor_connect import App, network
from dvor_connect.saving.sqlalchemy import Store
from dvor_connect.starlette import Connect

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>The courtyard club</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<style>th {{ text-align: left; vertical-align: top; padding-right: 1em }} td {{ overflow-wrap: anywhere }}</style>
<body style="max-width:40em;margin:3em auto;padding:0 1em;font:1rem/1.5 system-ui,sans-serif">
<h1>The courtyard club</h1>{body}</body></html>"""
MEMBER = """<p>Hello, {name}!</p>
<form method="post" action="/update"><button>Get User info</button></form>
<form method="post" action="/login/out"><button>Log out</button></form>
<table id="user-info">{rows}</table>"""


def build_site(facts: Path, url: str, database: Path, networks: list[str]) -> Starlette:
    """Return the site; `facts` is the file that `make demo` writes: where Dvor is, and the app's id and secret."""
    demo = json.loads(facts.read_text())
    apps = []
    for key in networks:
        member = demo["credential"] if key == "webtv" else demo["app"]
        app_id = str(member["key_id"] if key == "webtv" else member["id"])
        apps.append(App(network=network(key, site=demo["base_url"]), id=app_id, secret=member["secret"]))
    key = secrets.token_urlsafe(32)  # a real site keeps its key, so that log-ins and tokens outlive a restart
    store = Store(create_engine(f"sqlite:///{database}"), key)
    store.create_tables()
    connect = Connect(apps, key=key, url=url, store=store)

    async def home(request: Request) -> Response:
        known = await connect.identities(request)
        if not known:
            return HTMLResponse(PAGE.format(body=connect.buttons()))
        told = [(name, value) for name, value in known[0].info.items() if value is not None]
        rows = "".join(f"<tr><th>{escape(name)}<td>{escape(str(value))}" for name, value in told)
        return HTMLResponse(PAGE.format(body=MEMBER.format(name=escape(known[0].profile.name), rows=rows)))

    async def update(request: Request) -> Response:
        await connect.get_user_info(request, save=True)
        return RedirectResponse("/", 303)

    @contextlib.asynccontextmanager
    async def live(_: Starlette) -> AsyncIterator[None]:
        yield
        await connect.close()

    return Starlette(
        routes=[Route("/", home), Route("/update", update, methods=["POST"]), connect.routes],
        middleware=[Middleware(SessionMiddleware, secret_key=key)],
        lifespan=live,
    )


def main() -> None:
    """Serve it on this machine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("facts", type=Path)
    parser.add_argument("--port", type=int, default=3000)
    parser.add_argument("--database", type=Path, default=Path("people.db"))
    parser.add_argument("--network", action="append", help="dvor, unless others are named")
    given = parser.parse_args()
    if not given.facts.exists():
        parser.exit(1, f"There is no {given.facts}: run `make demo` in another terminal first.\n")
    url = f"http://localhost:{given.port}"
    site = build_site(given.facts, url, given.database, given.network or ["dvor"])
    print(f"\nThe courtyard club is at {url}\n", flush=True)
    uvicorn.run(site, host="127.0.0.1", port=given.port, log_level="warning")


if __name__ == "__main__":
    main()
