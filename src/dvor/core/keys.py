"""Signing keys: identity tokens are signed by one that changes now and then, and checked with those that were before.

There are keys of two kinds: RSA (RS256, which every client of OpenID Connect knows) and elliptic curve (ES256, shorter).
The library joserfc brings cryptography with it, 10 MB: both are imported where something is signed or read.
"""

import asyncio
import secrets
from typing import TYPE_CHECKING, Any

import msgspec

from dvor.core.courtyard import Courtyard
from dvor.model.apps import RS256, SIGNING_ALGORITHMS
from dvor.store.database import Transaction
from dvor.store.keys import SigningKey, delete_key, insert_key, list_keys

if TYPE_CHECKING:
    from joserfc.jwk import ECKey, RSAKey

KEY_PURPOSE = "signing key"
KEY_BITS = 2048
CURVE = "P-256"
SIGNING_SECONDS = 90 * 86400
"""How long a key signs; it is published for as long again, so that what it has signed can be checked."""
PUBLISHED_SECONDS = 3600
"""A new key is published so long before it signs, so that clients that keep the list have it."""

_keys: dict[str, "RSAKey | ECKey"] = {}


async def load_keys(courtyard: Courtyard) -> list[SigningKey]:
    """Return the keys, oldest first; the first of each kind is made when it is needed."""
    async with courtyard.database.read() as tx:
        kept = await list_keys(tx)
    missing = set(SIGNING_ALGORITHMS) - {key.algorithm for key in kept}
    return kept + [await make_key(courtyard, algorithm) for algorithm in sorted(missing)]


def _draw(algorithm: str, key_id: str) -> "RSAKey | ECKey":
    from joserfc.jwk import ECKey, RSAKey

    described: Any = {"kid": key_id, "use": "sig", "alg": algorithm}
    if algorithm == RS256:
        return RSAKey.generate_key(KEY_BITS, described)
    return ECKey.generate_key(CURVE, described)


async def make_key(courtyard: Courtyard, algorithm: str) -> SigningKey:
    """Make a key and keep it, encrypted under the master key."""
    key_id = secrets.token_hex(8)
    drawn = await asyncio.to_thread(_draw, algorithm, key_id)
    sealed = courtyard.master_key.encrypt(KEY_PURPOSE, msgspec.json.encode(drawn.as_dict(private=True)))
    key = SigningKey(key_id, algorithm, sealed, courtyard.now)
    await courtyard.database.write(lambda tx: insert_key(tx, key))
    return key


async def rotate_keys(courtyard: Courtyard) -> None:
    """Make a new key when the newest of a kind has signed long enough, and forget those that nothing valid was signed with."""
    async with courtyard.database.read() as tx:
        kept = await list_keys(tx)
    now, old = courtyard.now, []
    for algorithm in SIGNING_ALGORITHMS:
        same = [key for key in kept if key.algorithm == algorithm]
        if same and same[-1].created_at + SIGNING_SECONDS <= now:  # the first one is made when it is needed
            await make_key(courtyard, algorithm)
        old += [key.key_id for key in same[:-1] if key.created_at + 2 * SIGNING_SECONDS <= now]

    async def write(tx: Transaction) -> None:
        for key_id in old:
            await delete_key(tx, key_id)

    if old:
        await courtyard.database.write(write)


def _open(courtyard: Courtyard, kept: SigningKey) -> "RSAKey | ECKey":
    from joserfc.jwk import ECKey, RSAKey

    key = _keys.get(kept.key_id)
    if key is None:
        plain = msgspec.json.decode(courtyard.master_key.decrypt(KEY_PURPOSE, kept.private_key))
        key = RSAKey.import_key(plain) if kept.algorithm == RS256 else ECKey.import_key(plain)
        _keys[kept.key_id] = key
    return key


async def publish_keys(courtyard: Courtyard) -> dict[str, Any]:
    """Return the public halves as a JSON Web Key Set (RFC 7517)."""
    kept = await load_keys(courtyard)
    return {"keys": [_open(courtyard, key).as_dict(private=False) for key in kept]}


async def sign_claims(courtyard: Courtyard, claims: dict[str, Any], algorithm: str = RS256) -> str:
    """Return a JSON Web Token of these claims."""
    from joserfc import jwt

    kept = [key for key in await load_keys(courtyard) if key.algorithm == algorithm]
    settled = [key for key in kept if key.created_at + PUBLISHED_SECONDS <= courtyard.now]
    key = (settled or kept[:1])[-1]
    return jwt.encode({"alg": algorithm, "kid": key.key_id}, claims, _open(courtyard, key))


async def read_claims(courtyard: Courtyard, text: str) -> dict[str, Any] | None:
    """Return the claims of a token that was signed here, also of an expired one; None for any other."""
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    keys = KeySet([_open(courtyard, key) for key in await load_keys(courtyard)])
    try:
        return dict(jwt.decode(text, keys, algorithms=list(SIGNING_ALGORITHMS)).claims)
    except (JoseError, ValueError):
        return None
