"""Uploads: where a picture or a document is sent to, what is kept of it, and the receipt that makes an object of it.

Nothing is stored between the steps: the address and the receipt are signed, and carry what they are about.
"""

import asyncio
import base64
import functools
import secrets
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

import msgspec
from msgspec import Struct

from dvor.core.courtyard import Courtyard
from dvor.media.pictures import check_and_render
from dvor.media.sounds import measure_sound
from dvor.model.documents import ANIMATION, IMAGE, Preview, UploadedDocument, part_name, type_of
from dvor.model.errors import InvalidPicture, InvalidUpload, QuotaExceeded
from dvor.model.files import UploadedPicture
from dvor.model.photos import PictureSize
from dvor.store.files import find_files, used_bytes

ADDRESS_SECONDS = 600
RECEIPT_SECONDS = 24 * 3600
RESTORE_SECONDS = 24 * 3600
"""How long a deleted photo or document can be restored; then it is removed for good."""
ORPHAN_SECONDS = 2 * RECEIPT_SECONDS
"""A file that no row names is removed after this time: longer than any receipt can bring one."""

_painters = ThreadPoolExecutor(2, thread_name_prefix="picture")


class UploadAddress(Struct, frozen=True, array_like=True):
    """What an upload address permits: one user, one purpose, until a Unix time."""

    user_id: int
    purpose: str
    expires_at: int


class Receipt(Struct, frozen=True, array_like=True):
    """Which picture was uploaded, by whom and for what."""

    user_id: int
    purpose: str
    expires_at: int
    upload: UploadedPicture


class DocumentReceipt(Struct, frozen=True, array_like=True):
    """Which document was uploaded, by whom and for what."""

    user_id: int
    purpose: str
    expires_at: int
    upload: UploadedDocument


class AlbumReceipt(Struct, frozen=True, array_like=True):
    """Which pictures were uploaded together, by whom and for what."""

    user_id: int
    purpose: str
    expires_at: int
    upload: list[UploadedPicture]


R = TypeVar("R", Receipt, DocumentReceipt, AlbumReceipt)
_RECEIPTS: dict[type, str] = {
    Receipt: "upload receipt",
    DocumentReceipt: "document receipt",
    AlbumReceipt: "album receipt",
}
"""What each kind of receipt is signed for."""


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
    uploaded = await keep_sent_picture(courtyard, address.user_id, data)
    return _sign(
        courtyard, Receipt(address.user_id, address.purpose, courtyard.now + RECEIPT_SECONDS, uploaded)
    )


async def keep_sent_picture(courtyard: Courtyard, user_id: int, data: bytes) -> UploadedPicture:
    """Check, render and keep a picture that came with a call; `InvalidPicture`, `QuotaExceeded`."""
    await _check_space(courtyard, user_id)
    sizes, files = await _render(courtyard, data)
    return UploadedPicture(secrets.token_hex(8), sizes, files)


async def keep_pictures(
    courtyard: Courtyard, address: UploadAddress, contents: list[bytes]
) -> tuple[str, str]:
    """Check, render and keep pictures for an album, all or none; return the receipt's body and its signature."""
    uploads = [await keep_sent_picture(courtyard, address.user_id, data) for data in contents]
    return _sign(
        courtyard, AlbumReceipt(address.user_id, address.purpose, courtyard.now + RECEIPT_SECONDS, uploads)
    )


async def keep_document(
    courtyard: Courtyard, address: UploadAddress, data: bytes, name: str, *, is_sound: bool
) -> tuple[str, str]:
    """Keep a file of any kind, or a voice message; return the receipt's body and its signature.

    Of a picture there is a preview.  Errors: `InvalidUpload`, `InvalidSound`, `QuotaExceeded`.
    """
    if not data:
        raise InvalidUpload("the file is empty")
    await _check_space(courtyard, address.user_id)
    title, ext = part_name(name)
    preview, files = Preview(), dict[str, int]()
    if is_sound:
        sound = await asyncio.to_thread(measure_sound, data)
        preview, ext = Preview(duration=sound.duration, waveform=sound.waveform), "ogg"
    elif type_of(ext) in (IMAGE, ANIMATION):
        with suppress(InvalidPicture):
            sizes, files = await _render(courtyard, data)
            preview = Preview(sizes=sizes)
    file = await courtyard.files.keep(data)
    files[file] = len(data)
    uploaded = UploadedDocument(secrets.token_hex(8), title, ext, len(data), file, preview, files)
    return _sign(
        courtyard,
        DocumentReceipt(address.user_id, address.purpose, courtyard.now + RECEIPT_SECONDS, uploaded),
    )


async def _check_space(courtyard: Courtyard, user_id: int) -> None:
    quota = courtyard.settings.file_quota
    async with courtyard.database.read() as tx:
        if quota and await used_bytes(tx, user_id) >= quota:
            raise QuotaExceeded(f"{quota} bytes")


async def _render(courtyard: Courtyard, data: bytes) -> tuple[list[PictureSize], dict[str, int]]:
    """Check, render and keep a picture; return its sizes and the bytes of its files by name."""
    render = functools.partial(check_and_render, data, pixels=courtyard.settings.picture_pixels)
    picture = await asyncio.get_running_loop().run_in_executor(_painters, render)
    sizes, files = [], {}
    for size in picture.renderings:
        name = await courtyard.files.keep(size.data)
        files[name] = len(size.data)
        sizes.append(PictureSize(size.type, name, size.width, size.height))
    return sizes, files


def _sign(courtyard: Courtyard, receipt: Receipt | DocumentReceipt | AlbumReceipt) -> tuple[str, str]:
    body = _text(msgspec.json.encode(receipt))
    return body, courtyard.master_key.sign(_RECEIPTS[type(receipt)], body.encode()).hex()


def read_receipt(
    courtyard: Courtyard, user_id: int, purpose: str, body: str, signature: str
) -> UploadedPicture:
    """Return what a receipt is about; `InvalidUpload` if it is forged, expired, another's or for something else."""
    found, upload = read_picture_receipt(courtyard, user_id, body, signature)
    if found != purpose:
        raise InvalidUpload("the receipt of the upload is another's or for something else")
    return upload


def read_picture_receipt(
    courtyard: Courtyard, user_id: int, body: str, signature: str
) -> tuple[str, UploadedPicture]:
    """Return for what a picture was uploaded, and the picture; `InvalidUpload` as above."""
    receipt = _read_receipt(courtyard, Receipt, user_id, body, signature)
    return receipt.purpose, receipt.upload


def read_document_receipt(
    courtyard: Courtyard, user_id: int, body: str, signature: str
) -> tuple[str, UploadedDocument]:
    """Return for what a document was uploaded, and the document; `InvalidUpload` as for pictures."""
    receipt = _read_receipt(courtyard, DocumentReceipt, user_id, body, signature)
    return receipt.purpose, receipt.upload


def read_album_receipt(
    courtyard: Courtyard, user_id: int, purpose: str, body: str, signature: str
) -> list[UploadedPicture]:
    """Return the pictures that a receipt is about; `InvalidUpload` as for one."""
    receipt = _read_receipt(courtyard, AlbumReceipt, user_id, body, signature)
    if receipt.purpose != purpose:
        raise InvalidUpload("the receipt of the upload is another's or for something else")
    return receipt.upload


def _read_receipt(courtyard: Courtyard, kind: type[R], user_id: int, body: str, signature: str) -> R:
    try:
        if not courtyard.master_key.is_signed(_RECEIPTS[kind], body.encode(), bytes.fromhex(signature)):
            raise InvalidUpload("the upload was not made here")
        raw = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
        receipt = msgspec.json.decode(raw, type=kind)
    except (ValueError, msgspec.DecodeError) as error:
        raise InvalidUpload("the receipt of the upload cannot be read") from error
    if receipt.user_id != user_id or receipt.expires_at < courtyard.now:
        raise InvalidUpload("the receipt of the upload has expired or is another's")
    return receipt


async def sweep_orphans(courtyard: Courtyard) -> int:
    """Remove old files that no row names; return how many."""

    async def known(names: Sequence[str]) -> set[str]:
        async with courtyard.database.read() as tx:
            return await find_files(tx, list(names))

    return await courtyard.files.sweep(known, older_than=courtyard.now - ORPHAN_SECONDS)


def _text(body: bytes) -> str:
    return base64.urlsafe_b64encode(body).decode().rstrip("=")
