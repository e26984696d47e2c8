"""The static files of the pages: each has an address with a hash of its content, which may be kept for a year.

The plain address works as well, for what is written without looking the hash up (APIs, pages of dialects), and is kept for an hour.
"""

import hashlib
import mimetypes
import re
from functools import cache
from importlib.resources import files

from starlette.responses import Response

_PATH = re.compile(r"/static/(?P<stem>[a-z_]+)(?:\.(?P<hash>[0-9a-f]{12}))?\.(?P<ending>png|css|json|js)")
FOREVER, AN_HOUR = "public, max-age=31536000, immutable", "public, max-age=3600"


@cache
def read_static() -> dict[str, tuple[bytes, str]]:
    """Return the static files by name: the content, and the hash that tells its versions apart."""
    found = {one.name: one.read_bytes() for one in (files("dvor.web") / "static").iterdir() if one.is_file()}
    return {name: (content, hashlib.sha256(content).hexdigest()[:12]) for name, content in found.items()}


def static_address(name: str) -> str:
    """Return the address of a static file under which it never changes."""
    stem, _, ending = name.rpartition(".")
    return f"/static/{stem}.{read_static()[name][1]}.{ending}"


def answer_static(path: str) -> Response | None:
    """Return the static file at a path; None if there is none, or if the hash is of another version."""
    match = _PATH.fullmatch(path)
    name = f"{match['stem']}.{match['ending']}" if match else ""
    content, own_hash = read_static().get(name, (b"", ""))
    if match is None or not own_hash or match["hash"] not in (None, own_hash):
        return None
    headers = {
        "cache-control": FOREVER if match["hash"] else AN_HOUR,
        "x-content-type-options": "nosniff",
    }
    return Response(content, media_type=mimetypes.guess_type(name)[0], headers=headers)
