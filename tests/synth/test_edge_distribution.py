"""`load_balancer.cloudfront` of dockyard.yaml: what it makes."""

import json

import pytest

from tests.synth.projects import resources, stacks
from tests.synth.test_lint import linted

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-1111-2222-333344445555"
WEB_ACL = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/shop/0a1b2c3d-0000-1111-2222-333344445555"
PROJECT = f"""name: shop
environments: {{dev: {{region: eu-west-1}}}}
domains: {{example.com: {{hosted_zone: Z0123456789ABC}}}}
load_balancer:
  access_logs: true
  idle_timeout: 100
  cloudfront: {{certificate: '{CERTIFICATE}', prefix_list: pl-4fa04526, cached_paths: [/static], web_acl: '{WEB_ACL}'}}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("edge")
    hosts = {"shop": "[shop.example.com, example.com]", "api": "api.example.com"}
    files = {
        f"services/{name}/service.yaml": f"kind: web\nimage: {{from: nginx}}\nhttp: {{host: {host}}}"
        for name, host in hosts.items()
    }
    return folder, stacks(folder, files={"dockyard.yaml": PROJECT, **files})[1]


@pytest.fixture(scope="module")
def platform(made):
    return made[1]("shop-dev-platform")


@pytest.fixture(scope="module")
def distribution(platform):
    return resources(platform, "CloudFront::Distribution")[0]["DistributionConfig"]


def test_the_load_balancer_is_inside_and_lets_in_cloudfront_alone(platform):
    (balancer,) = resources(platform, "ElasticLoadBalancingV2::LoadBalancer")
    assert (balancer["Scheme"], "tasksSubnet" in json.dumps(balancer["Subnets"])) == ("internal", True)
    let_in = [one for one in resources(platform, "EC2::SecurityGroupIngress") if "LoadBalancer" in json.dumps(one["GroupId"])]
    assert [(one["SourcePrefixListId"], one["FromPort"]) for one in let_in] == [("pl-4fa04526", 443)]
    (group,) = [one for one in resources(platform, "EC2::SecurityGroup") if "Load balancer" in one["GroupDescription"]]
    assert "SecurityGroupIngress" not in group
    (origin,) = resources(platform, "CloudFront::VpcOrigin")
    endpoint = origin["VpcOriginEndpointConfig"]
    assert (endpoint["OriginProtocolPolicy"], endpoint["OriginSSLProtocols"]) == ("https-only", ["TLSv1.2"])


def test_it_waits_as_long_as_a_connection_may_be_silent(distribution):
    (origin,) = distribution["Origins"]
    assert origin["VpcOriginConfig"]["OriginReadTimeout"] == 100


def test_clients_come_by_the_names_of_services_over_https(distribution):
    assert sorted(distribution["Aliases"]) == ["api.example.com", "example.com", "shop.example.com"]
    shown = distribution["ViewerCertificate"]
    assert (shown["AcmCertificateArn"], shown["MinimumProtocolVersion"]) == (CERTIFICATE, "TLSv1.2_2021")
    assert (distribution["HttpVersion"], distribution["WebACLId"]) == ("http2and3", WEB_ACL)
    assert distribution["DefaultCacheBehavior"]["ViewerProtocolPolicy"] == "redirect-to-https"
    assert "Bucket" in distribution["Logging"]


def test_nothing_is_kept_but_what_is_told_and_that_by_all_that_the_load_balancer_gets(platform, distribution):
    behaviours = {one["PathPattern"]: one for one in distribution["CacheBehaviors"]}
    assert behaviours.keys() == {"/static", "/static/*"}
    (policy,) = resources(platform, "CloudFront::CachePolicy")
    key = policy["CachePolicyConfig"]["ParametersInCacheKeyAndForwardedToOrigin"]
    assert key["HeadersConfig"] == {"HeaderBehavior": "whitelist", "Headers": ["Host", "Origin"]}
    assert (key["CookiesConfig"], key["QueryStringsConfig"]) == ({"CookieBehavior": "none"}, {"QueryStringBehavior": "all"})
    assert {"OriginRequestPolicyId" in one for one in behaviours.values()} == {False}
    disabled, all_viewer = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "216adef6-5c7f-47e4-b989-5492eafa07d3"
    default = distribution["DefaultCacheBehavior"]
    assert (default["CachePolicyId"], default["OriginRequestPolicyId"]) == (disabled, all_viewer)
    assert {"PUT", "DELETE", "POST"} < {*default["AllowedMethods"]}
    assert all({*one["AllowedMethods"]} == {"GET", "HEAD", "OPTIONS"} for one in behaviours.values())


def test_an_error_of_one_client_is_not_answered_to_others(distribution):
    kept = {one["ErrorCode"]: one["ErrorCachingMinTTL"] for one in distribution["CustomErrorResponses"]}
    assert kept == dict.fromkeys((400, 403, 404, 405, 414, 500, 501, 502, 503, 504), 0)
    assert {"ResponsePagePath" in one for one in distribution["CustomErrorResponses"]} == {False}


def test_names_lead_to_the_distribution(made, platform):
    records = resources(platform, "Route53::RecordSet")
    assert {one["AliasTarget"]["DNSName"]["Fn::GetAtt"][1] for one in records} == {"DomainName"}
    assert [one["Type"] for one in records].count("A") == [one["Type"] for one in records].count("AAAA") > 0
    (told,) = [one for one in resources(platform, "SSM::Parameter") if one["Name"].endswith("/load-balancer-dns-name")]
    assert "CloudFront" in json.dumps(told["Value"])
    assert made[1]("shop-dev-shop")["Outputs"]["Address"]["Value"] == "https://shop.example.com/"


def test_cfn_lint_finds_nothing(made):
    assert linted(made[0] / "cdk.out") == (0, "")
