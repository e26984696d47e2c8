"""The guard that keeps tests on this machine: a socket may only reach, or wait at, a loopback address."""

import ipaddress
import socket
import sys
from typing import Any

_WATCHED = {"socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"}


class OutsideThisMachine(RuntimeError):
    """A test tried to reach, or to be reached from, another machine."""


def is_loopback(host: object) -> bool:
    """Tell whether a host, as sockets take it, is a loopback address or the name localhost."""
    if isinstance(host, bytes):
        host = host.decode()
    if not isinstance(host, str):
        return host is None
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def guard_sockets() -> None:
    """Refuse every other address from now on, for the life of this process.

    It sees the sockets of Python, not those that uvloop opens by itself.
    """
    sys.addaudithook(_watch)


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if not event.startswith("socket."):
        return
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event in _WATCHED and arguments[0].family in (socket.AF_INET, socket.AF_INET6):
        if arguments[1] is None:  # sendmsg on a connected socket
            return
        host = arguments[1][0]
    else:
        return
    if not is_loopback(host):
        raise OutsideThisMachine(f"{event} to {host!r}: tests stay on this machine")
