"""ACM's certificates are ones that TLS can use.

- What is requested is issued at once and signed by the authority of this user (`dockyard.local.authority`): AWS waits until
  the records of the validation are in DNS.
  https://docs.aws.amazon.com/acm/latest/userguide/gs-acm-request-public.html
- What is imported is told by the names and dates that are in it; a key of another certificate is refused.
  https://docs.aws.amazon.com/acm/latest/APIReference/API_ImportCertificate.html
- Functions trust what is issued here, as on AWS everybody does.
- One that a listener uses tells so, and is not deleted.
  https://docs.aws.amazon.com/acm/latest/APIReference/API_DeleteCertificate.html
"""

import os
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from ministack.core.responses import error_response_json, get_account_id
from ministack.services import acm, alb
from ministack.services.cloudformation import provisioners

from dockyard.local.authority import Authority, Issued
from dockyard.local.extensions.instance import Instance
from dockyard.local.trusted import folder

Data = dict[str, Any]


def install(instance: Instance) -> None:
    """Issue, read and keep."""
    authority = Authority(folder(os.environ.get("XDG_CACHE_HOME")))
    _trust(authority, instance.state / "trusted.pem")
    _issue_what_is_requested(authority)
    _read_what_is_imported()
    _keep_what_is_used()


def kept() -> list[list[Any]]:
    """The private keys, which ministack does not write down."""
    return [[*key, certificate["_private_key"]] for key, certificate in list(acm._certificates._data.items())]


def restore(kept: list[list[Any]]) -> None:
    """Give each certificate its key again."""
    for *key, private in kept:
        if certificate := acm._certificates._data.get(tuple(key)):
            certificate["_private_key"] = private


def names(certificate: Data) -> list[str]:
    """Domain names of a certificate, in lower case."""
    return [name.lower() for name in certificate["SubjectAlternativeNames"]]


def pem(arn: str) -> tuple[str, str] | None:
    """Certificate with its chain, and the key; None where there is no such certificate."""
    found = acm._certificates.get(arn)
    return (f"{found['_pem_body'].rstrip()}\n{found['_pem_chain']}", found["_private_key"]) if found else None


def _trust(authority: Authority, file: Path) -> None:
    """Functions are processes with the variables of this one."""
    known = ssl.get_default_verify_paths().cafile
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text((Path(known).read_text(encoding="utf-8") if known else "") + authority.certificate_text())
    os.environ["SSL_CERT_FILE"] = str(file.resolve())


def _issue_what_is_requested(authority: Authority) -> None:
    request = acm._request_certificate
    handler = provisioners._RESOURCE_HANDLERS["AWS::CertificateManager::Certificate"]
    from_template = handler["create"]

    def issue(certificate: Data) -> None:
        issued: Issued = authority.issue(certificate["SubjectAlternativeNames"], certificate.get("KeyAlgorithm", "RSA_2048"))
        certificate.update(_pem_body=issued.certificate, _pem_chain=issued.chain, _private_key=issued.key)

    def request_certificate(data: Data) -> Any:
        before = set(acm._certificates.keys())
        answer = request(data)
        for arn in set(acm._certificates.keys()) - before:
            acm._certificates[arn]["KeyAlgorithm"] = data.get("KeyAlgorithm") or "RSA_2048"
            issue(acm._certificates[arn])
        return answer

    def create(logical_id: str, props: Data, stack: str) -> Any:
        arn, attributes = from_template(logical_id, props, stack)
        issue(acm._certificates[arn])
        return arn, attributes

    acm._request_certificate = request_certificate
    handler["create"] = create


def _read_what_is_imported() -> None:
    store = acm._import_certificate

    def import_certificate(data: Data) -> Any:
        try:
            facts = _facts(acm._decode_pem_field(data.get("Certificate")), acm._decode_pem_field(data.get("PrivateKey")))
        except ValueError as error:
            return error_response_json("ValidationException", str(error), 400)
        before = set(acm._certificates.keys())
        answer = store(data)
        for arn in (set(acm._certificates.keys()) - before) or {data.get("CertificateArn")}:
            if arn in acm._certificates:
                acm._certificates[arn].update(facts)
        return answer

    acm._import_certificate = import_certificate


def _facts(certificate: str, key: str) -> Data:
    """What a certificate tells of itself. Raises ValueError where it or the key cannot be used."""
    try:
        read = x509.load_pem_x509_certificate(certificate.encode())
    except ValueError:
        raise ValueError("The certificate field contains more than one certificate, or is not a valid PEM certificate.") from None
    try:
        own = load_pem_private_key(key.encode(), None).public_key()
    except (ValueError, TypeError):
        raise ValueError("The private key is not supported: an unencrypted PEM key is needed.") from None
    if own != read.public_key():
        raise ValueError("The private key does not match the certificate.")
    try:
        alternatives = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        listed = alternatives.get_values_for_type(x509.DNSName)
    except x509.ExtensionNotFound:
        listed = []
    common = [str(name.value) for name in read.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)]
    return {
        "DomainName": (common or listed or [""])[0],
        "SubjectAlternativeNames": listed or common,
        "NotBefore": read.not_valid_before_utc.isoformat(),
        "NotAfter": read.not_valid_after_utc.isoformat(),
    }


def _keep_what_is_used() -> None:
    delete, shape = acm._delete_certificate, acm._cert_shape

    def delete_certificate(data: Data) -> Any:
        arn = data.get("CertificateArn", "")
        if any(_users(arn)):
            message = f"Certificate {arn} in account {get_account_id()} is in use."
            return error_response_json("ResourceInUseException", message, 400)
        return delete(data)

    def cert_shape(certificate: Data) -> Data:
        told: Data = shape(certificate)
        in_use = sorted({*told["InUseBy"], *_users(certificate["CertificateArn"])})
        return {**told, "InUseBy": in_use, "KeyAlgorithm": certificate.get("KeyAlgorithm", "RSA_2048")}

    acm._delete_certificate = delete_certificate
    acm._cert_shape = cert_shape


def _users(arn: str) -> Iterator[str]:
    """Load balancers whose listeners have the certificate."""
    for listener in list(alb._listeners._data.values()):
        if arn in [*listener.get("Certificates", []), *listener.get("_more_certificates", [])]:
            yield listener["LoadBalancerArn"]
