"""Whose repositories are looked after; that CloudFormation gives them the stack's tags is AWS's own."""

from types import SimpleNamespace

import pytest

from dockyard.errors import UsageError
from dockyard.operate.care import repositories

TAGS = {"shop/gone": "shop", "shop/legacy-lambda": None, "shop/sub/other": "another"}


class Ecr:
    def list_tags_for_resource(self, resourceArn):  # noqa: N803
        application = TAGS[resourceArn.removeprefix("arn:")]
        return {"tags": [{"Key": "dockyard:application", "Value": application}] if application else []}


def site():
    there = {name: f"arn:{name}" for name in sorted(["shop/web", "shop/worker", *TAGS])}
    environments = {
        "dev": SimpleNamespace(images={"web": None}),
        "prod": SimpleNamespace(images={"worker": None, "new": None}),
    }
    reading = SimpleNamespace(ecr=Ecr(), repositories=lambda prefix: there)
    return SimpleNamespace(project=SimpleNamespace(name="shop", environments=environments), reading=reading)


def test_those_of_services_of_every_environment_and_of_services_that_are_gone_and_no_others():
    assert repositories(site(), []) == ["shop/gone", "shop/web", "shop/worker"]


def test_of_the_services_that_are_named():
    assert repositories(site(), ["web"]) == ["shop/web"]
    for name in ("new", "legacy-lambda"):
        with pytest.raises(UsageError, match=f"no repository shop/{name}"):
            repositories(site(), [name])
