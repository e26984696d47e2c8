"""The master key: made once, read by its owner only, and good for nothing but its purpose."""

import hashlib
import hmac
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from dvor.config import Settings
from dvor.core.secrets import MasterKey, MasterKeyUnusable, hash_secret

KEY = MasterKey(b"k" * 32)
OTHER = MasterKey(b"o" * 32)


@given(message=st.binary(max_size=200), place=st.integers(0), change=st.integers(1, 255))
def test_a_changed_message_or_signature_is_refused(message: bytes, place: int, change: int) -> None:
    signature = KEY.sign("test", message)
    assert len(signature) == 20
    assert KEY.is_signed("test", message, signature)
    assert not KEY.is_signed("another test", message, signature)
    assert not OTHER.is_signed("test", message, signature)
    assert not KEY.is_signed("test", message + b"x", signature)
    assert not KEY.is_signed("test", message, signature[:-1])
    forged = bytearray(signature)
    forged[place % len(forged)] ^= change
    assert not KEY.is_signed("test", message, bytes(forged))


@given(message=st.binary(max_size=200), place=st.integers(0), change=st.integers(1, 255))
def test_what_was_changed_or_sealed_with_another_key_does_not_open(
    message: bytes, place: int, change: int
) -> None:
    sealed = KEY.encrypt("test", message)
    assert KEY.decrypt("test", sealed) == message
    assert KEY.encrypt("test", message) != sealed, "a nonce is used once"
    changed = bytearray(sealed)
    changed[place % len(changed)] ^= change
    for key, purpose, tampered in (
        (KEY, "test", bytes(changed)),
        (KEY, "test", sealed[: place % len(sealed)]),
        (KEY, "another test", sealed),
        (OTHER, "test", sealed),
    ):
        with pytest.raises(MasterKeyUnusable):
            key.decrypt(purpose, tampered)


@given(key=st.binary(min_size=32, max_size=100), purpose=st.text(st.characters(codec="utf-8")))
def test_a_purpose_s_key_is_derived_by_hkdf(key: bytes, purpose: str) -> None:
    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose.encode()).derive(key)
    assert MasterKey(key).sign(purpose, b"m") == hmac.digest(derived, b"m", "sha256")[:20]


def test_the_file_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    key = MasterKey.open(settings)
    path = tmp_path / "data" / "master.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(bytes.fromhex(path.read_text())) == 32
    before = path.read_bytes()
    assert MasterKey.open(settings).is_signed("test", b"m", key.sign("test", b"m"))
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == ["master.key"]
    other = MasterKey.open(Settings(data=tmp_path / "other"))
    assert not other.is_signed("test", b"m", key.sign("test", b"m"))


def test_a_key_in_the_settings_needs_no_file(tmp_path: Path) -> None:
    key = MasterKey.open(Settings(data=tmp_path, master_key="a long sentence that nobody guesses"))
    assert list(tmp_path.iterdir()) == []
    again = MasterKey.open(Settings(data=tmp_path, master_key="a long sentence that nobody guesses"))
    assert again.is_signed("test", b"m", key.sign("test", b"m"))
    other = MasterKey.open(Settings(data=tmp_path, master_key="another sentence that nobody guesses"))
    assert not other.is_signed("test", b"m", key.sign("test", b"m"))


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"abcd", b"no hexadecimal digits at all", b"\xff\xfe", b"ab" * 31]
)
def test_a_spoilt_file_is_an_error_and_is_not_replaced(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "master.key"
    path.write_bytes(content)
    with pytest.raises(MasterKeyUnusable):
        MasterKey.open(Settings(data=tmp_path))
    assert path.read_bytes() == content


def test_threads_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    barrier = Barrier(8)

    def sign(data: Path) -> bytes:
        barrier.wait()
        return MasterKey.open(Settings(data=data)).sign("test", b"m")

    for attempt in range(20):
        with ThreadPoolExecutor(8) as threads:
            assert len(set(threads.map(sign, [tmp_path / str(attempt)] * 8))) == 1
        assert [entry.name for entry in (tmp_path / str(attempt)).iterdir()] == ["master.key"]


SIGN = """
import sys
from pathlib import Path
from dvor.config import Settings
from dvor.core.secrets import MasterKey
sys.stdin.read()
print(MasterKey.open(Settings(data=Path(sys.argv[1]))).sign("test", b"m").hex())
"""


def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SIGN, str(tmp_path)]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.close()
    said = []
    for process in processes:
        assert process.stdout is not None
        with process.stdout:
            said.append(process.stdout.read())
        assert process.wait() == 0
    assert len(set(said)) == 1
    assert len(said[0].strip()) == 40


def test_random_secrets_are_stored_as_their_sha_256() -> None:
    assert hash_secret("dvor_x") == hashlib.sha256(b"dvor_x").digest()
    assert hash_secret("ключ") == hashlib.sha256("ключ".encode()).digest()
    assert len(hash_secret("\ud800")) == 32
