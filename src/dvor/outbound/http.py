"""Calls over HTTP to addresses that people have entered: never to this machine's own network unless that is allowed.

A name is resolved once, every address it has is checked, and the connection goes to the checked address, so that the
name cannot lead elsewhere a moment later.  Redirects are not followed; an answer is read up to a limit.
"""

import asyncio
import ipaddress
import socket
from urllib.parse import urlsplit

from msgspec import Struct

TIMEOUT_SECONDS = 10.0
MAX_ANSWER_BYTES = 65_536


class UnreachableAddress(Exception):
    """The address is none, or leads into a private network, or nobody answered there."""


class Answer(Struct, frozen=True):
    """What came back: the status and the first bytes of the body."""

    status: int
    body: bytes
    retry_after: str


async def post(url: str, body: bytes, headers: dict[str, str], *, allows_private: bool) -> Answer:
    """POST a body and return the answer; `UnreachableAddress`."""
    try:
        parts = urlsplit(url)
        host, port_number = parts.hostname or "", parts.port
    except ValueError as error:
        raise UnreachableAddress("no address") from error
    if parts.scheme not in ("http", "https") or not host or " " in host:
        raise UnreachableAddress("no http address")
    address = await find_address(
        host, port_number or (443 if parts.scheme == "https" else 80), allows_private=allows_private
    )
    literal = f"[{address}]" if ":" in address else address
    port = f":{parts.port}" if parts.port else ""
    target = parts._replace(netloc=literal + port, fragment="").geturl()
    import httpx  # its memory only where something is called

    sent = {"host": parts.netloc.rpartition("@")[2], "user-agent": "Dvor"} | headers
    try:
        async with (
            httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False) as client,
            client.stream(
                "POST", target, content=body, headers=sent, extensions={"sni_hostname": host}
            ) as answer,
        ):
            received = b""
            async for chunk in answer.aiter_raw():
                received += chunk
                if len(received) >= MAX_ANSWER_BYTES:
                    break
            return Answer(
                answer.status_code, received[:MAX_ANSWER_BYTES], answer.headers.get("retry-after", "")
            )
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise UnreachableAddress(repr(error)) from error


async def find_address(host: str, port: int, *, allows_private: bool) -> str:
    """Return the first address of a name after checking all of them; `UnreachableAddress`."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UnreachableAddress(f"{host!r} has no address") from error
    addresses = [str(one[4][0]) for one in found]
    if not addresses or (not allows_private and not all(is_public(address) for address in addresses)):
        raise UnreachableAddress(f"{host!r} is no public address")
    return addresses[0]


def is_public(address: str) -> bool:
    """Say whether an address is one of the public internet, also behind IPv6's ways of writing IPv4."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour or (parsed.teredo[1] if parsed.teredo else None)
        if inner is not None:
            return inner.is_global
    return parsed.is_global and not parsed.is_multicast
