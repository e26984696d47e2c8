"""Signing keys: identity tokens are signed by one that changes now and then, and checked with those that were before."""

import asyncio
import secrets
from typing import Any

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey

from dvor.core.courtyard import Courtyard
from dvor.store.database import Transaction
from dvor.store.keys import SigningKey, delete_key, insert_key, list_keys

ALGORITHM = "RS256"
KEY_PURPOSE = "signing key"
KEY_BITS = 2048
SIGNING_SECONDS = 90 * 86400
"""How long a key signs; it is published for as long again, so that what it has signed can be checked."""
PUBLISHED_SECONDS = 3600
"""A new key is published so long before it signs, so that clients that keep the list have it."""

_keys: dict[str, RSAKey] = {}


async def load_keys(courtyard: Courtyard) -> list[SigningKey]:
    """Return the keys, oldest first; the first one is made when it is needed."""
    async with courtyard.database.read() as tx:
        kept = await list_keys(tx)
    return kept or [await make_key(courtyard)]


async def make_key(courtyard: Courtyard) -> SigningKey:
    """Make a key and keep it, encrypted under the master key."""
    key_id = secrets.token_hex(8)
    drawn = await asyncio.to_thread(
        RSAKey.generate_key, KEY_BITS, {"kid": key_id, "use": "sig", "alg": ALGORITHM}
    )
    sealed = courtyard.master_key.encrypt(KEY_PURPOSE, msgspec.json.encode(drawn.as_dict(private=True)))
    key = SigningKey(key_id, ALGORITHM, sealed, courtyard.now)
    await courtyard.database.write(lambda tx: insert_key(tx, key))
    return key


async def rotate_keys(courtyard: Courtyard) -> None:
    """Make a new key when the newest has signed long enough, and forget those that nothing valid was signed with."""
    async with courtyard.database.read() as tx:
        kept = await list_keys(tx)
    if not kept:
        return  # the first one is made when it is needed
    now = courtyard.now
    if kept[-1].created_at + SIGNING_SECONDS <= now:
        await make_key(courtyard)
    old = [key.key_id for key in kept[:-1] if key.created_at + 2 * SIGNING_SECONDS <= now]

    async def write(tx: Transaction) -> None:
        for key_id in old:
            await delete_key(tx, key_id)

    if old:
        await courtyard.database.write(write)


def _open(courtyard: Courtyard, kept: SigningKey) -> RSAKey:
    key = _keys.get(kept.key_id)
    if key is None:
        plain = courtyard.master_key.decrypt(KEY_PURPOSE, kept.private_key)
        key = _keys[kept.key_id] = RSAKey.import_key(msgspec.json.decode(plain))
    return key


async def publish_keys(courtyard: Courtyard) -> dict[str, Any]:
    """Return the public halves as a JSON Web Key Set (RFC 7517)."""
    kept = await load_keys(courtyard)
    return {"keys": [_open(courtyard, key).as_dict(private=False) for key in kept]}


async def sign_claims(courtyard: Courtyard, claims: dict[str, Any]) -> str:
    """Return a JSON Web Token of these claims."""
    kept = await load_keys(courtyard)
    settled = [key for key in kept if key.created_at + PUBLISHED_SECONDS <= courtyard.now]
    key = (settled or kept[:1])[-1]
    return jwt.encode({"alg": ALGORITHM, "kid": key.key_id}, claims, _open(courtyard, key))


async def read_claims(courtyard: Courtyard, text: str) -> dict[str, Any] | None:
    """Return the claims of a token that was signed here, also of an expired one; None for any other."""
    keys = KeySet([_open(courtyard, key) for key in await load_keys(courtyard)])
    try:
        return dict(jwt.decode(text, keys, algorithms=[ALGORITHM]).claims)
    except (JoseError, ValueError):
        return None
