"""Uploads: where a picture is sent to, what is kept of it, and the receipt that makes an object of it.

Nothing is stored between the steps: the address and the receipt are signed, and carry what they are about.
"""

import asyncio
import base64
import functools
import secrets
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec
from msgspec import Struct

from dvor.core.courtyard import Courtyard
from dvor.media.pictures import check_and_render
from dvor.model.errors import InvalidUpload, QuotaExceeded
from dvor.model.files import UploadedPicture
from dvor.model.photos import PictureSize
from dvor.store.files import find_files, used_bytes

ADDRESS_SECONDS = 600
RECEIPT_SECONDS = 24 * 3600
ORPHAN_SECONDS = 2 * RECEIPT_SECONDS
"""A file that no row names is removed after this time: longer than any receipt can bring one."""

_painters = ThreadPoolExecutor(2, thread_name_prefix="picture")


class UploadAddress(Struct, frozen=True, array_like=True):
    """What an upload address permits: one user, one purpose, until a Unix time."""

    user_id: int
    purpose: str
    expires_at: int


class Receipt(Struct, frozen=True, array_like=True):
    """What was uploaded, by whom and for what."""

    user_id: int
    purpose: str
    expires_at: int
    picture: UploadedPicture


def make_address(courtyard: Courtyard, user_id: int, purpose: str) -> str:
    """Return the signed text that is the last part of an upload address."""
    address = UploadAddress(user_id, purpose, courtyard.now + ADDRESS_SECONDS)
    body = msgspec.msgpack.encode(address)
    return _text(body + courtyard.master_key.sign("upload address", body))


def read_address(courtyard: Courtyard, text: str) -> UploadAddress:
    """Return what a signed upload address permits; `InvalidUpload` if it is forged or expired."""
    try:
        signed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        body, signature = signed[:-20], signed[-20:]
        if not courtyard.master_key.is_signed("upload address", body, signature):
            raise InvalidUpload("the upload address is not ours")
        address = msgspec.msgpack.decode(body, type=UploadAddress)
    except (ValueError, msgspec.DecodeError) as error:
        raise InvalidUpload("the upload address cannot be read") from error
    if address.expires_at < courtyard.now:
        raise InvalidUpload("the upload address has expired")
    return address


async def keep_picture(courtyard: Courtyard, address: UploadAddress, data: bytes) -> tuple[str, str]:
    """Check, render and keep a picture; return the receipt's body and its signature.

    Errors: `InvalidPicture`, `QuotaExceeded`.
    """
    quota = courtyard.settings.file_quota
    async with courtyard.database.read() as tx:
        if quota and await used_bytes(tx, address.user_id) >= quota:
            raise QuotaExceeded(f"{quota} bytes")
    render = functools.partial(check_and_render, data, pixels=courtyard.settings.picture_pixels)
    picture = await asyncio.get_running_loop().run_in_executor(_painters, render)
    sizes, files = [], {}
    for size in picture.renderings:
        name = await courtyard.files.keep(size.data)
        files[name] = len(size.data)
        sizes.append(PictureSize(size.type, name, size.width, size.height))
    uploaded = UploadedPicture(secrets.token_hex(8), sizes, files)
    receipt = Receipt(address.user_id, address.purpose, courtyard.now + RECEIPT_SECONDS, uploaded)
    body = _text(msgspec.json.encode(receipt))
    return body, courtyard.master_key.sign("upload receipt", body.encode()).hex()


def read_receipt(
    courtyard: Courtyard, user_id: int, purpose: str, body: str, signature: str
) -> UploadedPicture:
    """Return what a receipt is about; `InvalidUpload` if it is forged, expired, another's or for something else."""
    try:
        if not courtyard.master_key.is_signed("upload receipt", body.encode(), bytes.fromhex(signature)):
            raise InvalidUpload("the upload was not made here")
        raw = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
        receipt = msgspec.json.decode(raw, type=Receipt)
    except (ValueError, msgspec.DecodeError) as error:
        raise InvalidUpload("the receipt of the upload cannot be read") from error
    if (receipt.user_id, receipt.purpose) != (user_id, purpose) or receipt.expires_at < courtyard.now:
        raise InvalidUpload("the receipt of the upload has expired or is another's")
    return receipt.picture


async def sweep_orphans(courtyard: Courtyard) -> int:
    """Remove old files that no row names; return how many."""

    async def known(names: Sequence[str]) -> set[str]:
        async with courtyard.database.read() as tx:
            return await find_files(tx, list(names))

    return await courtyard.files.sweep(known, older_than=courtyard.now - ORPHAN_SECONDS)


def _text(body: bytes) -> str:
    return base64.urlsafe_b64encode(body).decode().rstrip("=")
