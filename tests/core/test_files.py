"""Uploads: addresses and receipts are signed, for one person, one purpose and some time."""

import asyncio
import base64
import io
from collections.abc import AsyncIterator

import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image

from dvor.config import Settings
from dvor.core import files, photos
from dvor.core.courtyard import Courtyard, open_courtyard
from dvor.core.files import ADDRESS_SECONDS, RECEIPT_SECONDS, UploadAddress
from dvor.core.users import create_user
from dvor.model.errors import InvalidPicture, InvalidUpload, QuotaExceeded
from dvor.model.users import NewUser
from dvor.store.files import used_bytes
from tests.core.conftest import NOW, Clock, Settle


def picture(width: int = 40, height: int = 30) -> bytes:
    """Return a PNG."""
    written = io.BytesIO()
    Image.effect_noise((width, height), 50).save(written, "PNG")
    return written.getvalue()


async def keep(courtyard: Courtyard, user_id: int, data: bytes | None = None) -> tuple[str, str]:
    """Upload a picture and return the receipt."""
    address = files.read_address(courtyard, files.make_address(courtyard, user_id, "wall"))
    return await files.keep_picture(courtyard, address, data or picture())


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


async def test_an_address_is_good_for_a_while(courtyard: Courtyard, clock: Clock) -> None:
    text = files.make_address(courtyard, 7, "wall")
    expected = UploadAddress(7, "wall", NOW + ADDRESS_SECONDS)
    assert files.read_address(courtyard, text) == expected
    clock.now += ADDRESS_SECONDS
    assert files.read_address(courtyard, text) == expected
    clock.now += 1
    with pytest.raises(InvalidUpload, match="expired"):
        files.read_address(courtyard, text)


@pytest.mark.parametrize("text", ["", "A", "====", "\u0410", "\ud800", "/../../etc/passwd", "A" * 10_000])
async def test_what_is_no_address_is_refused(courtyard: Courtyard, text: str) -> None:
    with pytest.raises(InvalidUpload):
        files.read_address(courtyard, text)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0), change=st.integers(1, 255), user_id=st.integers(1, 100))
def test_a_forged_address_or_receipt_is_refused(
    courtyard: Courtyard, place: int, change: int, user_id: int
) -> None:
    signed = bytearray(decode(files.make_address(courtyard, user_id, "wall")))
    signed[place % len(signed)] ^= change
    with pytest.raises(InvalidUpload):
        files.read_address(courtyard, encode(bytes(signed)))
    body = encode(b'[1,"wall",9999999999,{"id":"u","sizes":[],"files":{}}]')
    signature = bytearray(courtyard.master_key.sign("upload receipt", body.encode()))
    assert files.read_receipt(courtyard, 1, "wall", body, signature.hex()).id == "u"
    signature[place % 20] ^= change
    with pytest.raises(InvalidUpload):
        files.read_receipt(courtyard, 1, "wall", body, signature.hex())


async def test_an_address_of_another_community_or_purpose_is_refused(courtyard: Courtyard) -> None:
    body = msgspec.msgpack.encode(UploadAddress(7, "wall", NOW + 100))
    other_purpose = courtyard.master_key.sign("upload receipt", body)
    with pytest.raises(InvalidUpload, match="not ours"):
        files.read_address(courtyard, encode(body + other_purpose))


async def test_a_picture_becomes_files_and_a_receipt(
    courtyard: Courtyard, settle: Settle, clock: Clock
) -> None:
    (anna,) = await settle({})
    body, signature = await keep(courtyard, anna, picture(800, 600))
    upload = files.read_receipt(courtyard, anna, "wall", body, signature)
    assert [size.type for size in upload.sizes] == list("smopqrxy")
    for size in upload.sizes:
        data = courtyard.files.path(size.file).read_bytes()
        assert upload.files[size.file] == len(data)
        assert Image.open(io.BytesIO(data)).size == (size.width, size.height)
    photo = await courtyard.database.write(
        lambda tx: photos.save_photo(tx, anna, upload, text="", access_key="", quota=0, now=NOW)
    )
    async with courtyard.database.read() as tx:
        assert await used_bytes(tx, anna) == sum(upload.files.values())
    clock.now += 10**9
    assert await files.sweep_orphans(courtyard) == 0, "what a photo is made of stays"
    assert await courtyard.files.exists(photo.sizes[0].file)


async def test_a_receipt_serves_its_owner_for_its_purpose_and_time(
    courtyard: Courtyard, settle: Settle, clock: Clock
) -> None:
    anna, boris = await settle({}, {})
    body, signature = await keep(courtyard, anna)
    assert files.read_receipt(courtyard, anna, "wall", body, signature).sizes
    for user_id, purpose in ((boris, "wall"), (anna, "album"), (0, "wall")):
        with pytest.raises(InvalidUpload, match="another"):
            files.read_receipt(courtyard, user_id, purpose, body, signature)
    clock.now += RECEIPT_SECONDS
    files.read_receipt(courtyard, anna, "wall", body, signature)
    clock.now += 1
    with pytest.raises(InvalidUpload, match="expired"):
        files.read_receipt(courtyard, anna, "wall", body, signature)


async def test_a_changed_receipt_is_refused(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    body, signature = await keep(courtyard, anna)
    hers = decode(body)
    foreign = encode(hers.replace(b"[%d," % anna, b"[%d," % boris, 1))
    assert foreign != body
    address_signature = courtyard.master_key.sign("upload address", body.encode()).hex()
    for forged_body, forged_signature in (
        (foreign, signature),
        (body + "A", signature),
        (body, address_signature),
        (body, signature[:-2]),
        (body, ""),
        (body, "no hexadecimal digits"),
        (body, "é"),
        ("", signature),
        ("\ud800", signature),
    ):
        with pytest.raises(InvalidUpload):
            files.read_receipt(courtyard, boris, "wall", forged_body, forged_signature)


async def test_a_signed_text_that_is_no_receipt_is_refused(courtyard: Courtyard) -> None:
    for content in (b"", b"{}", b"[1]", b"not JSON", b'["1","wall",9999999999,{}]'):
        body = encode(content)
        signature = courtyard.master_key.sign("upload receipt", body.encode()).hex()
        with pytest.raises(InvalidUpload):
            files.read_receipt(courtyard, 1, "wall", body, signature)


async def test_uploading_twice_is_two_uploads_of_the_same_files(courtyard: Courtyard, settle: Settle) -> None:
    (anna,) = await settle({})
    data = picture()
    uploads = [
        files.read_receipt(courtyard, anna, "wall", *await keep(courtyard, anna, data)) for _ in range(2)
    ]
    assert uploads[0].sizes == uploads[1].sizes
    assert uploads[0].id != uploads[1].id


async def test_what_is_no_picture_leaves_nothing(courtyard: Courtyard, settle: Settle) -> None:
    (anna,) = await settle({})
    for data in (b"text", picture()[:-20]):
        with pytest.raises(InvalidPicture):
            await keep(courtyard, anna, data)
    assert not list(courtyard.files.folder.glob("*/*/*"))


async def test_a_forgotten_upload_is_swept(courtyard: Courtyard, settle: Settle, clock: Clock) -> None:
    (anna,) = await settle({})
    upload = files.read_receipt(courtyard, anna, "wall", *await keep(courtyard, anna))
    assert await files.sweep_orphans(courtyard) == 0
    clock.now += 10**9
    assert await files.sweep_orphans(courtyard) == len(upload.files)


@pytest.fixture
async def narrow(settings: Settings, clock: Clock) -> AsyncIterator[Courtyard]:
    """A community that gives each person little space and takes small pictures only."""
    values = {name: getattr(settings, name) for name in settings.__struct_fields__}
    courtyard = await open_courtyard(
        Settings(**values | {"file_quota": 6000, "picture_pixels": 1200}), clock=clock
    )
    yield courtyard
    await courtyard.close()


async def test_whose_space_is_used_up_uploads_nothing_more(narrow: Courtyard) -> None:
    user = NewUser(first_name="A", last_name="B")
    anna, boris = [await narrow.database.write(lambda tx: create_user(tx, user, NOW)) for _ in range(2)]
    with pytest.raises(InvalidPicture, match="1200 pixels"):
        await keep(narrow, anna, picture(41, 30))

    async def save() -> None:
        upload = files.read_receipt(narrow, anna, "wall", *await keep(narrow, anna))
        quota = narrow.settings.file_quota
        await narrow.database.write(
            lambda tx: photos.save_photo(tx, anna, upload, text="", access_key="", quota=quota, now=NOW)
        )

    await save()
    outcomes = await asyncio.gather(*(save() for _ in range(20)), return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {type(None), QuotaExceeded}
    with pytest.raises(QuotaExceeded):
        await save()
    async with narrow.database.read() as tx:
        assert 0 < await used_bytes(tx, anna) <= 6000
    await keep(narrow, boris)
