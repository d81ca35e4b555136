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
        ({"kind": "web", "image": {"from": "nginx"}}, True),
        ({"kind": "web", "prot": 80}, False),
        ({"kind": "web", "port": 70000}, False),
        ({"kind": "web", "environments": {"prod": {"image": {}}}}, False),
    ],
)
def test_an_editor_finds_what_the_loader_finds(service, good):
    validator = jsonschema.Draft202012Validator(schemas()["service.schema.json"])
    assert validator.is_valid(service) is good
