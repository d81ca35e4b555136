"""A month before and after."""

import pytest

from dockyard.deploy.diff.cost import cost_change, together
from dockyard.deploy.diff.template import Template


def service(count=1, cpu="256", strategy=None, arm=False, **more):
    return {
        "Task": {"Type": "AWS::ECS::TaskDefinition", "Properties": {
            "Cpu": cpu, "Memory": "512", "RequiresCompatibilities": ["FARGATE"],
            **({"RuntimePlatform": {"CpuArchitecture": "ARM64"}} if arm else {}),
        }},
        "Service": {"Type": "AWS::ECS::Service", "Properties": {
            "DesiredCount": count, "TaskDefinition": {"Ref": "Task"}, "CapacityProviderStrategy": strategy or [{"CapacityProvider": "FARGATE", "Weight": 1}], **more,
        }},
    }  # fmt: skip


def change(old, new):
    return cost_change(Template({"Resources": old}), Template({"Resources": new}))


def test_more_tasks_cost_more_and_graviton_less():
    assert change({}, service()).after == (9.01, 9.01)
    assert change(service(), service(3)).after == (27.03, 27.03)
    assert change(service(), service(arm=True)).after == (7.21, 7.21)


def test_bounds_give_a_range():
    scaled = {
        "Type": "AWS::ApplicationAutoScaling::ScalableTarget",
        "Properties": {"MinCapacity": 1, "MaxCapacity": 4, "ResourceId": {"Fn::GetAtt": ["Service", "Name"]}},
    }
    assert change({}, {**service(), "Scaled": scaled}).after == (9.01, 36.04)


def test_what_spot_costs_is_between_its_least_and_the_list_price():
    spot = [{"CapacityProvider": "FARGATE", "Base": 1, "Weight": 0}, {"CapacityProvider": "FARGATE_SPOT", "Weight": 1}]
    assert change({}, service(3, strategy=spot)).after == (14.42, 27.03)


def on_servers(count=1, memory=512):
    made = service(count)
    made["Task"]["Properties"] |= {
        "RequiresCompatibilities": ["EC2"],
        "ContainerDefinitions": [{"Cpu": 256, "Memory": memory}, {"MemoryReservation": 128}],
    }
    return made


def group(least="0", most="2"):
    return {
        "Type": "AWS::AutoScaling::AutoScalingGroup",
        "Properties": {
            "MinSize": least,
            "MaxSize": most,
            "MixedInstancesPolicy": {"LaunchTemplate": {"Overrides": [{"InstanceType": "t3.small"}]}},
        },
    }


def test_servers_are_priced_and_tasks_on_them_are_not():
    assert change({}, {**on_servers(), "Group": group()}).after == (0, 30.37)


@pytest.mark.parametrize(("tasks", "least", "month"), [
    (0, "0", (0, 30.37)), (2, "0", (15.18, 30.37)), (3, "0", (30.37, 30.37)), (9, "0", (30.37, 30.37)), (1, "1", (15.18, 30.37)),
])  # fmt: skip
def test_the_fewest_tasks_of_all_stacks_keep_servers(tasks, least, month):
    """Two of them have room on one; there are no more than the group may have."""
    platform, web = change({}, {"Group": group(least)}), change({}, on_servers(tasks, memory=768))
    assert together([(one.after, one.on_servers_after) for one in (platform, web)]) == month
    assert together([(one.before, one.on_servers_before) for one in (platform, web)]) == (0, 0)


def test_what_has_no_price_is_named():
    gateway, free = (
        {"Type": "AWS::EC2::NatGateway"},
        {"Type": "AWS::EC2::VPCEndpoint", "Properties": {"VpcEndpointType": "Gateway"}},
    )
    unknown = {**service(), "Nat": gateway, "Other": gateway, "S3": free}
    unknown["Service"]["Properties"]["DesiredCount"] = {"Ref": "Count"}
    found = change(service(), unknown)
    assert (found.before, found.after) == ((9.01, 9.01), (0, 0))
    assert found.unpriced_after == {"NAT gateway": 2, "task of 0.25 vCPU and 512 MiB on Fargate": 1}
