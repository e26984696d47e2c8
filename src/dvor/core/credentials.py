"""Credentials: other servers sign their calls with them; administrators make, change and delete them."""

import secrets
from base64 import b64encode

from msgspec.structs import asdict

from dvor.core.courtyard import Courtyard
from dvor.core.secrets import hash_secret
from dvor.model.credentials import (
    Credential,
    CredentialDay,
    NewCredential,
    Signed,
    check_credential,
    is_signature,
    read_timestamp,
)
from dvor.model.errors import (
    CredentialNotFound,
    RefererRefused,
    SaltUsed,
    SignatureEarly,
    SignatureExpired,
    SignatureWrong,
)
from dvor.store import credentials as store
from dvor.store.database import Transaction
from dvor.store.hooks import save_hooks
from dvor.store.webtv_sessions import delete_webtv_sessions_of_credential

DAY = 86400
SECRET_PURPOSE = "credential secret"
SECRET_BYTES = 48
"""384 random bits, which are 64 characters in base64, as many as the original's secrets have."""


async def create_credential(courtyard: Courtyard, new: NewCredential) -> tuple[Credential, str]:
    """Make a credential; return it with its secret.  `InvalidParameter`."""
    check_credential(new)
    secret = _draw_secret()
    credential = Credential(
        key_id=secrets.token_hex(16),
        secret=_seal(courtyard, secret),
        created_at=courtyard.now,
        used_at=0,
        **asdict(new),
    )
    await courtyard.database.write(lambda tx: store.insert_credential(tx, credential))
    return credential, secret


def _draw_secret() -> str:
    return b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def _seal(courtyard: Courtyard, secret: str) -> bytes:
    return courtyard.master_key.encrypt(SECRET_PURPOSE, secret.encode())


def reveal_secret(courtyard: Courtyard, credential: Credential) -> str:
    """Return the shared secret in clear, for administrators and for comparing signatures."""
    return courtyard.master_key.decrypt(SECRET_PURPOSE, credential.secret).decode()


async def find_credential(tx: Transaction, key_id: str) -> Credential:
    """Return a credential; `CredentialNotFound`."""
    credential = await store.find_credential(tx, key_id)
    if credential is None:
        raise CredentialNotFound(key_id)
    return credential


async def list_credentials(tx: Transaction) -> list[Credential]:
    """Return all credentials, oldest first."""
    return await store.list_credentials(tx)


async def change_credential(courtyard: Courtyard, key_id: str, new: NewCredential) -> None:
    """Store what an administrator has changed; Key ID and secret stay.  `CredentialNotFound`, `InvalidParameter`."""
    check_credential(new)
    if not await courtyard.database.write(lambda tx: store.update_credential(tx, key_id, asdict(new))):
        raise CredentialNotFound(key_id)


async def rotate_secret(courtyard: Courtyard, key_id: str) -> str:
    """Give a credential a new secret and return it; the old one is dead at once.  `CredentialNotFound`."""
    secret = _draw_secret()
    sealed = _seal(courtyard, secret)
    if not await courtyard.database.write(lambda tx: store.set_credential_secret(tx, key_id, sealed)):
        raise CredentialNotFound(key_id)
    return secret


async def remove_credential(courtyard: Courtyard, key_id: str) -> None:
    """Delete a credential with everything that hangs on it, also the sessions it has opened; `CredentialNotFound`."""

    async def write(tx: Transaction) -> bool:
        await delete_webtv_sessions_of_credential(tx, key_id)
        await save_hooks(tx, key_id, [])
        return await store.delete_credential(tx, key_id)

    if not await courtyard.database.write(write):
        raise CredentialNotFound(key_id)


async def authenticate(courtyard: Courtyard, credential: Credential, signed: Signed) -> None:
    """Make sure that a request was signed with a credential, not long ago, and comes from where it may.

    Errors: `InvalidParameter` (the timestamp), `SignatureWrong`, `SignatureExpired`, `SignatureEarly`, `RefererRefused`,
    `SaltUsed`.
    """
    now, skew = courtyard.now, courtyard.settings.clock_skew
    signed_at = read_timestamp(signed.timestamp)
    if not is_signature(credential, reveal_secret(courtyard, credential), signed):
        raise SignatureWrong
    if signed_at + credential.expiration < now:
        raise SignatureExpired
    if signed_at > now + skew:
        raise SignatureEarly
    if not credential.admits(signed.referer_host):
        raise RefererRefused(signed.referer_host or "")
    if credential.uses_salts_once:
        key_id, salt = credential.key_id, hash_secret(signed.salt)
        until = signed_at + credential.expiration
        if not await courtyard.database.write(lambda tx: store.use_salt(tx, key_id, salt, until)):
            raise SaltUsed


async def list_credential_days(
    tx: Transaction, key_id: str, now: int, count: int = 30
) -> list[CredentialDay]:
    """Return the counts of the last days by day and action; where nothing happened there is none."""
    return await store.list_credential_days(tx, key_id, now // DAY - count + 1)
