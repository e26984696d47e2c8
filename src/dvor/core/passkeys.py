"""Passkeys (WebAuthn level 3): a device signs a challenge of ours, and says by its owner's finger or PIN that he is there.

A challenge is not stored: it is signed, names what it is for, and expires; that it was answered is.  A passkey stands
for password and one-time code together, so the device has to verify its user.

The library webauthn takes 5 MB and a tenth of a second to load: it is imported by the functions that need it.
"""

import ipaddress
import secrets
from urllib.parse import urlsplit

from dvor.core.courtyard import Courtyard
from dvor.core.secrets import hash_secret
from dvor.model.errors import AccountClosed, PasskeyRefused
from dvor.model.passkeys import CHALLENGE_SECONDS, MAX_PASSKEYS, Passkey
from dvor.model.users import User
from dvor.store import passkeys as store
from dvor.store.database import Transaction
from dvor.store.users import load_users

__all__ = [
    "add_passkey",
    "are_passkeys_possible",
    "list_passkeys",
    "log_in_with_passkey",
    "offer_log_in",
    "offer_passkey",
    "remove_passkey",
]

NONCE_BYTES, TIME_BYTES, SIGNATURE_BYTES = 16, 8, 20
USER_ID_BYTES = 8
LOG_IN_USER = 0
MAX_NAME_LENGTH = 60
# what a damaged credential makes the library raise beside its own errors
UNREADABLE = (ValueError, KeyError, TypeError, OverflowError)

list_passkeys = store.list_passkeys


def _host(courtyard: Courtyard) -> str:
    return urlsplit(courtyard.public_url).hostname or ""


def _origin(courtyard: Courtyard) -> str:
    parts = urlsplit(courtyard.public_url)
    return f"{parts.scheme}://{parts.netloc}"


def are_passkeys_possible(courtyard: Courtyard) -> bool:
    """Say whether browsers allow passkeys at the public address: by https or on localhost, and not by number."""
    host = _host(courtyard)
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return courtyard.public_url.startswith("https:") or host == "localhost"
    return False


def _draw_challenge(courtyard: Courtyard, user_id: int) -> bytes:
    body = secrets.token_bytes(NONCE_BYTES) + (courtyard.now + CHALLENGE_SECONDS).to_bytes(TIME_BYTES)
    return body + courtyard.master_key.sign(f"passkey challenge {user_id}", body)


def _check_challenge(courtyard: Courtyard, user_id: int, client_data: bytes) -> tuple[bytes, int]:
    """Return the challenge that was answered, and until when it could be; `PasskeyRefused`."""
    from webauthn.helpers import parse_client_data_json

    challenge = parse_client_data_json(client_data).challenge
    body, signature = challenge[:-SIGNATURE_BYTES], challenge[-SIGNATURE_BYTES:]
    expires_at = int.from_bytes(body[NONCE_BYTES:])
    is_ours = courtyard.master_key.is_signed(f"passkey challenge {user_id}", body, signature)
    if not is_ours or expires_at <= courtyard.now:
        raise PasskeyRefused("the challenge is too old")
    return challenge, expires_at


async def offer_passkey(courtyard: Courtyard, tx: Transaction, user: User, login: str) -> str:
    """Return what a browser needs to make a passkey for a user, as JSON."""
    import webauthn
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    known = await store.list_passkeys(tx, user.id)
    options = webauthn.generate_registration_options(
        rp_id=_host(courtyard),
        rp_name="Dvor",
        user_id=user.id.to_bytes(USER_ID_BYTES),
        user_name=login,
        user_display_name=f"{user.first_name} {user.last_name}".strip(),
        challenge=_draw_challenge(courtyard, user.id),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one.credential_id) for one in known],
    )
    return webauthn.options_to_json(options)


async def add_passkey(courtyard: Courtyard, user_id: int, credential: str, name: str) -> None:
    """Keep a passkey that a browser has made for a user; `PasskeyRefused`."""
    import webauthn
    from webauthn.helpers import parse_registration_credential_json
    from webauthn.helpers.exceptions import WebAuthnException

    now = courtyard.now
    try:
        parsed = parse_registration_credential_json(credential)
        challenge, expires_at = _check_challenge(courtyard, user_id, parsed.response.client_data_json)
        made = webauthn.verify_registration_response(
            credential=parsed,
            expected_challenge=challenge,
            expected_rp_id=_host(courtyard),
            expected_origin=_origin(courtyard),
            require_user_verification=True,
        )
    except (WebAuthnException, *UNREADABLE) as error:
        raise PasskeyRefused("the browser's answer cannot be taken") from error
    label = name.strip()[:MAX_NAME_LENGTH] or "Passkey"
    passkey = Passkey(user_id, made.credential_id, made.credential_public_key, made.sign_count, label, now, 0)

    async def write(tx: Transaction) -> None:
        if len(await store.list_passkeys(tx, user_id)) >= MAX_PASSKEYS:
            raise PasskeyRefused("there are too many already")
        if not await store.use_challenge(tx, hash_secret(challenge.hex()), expires_at):
            raise PasskeyRefused("the challenge was answered before")
        await store.insert_passkey(tx, passkey)

    await courtyard.database.write(write)


async def remove_passkey(tx: Transaction, user_id: int, credential_id: bytes) -> bool:
    """Forget a passkey of a user; False if there is no such one."""
    return await store.delete_passkey(tx, user_id, credential_id)


def offer_log_in(courtyard: Courtyard) -> str:
    """Return what a browser needs to log in with any passkey that it has for this place, as JSON."""
    import webauthn
    from webauthn.helpers.structs import UserVerificationRequirement

    options = webauthn.generate_authentication_options(
        rp_id=_host(courtyard),
        challenge=_draw_challenge(courtyard, LOG_IN_USER),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options)


async def log_in_with_passkey(courtyard: Courtyard, credential: str) -> int:
    """Return the user whose passkey has answered our challenge; `PasskeyRefused`, `AccountClosed`."""
    import webauthn
    from webauthn.helpers import parse_authentication_credential_json
    from webauthn.helpers.exceptions import WebAuthnException

    now = courtyard.now
    try:
        parsed = parse_authentication_credential_json(credential)
        user_id = int.from_bytes(parsed.response.user_handle or b"")
        challenge, expires_at = _check_challenge(courtyard, LOG_IN_USER, parsed.response.client_data_json)
        async with courtyard.database.read() as tx:
            known = await store.find_passkey(tx, user_id, parsed.raw_id) if user_id < 2**63 else None
            user = (await load_users(tx, [user_id])).get(user_id) if known else None
        if known is None or user is None:
            raise PasskeyRefused("this passkey is not known")
        verified = webauthn.verify_authentication_response(
            credential=parsed,
            expected_challenge=challenge,
            expected_rp_id=_host(courtyard),
            expected_origin=_origin(courtyard),
            credential_public_key=known.public_key,
            credential_current_sign_count=known.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, *UNREADABLE) as error:
        raise PasskeyRefused("the browser's answer cannot be taken") from error
    if user.deactivated:
        raise AccountClosed(user.deactivated)

    async def write(tx: Transaction) -> bool:
        return await store.use_challenge(
            tx, hash_secret(challenge.hex()), expires_at
        ) and await store.use_passkey(tx, user_id, known.credential_id, verified.new_sign_count, now)

    if not await courtyard.database.write(write):
        raise PasskeyRefused("the challenge was answered before, or the passkey is gone")
    return user_id
