"""The local authority is believed for its names, by real handshakes, and for no other name."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import example, given
from hypothesis import strategies as st

from dvor.server.tls import LocalCertificate, local_certificate

NOW = datetime.now(UTC)
VK_NAMES = ("api.vk.com", "api.vk.ru", "oauth.vk.ru")


def server_context(made: LocalCertificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.certificate, made.key)
    return context


def client_context(made: LocalCertificate) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(made.authority))
    # What Python 3.13 asks for by default.
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


def shake_hands(server: ssl.SSLContext, client: ssl.SSLContext, host: str) -> None:
    """A whole TLS handshake through memory; raises SSLCertVerificationError when the client refuses."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = [
        client.wrap_bio(to_client, to_server, server_hostname=host),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    for _ in range(10):
        for side in sides[:]:
            try:
                side.do_handshake()
                sides.remove(side)
            except ssl.SSLWantReadError:
                pass
        if not sides:
            return
    raise AssertionError("the handshake does not end")


def read(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "::1", "api.vk.com", "oauth.vk.ru", "192.168.1.5", "двор.рф"]
)
def test_the_asked_names_are_believed(host: str, tmp_path: Path) -> None:
    made = local_certificate(tmp_path, [*VK_NAMES, "192.168.1.5", "Двор.рф."])
    shake_hands(server_context(made), client_context(made), host.encode("idna").decode())


@pytest.mark.parametrize("host", ["vk.com", "m.vk.com", "sub.api.vk.com", "example.com", "127.0.0.2", "::2"])
def test_a_name_that_was_not_asked_for_is_refused(host: str, tmp_path: Path) -> None:
    made = local_certificate(tmp_path, VK_NAMES)
    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        shake_hands(server_context(made), client_context(made), host)


def test_without_the_authority_the_certificate_is_not_believed(tmp_path: Path) -> None:
    made = local_certificate(tmp_path, [])
    with pytest.raises(ssl.SSLCertVerificationError, match="unable to get local issuer"):
        shake_hands(server_context(made), ssl.create_default_context(), "localhost")


@pytest.mark.parametrize(
    ("host", "believed"),
    [
        ("api.vk.com", True),
        ("photos.localhost", True),
        ("127.9.9.9", True),
        ("vk.com", False),
        ("example.com", False),
        ("xapi.vk.com", False),
        ("8.8.8.8", False),
        ("::2", False),
        ("*.example.com", False),
    ],
)
def test_a_stolen_authority_cannot_vouch_for_other_sites(host: str, believed: bool, tmp_path: Path) -> None:
    made = local_certificate(tmp_path, VK_NAMES)
    thief = trustme.CA.from_pem(
        made.authority.read_bytes(), (tmp_path / "tls" / "authority.key").read_bytes()
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    thief.issue_cert(host).configure_cert(server)
    asked = host.replace("*", "example")
    if believed:
        shake_hands(server, client_context(made), asked)
    else:
        with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
            shake_hands(server, client_context(made), asked)


def test_a_stolen_authority_cannot_make_a_lower_one(tmp_path: Path) -> None:
    made = local_certificate(tmp_path, VK_NAMES)
    thief = trustme.CA.from_pem(
        made.authority.read_bytes(), (tmp_path / "tls" / "authority.key").read_bytes()
    )
    thief._path_length = 9
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    thief.create_child_ca().issue_cert("api.vk.com").configure_cert(server)
    with pytest.raises(ssl.SSLCertVerificationError, match="path length"):
        shake_hands(server, client_context(made), "api.vk.com")


def test_the_authority_says_what_it_is_limited_to(tmp_path: Path) -> None:
    authority = read(local_certificate(tmp_path, ["api.vk.com", "*.vk.ru", "10.0.0.1"]).authority)
    constraints = authority.extensions.get_extension_for_class(x509.NameConstraints)
    assert constraints.critical
    permitted = {str(one.value) for one in constraints.value.permitted_subtrees or []}
    assert permitted == {"localhost", "127.0.0.0/8", "::1/128", "api.vk.com", "vk.ru", "10.0.0.1/32"}
    usage = authority.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert authority.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length == 0


def test_keys_are_for_the_owner_alone(tmp_path: Path) -> None:
    made = local_certificate(tmp_path / "data", [])
    keys = [made.key, made.key.with_name("authority.key")]
    assert [key.stat().st_mode & 0o777 for key in keys] == [0o600, 0o600]
    assert made.key.parent.stat().st_mode & 0o777 == 0o700
    keys[0].chmod(0o644)
    local_certificate(tmp_path / "data", [])
    assert keys[0].stat().st_mode & 0o777 == 0o600


def contents(made: LocalCertificate) -> list[bytes]:
    return [path.read_bytes() for path in made]


def test_a_second_start_changes_nothing(tmp_path: Path) -> None:
    before = contents(local_certificate(tmp_path, VK_NAMES))
    assert contents(local_certificate(tmp_path, [*reversed(VK_NAMES), "LOCALHOST", "[::1]"])) == before
    assert {path.name for path in (tmp_path / "tls").iterdir()} == {
        *("authority.key", "authority.pem", "server.key", "server.pem")
    }


def test_fewer_names_make_a_new_certificate_of_the_same_authority(tmp_path: Path) -> None:
    before = contents(local_certificate(tmp_path, VK_NAMES))
    made = local_certificate(tmp_path, ["oauth.vk.ru"])
    assert contents(made)[2] == before[2]
    assert contents(made)[:2] != before[:2]
    shake_hands(server_context(made), client_context(made), "oauth.vk.ru")
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(server_context(made), client_context(made), "api.vk.com")


def test_a_name_outside_the_constraints_makes_a_new_authority(tmp_path: Path) -> None:
    before = contents(local_certificate(tmp_path, ["api.vk.com"]))
    made = local_certificate(tmp_path, ["social.example"])
    assert contents(made)[2] != before[2]
    assert read(made.authority).subject != x509.load_pem_x509_certificate(before[2]).subject
    shake_hands(server_context(made), client_context(made), "social.example")


def test_a_certificate_is_renewed_before_it_ends(tmp_path: Path) -> None:
    past = NOW - timedelta(days=361)
    before = contents(local_certificate(tmp_path, [], now=past))
    assert contents(local_certificate(tmp_path, [], now=past + timedelta(days=359))) == before
    made = local_certificate(tmp_path, [], now=NOW)
    assert contents(made)[2] == before[2]
    assert contents(made)[0] != before[0]
    assert read(made.certificate).not_valid_after_utc > NOW + timedelta(days=380)
    shake_hands(server_context(made), client_context(made), "localhost")


def test_an_authority_near_its_end_is_made_anew(tmp_path: Path) -> None:
    before = contents(local_certificate(tmp_path, [], now=NOW - timedelta(days=3625)))
    middle = local_certificate(tmp_path, [], now=NOW - timedelta(days=100))
    assert contents(middle)[2] == before[2]
    assert read(middle.certificate).not_valid_after_utc <= read(middle.authority).not_valid_after_utc
    made = local_certificate(tmp_path, [], now=NOW)
    assert contents(made)[2] != before[2]
    shake_hands(server_context(made), client_context(made), "localhost")


@pytest.mark.parametrize("name", ["server.pem", "server.key", "authority.pem", "authority.key"])
@pytest.mark.parametrize("damage", [None, b"", b"-----BEGIN CERTIFICATE-----\n", b"\xff"])
def test_a_damaged_or_missing_file_is_made_anew(name: str, damage: bytes | None, tmp_path: Path) -> None:
    made = local_certificate(tmp_path, [])
    path = tmp_path / "tls" / name
    if damage is None:
        path.unlink()
    else:
        path.write_bytes(damage)
    made = local_certificate(tmp_path, [])
    shake_hands(server_context(made), client_context(made), "localhost")


def test_a_key_of_another_certificate_is_not_used(tmp_path: Path) -> None:
    other = local_certificate(tmp_path / "other", [])
    made = local_certificate(tmp_path, [])
    made.key.write_bytes(other.key.read_bytes())
    shake_hands(server_context(local_certificate(tmp_path, [])), client_context(made), "localhost")


WRONG = [
    "",
    "*",
    "*.com",
    "a*.b.c",
    "a b",
    "a_b",
    "10.0.0.0/8",
    "a@b.c",
    "-a.b",
    "a..b",
    "a" * 64,
    "1.2.3",
    "\0",
]


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_name_is_refused_before_anything_is_written(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no host name or address"):
        local_certificate(tmp_path, [name])
    assert list(tmp_path.iterdir()) == []


@given(st.text(min_size=1, max_size=12))
@example("*.a.b")
@example("ß.example")
@example("xn--80adjzs.xn--p1ai")
def test_any_text_is_either_believed_or_refused(text: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        try:
            made = local_certificate(Path(folder), [text])
        except ValueError:
            return
        shake_hands(server_context(made), client_context(made), "localhost")
