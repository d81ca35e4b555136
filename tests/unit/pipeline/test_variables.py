"""What GitHub is told of an account."""

from types import SimpleNamespace

import pytest

from dockyard.config import load_project
from dockyard.pipeline import roles

OUTPUTS = [{"OutputKey": "RoleStaging", "OutputValue": "arn:1"}, {"OutputKey": "Other", "OutputValue": "x"}]


@pytest.mark.parametrize(
    ("environments", "region"),
    [
        ("{staging: {region: eu-west-1}, prod: {region: us-east-1}}", {}),
        ("{staging: {}}", {"AWS_REGION": "eu-west-1"}),
        ("{staging: {region: eu-west-1}, prod: {}}", {"AWS_REGION": "eu-west-1"}),
    ],
)
def test_the_region_is_told_only_where_an_environment_has_none(monkeypatch, tmp_path, environments, region):
    (tmp_path / "dockyard.yaml").write_text(f"name: shop\nenvironments: {environments}\npipeline: {{repository: acme/shop}}")
    monkeypatch.setattr(roles, "describe", lambda *_: {"Outputs": OUTPUTS})
    site = SimpleNamespace(
        project=load_project(tmp_path), aws=SimpleNamespace(region="eu-west-1"), reading=SimpleNamespace(cloudformation=None)
    )
    assert roles.variables(site) == {**region, "DOCKYARD_ROLE_STAGING": "arn:1"}
