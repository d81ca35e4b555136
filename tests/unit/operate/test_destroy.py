"""What goes, and in which order; the deletion itself is of the integration tests."""

from types import SimpleNamespace

import pytest

from dockyard.deploy.orphans import orphan_text, orphans
from dockyard.errors import UsageError
from dockyard.operate.destroy import doomed

STACKS = {
    "shop-registry": {},
    "shop-dev-platform": {"environment": "dev"},
    "shop-dev-resources": {"environment": "dev"},
    "shop-dev-web": {"environment": "dev", "service": "web"},
    "shop-dev-gone": {"environment": "dev", "service": "gone"},
    "shop-prod-web": {"environment": "prod", "service": "web"},
    "other-dev-web": {"application": "other", "environment": "dev", "service": "web"},
    "shop-dev-old": {"environment": "dev", "service": "old", "status": "DELETE_COMPLETE"},
}


class CloudFormation:
    def __init__(self, names):
        self.names = names

    def get_paginator(self, _):
        return self

    def paginate(self):
        found = {name: {"application": "shop", "status": "CREATE_COMPLETE", **STACKS[name]} for name in self.names}
        yield {
            "Stacks": [
                {
                    "StackName": name,
                    "StackStatus": tags.pop("status"),
                    "Tags": [{"Key": f"dockyard:{key}", "Value": value} for key, value in tags.items()],
                }
                for name, tags in found.items()
            ]
        }


def site(names=STACKS, resources=("orders",)):
    there = {"shop/web": "arn:web"}
    reading = SimpleNamespace(cloudformation=CloudFormation(names), repositories=lambda prefix: there)
    project = SimpleNamespace(name="shop", environments={"dev": SimpleNamespace(images={"web": None})})
    return SimpleNamespace(
        project=project,
        environment=SimpleNamespace(name="dev", services={"web": None}, settings=SimpleNamespace(resources=resources)),
        reading=reading,
        registry_stack="shop-registry",
        service_stack="shop-dev-{}".format,
    )


def test_services_go_first_those_that_the_project_has_no_more_included_and_the_registry_stays():
    going = doomed(site(), [], registry=False)
    assert going.stacks == (("shop-dev-gone", "shop-dev-web"), ("shop-dev-resources",), ("shop-dev-platform",))
    assert going.repositories == ()


def test_services_that_are_named_go_alone():
    assert doomed(site(), ["gone"], registry=False).stacks == (("shop-dev-gone",),)
    with pytest.raises(UsageError, match="no stack of service old; there is gone, web"):
        doomed(site(), ["old"], registry=False)


def test_what_services_shared_goes_alone_where_dockyard_yaml_has_none_of_it_any_more_and_after_services_that_go_with_it():
    there = [name for name in STACKS if name != "shop-dev-old"]
    assert orphans(site(there)) == ["shop-dev-gone"]
    with pytest.raises(UsageError, match="no stack of service resources; there is gone, web"):
        doomed(site(), ["resources"], registry=False)
    emptied = site(there, resources=())
    assert [orphan_text(emptied, name) for name in orphans(emptied)] == [
        "shop-dev-resources is still there, but dockyard.yaml has no resources any more",
        "shop-dev-gone still runs, but its service is gone",
    ]
    assert doomed(emptied, ["resources", "web"], registry=False).stacks == (("shop-dev-web",), ("shop-dev-resources",))


def test_the_registry_goes_last_and_not_while_another_environment_needs_it():
    with pytest.raises(UsageError, match="the registry is needed by shop-prod-web"):
        doomed(site(), [], registry=True)
    going = doomed(site([name for name in STACKS if "prod" not in name]), [], registry=True)
    assert going.stacks[-1] == ("shop-registry",)
    assert going.repositories == ("shop/web",)


def test_where_nothing_is_there_nothing_goes():
    assert doomed(site([]), [], registry=False).names == []
