"""A certificate authority of this user, made once, that signs what ACM issues on the local AWS.

Whoever wants his browser or curl to trust it names `authority.pem`; nothing here changes what a machine trusts. Its key is
readable by its owner alone.
"""

import datetime
import ipaddress
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from dockyard.local.trusted import CERTIFICATE

_DAYS = 3650
_ISSUED_DAYS = 395
"""As long as an ACM certificate is valid. https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate-characteristics.html"""
_CURVES: dict[str, type[ec.SECP256R1 | ec.SECP384R1 | ec.SECP521R1]] = {
    "EC_prime256v1": ec.SECP256R1,
    "EC_secp384r1": ec.SECP384R1,
    "EC_secp521r1": ec.SECP521R1,
}
_RSA_BITS = {"RSA_1024": 1024, "RSA_2048": 2048, "RSA_3072": 3072, "RSA_4096": 4096}

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Issued:
    """A certificate, in PEM."""

    certificate: str
    chain: str
    key: str


class Authority:
    """The authority in a folder; made at its first use."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def certificate(self) -> Path:
        """What a client must trust, as a PEM file."""
        return self._folder / CERTIFICATE

    def certificate_text(self) -> str:
        """That file's text."""
        authority, _ = self._opened()
        return _pem(authority)

    def issue(self, names: Sequence[str], algorithm: str = "RSA_2048") -> Issued:
        """A certificate for domain names (`*.example.com` included), with a key of ACM's `KeyAlgorithm`."""
        authority, its_key = self._opened()
        key = _key(algorithm)
        built = _certificate(names[0], authority.subject, key, _ISSUED_DAYS)
        built = built.add_extension(x509.SubjectAlternativeName([_alternative(name) for name in names]), critical=False)
        built = built.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        built = built.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(its_key.public_key()), critical=False)
        signed = built.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        return Issued(_pem(signed.sign(its_key, hashes.SHA256())), _pem(authority), _key_pem(key))

    def _opened(self) -> tuple[x509.Certificate, Key]:
        """Certificate and key, in one file, so that two processes cannot mix theirs."""
        file = self._folder / "authority.key"
        if not file.is_file():
            self._make(file)
        both = file.read_bytes()
        authority = x509.load_pem_x509_certificate(both)
        if not self.certificate.is_file() or self.certificate.read_text() != _pem(authority):
            self.certificate.write_text(_pem(authority))
        key = serialization.load_pem_private_key(both, None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101  # as _make writes it
        return authority, key

    def _make(self, file: Path) -> None:
        key = _key("EC_prime256v1")
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Dockyard's local AWS")])
        built = _certificate("Dockyard's local AWS", name, key, _DAYS)
        built = built.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        built = built.add_extension(_CA_USAGE, critical=True)
        built = built.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, path = tempfile.mkstemp(dir=self._folder)  # mode 0600
        with os.fdopen(handle, "w") as out:
            out.write(_pem(built.sign(key, hashes.SHA256())) + _key_pem(key))
        try:
            os.link(path, file)  # whoever is first wins
        except FileExistsError:
            pass
        finally:
            Path(path).unlink()


_CA_USAGE = x509.KeyUsage(
    digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False,
    key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
)  # fmt: skip


def _certificate(subject: str, issuer: x509.Name, key: Key, days: int) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject[:64])])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=days))
    )


def _key(algorithm: str) -> Key:
    if algorithm in _CURVES:
        return ec.generate_private_key(_CURVES[algorithm]())
    return rsa.generate_private_key(65537, _RSA_BITS[algorithm])


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name.encode("idna").decode() if not name.isascii() else name)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _key_pem(key: Key) -> str:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()
