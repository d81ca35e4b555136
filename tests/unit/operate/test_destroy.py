"""What goes, and in which order; the deletion itself is of the integration tests."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from dockyard.deploy.orphans import orphan_text, orphans
from dockyard.errors import DeployError, UsageError
from dockyard.operate.destroy import Doomed, check_agreed, destroy, doomed
from dockyard.progress import Silent

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


BALANCER = {"ResourceType": "AWS::ElasticLoadBalancingV2::LoadBalancer", "ResourceStatus": "CREATE_COMPLETE"}


class CloudFormation:
    def __init__(self, names):
        self.names = names

    def get_paginator(self, operation):
        return SimpleNamespace(paginate=getattr(self, operation))

    def list_stack_resources(self, StackName):  # noqa: N803
        if StackName not in ("shop-dev-platform", "shop-dev-web"):
            return
        listener = {**BALANCER, "ResourceType": "AWS::ElasticLoadBalancingV2::Listener", "PhysicalResourceId": "arn:listener"}
        failed = {**BALANCER, "ResourceStatus": "CREATE_FAILED"}
        for arn in ("arn:gone", "arn:front"):
            yield {"StackResourceSummaries": [listener, failed, {**BALANCER, "PhysicalResourceId": arn}]}

    def describe_stacks(self):
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


class Elb:
    """One load balancer."""

    exceptions = SimpleNamespace(LoadBalancerNotFoundException=LookupError)

    def __init__(self, protected):
        self.protected = protected

    def describe_load_balancer_attributes(self, LoadBalancerArn):  # noqa: N803
        if LoadBalancerArn != "arn:front":
            raise LookupError
        return {"Attributes": [{"Key": "deletion_protection.enabled", "Value": self.protected}]}


def site(names=STACKS, resources=("orders",), protected="false"):
    there = {"shop/web": "arn:web"}
    reading = SimpleNamespace(cloudformation=CloudFormation(names), elbv2=Elb(protected), repositories=lambda prefix: there)
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
        "shop-dev-gone is still there, but its service is gone",
    ]
    assert doomed(emptied, ["resources", "web"], registry=False).stacks == (("shop-dev-web",), ("shop-dev-resources",))


def test_the_registry_goes_last_and_not_while_another_environment_needs_it():
    with pytest.raises(UsageError, match="the registry is needed by shop-prod-web"):
        doomed(site(), [], registry=True)
    going = doomed(site([name for name in STACKS if "prod" not in name]), [], registry=True)
    assert going.stacks[-1] == ("shop-registry",)
    assert going.repositories == ("shop/web",)


def test_while_the_load_balancer_is_protected_no_service_goes_with_its_environment():
    with pytest.raises(UsageError, match="nothing was deleted: the load balancer of shop-dev-platform is protected") as told:
        doomed(site(protected="true"), [], registry=False)
    assert "run dockyard deploy" in told.value.hint
    assert doomed(site(protected="true"), ["gone"], registry=False).names == ["shop-dev-gone"]


def test_a_service_whose_own_load_balancer_is_protected_stays():
    with pytest.raises(UsageError, match="nothing was deleted: the load balancer of shop-dev-web is protected"):
        doomed(site(protected="true"), ["gone", "web"], registry=False)


def test_where_nothing_is_there_nothing_goes():
    assert doomed(site([]), [], registry=False).names == []


def test_what_came_after_the_answer_is_not_deleted_with_the_rest():
    agreed = Doomed((("shop-dev-web", "shop-dev-old"), ("shop-dev-platform",)))
    check_agreed(agreed, Doomed((("shop-dev-web",), ("shop-dev-platform",))))
    with pytest.raises(DeployError, match="nothing was deleted: shop-dev-new, shop/web came after the answer"):
        check_agreed(agreed, Doomed((("shop-dev-web", "shop-dev-new"),), ("shop/web",)))


def test_who_has_lost_the_lock_leaves_the_registry_protected(monkeypatch):
    def lost():
        raise DeployError("the lock is gone")

    nothing = SimpleNamespace(cloudformation=None)  # a call to it would fail
    monkeypatch.setattr("dockyard.operate.destroy.in_deploy_role", lambda *_: nothing)
    here = SimpleNamespace(aws=None, project=SimpleNamespace(root=None), registry_stack="shop-registry")
    with pytest.raises(DeployError, match="the lock is gone"):
        destroy(here, Doomed((("shop-registry",),)), Silent(), lost)


class Deleted:
    """CloudFormation with one stack, which says nowhere when its deletion began."""

    def __init__(self):
        self.status, self.happened = "UPDATE_COMPLETE", ["CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"]

    def describe_stacks(self, StackName):  # noqa: N803
        when = datetime(2026, 1, 1, tzinfo=UTC)
        return {"Stacks": [{"StackName": "web", "StackId": "arn", "StackStatus": self.status, "CreationTime": when}]}

    def describe_stack_events(self, StackName):  # noqa: N803
        when = datetime(2026, 1, 2, tzinfo=UTC)
        events = [{"LogicalResourceId": "web", "ResourceStatus": one, "EventId": one, "Timestamp": when} for one in self.happened]
        return {"StackEvents": events[::-1]}

    def delete_stack(self, StackName):  # noqa: N803
        self.status = "DELETE_COMPLETE"
        self.happened += ["DELETE_IN_PROGRESS", "DELETE_COMPLETE"]


def test_of_a_deletion_nothing_is_told_that_came_before_it(monkeypatch):
    told = []
    progress = SimpleNamespace(update=lambda _, text: told.append(text), done=lambda _, text: told.append(text))
    monkeypatch.setattr("dockyard.operate.destroy.in_deploy_role", lambda *_: SimpleNamespace(cloudformation=Deleted()))
    here = SimpleNamespace(aws=None, project=SimpleNamespace(root=None), registry_stack="shop-registry")
    destroy(here, Doomed((("web",),)), progress, lambda: None)
    assert told == ["web DELETE_IN_PROGRESS", "web DELETE_COMPLETE", "deleted"]
