"""Letters: put into the queue with the write that they belong to, and sent by the worker of the jobs."""

import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable
from urllib.parse import urlsplit

import msgspec

from dvor.core.courtyard import Courtyard
from dvor.core.secrets import hash_secret
from dvor.model.errors import LinkInvalid
from dvor.model.jobs import Job
from dvor.model.letters import LINK_SECONDS, Letter, Link
from dvor.outbound.mail import send_mail
from dvor.store.database import Transaction
from dvor.store.invites import prune_invites
from dvor.store.jobs import insert_job
from dvor.store.letters import delete_link, find_link, prune_links
from dvor.store.passkeys import prune_challenges

JOB = "send_letter"
SEALED_PURPOSE = "letter"

WriteLetter = Callable[[str], Letter]
"""Writes a letter around the secret of a link, or (an empty one) the letter that says why there is none."""


def draw_link(
    courtyard: Courtyard, purpose: str, user_id: int | None, body: dict[str, str]
) -> tuple[str, Link]:
    """Return a new secret, and the link to store for it."""
    secret = secrets.token_urlsafe(32)
    expires_at = courtyard.now + LINK_SECONDS[purpose]
    return secret, Link(hash_secret(secret), purpose, user_id, body, expires_at)


def seal_letter(courtyard: Courtyard, letter: Letter) -> dict[str, str]:
    """Return a letter as the body of its job: encrypted, for its link opens an account."""
    sealed = courtyard.master_key.encrypt(SEALED_PURPOSE, msgspec.json.encode(letter))
    return {"sealed": b64encode(sealed).decode()}


async def queue_letter(tx: Transaction, sealed: dict[str, str], now: int) -> None:
    """Have a sealed letter sent, if the write that it belongs to succeeds."""
    await insert_job(tx, JOB, sealed, now)


async def send_letter(courtyard: Courtyard, job: Job) -> None:
    """Send a letter; at least once, with the same Message-ID, so that a mailbox can tell a repetition."""
    opened = courtyard.master_key.decrypt(SEALED_PURPOSE, b64decode(job.body["sealed"]))
    letter = msgspec.json.decode(opened, type=Letter)
    if letter.to:
        host = urlsplit(courtyard.public_url).hostname or "localhost"
        await send_mail(
            courtyard.settings, letter, host=host, message_id=f"<{job.id}.{hash_name(job)}@{host}>"
        )


def hash_name(job: Job) -> str:
    """Return what tells the letters of two communities of one name apart."""
    return hash_secret(job.body["sealed"]).hex()[:16]


async def look_at_link(tx: Transaction, purpose: str, secret: str, now: int) -> Link:
    """Return a link that works; `LinkInvalid`."""
    link = await find_link(tx, hash_secret(secret))
    if link is None or link.purpose != purpose or link.expires_at <= now:
        raise LinkInvalid
    return link


async def use_link(tx: Transaction, purpose: str, secret: str, now: int) -> Link:
    """Return a link that works, and let it work no more; `LinkInvalid`."""
    link = await look_at_link(tx, purpose, secret, now)
    if not await delete_link(tx, link.secret_hash):
        raise LinkInvalid
    return link


async def prune_letters(courtyard: Courtyard) -> None:
    """Forget expired links, invites and challenges."""
    now = courtyard.now

    async def write(tx: Transaction) -> None:
        await prune_links(tx, now)
        await prune_invites(tx, now)
        await prune_challenges(tx, now)

    await courtyard.database.write(write)
