"""HTTPS listeners, certificates and domain names."""

import http.client
import socket
import ssl
import tempfile
import time
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from cryptography import x509

from dockyard.local.authority import Authority
from tests.integration.behaviours.contract import acts
from tests.integration.local_aws import Server, until
from tests.integration.support import get


def imported(aws: Server, *names: str) -> str:
    """ARN of a certificate of our own making; https://docs.aws.amazon.com/acm/latest/userguide/import-certificate.html"""
    made = Authority(Path(tempfile.mkdtemp())).issue(names)
    return aws.client("acm").import_certificate(
        Certificate=made.certificate.encode(), PrivateKey=made.key.encode(), CertificateChain=made.chain.encode()
    )["CertificateArn"]


def fixed(text: str) -> dict:
    return {
        "Type": "fixed-response",
        "FixedResponseConfig": {"StatusCode": "200", "ContentType": "text/plain", "MessageBody": text},
    }


def listener(protocol: str, port: int, *certificates: str, action: dict | None = None, **more) -> dict:
    named = {"Certificates": [{"CertificateArn": arn} for arn in certificates]} if certificates else {}
    return {"Type": "AWS::ElasticLoadBalancingV2::Listener", "Properties": {
        "LoadBalancerArn": {"Ref": "Balancer"}, "Port": port, "Protocol": protocol,
        "DefaultActions": [action or fixed(protocol)], **named, **more}}  # fmt: skip


def front(**listeners: dict) -> dict:
    return {"Balancer": {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "Properties": {"Type": "application"}}, **listeners}


TO_HTTPS = {"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301", "Protocol": "HTTPS", "Port": "443"}}


def _shown(address: tuple[str, int], name: str, trusted: str | None = None) -> set[str]:
    """Names of the certificate that a client is shown who asks for a name; checked where an authority is given."""
    context = ssl.create_default_context(cadata=trusted) if trusted else ssl._create_unverified_context()  # noqa: S323
    with socket.create_connection(address, 10) as plain, context.wrap_socket(plain, server_hostname=name) as secure:
        if trusted:
            return {value for kind, value in secure.getpeercert()["subjectAltName"] if kind == "DNS"}
        return _names(ssl.DER_cert_to_PEM_cert(secure.getpeercert(binary_form=True)))


def _names(pem: str) -> set[str]:
    read = x509.load_pem_x509_certificate(pem.encode())
    found = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return set(found.get_values_for_type(x509.DNSName))


def secure_address(aws: Server) -> tuple[str, int]:
    """Where the HTTPS listener answers: the HTTP one redirects there."""
    host, _, port = aws.output("s", "Address").partition(":")

    def moved() -> str | None:
        connection = http.client.HTTPConnection(host, int(port or 80), timeout=5)
        connection.request("GET", "/")
        answer = connection.getresponse()
        connection.close()
        return answer.headers["Location"]

    secure = until(moved, 5).removeprefix("https://").split("/")[0]
    address = (secure.partition(":")[0], int(secure.partition(":")[2] or 443))
    until(lambda: socket.create_connection(address, 1).close() or True, 5)
    return address


@acts("https_listeners")
def a_client_is_shown_the_certificate_of_the_name_that_it_asks_for(aws: Server) -> None:
    """Several domains behind one load balancer, by SNI."""
    default, shop, wild = (
        imported(aws, "a.example"),
        imported(aws, "shop.b.example"),
        imported(aws, "*.b.example", "b.example"),
    )
    assert aws.deploy("s", front(
        Plain=listener("HTTP", 80, action=TO_HTTPS), Secure=listener("HTTPS", 443, default),
        More={"Type": "AWS::ElasticLoadBalancingV2::ListenerCertificate", "Properties": {
            "ListenerArn": {"Ref": "Secure"}, "Certificates": [{"CertificateArn": wild}]}},
    )) == "CREATE_COMPLETE"  # fmt: skip
    elbv2 = aws.client("elbv2")
    (balancer,) = elbv2.describe_load_balancers()["LoadBalancers"]
    listeners = elbv2.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    secure = next(listener["ListenerArn"] for listener in listeners if listener["Port"] == 443)
    elbv2.add_listener_certificates(ListenerArn=secure, Certificates=[{"CertificateArn": shop}])
    found = elbv2.describe_listener_certificates(ListenerArn=secure)["Certificates"]
    assert [(one["CertificateArn"], one["IsDefault"]) for one in found] == [(default, True), (wild, False), (shop, False)]
    address = secure_address(aws)
    seen = {name: _shown(address, name) for name in ("a.example", "shop.b.example", "x.b.example", "b.example", "other.example")}
    assert seen == {
        "a.example": {"a.example"}, "shop.b.example": {"shop.b.example"}, "x.b.example": {"*.b.example", "b.example"},
        "b.example": {"*.b.example", "b.example"}, "other.example": {"a.example"},
    }  # fmt: skip
    elbv2.remove_listener_certificates(ListenerArn=secure, Certificates=[{"CertificateArn": shop}])
    assert _shown(address, "shop.b.example") == {"*.b.example", "b.example"}


@acts("https_listeners")
def the_name_of_a_load_balancer_is_good_for_http_and_https(aws: Server) -> None:
    """A template that asks `https://${DNSName}/`, with the name of the certificate, is right here as well."""
    certificate = imported(aws, "a.example")
    listeners = {"Plain": listener("HTTP", 80), "Secure": listener("HTTPS", 443, certificate)}
    assert aws.deploy("s", front(**listeners)) == "CREATE_COMPLETE"
    host, _, port = aws.output("s", "Address").partition(":")
    until(lambda: _shown((host, int(port or 443)), "a.example") == {"a.example"}, 5)
    context = ssl._create_unverified_context()  # noqa: S323
    for connection in (
        http.client.HTTPConnection(host, int(port or 80), timeout=5),
        http.client.HTTPSConnection(host, int(port or 443), timeout=5, context=context),
    ):
        connection.request("GET", "/")
        answer = connection.getresponse().read().decode()
        assert answer == ("HTTPS" if isinstance(connection, http.client.HTTPSConnection) else "HTTP")
        connection.close()


@acts("https_listeners")
def a_listener_with_tls_needs_a_certificate_that_is_there(aws: Server) -> None:
    """A template that forgets it would work here alone."""
    assert aws.deploy("none", front(Secure=listener("HTTPS", 443))) == "ROLLBACK_COMPLETE"
    unknown = f"arn:aws:acm:{aws.region}:{aws.account}:certificate/11111111-2222-3333-4444-555555555555"
    assert aws.deploy("unknown", front(Secure=listener("HTTPS", 443, unknown))) == "ROLLBACK_COMPLETE"
    elbv2 = aws.client("elbv2")
    arn = elbv2.create_load_balancer(Name="front", Type="application", **aws.surroundings.balancer)["LoadBalancers"][0][
        "LoadBalancerArn"
    ]
    action = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}]
    for named in ([], [{"CertificateArn": unknown}]):
        with pytest.raises(ClientError, match="CertificateNotFound"):
            elbv2.create_listener(LoadBalancerArn=arn, Protocol="HTTPS", Port=443, DefaultActions=action, Certificates=named)


@acts("certificates", only_here="AWS issues none for a domain of others")
def a_certificate_that_acm_issues_is_one_that_clients_can_check(aws: Server) -> None:
    """HTTPS on a laptop: one trusts the authority once."""
    assert aws.deploy("s", front(
        Certificate={"Type": "AWS::CertificateManager::Certificate", "Properties": {
            "DomainName": "example.com", "SubjectAlternativeNames": ["*.example.com"], "ValidationMethod": "DNS"}},
        Plain=listener("HTTP", 80, action=TO_HTTPS),
        Secure=listener("HTTPS", 443, {"Ref": "Certificate"}),
    )) == "CREATE_COMPLETE"  # fmt: skip
    acm = aws.client("acm")
    (summary,) = acm.list_certificates()["CertificateSummaryList"]
    chain = acm.get_certificate(CertificateArn=summary["CertificateArn"])["CertificateChain"]
    assert _shown(secure_address(aws), "www.example.com", trusted=chain) == {"example.com", "*.example.com"}


@acts("certificates")
def an_imported_certificate_is_told_by_its_names_and_kept_while_it_is_used(aws: Server) -> None:
    """DeleteCertificate would leave a listener without one."""
    acm = aws.client("acm")
    arn = imported(aws, "shop.example.com", "*.example.com")
    told = acm.describe_certificate(CertificateArn=arn)["Certificate"]
    assert (told["DomainName"], told["SubjectAlternativeNames"]) == ("shop.example.com", ["shop.example.com", "*.example.com"])
    one, other = (Authority(Path(tempfile.mkdtemp())).issue(["a.example"]) for _ in range(2))
    with pytest.raises(acm.exceptions.ClientError, match="does not match"):
        acm.import_certificate(Certificate=one.certificate.encode(), PrivateKey=other.key.encode())
    assert aws.deploy("s", front(Secure=listener("HTTPS", 443, arn))) == "CREATE_COMPLETE"
    assert acm.describe_certificate(CertificateArn=arn)["Certificate"]["InUseBy"]
    with pytest.raises(acm.exceptions.ResourceInUseException):
        acm.delete_certificate(CertificateArn=arn)
    aws.client("cloudformation").delete_stack(StackName="s")
    until(lambda: not acm.describe_certificate(CertificateArn=arn)["Certificate"]["InUseBy"], 10)
    acm.delete_certificate(CertificateArn=arn)


@acts("domain_names", only_here="its domains are those of others")
def a_domain_name_leads_to_its_load_balancer(aws: Server) -> None:
    """By an alias record, or by a rule's host: on AWS the name's address would be that of the load balancer."""
    route53, elbv2 = aws.client("route53"), aws.client("elbv2")
    zone = route53.create_hosted_zone(Name="example.com", CallerReference=str(time.time()))["HostedZone"]["Id"]
    for name in ("one", "two"):
        balancer = elbv2.create_load_balancer(Name=name, Type="application")["LoadBalancers"][0]
        action = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200", "MessageBody": name}}
        listener = elbv2.create_listener(
            LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP", Port=80, DefaultActions=[action]
        )["Listeners"][0]["ListenerArn"]
        route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": {
            "Name": f"{name}.example.com", "Type": "A", "AliasTarget": {
                "HostedZoneId": balancer["CanonicalHostedZoneId"], "DNSName": f"dualstack.{balancer['DNSName']}",
                "EvaluateTargetHealth": False}}}]})  # fmt: skip
    by_rule = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200", "MessageBody": "by rule"}}
    condition = {"Field": "host-header", "HostHeaderConfig": {"Values": ["*.example.org"]}}
    elbv2.create_rule(ListenerArn=listener, Priority=1, Conditions=[condition], Actions=[by_rule])

    def answers() -> bool:
        asked = [get(f"http://localhost:{aws.port}/health", Host=host) for host in HOSTS]
        return [body.get("text") for _, body in asked] == ["one", "two", "by rule"]

    until(answers, 5)


HOSTS = ("one.example.com", "two.example.com", "shop.example.org")
