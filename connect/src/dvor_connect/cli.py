"""The command dvor-connect: try a log-in, list the networks, write the OpenAPI file and the page of fields."""

import argparse
import getpass
import json
import os
import secrets
import sys
from collections.abc import Callable, Sequence

import msgspec

from dvor_connect import errors, trial
from dvor_connect.connection import Connection, LoggedIn
from dvor_connect.networks import Network, UnknownNetwork, known_networks, network, read_known, read_network
from dvor_connect.openapi import write_openapi
from dvor_connect.people import Tokens
from dvor_connect.protocols import App
from dvor_connect.table import write_table

SECRET = "DVOR_CONNECT_SECRET"
HINTS: dict[type[errors.ConnectError], str] = {
    errors.WrongSecret: "Compare --app-id and the secret with the network's settings of your app.",
    errors.CodeInvalid: "Is the redirect address above registered at the network, letter by letter?",
    errors.UnexpectedAnswer: "Is --site the right address?",
    errors.NotOffered: "Try another way: --password, or --user-id for WS.WebTV.",
}


def find_network(text: str, site: str = "") -> Network:
    """Return a network by key, by `key=site`, or by the path of a TOML file."""
    if text.endswith(".toml"):
        return read_network(text)
    key, _, address = text.partition("=")
    return network(key, site=address or site)


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(prog="dvor-connect", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("networks", help="list the networks")
    commands.add_parser("table", help="write the page that tells which network gives which field")
    attempt = commands.add_parser("try", help="log in on this machine and print the profile")
    attempt.add_argument("network", help=f"{', '.join(known_networks())}, or a TOML file")
    attempt.add_argument("--site", default="", help="the address of the instance or the issuer")
    attempt.add_argument("--app-id", default="", help="the app's id there (WS.WebTV: the Key ID)")
    attempt.add_argument("--secret", default="", help=f"its secret; safer in the environment: {SECRET}")
    attempt.add_argument("--port", type=int, default=3000, help="where the browser comes back to (3000)")
    attempt.add_argument("--seconds", type=float, default=300, help="how long to wait for it (300)")
    attempt.add_argument("--no-browser", action="store_true", help="only print the address")
    attempt.add_argument("--password", action="store_true", help="ask for login and password instead")
    attempt.add_argument("--user-id", default="", help="WS.WebTV: whom to read, without any log-in")
    document = commands.add_parser("openapi", help="write an OpenAPI file for no-code connectors")
    document.add_argument("networks", nargs="+", help="keys, or key=site where a network has many sites")
    document.add_argument("--url", required=True, help="your site's address")
    document.add_argument("--path", default="/login", help="where its doors are (/login)")
    return parser


def list_networks() -> str:
    """Return the networks, one a line."""
    known = map(read_known, known_networks())
    return "\n".join(f"{one.key:12} {one.title:16} {_show_address(one)}" for one in known)


def _show_address(one: Network) -> str:
    hosts = {name: host or "https://SITE" for name, host in one.hosts.items()}
    return msgspec.structs.replace(one, hosts=hosts).fill(one.profile or one.issuer)


def try_network(given: argparse.Namespace, say: Callable[[str], None]) -> int:
    """Log in once; return the exit code."""
    chosen = find_network(given.network, given.site)
    back = f"http://localhost:{given.port}{trial.PATH}"
    app = App(network=chosen, id=given.app_id, secret=given.secret or os.environ.get(SECRET, ""))
    with Connection(app, key=secrets.token_urlsafe(32), redirect_uri=back) as connection:
        try:
            if given.user_id:
                say(trial.draw_info(connection.get_user_info(Tokens(access_token=""), given.user_id)))
                return 0
            done = _log_in(connection, given, say)
        except errors.ConnectError as problem:
            say(f"{type(problem).__name__}: {problem}")
            if hint := HINTS.get(type(problem)):
                say(hint)
            return 1
    say(trial.draw_info(done.info))
    return 0


def _log_in(connection: Connection, given: argparse.Namespace, say: Callable[[str], None]) -> LoggedIn:
    has_page = connection.network.authorize or connection.network.issuer
    if given.password or not has_page:
        return trial.log_in_with_password(connection, input, getpass.getpass)
    say(f"The redirect address to register at the network: {connection.redirect_uri}")
    opens = not given.no_browser
    return trial.log_in_with_browser(connection, given.port, opens=opens, seconds=given.seconds, say=say)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    given = make_parser().parse_args(arguments)

    def say(text: str) -> None:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    try:
        if given.command == "networks":
            say(list_networks())
        elif given.command == "table":
            sys.stdout.write(write_table())
        elif given.command == "openapi":
            chosen = [find_network(one) for one in given.networks]
            say(json.dumps(write_openapi(chosen, given.url, given.path), ensure_ascii=False, indent=2))
        else:
            return try_network(given, say)
    except UnknownNetwork as problem:
        sys.stderr.write(f"dvor-connect: {problem}\n")
        return 2
    return 0
