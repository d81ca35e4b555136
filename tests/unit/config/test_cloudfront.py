"""`load_balancer.cloudfront` of dockyard.yaml: what is told of wrong ones."""

import pytest

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d"
KEYS = f"certificate: '{CERTIFICATE}', prefix_list: pl-4fa04526"
DOMAIN = "domains: {example.com: {hosted_zone: Z0123456789ABC}}\n"
AT = "dockyard.yaml: load_balancer"


def project(files, more="", keys=KEYS, beside="", domain=DOMAIN, region="eu-west-1"):
    files.write(
        "dockyard.yaml",
        f"name: shop\nenvironments: {{dev: {{region: {region}}}}}\n{domain}load_balancer: {{cloudfront: {{{keys}}}{beside}}}\n{more}",
    )
    return files


def test_it_is_taken_with_its_certificate_and_prefix_list(files):
    found = project(files, keys=f"{KEYS}, cached_paths: [/static/]").load().environment().settings.load_balancer.cloudfront
    assert (found.cached_paths, found.web_acl) == (("/static",), None)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"keys": "prefix_list: pl-4fa04526"}, f"{AT}.cloudfront.certificate: is required: certificate of ACM in us-east-1, for all names that services have, by its ARN"),
        ({"keys": KEYS.replace("us-east-1", "eu-west-1")}, f"{AT}.cloudfront.certificate: should be the ARN of a certificate in "
         "us-east-1, where CloudFront takes them from"),
        ({"keys": KEYS.replace("pl-4fa04526", "cloudfront")}, f"{AT}.cloudfront.prefix_list: should be what is told by: aws ec2 "
         "describe-managed-prefix-lists"),
        ({"keys": f"{KEYS}, cached_paths: ['/*']"}, f'{AT}.cloudfront.cached_paths[0]: should be a path such as /static, without '
         'wildcards, got "/*"'),
        ({"keys": f"{KEYS}, web_acl: shop"}, f"{AT}.cloudfront.web_acl: should be the ARN of a web ACL of scope CLOUDFRONT"),
        ({"domain": ""}, f"{AT}.cloudfront: needs domains"),
        ({"more": "network: {nat: none}"}, f"{AT}.cloudfront: reaches a load balancer in private subnets, and this network has none"),
        ({"beside": ", waf: true"}, f"{AT}.waf: does not go with cloudfront"),
        ({"beside": ", access_logs: true", "region": "eu-south-1"},
         f"{AT}.access_logs: does not go with cloudfront in eu-south-1: it writes logs to no bucket in a region that accounts opt in "
         "to: remove it, or take another region"),
        ({"beside": ", internal: true"}, f"{AT}.internal: does not go with cloudfront"),
        ({"beside": ", mutual_tls: {mode: passthrough}"}, f"{AT}.mutual_tls: does not go with cloudfront"),
        ({"beside": ", ip_address_type: dualstack", "more": "network: {nat: single, ipv6: true}"}, f"{AT}.ip_address_type: does not go with cloudfront"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told(files, given, text):
    (told,) = project(files, **given).problems()
    assert told.startswith(text)


@pytest.mark.parametrize(
    ("service", "key"),
    [
        ("http: {source_ips: 10.0.0.0/8}", "http.source_ips"),
        ("http: {protocol: grpc}", "http.protocol"),
        ("deploy: {strategy: canary, smoke: [/]}", "deploy.smoke"),
    ],
)
def test_what_a_service_cannot_have_behind_it_is_told(files, service, key):
    project(files).service(f"kind: web\n{service}")
    (told,) = files.problems()
    assert told.startswith(f"services/web/service.yaml: {key}: load_balancer.cloudfront is in front")


JWT = "jwt: {issuer: https://id.example.com, jwks_endpoint: https://id.example.com/keys}"


@pytest.mark.parametrize("path", ["/static", "/static/mine", "/", "/*.pdf, priority: 5", "/st?tic, priority: 5"])
def test_what_auth_guards_is_not_answered_to_everybody(files, path):
    project(files, keys=f"{KEYS}, cached_paths: [/assets/big, /static]")
    files.service(f"kind: web\nhttp: {{path: {path}, auth: {{{JWT}}}}}")
    (told,) = files.problems()
    kept = "/static" if path.startswith("/st") else "/assets/big and /static"
    assert told == (
        "services/web/service.yaml: http.auth: load_balancer.cloudfront is in front, and answers everybody with what it keeps of "
        f"{kept}, which meets {path.split(',')[0]}: remove it from cloudfront.cached_paths, or give the service another path"
    )


@pytest.mark.parametrize("path", ["/statics", "/api", "/api/*/static, priority: 5"])
def test_auth_beside_what_is_kept_is_taken(files, path):
    project(files, keys=f"{KEYS}, cached_paths: [/static]")
    files.service(f"kind: web\nhttp: {{path: {path}, auth: {{{JWT}}}}}")
    assert files.load().environment().services["web"].http.auth


@pytest.mark.parametrize("nat", ["none", "single"])
def test_where_clients_sign_in_the_load_balancer_has_a_way_to_the_provider(files, nat):
    project(files, more=f"network: {{nat: {nat}, endpoints: interface}}")
    files.service(f"kind: web\nhttp: {{auth: {{{JWT}}}}}")
    if nat == "single":
        files.load()
        return
    assert files.problems() == [
        "services/web/service.yaml: http.auth: needs a load balancer that reaches the identity provider, and behind cloudfront it is "
        "where network has no way out: take network.nat: single, or remove it"
    ]
