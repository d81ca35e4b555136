"""Clients of HTTPS listeners show certificates of authorities that a trust store has."""

import datetime
import http.client
import json
import ssl
import tempfile
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.integration.behaviours.contract import acts
from tests.integration.behaviours.https import TO_HTTPS, front, imported, listener, secure_address
from tests.integration.behaviours.load_balancers import Front, forward, web
from tests.integration.local_aws import Server, until


class Partner:
    """An authority of clients, and certificates of it."""

    def __init__(self, name: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        self.pem = _pem(self._signed(self._name, self._key, 10, authority=True))

    def client(self, name: str, days: int = 1) -> Path:
        """A file with a client's certificate, good until so many days from now, and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
        file = Path(tempfile.mkdtemp()) / "client.pem"
        file.write_text(private + _pem(self._signed(subject, key, days, authority=False)))
        return file

    def _signed(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, days: int, *, authority: bool) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        purpose = x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.CLIENT_AUTH])
        return (
            x509.CertificateBuilder(self._name, subject, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=9)).not_valid_after(now + datetime.timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(purpose if not authority else x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )  # fmt: skip


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _bucket(aws: Server, **bundles: str) -> str:
    name = f"authorities-{aws.account}-{aws.region}"
    s3 = aws.client("s3")
    place = {} if aws.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": aws.region}}
    s3.create_bucket(Bucket=name, **place)
    for key, text in bundles.items():
        s3.put_object(Bucket=name, Key=key, Body=text.encode())
    return name


def _store(bucket: str, key: str) -> dict:
    properties = {"CaCertificatesBundleS3Bucket": bucket, "CaCertificatesBundleS3Key": key}
    return {"Type": "AWS::ElasticLoadBalancingV2::TrustStore", "Properties": properties}


def _made(aws: Server, stack: str) -> str:
    """ARN of the trust store of a stack."""
    found = aws.client("cloudformation").describe_stack_resource(StackName=stack, LogicalResourceId="Store")
    return found["StackResourceDetail"]["PhysicalResourceId"]


def _asked(address: tuple[str, int], client: Path | None = None, **headers: str) -> str | None:
    """What is answered; None where the connection is refused."""
    context = ssl._create_unverified_context()  # noqa: S323
    if client:
        context.load_cert_chain(client)
    connection = http.client.HTTPSConnection(*address, timeout=10, context=context)
    try:
        connection.request("GET", "/", headers=headers)
        return connection.getresponse().read().decode()
    except (ssl.SSLError, ConnectionError, http.client.RemoteDisconnected):
        return None
    finally:
        connection.close()


@acts("trust_stores")
def a_client_without_a_certificate_of_the_trust_store_cannot_connect(aws: Server) -> None:
    """Partners alone reach the services; other authorities and an end of the check hold from the next connection on."""
    ours, theirs = Partner("ours"), Partner("theirs")
    bucket = _bucket(aws, ours=ours.pem, both=ours.pem + theirs.pem)
    good, late, other = ours.client("shop"), ours.client("late", days=-1), theirs.client("shop")
    certificate = imported(aws, "a.example")

    def stack(bundle: str, **setting) -> dict:
        store = {"TrustStoreArn": {"Ref": "Store"}} if setting.get("Mode") == "verify" else {}
        secure = listener("HTTPS", 443, certificate, MutualAuthentication={**setting, **store})
        return front(Plain=listener("HTTP", 80, action=TO_HTTPS), Store=_store(bucket, bundle), Secure=secure)

    assert aws.deploy("s", stack("ours", Mode="verify")) == "CREATE_COMPLETE"
    address = secure_address(aws)
    until(lambda: _asked(address, good) == "HTTPS", 30)
    assert [_asked(address, client) for client in (None, late, other, good)] == [None, None, None, "HTTPS"]
    lenient = stack("both", Mode="verify", IgnoreClientCertificateExpiry=True)
    assert aws.deploy("s", lenient, update=True) == "UPDATE_COMPLETE"
    until(lambda: _asked(address, other) == "HTTPS", 30)
    assert [_asked(address, client) for client in (None, late, good)] == [None, "HTTPS", "HTTPS"]
    assert aws.deploy("s", stack("both", Mode="off"), update=True) == "UPDATE_COMPLETE"
    until(lambda: _asked(address) == "HTTPS", 30)


@acts("trust_stores", only_here="its targets are servers of this machine")
def a_target_is_told_of_the_certificate_of_the_client(aws: Server) -> None:
    """By headers, which a client cannot send itself; the listener is one that calls make."""
    partner = Partner("ours")
    bucket = _bucket(aws, ours=partner.pem)
    assert aws.deploy("t", {"Store": _store(bucket, "ours")}) == "CREATE_COMPLETE"
    setting = {"Mode": "verify", "TrustStoreArn": _made(aws, "t")}
    with web("seen") as port:
        made = Front(aws)
        named = [{"CertificateArn": imported(aws, "a.example")}]
        found = made.client.create_listener(
            LoadBalancerArn=made.arn, Port=443, Protocol="HTTPS", Certificates=named, MutualAuthentication=setting,
            DefaultActions=[forward((made.group("seen", port), 1))],
        )["Listeners"][0]  # fmt: skip
        assert found["MutualAuthentication"] == setting
        address = ("localhost", int(made.address.rpartition(":")[2]))
        forged = {"X-Amzn-Mtls-Clientcert-Subject": "CN=admin"}
        body = json.loads(until(lambda: _asked(address, partner.client("shop"), **forged), 10))
        told = {name.removeprefix("x-amzn-mtls-clientcert-"): value for name, value in body["headers"].items()}
        assert (told["subject"], told["issuer"]) == ("CN=shop", "CN=ours")
        assert told["validity"].startswith("NotBefore=")
        assert told["leaf"].startswith("-----BEGIN%20CERTIFICATE-----%0A")
        assert int(told["serial-number"], 16) > 0
        made.client.modify_listener(ListenerArn=found["ListenerArn"], MutualAuthentication={"Mode": "off"})
        assert "x-amzn-mtls-clientcert-leaf" not in json.loads(str(_asked(address)))["headers"]


@acts("trust_stores")
def a_trust_store_has_certificates_and_is_there_while_a_listener_has_it(aws: Server) -> None:
    """A listener that checked by nothing would let everybody in, or nobody."""
    bucket = _bucket(aws, ours=Partner("ours").pem, text="no certificate")
    for name, key in (("missing", "none"), ("damaged", "text")):
        assert aws.deploy(name, {"Store": _store(bucket, key)}) == "ROLLBACK_COMPLETE"
    certificate = imported(aws, "a.example")
    unknown = f"arn:aws:elasticloadbalancing:{aws.region}:{aws.account}:truststore/none/0123456789abcdef"
    checked = listener("HTTPS", 443, certificate, MutualAuthentication={"Mode": "verify", "TrustStoreArn": unknown})
    assert aws.deploy("unknown", front(Secure=checked)) == "ROLLBACK_COMPLETE"
    assert aws.deploy("t", {"Store": _store(bucket, "ours")}) == "CREATE_COMPLETE"
    known = listener("HTTPS", 443, certificate, MutualAuthentication={"Mode": "verify", "TrustStoreArn": _made(aws, "t")})
    assert aws.deploy("known", front(Secure=known)) == "CREATE_COMPLETE"
    aws.client("cloudformation").delete_stack(StackName="t")
    until(lambda: aws.client("cloudformation").describe_stacks(StackName="t")["Stacks"][0]["StackStatus"] == "DELETE_FAILED", 60)
    elbv2 = aws.client("elbv2")
    arn = elbv2.create_load_balancer(Name="front", Type="application", **aws.surroundings.balancer)["LoadBalancers"][0][
        "LoadBalancerArn"
    ]
    action = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}]
    with pytest.raises(ClientError, match=r"[Tt]rust ?[Ss]tore"):
        elbv2.create_listener(
            LoadBalancerArn=arn, Protocol="HTTPS", Port=443, DefaultActions=action,
            Certificates=[{"CertificateArn": certificate}], MutualAuthentication={"Mode": "verify", "TrustStoreArn": unknown},
        )  # fmt: skip
