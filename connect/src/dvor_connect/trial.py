"""`dvor-connect try`: one log-in on this machine, from the address to the profile as a table."""

import http.server
import time
import webbrowser
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

from dvor_connect.connection import Connection, LoggedIn
from dvor_connect.errors import NetworkDown, SecondFactorNeeded
from dvor_connect.people import Profile, UserInfo, user_info_fields

PATH = "/callback"
_DONE = b"<!doctype html><title>Done</title><p>Done. Look at the terminal; this window can be closed."


def wait_for_return(port: int, seconds: float, on_ready: Callable[[], None]) -> dict[str, str]:
    """Serve on localhost until a browser comes back to `/callback`; return what it brings, nothing if nobody came in time."""
    came: dict[str, str] = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        timeout = 5  # browsers open connections that they do not use

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            is_return = parts.path == PATH
            self.send_response(200 if is_return else 404)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(_DONE if is_return else b"")
            if is_return:
                came.update({"": "", **dict(parse_qsl(parts.query, keep_blank_values=True))})

        def log_message(self, *_: object) -> None:
            """Say nothing: the address holds a code."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        server.timeout, server.block_on_close = 0.1, False
        on_ready()
        deadline = time.monotonic() + seconds
        while not came and time.monotonic() < deadline:
            server.handle_request()
    return came


def log_in_with_browser(
    connection: Connection, port: int, *, opens: bool, seconds: float, say: Callable[[str], None]
) -> LoggedIn:
    """Send the developer to the network and wait for the way back."""
    url, ticket = connection.login_url()

    def invite() -> None:
        say(f"Open this address, unless the browser has done so:\n\n  {url}\n")
        if opens:
            webbrowser.open(url)

    came = wait_for_return(port, seconds, invite)
    if not came:
        raise NetworkDown(connection.network.key, f"nobody came back to http://localhost:{port}{PATH}")
    return connection.finish_login(came, ticket)


def log_in_with_password(
    connection: Connection, ask: Callable[[str], str], ask_secret: Callable[[str], str]
) -> LoggedIn:
    """Ask for login and password, and for a one-time code where the network wants one."""
    login, password = ask("E-mail or login: "), ask_secret("Password: ")
    try:
        return connection.log_in_with_password(login, password)
    except SecondFactorNeeded:
        return connection.log_in_with_password(login, password, ask("One-time code: "))


def draw_info(info: UserInfo) -> str:
    """Return the table and the profile as aligned text."""
    rows = [(one.name, one.type, info.data[one.name]) for one in user_info_fields()]
    told = [(name, "", getattr(info.profile, name)) for name in Profile.__struct_fields__]
    width = max(len(name) for name, _, _ in [*rows, *told])
    lines = [f"{name:{width}}  {kind:7} {_show(value)}" for name, kind, value in rows]
    return "\n".join(
        [
            "Get User info",
            *lines,
            "",
            "Profile",
            *(f"{name:{width}}  {_show(value)}" for name, _, value in told),
        ]
    )


def _show(value: object) -> str:
    if value is None:
        return "–"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
