"""Many services on one load balancer: whoever comes or goes changes nothing of the others."""

import pytest

from dockyard.errors import ConfigError
from tests.synth.projects import resources, stacks

PROJECT = """
name: shop
environments: {dev: {region: eu-west-1}}
domains: {example.com: {hosted_zone: Z0123456789ABC}}
load_balancer: {rules: {old: {path: /old, redirect: /new}}}
"""
BY_HOST = {f"host-{n}": f"http: {{host: h{n}.example.com}}" for n in range(8)}
BY_PATH = {f"path-{n}": f"http: {{path: /p{n}}}" for n in range(8)}
OTHERS = {
    "beta": "http: {path: /p0, headers: {X-Version: beta}}",
    "post": "http: {path: /p0, methods: [POST, PUT]}",
    "acme": "http: {host: h0.example.com, query: {tenant: acme}}",
    "inside": "http: {host: h0.example.com, source_ips: 10.0.0.0/8}",
}
TWENTY = {**BY_HOST, **BY_PATH, **OTHERS}


def synthesized(folder, services):
    """Template by stack."""
    files = {f"services/{name}/service.yaml": f"kind: web\nimage: {{from: nginx}}\n{http}" for name, http in services.items()}
    artifacts, read = stacks(folder, files={"dockyard.yaml": PROJECT, **files})
    return {name: read(name) for name, one in artifacts.items() if one["type"] == "aws:cloudformation:stack"}


def rules(templates):
    """Priority by stack."""
    found = {name: resources(template, "ElasticLoadBalancingV2::ListenerRule") for name, template in templates.items()}
    return {name: [rule["Priority"] for rule in listed] for name, listed in found.items() if listed}


@pytest.fixture(scope="module")
def twenty(tmp_path_factory):
    return synthesized(tmp_path_factory.mktemp("twenty"), TWENTY)


def test_a_service_that_comes_and_one_that_goes_change_no_template_of_another(twenty, tmp_path):
    others = {name: http for name, http in TWENTY.items() if name != "path-3"}
    after = synthesized(tmp_path, {**others, "newcomer": "http: {path: /newcomer}"})
    gone, come = "shop-dev-path-3", "shop-dev-newcomer"
    assert (twenty.keys() - after.keys(), after.keys() - twenty.keys()) == ({gone}, {come})
    changed = {name for name in twenty.keys() & after.keys() if twenty[name] != after[name]}
    assert changed == {"shop-registry"}  # its repositories are those of the services


def test_each_has_a_priority_and_whoever_takes_less_is_asked_first(twenty):
    found = rules(twenty)
    numbers = [number for listed in found.values() for number in listed]
    assert len(numbers) == len(set(numbers)) == 21
    (plain,), (beta,), (post,) = (found[f"shop-dev-{name}"] for name in ("path-0", "beta", "post"))
    assert max(beta, post) < plain
    (host,), (acme,), (inside,) = (found[f"shop-dev-{name}"] for name in ("host-0", "acme", "inside"))
    assert max(acme, inside) < host < min(beta, post)


def test_two_that_clash_are_refused_naming_both(tmp_path):
    with pytest.raises(ConfigError) as caught:
        synthesized(tmp_path, {**TWENTY, "twin": "http: {path: /p0, methods: [PUT, POST]}"})
    assert list(caught.value.problems) == [
        'services/twin/service.yaml: http.path: "/p0" with methods=POST,PUT is the path of service post as well; give one of them '
        "another path or host"
    ]
