"""Local TLS: a certificate authority of one's own that can vouch for a few names and for nothing else."""

import re
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import NamedTuple, TypeAlias

import structlog
import trustme
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from dvor.media.files import make_folder, write_file

_log = structlog.stdlib.get_logger(__name__)

_AUTHORITY_DAYS = 3650
# Browsers refuse server certificates that are valid for longer than 398 days.
_CERTIFICATE_DAYS = 390
_RENEWED_BEFORE = timedelta(days=30)
# Clocks of other machines may be behind.
_CLOCK_SKEW = timedelta(days=1)
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")

_Name: TypeAlias = x509.DNSName | x509.IPAddress


class LocalCertificate(NamedTuple):
    """Where the certificate, its private key, and the authority that clients must trust lie (PEM)."""

    certificate: Path
    key: Path
    authority: Path


class _Pair(NamedTuple):
    """A certificate and the text of its private key."""

    certificate: x509.Certificate
    key_pem: bytes


def local_certificate(folder: Path, names: Sequence[str], *, now: datetime | None = None) -> LocalCertificate:
    """Makes, or finds in `folder/tls/`, a certificate for localhost, the loopback addresses and `names`.

    The authority is made once, and again only when it may not vouch for a new name or runs out; clients must
    then trust the new one.  Not for several processes at once.  Raises ValueError for a name that is none.
    """
    now = now or datetime.now(UTC)
    wanted = _general_names(names)
    kept = LocalCertificate(
        *(folder / "tls" / name for name in ("server.pem", "server.key", "authority.pem"))
    )
    authority_key = folder / "tls" / "authority.key"
    make_folder(kept.authority.parent)
    authority = _read_pair(kept.authority, authority_key)
    if authority is None or not _may_vouch(authority.certificate, wanted, now):
        _log.warning("made a certificate authority that clients must trust", file=str(kept.authority))
        authority = _make_authority(wanted, now)
        _write_pair(authority, kept.authority, authority_key)
    served = _read_pair(kept.certificate, kept.key)
    if served is None or not _serves(served.certificate, authority.certificate, wanted, now):
        _write_pair(_issue(authority, wanted, now), kept.certificate, kept.key)
    return kept


def _general_names(names: Sequence[str]) -> list[_Name]:
    """The names as certificates write them, without repetition, localhost first."""
    parsed = (_general_name(name) for name in ("localhost", "127.0.0.1", "::1", *names))
    return list(dict.fromkeys(parsed))


def _general_name(name: str) -> _Name:
    try:
        return x509.IPAddress(ip_address(name.removeprefix("[").removesuffix("]")))
    except ValueError:
        pass
    plain = name.rstrip(".").lower()
    labels = plain.split(".")
    # A star may stand for a machine in a domain, not for a domain.
    star = labels[0] == "*" and len(labels) > 2
    try:
        encoded = [label.encode("idna").decode() for label in labels[1 if star else 0 :]]
    except UnicodeError:
        encoded = [""]
    if len(plain) > 253 or not all(_LABEL.fullmatch(label) for label in encoded) or encoded[-1].isdigit():
        raise ValueError(f"{name!r} is no host name or address")
    return x509.DNSName(".".join(["*", *encoded] if star else encoded))


def _make_authority(wanted: Sequence[_Name], now: datetime) -> _Pair:
    """Makes a self-signed authority whose constraints a verifier must understand (they are critical)."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Dvor"),
            # Two authorities must not share a name: a client that knows both would try the wrong one.
            x509.NameAttribute(NameOID.COMMON_NAME, f"Dvor local authority {secrets.token_hex(4)}"),
        ]
    )
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + timedelta(days=_AUTHORITY_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        # It signs for web servers: no mail, no programs.
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.NameConstraints(_permitted(wanted), None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return _Pair(certificate, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _permitted(wanted: Sequence[_Name]) -> list[_Name]:
    """What the authority may vouch for: the names (a DNS name permits what lies under it too) and loopback."""
    permitted: list[_Name] = [x509.IPAddress(ip_network("127.0.0.0/8"))]
    for name in wanted:
        if isinstance(name, x509.DNSName):
            permitted.append(x509.DNSName(name.value.removeprefix("*.")))
        elif not _is_within(name, permitted[0]):
            permitted.append(x509.IPAddress(ip_network(name.value)))
    return list(dict.fromkeys(permitted))


def _is_within(name: _Name, permitted: x509.GeneralName) -> bool:
    if isinstance(name, x509.DNSName):
        domain = permitted.value if isinstance(permitted, x509.DNSName) else None
        plain = name.value.removeprefix("*.")
        return domain is not None and (plain == domain or plain.endswith("." + domain))
    # Networks hold addresses of their own version only: the others are simply not in them.
    return isinstance(permitted, x509.IPAddress) and name.value in ip_network(permitted.value)


def _may_vouch(authority: x509.Certificate, wanted: Sequence[_Name], now: datetime) -> bool:
    try:
        constraints = authority.extensions.get_extension_for_class(x509.NameConstraints).value
    except x509.ExtensionNotFound:
        return False
    permitted = constraints.permitted_subtrees or []
    lasts = authority.not_valid_after_utc - now > _RENEWED_BEFORE
    return lasts and all(any(_is_within(name, one) for one in permitted) for name in wanted)


def _issue(authority: _Pair, wanted: Sequence[_Name], now: datetime) -> _Pair:
    issuer = trustme.CA.from_pem(authority.certificate.public_bytes(Encoding.PEM), authority.key_pem)
    issued = issuer.issue_cert(
        *(str(name.value) for name in wanted),
        organization_name="Dvor",
        organization_unit_name="local certificate",
        not_before=now - _CLOCK_SKEW,
        not_after=min(now + timedelta(days=_CERTIFICATE_DAYS), authority.certificate.not_valid_after_utc),
    )
    certificate = x509.load_pem_x509_certificate(issued.cert_chain_pems[0].bytes())
    return _Pair(certificate, issued.private_key_pem.bytes())


def _serves(
    certificate: x509.Certificate, authority: x509.Certificate, wanted: Sequence[_Name], now: datetime
) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    return set(names) == set(wanted) and certificate.not_valid_after_utc - now > _RENEWED_BEFORE


def _read_pair(certificate: Path, key: Path) -> _Pair | None:
    """Reads a certificate and its key; None if one is missing or damaged, or they do not belong together."""
    try:
        key_pem = key.read_bytes()
        certificate_pem = certificate.read_bytes()
    except FileNotFoundError:
        return None
    try:
        found = _Pair(x509.load_pem_x509_certificate(certificate_pem), key_pem)
        public = load_pem_private_key(key_pem, password=None).public_key()
    except (ValueError, TypeError):
        return None
    key.chmod(0o600)
    return found if public == found.certificate.public_key() else None


def _write_pair(pair: _Pair, certificate: Path, key: Path) -> None:
    # A crash between the two leaves a pair that does not belong together, and the next start makes it anew.
    write_file(key, pair.key_pem, mode=0o600)
    write_file(certificate, pair.certificate.public_bytes(Encoding.PEM), mode=0o644)
