"""`load_balancer` of dockyard.yaml: redirects, answers, logs, firewall, and what is told of wrong ones."""

import re
from pathlib import Path

import pytest


def settings(files, lines: str):
    files.write("dockyard.yaml", f"name: shop\nenvironments: {{dev: {{}}}}\nload_balancer: {lines}")
    return files


def test_true_is_all_defaults_and_an_environment_may_say_otherwise(files):
    files.write(
        "dockyard.yaml",
        "name: shop\nenvironments: {dev: {load_balancer: {access_logs: false, waf: {mode: count}}}, prod: {}}\n"
        "load_balancer: {access_logs: true, waf: true}",
    )
    dev, prod = (files.load().environment(name).settings.load_balancer for name in ("dev", "prod"))
    assert (dev.access_logs, dev.waf.mode) == (None, "count")
    assert (prod.access_logs.retention, prod.waf.mode, prod.waf.rate_limit) == (90, "block", 2000)


ROUND = "leads to what the rule takes itself: clients would go round in circles"


@pytest.mark.parametrize(
    "rule",
    [
        "{host: old.example.com, redirect: 'https://shop.example.com'}",
        "{host: old.example.com, redirect: 'https://old.example.com:8443'}",
        "{host: old.example.com, path: /a, redirect: 'https://old.example.com/b'}",
        "{redirect: 'https://shop.example.com'}",
    ],
)
def test_a_redirect_that_leads_elsewhere_is_taken(files, rule):
    assert settings(files, f"{{rules: {{old: {rule}}}}}").load()


def test_from_an_existing_listener_without_https_a_rule_may_lead_to_https(files):
    rules = "rules: {secure: {redirect: 'https://#{host}'}}"
    assert settings(files, f"{{{EXISTING}}}, {rules}}}\nnetwork: {VPC}").load()


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ("{access_logs: {retention: 0}}", "access_logs.retention: should be 1 to 3653 (days), got 0"),
        ("{access_logs: sometimes}", 'access_logs: should be a mapping of keys, got "sometimes"'),
        ("{desync_mitigation: strict}", 'desync_mitigation: should be monitor, defensive or strictest, got "strict"; did you mean strictest?'),
        ("{waf: {managed_rules: [Common]}}", "waf.managed_rules[0]: should be the name of a group of AWS such as "
         'AWSManagedRulesSQLiRuleSet, got "Common"'),
        ("{waf: {managed_rules: [AWSManagedRulesA, AWSManagedRulesA]}}", "waf.managed_rules: should be different groups, got "
         "AWSManagedRulesA more than once"),
        ("{rules: {old: {path: /old}}}", "rules.old: should have redirect or answer, got neither"),
        ("{rules: {old: {path: /old, redirect: /old/new}}}", f'rules.old.redirect: "/old/new" {ROUND}'),
        ("{rules: {old: {path: /old, redirect: '/#{path}?a=b'}}}", f'rules.old.redirect: "/#{{path}}?a=b" {ROUND}'),
        ("{rules: {old: {host: old.example.com, redirect: 'https://old.example.com'}}}",
         f'rules.old.redirect: "https://old.example.com" {ROUND}'),
        ("{rules: {old: {path: /old, redirect: 'https://#{host}/old'}}}", f'rules.old.redirect: "https://#{{host}}/old" {ROUND}'),
        ("{rules: {old: {path: /old, redirect: new}}}", "rules.old.redirect: should be an address such as https://shop.example.com "
         'or a path such as /new, got "new"'),
        ("{rules: {old: {path: /old, redirect: '/#{paht}'}}}", "rules.old.redirect: should have no placeholders but #{host}, #{path} "
         'and #{query}, got "/#{paht}" (paht)'),
        ("{rules: {old: {path: /old, answer: {status: 301}}}}", "rules.old.answer: status should be 2xx, 4xx or 5xx, got 301; "
         "redirect sends clients elsewhere"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told(files, lines, text):
    assert settings(files, lines).problems() == [f"dockyard.yaml: load_balancer.{text}"]


def test_a_rule_and_a_service_on_one_route_are_refused(files):
    settings(files, "{rules: {old: {path: /x, redirect: /new}}}").service("kind: web\nhttp: {path: /x}")
    assert files.problems() == [
        'services/web/service.yaml: http.path: "/x" is the path of the rule old of dockyard.yaml as well; give one of them '
        "another path or host"
    ]


def test_more_rules_than_a_load_balancer_has_are_told_with_the_way_out(files):
    settings(files, "{most_rules: 1, rules: {old: {path: /old, redirect: /new}}}").service("kind: web")
    assert files.problems() == [
        "dockyard.yaml: load_balancer.most_rules: services and rules of dockyard.yaml need 2 rules, and a load balancer has 1; "
        'have the quota "Rules per Application Load Balancer" of the account raised and write here what it is, or give some '
        "services an application of their own, with a dockyard.yaml of its own"
    ]


def test_more_target_groups_than_a_load_balancer_has_are_told(files):
    settings(files, "{most_rules: 200}")
    for number in range(101):
        files.service(f"kind: web\nhttp: {{path: /s/{number}, priority: {number + 1}}}", name=f"s{number}")
    assert files.problems() == [
        "dockyard.yaml: load_balancer: services of kind web need 101 target groups, two where deploy is not rolling, and a load "
        "balancer has 100, which AWS does not raise; give some services an application of their own, with a dockyard.yaml of its own"
    ]


def test_a_service_with_two_target_groups_counts_twice(files):
    settings(files, "{most_rules: 200}")
    for number in range(51):
        deploy = "{strategy: canary, test_header: off}" if number else "{alternate_targets: true, test_header: off}"
        files.service(f"kind: web\nhttp: {{path: /s/{number}, priority: {number + 1}}}\ndeploy: {deploy}", name=f"s{number}")
    (told,) = files.problems()
    assert "need 102 target groups" in told


LISTENER = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/front/50dc6c495c0c9188/f2f7dc8efc522ab2"
EXISTING = f"existing: {{listener: '{LISTENER}', security_group: sg-0a1b2c3d, dns_name: front-1.eu-west-1.elb.amazonaws.com"
VPC = "{vpc: {id: vpc-0a1b2c3d, cidr: 10.1.0.0/16, public_subnets: [subnet-0a1b2c3d, subnet-0a1b2c3e]}}"


def test_what_an_existing_load_balancer_cannot_have_is_told(files):
    settings(files, f"{{{EXISTING}}}, waf: true, access_logs: true}}")
    assert files.problems() == [
        "dockyard.yaml: load_balancer: existing is a load balancer of others, so access_logs and waf must be set there: remove it here"
    ]
    settings(files, f"{{{EXISTING}}}}}\ndomains: {{example.com: {{hosted_zone: Z1}}}}")
    assert files.problems() == [
        "dockyard.yaml: load_balancer.existing: its load balancer reaches nothing in a VPC that is made: give network.vpc, the load "
        "balancer's",
        "dockyard.yaml: load_balancer.existing: its certificates and records are its owner's: remove domains, and say https: true if "
        "it has HTTPS",
    ]


CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-1111-2222-333344445555"


@pytest.mark.parametrize(
    ("lines", "region", "at", "got"),
    [
        (f"load_balancer: {{{EXISTING}}}}}\nnetwork: {VPC}", "eu-central-1", "load_balancer.existing.listener", "eu-west-1"),
        (
            f"domains: {{example.com: {{certificate: '{CERTIFICATE}'}}}}",
            "eu-west-1",
            "domains.example.com.certificate",
            "us-east-1",
        ),
    ],
)
def test_what_a_load_balancer_takes_is_in_its_region(files, lines, region, at, got):
    files.write("dockyard.yaml", f"name: shop\nenvironments: {{dev: {{region: {region}}}}}\n{lines}")
    assert files.problems() == [f"dockyard.yaml: {at}: should be in {region}, where environment dev is, got one in {got}"]
    files.write("dockyard.yaml", f"name: shop\nenvironments: {{dev: {{region: {got}}}}}\n{lines}")
    assert files.load()


def test_behind_an_existing_listener_with_https_there_may_be_grpc(files):
    settings(files, f"{{{EXISTING}, https: true}}}}\nnetwork: {VPC}").service("kind: web\nhttp: {protocol: grpc}")
    found = files.load().environment().settings
    assert (found.https, found.load_balancer.existing.full_name) == (True, "app/front/50dc6c495c0c9188")


@pytest.mark.parametrize(
    ("https", "host", "refused"), [("true", "{}", 1), ("true", "{host: a.example.com}", 0), ("false", "{}", 0)]
)
def test_a_smoke_request_to_an_existing_listener_with_https_needs_a_host(files, https, host, refused):
    settings(files, f"{{{EXISTING}, https: {https}}}}}\nnetwork: {VPC}")
    files.service(f"kind: web\nhttp: {host}\ndeploy: {{strategy: canary, smoke: [/up]}}")
    said = "needs http.host: the listener of load_balancer.existing has HTTPS, and its certificate is of names not known"
    if refused:
        assert files.problems() == [f"services/web/service.yaml: deploy.smoke: {said}"]
    else:
        assert files.load()


def test_the_same_route_inside_and_outside_is_two_and_both_ways_clash_with_each(files):
    settings(files, "{internal: true}")
    files.service("kind: web\nhttp: {path: /x}", name="a")
    files.service("kind: web\nhttp: {path: /x, reach: internal}", name="b")
    assert len(files.load().environment().services) == 2
    files.service("kind: web\nhttp: {path: /x, reach: both}", name="c")
    assert files.problems() == [
        f'services/c/service.yaml: http.path: "/x" is the path of service {other} as well; give one of them another path or host'
        for other in ("a", "b")
    ]


def test_an_internal_service_without_a_load_balancer_inside_is_told(files):
    files.service("kind: web\nhttp: {reach: internal}")
    assert files.problems() == [
        "services/web/service.yaml: http.reach: internal needs load_balancer: {internal: true} in dockyard.yaml"
    ]


PAGES = [Path(__file__).parents[3] / "docs" / name for name in ("load_balancer.md", "network_load_balancer.md")]
EXAMPLES = [found for page in PAGES for found in re.findall(r"```yaml\n(.*?)```", page.read_text(), re.DOTALL)]


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_the_examples_of_the_manual_are_taken(files, example):
    if "\nhttp:" in f"\n{example}" or "\nnlb:" in f"\n{example}":
        files.write("dockyard.yaml", "name: shop\nenvironments: {dev: {}}\ndomains: {example.com: {hosted_zone: Z1}}")
        files.service(f"kind: web\n{example}")
    else:
        files.write(
            "dockyard.yaml", f"name: shop\n{example}" + ("" if "environments:" in example else "environments: {dev: {}}\n")
        )
    assert files.load().environment("dev")


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ("load_balancer: {ip_address_type: dualstack}",
         "load_balancer.ip_address_type: dualstack needs a network with IPv6: set network.ipv6: true"),
        ("load_balancer: {ip_address_type: dualstack}\nnetwork: {vpc: {id: vpc-0a1b2c3d, cidr: 10.1.0.0/16, public_subnets: "
         "[subnet-0a1b2c3d, subnet-0a1b2c3e]}}",
         "load_balancer.ip_address_type: dualstack needs a network with IPv6: set network.vpc.ipv6: true, if its subnets have IPv6 "
         "ranges"),
        ("load_balancer: {ip_address_type: ipv6}",
         'load_balancer.ip_address_type: should be ipv4 or dualstack, got "ipv6"; did you mean ipv4?'),
        ("network: {ipv6: true, vpc: {id: vpc-0a1b2c3d, cidr: 10.1.0.0/16, public_subnets: [subnet-0a1b2c3d, subnet-0a1b2c3e]}}",
         "network: vpc is given, so ipv6 has no use: remove it (or set to null), or vpc"),
    ],
)  # fmt: skip
def test_ipv6_that_the_network_has_not_is_told(files, lines, text):
    files.write("dockyard.yaml", f"name: shop\nenvironments: {{dev: {{}}}}\n{lines}")
    assert files.problems() == [f"dockyard.yaml: {text}"]
