"""Domains of dockyard.yaml: what a host must match, and what is told where it does not."""

import pytest

ZONE = "{hosted_zone: Z0123456789ABC}"
ARN = "arn:aws:acm:eu-west-1:123456789012:certificate/0a1b2c3d-0000-1111-2222-333344445555"


def project(domains: str, environments: str = "{dev: {}}") -> str:
    return f"name: shop\nenvironments: {environments}\ndomains: {domains}"


@pytest.mark.parametrize("host", ["example.com", "shop.example.com", "'*.example.com'", "[example.com, a.other.org]"])
def test_a_host_is_a_domain_or_just_below_it(files, host):
    files.write("dockyard.yaml", project(f"{{example.com: {ZONE}, other.org: {{certificate: '{ARN}'}}}}"))
    files.service(f"kind: web\nhttp: {{host: {host}}}")
    assert list(files.load().environment().settings.domains) == ["example.com", "other.org"]


@pytest.mark.parametrize("host", ["shop.other.org", "a.b.example.com", "'*.b.example.com'"])
def test_a_host_without_a_domain_is_told_with_what_is_allowed(files, host):
    files.write("dockyard.yaml", project(f"{{example.com: {ZONE}}}"))
    files.service(f"kind: web\nhttp: {{host: {host}}}")
    got = host.strip("'")
    assert files.problems() == [
        "services/web/service.yaml: http.host: should be example.com, *.example.com or NAME.example.com, as the domains of "
        f'dockyard.yaml are, got "{got}"'
    ]


def test_an_environment_has_domains_of_its_own(files):
    own = f"{{dev: {{domains: {{dev.example.com: {ZONE}, example.com: null}}}}, prod: {{}}}}"
    files.write("dockyard.yaml", project(f"{{example.com: {ZONE}}}", own))
    files.service("kind: web\nhttp: {host: shop.example.com}\nenvironments: {dev: {http: {host: shop.dev.example.com}}}")
    assert list(files.load().environment("dev").settings.domains) == ["dev.example.com"]
    files.service("kind: web\nenvironments: {dev: {http: {host: shop.example.com}}}")
    assert files.problems() == [
        "services/web/service.yaml: environments.dev.http.host: should be dev.example.com, *.dev.example.com or "
        'NAME.dev.example.com, as the domains of dockyard.yaml are, got "shop.example.com"'
    ]


@pytest.mark.parametrize(
    ("dev", "http", "host"),
    [
        ("{}", "{}", "example.com"),
        ("{}", "{host: shop.example.com}", "shop.example.com"),
        (f"{{domains: {{dev.example.com: {ZONE}, example.com: null}}}}", "{}", None),
        ("{domains: {example.com: {hosted_zone: Z1}}}", "{}", None),
        (f"{{domains: {{example.com: {{hosted_zone: null, certificate: '{ARN}'}}}}}}", "{}", None),
    ],
)
def test_a_name_of_one_hosted_zone_is_of_one_environment(files, dev, http, host):
    files.write("dockyard.yaml", project(f"{{example.com: {ZONE}}}", f"{{prod: {{}}, dev: {dev}}}"))
    files.service(f"kind: web\nhttp: {http}")
    if host is None:
        assert files.load()
    else:
        assert files.problems() == [
            f"dockyard.yaml: environments.dev.domains: its record of {host} in Z0123456789ABC is that of environment prod as well; "
            "give one of them another domain here, or the services another http.host there"
        ]


@pytest.mark.parametrize(
    ("domains", "text"),
    [
        ("{example.com: {}}", "domains.example.com: should have hosted_zone (a certificate is made), certificate (its ARN) or both, "
         "got neither"),
        ("{Example.com: {hosted_zone: Z1}}", 'domains.Example.com: should be a domain such as example.com, in lower case, got "Example.com"'),
        ("{'*.example.com': {hosted_zone: Z1}}", 'domains.*.example.com: should be a domain such as example.com, in lower case, got "*.example.com"'),
        ("{example.com: {hosted_zone: example.com}}", "domains.example.com.hosted_zone: should be the id of a hosted zone such as "
         'Z0123456789ABCDEFGHIJ, got "example.com"'),
        ("{example.com: {certificate: abc}}", "domains.example.com.certificate: should be the ARN of a certificate such as "
         'arn:aws:acm:eu-west-1:123456789012:certificate/0a1b2c3d-…, got "abc"'),
    ],
)  # fmt: skip
def test_a_domain_that_cannot_be_is_told(files, domains, text):
    files.write("dockyard.yaml", project(domains))
    assert files.problems() == [f"dockyard.yaml: {text}"]


POOL = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_AbCdEfGhI"


def user_pool(files, place: str, domain: str = "my-shop"):
    files.write("dockyard.yaml", project(f"{{example.com: {ZONE}}}", f"{{dev: {place}}}"))
    files.service(f"kind: web\nhttp: {{auth: {{cognito: {{user_pool: '{POOL}', client_id: a1, domain: '{domain}'}}}}}}")
    return files


@pytest.mark.parametrize("place", ["{}", "{region: eu-west-1, account: '123456789012'}"])
def test_a_user_pool_beside_the_load_balancer_is_taken(files, place):
    assert user_pool(files, place).load().environment().services["web"].http.auth.cognito.user_pool == POOL


@pytest.mark.parametrize(
    ("place", "wanted", "got"),
    [
        ("{region: eu-central-1}", "eu-central-1", "eu-west-1"),
        ("{region: eu-west-1, account: '210987654321'}", "210987654321", "123456789012"),
    ],
)
def test_a_user_pool_elsewhere_is_told(files, place, wanted, got):
    assert user_pool(files, place).problems() == [
        f"services/web/service.yaml: http.auth.cognito.user_pool: should be in {wanted}, where the load balancer is, got one in {got}; "
        "take oidc, with the user pool's endpoints"
    ]


@pytest.mark.parametrize("domain", ["my-shop.auth.eu-west-1.amazoncognito.com", "https://my-shop", "My-Shop"])
def test_the_domain_of_a_user_pool_is_a_prefix_or_one_of_its_own(files, domain):
    assert user_pool(files, "{}", domain).problems() == [
        "services/web/service.yaml: http.auth.cognito.domain: should be the prefix of its domain such as my-shop, without "
        f'.auth.REGION.amazoncognito.com, or a domain of your own, got "{domain}"'
    ]
