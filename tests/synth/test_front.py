"""The load balancer of an environment, as dockyard.yaml says."""

import json
import re

import pytest

from dockyard.local.authority import Authority
from dockyard_constructs.web_firewall import MANAGED_RULES
from tests.synth.projects import resources, stacks
from tests.synth.test_lint import linted
from tests.unit.config.test_load_balancer import EXISTING, LISTENER, VPC

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


ALL_SET = f"""{DOMAINS}
load_balancer:
  idle_timeout: 120
  deletion_protection: true
  desync_mitigation: strictest
  access_logs: {{retention: 30, connections: true}}
  waf: {{mode: count, rate_limit: 500, logs: true, managed_rules: [AWSManagedRulesCommonRuleSet]}}
  rules:
    old: {{host: old.example.com, redirect: "https://shop.example.com"}}
    moved: {{path: /moved, redirect: "/new/#{{path}}", permanent: false}}
    robots: {{path: /robots.txt, answer: {{body: "User-agent: *"}}}}
"""


MUTUAL_TLS = """
  mutual_tls:
    ca_bundle: certificates/partners.pem
    ignore_client_certificate_expiry: true
    advertise_trust_store_ca_names: true
"""


@pytest.fixture(scope="module")
def all_set(tmp_path_factory):
    folder = tmp_path_factory.mktemp("all")
    authorities(folder / "certificates/partners.pem")
    return project(folder, ALL_SET + MUTUAL_TLS, shop="http: {host: shop.example.com}")


def authorities(file):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(Authority(file.parent / "own").certificate_text())
    return file


def mutual_authentication(template):
    (found,) = [one["MutualAuthentication"] for one in resources(template, f"{ELB}Listener") if one["Port"] == 443]
    return found


def test_clients_are_checked_by_the_authorities_of_a_file_of_the_project(all_set):
    platform = all_set("shop-dev-platform")
    ((id, store),) = [(id, r["Properties"]) for id, r in platform["Resources"].items() if r["Type"] == f"AWS::{ELB}TrustStore"]
    assert mutual_authentication(platform) == {
        "Mode": "verify", "TrustStoreArn": {"Fn::GetAtt": [id, "TrustStoreArn"]}, "IgnoreClientCertificateExpiry": True, "AdvertiseTrustStoreCaNames": "on",
    }  # fmt: skip
    assert "cdk-hnb659fds-assets-" in json.dumps(store["CaCertificatesBundleS3Bucket"])
    assert re.fullmatch(r"[0-9a-f]{64}\.pem", store["CaCertificatesBundleS3Key"])
    assert "MutualAuthentication" not in next(one for one in resources(platform, f"{ELB}Listener") if one["Port"] == 80)


def test_without_the_key_clients_show_no_certificate_and_the_listener_says_so(secure):
    assert mutual_authentication(secure("shop-dev-platform")) == {"Mode": "off"}
    assert resources(secure("shop-dev-platform"), f"{ELB}TrustStore") == []


def test_passthrough_has_no_trust_store(tmp_path):
    platform = project(tmp_path, DOMAINS + "load_balancer: {mutual_tls: {mode: passthrough}}\n", shop="")("shop-dev-platform")
    assert mutual_authentication(platform) == {"Mode": "passthrough"}
    assert resources(platform, f"{ELB}TrustStore") == []


def test_authorities_may_be_in_a_bucket_and_both_load_balancers_check_by_them(tmp_path):
    bundle = "mutual_tls: {ca_bundle: {bucket: my-cas, key: a/ca.pem, version: v1}}"
    platform = project(tmp_path, DOMAINS + f"load_balancer: {{internal: true, {bundle}}}\n", shop="")("shop-dev-platform")
    (store,) = resources(platform, f"{ELB}TrustStore")
    assert {key: value for key, value in store.items() if "S3" in key} == {
        "CaCertificatesBundleS3Bucket": "my-cas", "CaCertificatesBundleS3Key": "a/ca.pem",
        "CaCertificatesBundleS3ObjectVersion": "v1",
    }  # fmt: skip
    checked = [one["MutualAuthentication"]["Mode"] for one in resources(platform, f"{ELB}Listener") if one["Port"] == 443]
    assert checked == ["verify", "verify"]
    (tmp_path / "p.template.json").write_text(json.dumps(platform))
    assert linted(tmp_path) == (0, "")


def attributes(template):
    (balancer,) = resources(template, f"{ELB}LoadBalancer")
    return {one["Key"]: one["Value"] for one in balancer["LoadBalancerAttributes"]}


def test_access_logs_go_to_a_bucket_that_only_the_log_delivery_may_write_to(all_set):
    platform = all_set("shop-dev-platform")
    ((id, bucket),) = [(id, r) for id, r in platform["Resources"].items() if r["Type"] == "AWS::S3::Bucket"]
    assert bucket["DeletionPolicy"] == "Retain"
    assert bucket["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"] == [
        {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    ]
    assert set(bucket["Properties"]["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["Properties"]["LifecycleConfiguration"]["Rules"][0]["ExpirationInDays"] == 30
    (policy,) = resources(platform, "S3::BucketPolicy")
    denied, allowed, *of_network = policy["PolicyDocument"]["Statement"]
    assert {one["Principal"]["Service"] for one in of_network} == {"delivery.logs.amazonaws.com"}
    assert [one["Action"] for one in of_network] == ["s3:GetBucketAcl", "s3:PutObject"]
    assert all(one["Condition"]["StringEquals"]["aws:SourceAccount"] for one in of_network)
    assert (denied["Effect"], denied["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert allowed["Principal"] == {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}
    assert (allowed["Action"], "AWSLogs" in json.dumps(allowed["Resource"])) == ("s3:PutObject", True)
    found = attributes(platform)
    assert (found["access_logs.s3.enabled"], found["access_logs.s3.bucket"]) == ("true", {"Ref": id})
    assert (found["connection_logs.s3.enabled"], found["connection_logs.s3.prefix"]) == ("true", "connection")
    (balancer,) = [r for r in platform["Resources"].values() if r["Type"].endswith("::LoadBalancer")]
    assert f"{id[:-8]}Policy" in {one[:-8] for one in balancer["DependsOn"]}


def test_the_load_balancer_is_protected_as_it_says(all_set):
    found = attributes(all_set("shop-dev-platform"))
    wanted = {
        "deletion_protection.enabled": "true", "idle_timeout.timeout_seconds": "120",
        "routing.http.desync_mitigation_mode": "strictest", "routing.http.drop_invalid_header_fields.enabled": "true",
    }  # fmt: skip
    assert {key: found[key] for key in wanted} == wanted


def test_a_rule_redirects_or_answers_by_itself(all_set):
    rules = {rule["Conditions"][-1]["HostHeaderConfig"]["Values"][0] if len(rule["Conditions"]) > 1
             else rule["Conditions"][0]["PathPatternConfig"]["Values"][0]: rule["Actions"][0]
             for rule in resources(all_set("shop-dev-platform"), f"{ELB}ListenerRule")}  # fmt: skip
    assert rules["old.example.com"]["RedirectConfig"] == {
        "Host": "shop.example.com", "Port": "443", "Protocol": "HTTPS", "StatusCode": "HTTP_301",
    }  # fmt: skip
    assert rules["/moved"]["RedirectConfig"] == {"Path": "/new/#{path}", "StatusCode": "HTTP_302"}
    assert rules["/robots.txt"]["FixedResponseConfig"]["MessageBody"] == "User-agent: *"


def test_the_firewall_counts_first_by_one_key(all_set, tmp_path):
    acl = resources(all_set("shop-dev-platform"), "WAFv2::WebACL")[0]
    group, rate = acl["Rules"]
    assert (group["OverrideAction"], rate["Action"]) == ({"Count": {}}, {"Count": {}})
    assert rate["Statement"]["RateBasedStatement"] == {"AggregateKeyType": "IP", "EvaluationWindowSec": 300, "Limit": 500}
    assert resources(all_set("shop-dev-platform"), "WAFv2::WebACLAssociation")
    platform = project(tmp_path, "load_balancer: {waf: true}\n", shop="")("shop-dev-platform")
    (acl,) = resources(platform, "WAFv2::WebACL")
    *groups, rate = acl["Rules"]
    assert [(one["Name"], one["OverrideAction"]) for one in groups] == [(name, {"None": {}}) for name in MANAGED_RULES]
    assert (rate["Action"], rate["Statement"]["RateBasedStatement"]["Limit"]) == ({"Block": {}}, 2000)
    assert resources(platform, "WAFv2::LoggingConfiguration") == []


def test_what_the_firewall_meets_is_logged_without_secrets(all_set):
    platform = all_set("shop-dev-platform")
    (logging,) = resources(platform, "WAFv2::LoggingConfiguration")
    assert [one["SingleHeader"]["Name"] for one in logging["RedactedFields"]] == ["authorization", "cookie"]
    names = [group.get("LogGroupName") for group in resources(platform, "Logs::LogGroup")]
    assert "aws-waf-logs-shop-dev" in names
    assert json.dumps(logging["LogDestinationConfigs"]).count(":aws-waf-logs-shop-dev") == 1


def test_cfn_lint_finds_nothing_where_all_is_set(all_set, tmp_path):
    (tmp_path / "p.template.json").write_text(json.dumps(all_set("shop-dev-platform")))
    assert linted(tmp_path) == (0, "")


@pytest.fixture(scope="module")
def behind(tmp_path_factory):
    return project(
        tmp_path_factory.mktemp("behind"), DOMAINS, plain="",
        rpc="http: {path: /shop.Cart, protocol: grpc, deregistration_delay: 30, slow_start: 60, stickiness: 600}",
        api="http: {path: /api.v1, strip_path: true, rewrite: {host: {match: '^a', replace: b}}}",
        away="http: {path: /away, maintenance: <h1>Back at noon</h1>}",
    )  # fmt: skip


def test_a_target_group_is_as_it_says_and_as_before_where_it_says_nothing(behind):
    (group,) = resources(behind("shop-dev-rpc"), f"{ELB}TargetGroup")
    found = {one["Key"]: one["Value"] for one in group["TargetGroupAttributes"]}
    assert (group["ProtocolVersion"], group["HealthCheckPath"], group["Matcher"]) == (
        "GRPC", "/AWS.ALB/healthcheck", {"GrpcCode": "12"},
    )  # fmt: skip
    assert found == {
        "deregistration_delay.timeout_seconds": "30", "slow_start.duration_seconds": "60", "stickiness.enabled": "true",
        "stickiness.lb_cookie.duration_seconds": "600", "stickiness.type": "lb_cookie",
    }  # fmt: skip
    (group,) = resources(behind("shop-dev-plain"), f"{ELB}TargetGroup")
    assert "ProtocolVersion" not in group


def test_a_path_is_stripped_and_a_host_rewritten(behind):
    (rule,) = resources(behind("shop-dev-api"), f"{ELB}ListenerRule")
    assert rule["Transforms"] == [
        {"Type": "url-rewrite", "UrlRewriteConfig": {"Rewrites": [{"Regex": r"^/api\.v1/?(.*)$", "Replace": "/$1"}]}},
        {"Type": "host-header-rewrite", "HostHeaderRewriteConfig": {"Rewrites": [{"Regex": "^a", "Replace": "b"}]}},
    ]


def test_in_maintenance_its_rule_answers_and_its_target_group_stays_at_the_load_balancer(behind):
    away = behind("shop-dev-away")
    rules = {id: r for id, r in away["Resources"].items() if r["Type"] == f"AWS::{ELB}ListenerRule"}
    (parked_id,) = [id for id in rules if "Parked" in id]
    (rule,) = [r for id, r in rules.items() if id != parked_id]
    assert rule["Properties"]["Actions"][0]["FixedResponseConfig"] == {
        "StatusCode": "503", "ContentType": "text/html", "MessageBody": "<h1>Back at noon</h1>",
    }  # fmt: skip
    assert parked_id in rule["DependsOn"]
    (service,) = [r for r in away["Resources"].values() if r["Type"] == "AWS::ECS::Service"]
    assert parked_id in service["DependsOn"]
    assert rules[parked_id]["Properties"]["Priority"] >= 47800 > rule["Properties"]["Priority"]
    assert rules[parked_id]["Properties"]["Conditions"] == rule["Properties"]["Conditions"]


def test_cfn_lint_finds_nothing_behind_it(behind, tmp_path):
    for name in ("rpc", "api", "away"):
        (tmp_path / f"{name}.template.json").write_text(json.dumps(behind(f"shop-dev-{name}")))
    assert linted(tmp_path) == (0, "")


OIDC = """http:
  path: /admin
  auth:
    oidc:
      issuer: https://id.example.com
      authorization_endpoint: https://id.example.com/authorize
      token_endpoint: https://id.example.com/token
      user_info_endpoint: https://id.example.com/userinfo
      client_id: shop
      client_secret: {secretsmanager: shop/oidc, key: secret}
      scope: openid email
      on_unauthenticated: deny"""
JWT = "http: {path: /orders, auth: {jwt: {issuer: 'https://id.example.com', jwks_endpoint: 'https://id.example.com/keys'}}}"

COGNITO = """http:
  path: /desk
  auth:
    cognito:
      user_pool: arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_AbCdEfGhI
      client_id: 1h57kf5cpq17m0eml12EXAMPLE
      domain: my-shop
      scope: openid email
      session_timeout: 600
      on_unauthenticated: deny"""


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    return project(tmp_path_factory.mktemp("guarded"), DOMAINS, admin=OIDC, orders=JWT, desk=COGNITO)


def test_clients_sign_in_before_they_reach_the_service_and_the_secret_is_in_no_template(guarded):
    (rule,) = resources(guarded("shop-dev-admin"), f"{ELB}ListenerRule")
    sign_in, forward = rule["Actions"]
    assert (sign_in["Type"], sign_in["Order"], forward["Type"]) == ("authenticate-oidc", 1, "forward")
    config = sign_in["AuthenticateOidcConfig"]
    assert config["ClientSecret"] == "{{resolve:secretsmanager:shop/oidc:SecretString:secret::}}"
    assert (config["Scope"], config["SessionTimeout"], config["OnUnauthenticatedRequest"]) == ("openid email", 28800, "deny")


def test_clients_sign_in_at_a_user_pool_of_cognito(guarded):
    (rule,) = resources(guarded("shop-dev-desk"), f"{ELB}ListenerRule")
    sign_in, forward = rule["Actions"]
    assert (sign_in["Type"], sign_in["Order"], forward["Type"]) == ("authenticate-cognito", 1, "forward")
    assert sign_in["AuthenticateCognitoConfig"] == {
        "UserPoolArn": "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_AbCdEfGhI",
        "UserPoolClientId": "1h57kf5cpq17m0eml12EXAMPLE", "UserPoolDomain": "my-shop", "Scope": "openid email",
        "SessionTimeout": 600, "OnUnauthenticatedRequest": "deny",
    }  # fmt: skip


def test_tokens_are_checked_and_the_load_balancer_may_reach_who_issues_them(guarded):
    (rule,) = resources(guarded("shop-dev-orders"), f"{ELB}ListenerRule")
    assert rule["Actions"][0]["JwtValidationConfig"] == {
        "Issuer": "https://id.example.com", "JwksEndpoint": "https://id.example.com/keys",
    }  # fmt: skip
    (group,) = [
        g for g in resources(guarded("shop-dev-platform"), "EC2::SecurityGroup") if "Load balancer" in g["GroupDescription"]
    ]
    assert [(r["CidrIp"], r["ToPort"]) for r in group["SecurityGroupEgress"] if r["ToPort"] == 443] == [("0.0.0.0/0", 443)]


def test_cfn_lint_finds_nothing_where_clients_sign_in(guarded, tmp_path):
    for name in ("platform", "admin", "orders", "desk"):
        (tmp_path / f"{name}.template.json").write_text(json.dumps(guarded(f"shop-dev-{name}")))
    assert linted(tmp_path) == (0, "")


def test_a_listener_that_is_there_gets_the_rules_and_no_load_balancer_is_made(tmp_path):
    rules = "rules: {old: {path: /old, redirect: /new}}"
    read = project(
        tmp_path, f"load_balancer: {{{EXISTING}, https: true}}, {rules}}}\nnetwork: {VPC}\n", shop="http: {host: a.example.com}"
    )
    platform, shop = read("shop-dev-platform"), read("shop-dev-shop")
    assert [resources(platform, f"{ELB}{name}") for name in ("LoadBalancer", "Listener")] == [[], []]
    published = {p["Name"].rpartition("/")[2]: p["Value"] for p in resources(platform, "SSM::Parameter")}
    assert (published["listener-arn"], published["load-balancer-security-group"]) == (LISTENER, "sg-0a1b2c3d")
    assert published["load-balancer-full-name"] == "app/front/50dc6c495c0c9188"
    assert [rule["ListenerArn"] for rule in resources(platform, f"{ELB}ListenerRule")] == [LISTENER]
    assert shop["Outputs"]["Address"]["Value"] == "https://a.example.com/"


def test_an_existing_listener_on_a_port_of_its_own_is_called_and_asked_there(tmp_path):
    canary = "http: {host: a.example.com}\ndeploy: {strategy: canary, smoke: [/up]}"
    shop = project(tmp_path, f"load_balancer: {{{EXISTING}, https: true, port: 8443}}}}\nnetwork: {VPC}\n", shop=canary)(
        "shop-dev-shop"
    )
    assert shop["Outputs"]["Address"]["Value"] == "https://a.example.com:8443/"
    (address,) = [
        one["Environment"]["Variables"]["ADDRESS"]
        for one in resources(shop, "Lambda::Function")
        if "ADDRESS" in one.get("Environment", {}).get("Variables", {})
    ]
    assert (address["Fn::Join"][1][0], address["Fn::Join"][1][-1]) == ("https://", ":8443")


@pytest.fixture(scope="module")
def inside(tmp_path_factory):
    return project(
        tmp_path_factory.mktemp("inside"), f"{DOMAINS}load_balancer: {{internal: true, access_logs: true}}\n",
        shop="http: {host: shop.example.com}", admin="http: {host: admin.example.com, reach: internal, path: /x}",
        api="http: {host: api.example.com, reach: both, path: /x}",
    )  # fmt: skip


def test_there_is_a_second_load_balancer_inside_where_tasks_are(inside):
    platform = inside("shop-dev-platform")
    schemes = {one["Scheme"]: one for one in resources(platform, f"{ELB}LoadBalancer")}
    assert schemes.keys() == {"internet-facing", "internal"}
    assert schemes["internal"]["SecurityGroups"] == schemes["internet-facing"]["SecurityGroups"]
    assert "tasks" in json.dumps(schemes["internal"]["Subnets"]).lower()
    assert len(resources(platform, f"{ELB}Listener")) == 4
    records = {one["Name"]: json.dumps(one["AliasTarget"]) for one in resources(platform, "Route53::RecordSet")}
    assert {name: "Internal" in where for name, where in records.items()} == {
        "shop.example.com.": False, "admin.example.com.": True, "api.example.com.": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("service", "listeners"),
    [("shop", ["listener-arn"]), ("admin", ["internal-listener-arn"]), ("api", ["internal-listener-arn", "listener-arn"])],
)
def test_a_service_has_a_rule_and_a_target_group_for_each_way_in(inside, service, listeners):
    template = inside(f"shop-dev-{service}")
    read = {id: p["Default"].rpartition("/")[2] for id, p in template["Parameters"].items()}
    rules = resources(template, f"{ELB}ListenerRule")
    assert sorted(read[rule["ListenerArn"]["Ref"]] for rule in rules) == listeners
    groups = {id for id, one in template["Resources"].items() if one["Type"] == f"AWS::{ELB}TargetGroup"}
    (service,) = resources(template, "ECS::Service")
    assert {one["TargetGroupArn"]["Ref"] for one in service["LoadBalancers"]} == groups
    assert len(groups) == len(listeners)
    (ingress,) = resources(template, "EC2::SecurityGroupIngress")
    assert ingress["FromPort"] == 8080


def test_alarms_of_a_service_that_is_reached_both_ways_look_at_both_load_balancers(inside):
    template = inside("shop-dev-api")
    read = {id: p["Default"].rpartition("/")[2] for id, p in template["Parameters"].items()}
    alarms = {one["AlarmName"].rpartition("-")[2]: one for one in resources(template, "CloudWatch::Alarm")}
    for name in ("errors", "latency", "unhealthy"):
        found = [{d["Name"]: d["Value"] for d in one["MetricStat"]["Metric"]["Dimensions"]}
                 for one in alarms[name]["Metrics"] if "MetricStat" in one]  # fmt: skip
        pairs = {(read[one["LoadBalancer"]["Ref"]], "Internal" in json.dumps(one["TargetGroup"])) for one in found}
        assert pairs == {("load-balancer-full-name", False), ("internal-load-balancer-full-name", True)}


def test_cfn_lint_finds_nothing_inside(inside, tmp_path):
    for name in ("platform", "admin", "api"):
        (tmp_path / f"{name}.template.json").write_text(json.dumps(inside(f"shop-dev-{name}")))
    assert linted(tmp_path) == (0, "")
