"""Behaviours of servers of one's own: container instances, placement, managed scaling and draining."""

import time

from tests.integration.behaviours.contract import acts
from tests.integration.local_aws import DEAF, Server, task, until

CLUSTER = {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": "c"}}
LOGS = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "app"}}


def cluster(image: str, least: int, most: int, *, kind: str = "t3.small", managed: bool = True, **container) -> dict:
    """A cluster with a capacity provider, and a task definition for it."""
    scaling = {
        "ManagedScaling": {"Status": "ENABLED" if managed else "DISABLED", "TargetCapacity": 100},
        "ManagedDraining": "ENABLED",
    }
    return {
        "Cluster": CLUSTER,
        "Logs": LOGS,
        "Template": {"Type": "AWS::EC2::LaunchTemplate", "Properties": {"LaunchTemplateData": {"InstanceType": kind}}},
        "Group": {"Type": "AWS::AutoScaling::AutoScalingGroup", "Properties": {
            "AutoScalingGroupName": "g", "MinSize": str(least), "MaxSize": str(most), "LaunchTemplate": {
                "LaunchTemplateId": {"Ref": "Template"}, "Version": "1"}}},
        "Provider": {"Type": "AWS::ECS::CapacityProvider", "Properties": {
            "Name": "servers", "AutoScalingGroupProvider": {"AutoScalingGroupArn": {"Ref": "Group"}, **scaling}}},
        "Providers": {"Type": "AWS::ECS::ClusterCapacityProviderAssociations", "DependsOn": "Cluster", "Properties": {
            "Cluster": "c", "CapacityProviders": [{"Ref": "Provider"}], "DefaultCapacityProviderStrategy": []}},
        "Task": task(image, ["python", "-c", DEAF], mode="bridge", StopTimeout=2, **container),
    }  # fmt: skip


def service(count: int, **more) -> dict:
    return {"Service": {"Type": "AWS::ECS::Service", "DependsOn": ["Providers", "Logs"], "Properties": {
        "Cluster": "c", "ServiceName": "s", "TaskDefinition": {"Ref": "Task"}, "DesiredCount": count,
        "CapacityProviderStrategy": [{"CapacityProvider": "servers", "Weight": 1}], **more}}}  # fmt: skip


def instances(aws: Server, **more) -> list[dict]:
    ecs = aws.client("ecs")
    arns = ecs.list_container_instances(cluster="c", **more)["containerInstanceArns"]
    return ecs.describe_container_instances(cluster="c", containerInstances=arns)["containerInstances"] if arns else []


def running(aws: Server) -> list[dict]:
    """Tasks of the service that run."""
    ecs = aws.client("ecs")
    arns = ecs.list_tasks(cluster="c", serviceName="s")["taskArns"]
    found = ecs.describe_tasks(cluster="c", tasks=arns)["tasks"] if arns else []
    return [one for one in found if one["lastStatus"] == "RUNNING"]


def memory(instance: dict, which: str) -> int:
    return next(one["integerValue"] for one in instance[f"{which}Resources"] if one["name"] == "MEMORY")


@acts("capacity", only_here="its servers have no image of a machine")
def a_task_waits_for_its_server_and_an_empty_server_goes(aws: Server) -> None:
    """Managed scaling of a capacity provider whose group is empty at first."""
    made = cluster(aws.image(), 0, 2, Memory=1200)
    assert aws.deploy("k", {**made, **service(2)}) == "CREATE_COMPLETE"
    both = instances(aws)
    assert [memory(one, "registered") - memory(one, "remaining") for one in both] == [1200, 1200]
    assert {one["containerInstanceArn"] for one in running(aws)} == {one["containerInstanceArn"] for one in both}
    assert len(aws.client("ecs").list_tasks(cluster="c", containerInstance=both[0]["containerInstanceArn"])["taskArns"]) == 1
    aws.client("ecs").update_service(cluster="c", service="s", desiredCount=1)
    until(lambda: len(instances(aws)) == 1, 15)
    (group,) = aws.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    assert (group["DesiredCapacity"], len(group["Instances"])) == (1, 1)
    assert len(running(aws)) == 1


@acts("capacity", only_here="its servers have no image of a machine")
def a_task_beyond_the_maximum_of_the_group_waits(aws: Server) -> None:
    """In PROVISIONING, until there is room."""
    assert aws.deploy("k", cluster(aws.image(), 1, 1, Memory=1200)) == "CREATE_COMPLETE"
    until(lambda: instances(aws), 5)
    ecs = aws.client("ecs")
    strategy = [{"capacityProvider": "servers"}]
    arns = [
        task["taskArn"]
        for task in ecs.run_task(cluster="c", taskDefinition="app", count=2, capacityProviderStrategy=strategy)["tasks"]
    ]

    def states() -> list[str]:
        return [one["lastStatus"] for one in ecs.describe_tasks(cluster="c", tasks=arns)["tasks"]]

    until(lambda: sorted(states()) == ["PROVISIONING", "RUNNING"], 5)
    time.sleep(1.5)  # as long as a server takes that there is not to be
    assert sorted(states()) == ["PROVISIONING", "RUNNING"]
    ecs.stop_task(cluster="c", task=arns[states().index("RUNNING")])
    until(lambda: sorted(states()) == ["RUNNING", "STOPPED"], 8)


@acts("capacity", only_here="its servers have no image of a machine")
def a_service_tells_that_no_server_has_room_once_there_are_no_more(aws: Server) -> None:
    """Once, and not while the group grows; its task waits in PROVISIONING, and is placed when there is room."""
    assert aws.deploy("k", {**cluster(aws.image(), 1, 2, Memory=1200), **service(2)}) == "CREATE_COMPLETE"
    ecs = aws.client("ecs")

    def told() -> list[str]:
        events = ecs.describe_services(cluster="c", services=["s"])["services"][0]["events"]
        return [one["message"] for one in events if "was unable to place a task" in one["message"]]

    assert told() == []
    ecs.update_service(cluster="c", service="s", desiredCount=3)
    (message,) = until(told, 5)
    assert message.startswith("(service s) was unable to place a task because no container instance met all of its requirements.")
    assert "has insufficient memory available" in message
    time.sleep(1)
    assert (len(told()), len(running(aws))) == (1, 2)
    aws.client("autoscaling").update_auto_scaling_group(AutoScalingGroupName="g", MaxSize=3)
    until(lambda: len(running(aws)) == 3, 8)


@acts("capacity", only_here="its servers have no image of a machine")
def a_gpu_of_a_server_is_one_tasks(aws: Server) -> None:
    """The next one waits, whatever else there is room for."""
    gpu = {"ResourceRequirements": [{"Type": "GPU", "Value": "1"}]}
    assert aws.deploy("k", cluster(aws.image(), 1, 1, kind="g4dn.xlarge", **gpu)) == "CREATE_COMPLETE"
    until(lambda: instances(aws), 5)
    ecs = aws.client("ecs")
    strategy = [{"capacityProvider": "servers"}]
    started = ecs.run_task(cluster="c", taskDefinition="app", count=2, capacityProviderStrategy=strategy)["tasks"]
    arns = [one["taskArn"] for one in started]

    def states() -> list[str]:
        return sorted(one["lastStatus"] for one in ecs.describe_tasks(cluster="c", tasks=arns)["tasks"])

    until(lambda: states() == ["PROVISIONING", "RUNNING"], 5)
    time.sleep(1.5)  # as long as a server takes that there is not to be
    assert states() == ["PROVISIONING", "RUNNING"]


@acts("capacity", only_here="its servers have no image of a machine")
def a_group_without_its_mixed_instances_has_the_type_of_its_launch_template(aws: Server) -> None:
    """As with a warm pool, which wants a group without them."""
    gpu = {"ResourceRequirements": [{"Type": "GPU", "Value": "1"}]}
    made = cluster(aws.image(), 0, 1, kind="g4dn.xlarge", **gpu)
    group = made["Group"]["Properties"]
    template = group.pop("LaunchTemplate")
    group["MixedInstancesPolicy"] = {
        "LaunchTemplate": {"LaunchTemplateSpecification": template, "Overrides": [{"InstanceType": "t3.small"}]}
    }
    assert aws.deploy("k", made) == "CREATE_COMPLETE"
    del group["MixedInstancesPolicy"]
    group["LaunchTemplate"] = template
    assert aws.deploy("k", {**made, **service(1)}, update=True) == "UPDATE_COMPLETE"
    assert len(running(aws)) == 1


@acts("capacity", only_here="its servers have no image of a machine")
def a_task_that_no_server_has_room_for_is_told(aws: Server) -> None:
    """Without managed scaling the call fails, and a service says why."""
    image = aws.image()
    made = cluster(image, 1, 1, managed=False, Memory=4096)
    assert aws.deploy("k", made) == "CREATE_COMPLETE"
    ecs = aws.client("ecs")
    (instance,) = until(lambda: instances(aws), 5)
    strategy = [{"capacityProvider": "servers"}]
    answer = ecs.run_task(cluster="c", taskDefinition="app", capacityProviderStrategy=strategy)
    assert answer["tasks"] == []
    assert answer["failures"] == [{"arn": instance["containerInstanceArn"], "reason": "RESOURCE:MEMORY"}]
    ecs.create_service(cluster="c", serviceName="s", taskDefinition="app", desiredCount=1, capacityProviderStrategy=strategy)
    (told,) = ecs.describe_services(cluster="c", services=["s"])["services"]
    assert "was unable to place a task because no container instance met all of its requirements." in told["events"][0]["message"]
    assert "has insufficient memory available" in told["events"][0]["message"]
    made["Task"] = task(image, ["python", "-c", DEAF], mode="bridge", StopTimeout=2)
    assert aws.deploy("k", made, update=True) == "UPDATE_COMPLETE"
    ecs.update_service(cluster="c", service="s", taskDefinition="app")
    until(lambda: len(running(aws)) == 1, 8)


@acts("capacity", only_here="its servers have no image of a machine")
def tasks_leave_a_server_that_drains_once_others_run(aws: Server) -> None:
    """There are never too few of them."""
    assert aws.deploy("k", {**cluster(aws.image(), 2, 2), **service(2)}) == "CREATE_COMPLETE"
    ecs = aws.client("ecs")
    full = running(aws)[0]["containerInstanceArn"]
    (draining,) = ecs.update_container_instances_state(cluster="c", containerInstances=[full], status="DRAINING")[
        "containerInstances"
    ]
    assert draining["status"] == "DRAINING"
    seen = []

    def moved() -> bool:
        seen.append(running(aws))
        return all(one["containerInstanceArn"] != full for one in seen[-1])

    until(moved, 12)
    assert {len(tasks) for tasks in seen} <= {2, 3, 4}
    assert [one["containerInstanceArn"] for one in instances(aws, status="DRAINING")] == [full]


@acts("capacity", only_here="its servers have no image of a machine")
def a_server_that_its_group_gives_up_goes_when_its_tasks_have_left(aws: Server) -> None:
    """Managed draining; the last server of the group takes them."""
    made, scaling = cluster(aws.image(), 1, 2, managed=False), aws.client("autoscaling")
    assert aws.deploy("k", made) == "CREATE_COMPLETE"
    scaling.set_desired_capacity(AutoScalingGroupName="g", DesiredCapacity=2)
    until(lambda: len(instances(aws)) == 2, 5)
    spread = [{"Type": "spread", "Field": "instanceId"}]
    assert aws.deploy("k", {**made, **service(2, PlacementStrategies=spread)}, update=True) == "UPDATE_COMPLETE"
    assert [one["runningTasksCount"] for one in instances(aws)] == [1, 1]
    scaling.set_desired_capacity(AutoScalingGroupName="g", DesiredCapacity=1)
    (left,) = until(lambda: len(found := instances(aws)) == 1 and found, 12)
    assert [one["containerInstanceArn"] for one in running(aws)] == [left["containerInstanceArn"]] * 2


@acts("capacity", only_here="its servers have no image of a machine")
def tasks_are_placed_by_strategy(aws: Server) -> None:
    """Packed on one server, or spread over all."""
    pack, spread = [{"Type": "binpack", "Field": "memory"}], [{"Type": "spread", "Field": "instanceId"}]
    made = cluster(aws.image(), 3, 3, managed=False)
    assert aws.deploy("k", made) == "CREATE_COMPLETE"
    until(lambda: len(instances(aws)) == 3, 5)
    assert aws.deploy("k", {**made, **service(3, PlacementStrategies=pack)}, update=True) == "UPDATE_COMPLETE"
    assert len({one["containerInstanceArn"] for one in running(aws)}) == 1
    other = {"Other": service(3, PlacementStrategies=spread, ServiceName="s2")["Service"]}
    assert aws.deploy("k", {**made, **service(3, PlacementStrategies=pack), **other}, update=True) == "UPDATE_COMPLETE"
    assert sorted(one["runningTasksCount"] for one in instances(aws)) == [1, 1, 4]
