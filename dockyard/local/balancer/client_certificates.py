"""What a target is told of the certificate that a client showed."""

from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from dockyard.local.balancer.decisions import Headers


def headers_of(certificate: bytes) -> Headers:
    """Headers of a certificate, which is DER; none where it is empty.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/mutual-authentication.html
    """
    if not certificate:
        return []
    read = x509.load_der_x509_certificate(certificate)
    dates = (read.not_valid_before_utc, read.not_valid_after_utc)
    first, last = (f"{date:%Y-%m-%dT%H:%M:%SZ}" for date in dates)
    told = {
        "serial-number": f"{read.serial_number:X}",
        "issuer": read.issuer.rfc4514_string(),
        "subject": read.subject.rfc4514_string(),
        "validity": f"NotBefore={first};NotAfter={last}",
        "leaf": quote(read.public_bytes(Encoding.PEM), safe="+=/"),
    }
    return [(f"x-amzn-mtls-clientcert-{name}".encode(), value.encode()) for name, value in told.items()]
