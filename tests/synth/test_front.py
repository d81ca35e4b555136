"""The load balancer of an environment, as dockyard.yaml says."""

import json

import pytest

from tests.synth.projects import resources, stacks
from tests.synth.test_lint import linted

ELB = "ElasticLoadBalancingV2::"
PROJECT = "name: shop\nenvironments: {dev: {region: eu-west-1}}\n"
DOMAINS = """domains:
  example.com: {hosted_zone: Z0123456789ABC}
  other.org: {certificate: 'arn:aws:acm:eu-west-1:123456789012:certificate/0a1b2c3d-0000-1111-2222-333344445555'}
"""


def project(folder, settings="", **services):
    """A function that reads the templates of services from a registry with these lines of `http`."""
    files = {f"services/{name}/service.yaml": f"kind: web\nimage: {{from: nginx}}\n{http}" for name, http in services.items()}
    return stacks(folder, files={"dockyard.yaml": PROJECT + settings, **files})[1]


@pytest.fixture(scope="module")
def secure(tmp_path_factory):
    return project(
        tmp_path_factory.mktemp("secure"), DOMAINS, shop="http: {host: [shop.example.com, example.com]}", api="http: {path: /api}",
        other="http: {host: other.org, headers: {X-Version: [2, beta]}, methods: GET}", wild="http: {host: '*.example.com'}",
    )  # fmt: skip


def test_with_domains_all_is_https_and_http_leads_there(secure):
    listeners = {one["Port"]: one for one in resources(secure("shop-dev-platform"), f"{ELB}Listener")}
    assert listeners[80]["DefaultActions"] == [
        {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}}
    ]
    assert (listeners[443]["Protocol"], listeners[443]["SslPolicy"]) == ("HTTPS", "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09")
    assert listeners[443]["DefaultActions"][0]["FixedResponseConfig"]["StatusCode"] == "404"
    (group,) = [
        g for g in resources(secure("shop-dev-platform"), "EC2::SecurityGroup") if "Load balancer" in g["GroupDescription"]
    ]
    assert [rule["FromPort"] for rule in group["SecurityGroupIngress"]] == [80, 443]
    (published,) = [p for p in resources(secure("shop-dev-platform"), "SSM::Parameter") if p["Name"].endswith("listener-arn")]
    assert "Https" in json.dumps(published["Value"])


def test_a_certificate_is_made_in_its_zone_or_taken_and_others_go_by_sni(secure):
    platform = secure("shop-dev-platform")
    (made,) = resources(platform, "CertificateManager::Certificate")
    assert (made["DomainName"], made["SubjectAlternativeNames"]) == ("example.com", ["*.example.com"])
    assert made["DomainValidationOptions"] == [{"DomainName": "example.com", "HostedZoneId": "Z0123456789ABC"}]
    (more,) = resources(platform, f"{ELB}ListenerCertificate")
    assert more["Certificates"][0]["CertificateArn"].endswith("333344445555")


def test_every_name_that_services_have_is_one_record_in_its_zone(secure):
    records = resources(secure("shop-dev-platform"), "Route53::RecordSet")
    assert sorted(one["Name"] for one in records) == ["*.example.com.", "example.com.", "shop.example.com."]
    assert {one["HostedZoneId"] for one in records} == {"Z0123456789ABC"}
    assert all("AliasTarget" in one for one in records)


@pytest.mark.parametrize(
    ("service", "address"),
    [("shop", "https://shop.example.com/"), ("api", "https://example.com/api"), ("other", "https://other.org/"),
     ("wild", "https://any.example.com/")],
)  # fmt: skip
def test_the_address_is_by_https(secure, service, address):
    assert secure(f"shop-dev-{service}")["Outputs"]["Address"]["Value"] == address


def test_a_rule_has_all_conditions(secure):
    (rule,) = resources(secure("shop-dev-other"), f"{ELB}ListenerRule")
    found = {one["Field"]: {k: v for config in one.values() if isinstance(config, dict) for k, v in config.items()}
             for one in rule["Conditions"]}  # fmt: skip
    assert found == {
        "path-pattern": {"Values": ["/*"]}, "host-header": {"Values": ["other.org"]}, "http-request-method": {"Values": ["GET"]},
        "http-header": {"HttpHeaderName": "X-Version", "Values": ["2", "beta"]},
    }  # fmt: skip


def test_cfn_lint_finds_nothing_where_there_are_domains(secure, tmp_path):
    for name in ("platform", "shop", "other"):
        (tmp_path / f"{name}.template.json").write_text(json.dumps(secure(f"shop-dev-{name}")))
    assert linted(tmp_path) == (0, "")
