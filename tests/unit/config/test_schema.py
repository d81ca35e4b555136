"""The JSON Schemas in schemas/: current, and in agreement with the models."""

import json
from pathlib import Path

import jsonschema
import pytest

from dockyard.config.schema import schemas

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", sorted(schemas()))
def test_the_committed_schema_is_current(name):
    committed = json.loads((ROOT / "schemas" / name).read_text())
    assert committed == schemas()[name], "run: python -m dockyard.config.schema"


@pytest.mark.parametrize(
    ("service", "good"),
    [
        ({"kind": "web", "port": 80, "environments": {"prod": {"count": 2}}}, True),
        ({"kind": "web", "count": {"max": 9, "cpu": 50}, "environments": {"prod": {"count": {"max": 99}}}}, True),
        ({"kind": "web", "count": {"cpu": 50}}, False),
        ({"kind": "web", "count": {"max": 9, "cpus": 50}}, False),
        ({"kind": "web", "count": -1}, False),
        ({"kind": "web", "image": {"from": "nginx"}}, True),
        ({"kind": "web", "prot": 80}, False),
        ({"kind": "web", "port": 70000}, False),
        ({"kind": "web", "environments": {"prod": {"image": {}}}}, False),
        ({"kind": "web", "environments": {"prod": {"port": 80}}}, False),
        ({"kind": "web", "env": {"A": 1.5, "B": True, "C": "x"}}, True),
        ({"kind": "web", "env": {"A": None}}, False),
        ({"kind": "web", "environments": {"prod": {"env": {"A": None}, "http": {"health": {"path": None}}}}}, True),
        ({"kind": "web", "environments": {"prod": {"secrets": {"A": {"key": "x"}, "B": "/b", "C": None}}}}, True),
        ({"kind": "web", "environments": {"prod": {"http": {"health": {"interval": 1}}}}}, False),
        ({"kind": "web", "environments": {"prod": {"http": {"helth": {}}}}}, False),
        ({"kind": "web", "http": {"host": ["a.b", "c.d"], "headers": {"X-A": 1}, "maintenance": True}}, True),
        ({"kind": "web", "http": {"host": {"a": 1}}}, False),
    ],
)
def test_an_editor_finds_what_the_loader_finds(service, good):
    validator = jsonschema.Draft202012Validator(schemas()["service.schema.json"])
    assert validator.is_valid(service) is good


@pytest.mark.parametrize(
    ("environment", "good"),
    [
        (None, True),
        ({"cluster": {"ec2": None}, "network": {"vpc": {"cidr": "10.0.0.0/16"}}}, True),
        ({"cluster": {"ec2": {"min": -1}}}, False),
        ({"domains": {"example.com": None}, "load_balancer": {"waf": True, "access_logs": {"retention": 3}}}, True),
        ({"load_balancer": {"wav": True}}, False),
        ({"cluster": {"ec2": {"mni": 1}}}, False),
    ],
)
def test_an_environment_may_say_a_part_of_what_is_shared(environment, good):
    validator = jsonschema.Draft202012Validator(schemas()["dockyard.schema.json"])
    assert validator.is_valid({"name": "shop", "environments": {"dev": environment}}) is good
