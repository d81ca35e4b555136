"""`dockyard scale`: more tasks and fewer, and what a deploy makes of their number."""

import json

import pytest

from tests.integration.rights import only_roles

NAME = "hello-python"
CLOSEST = "The closest matching (container-instance "
FILE = f"services/{NAME}/service.yaml"


@pytest.fixture
def local(site):
    return site.account()


@pytest.fixture
def scale(site, local):
    """Scale the service; what it printed. Variables that a test changes hold for it."""
    return lambda *arguments: json.loads(site.dockyard("scale", NAME, *arguments, "--json", **local).stdout)


@pytest.fixture
def bounded(site, source):
    """The service, deployed with bounds; what undoes that, and what happened to the source."""
    files = {path: (site.root / path).read_text() for path in (FILE, source)}
    (site.root / FILE).write_text(f"{files[FILE]}count: {{min: 2, max: 6}}\n")
    site.up()

    def undo():
        for path, text in files.items():
            (site.root / path).write_text(text)

    yield undo
    undo()


def service(site):
    found = site.client("ecs").list_services(cluster="demo-dev")["serviceArns"]
    (arn,) = [arn for arn in found if "hello-python" in arn or "hellopython" in arn]
    return site.client("ecs").describe_services(cluster="demo-dev", services=[arn])["services"][0]


def healthy(site):
    """Targets of the service, by their states."""
    (balancer,) = service(site)["loadBalancers"]
    found = site.client("elbv2").describe_target_health(TargetGroupArn=balancer["targetGroupArn"])
    return [one["TargetHealth"]["State"] for one in found["TargetHealthDescriptions"]]


def bounds(site):
    (found,) = site.client("application-autoscaling").describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    return found["MinCapacity"], found["MaxCapacity"]


def test_one_task_becomes_ten_healthy_ones_and_one_again(site, scale):
    found = scale("10")
    print(f"1 to 10 tasks, all healthy: {found['seconds']} s")
    assert (found["before"]["count"], found["after"]["count"]) == (1, 10)
    assert healthy(site) == ["healthy"] * 10
    found = scale("1")
    print(f"10 tasks to 1: {found['seconds']} s")
    assert (service(site)["runningCount"], healthy(site)) == (1, ["healthy"])


def test_a_number_that_a_deploy_will_set_back_is_told(site, local):
    told = site.dockyard("scale", NAME, "2", **local)
    assert "sets the count of its service.yaml again" in told.stderr
    assert "1 -> 2" in told.stdout
    told = site.dockyard("scale", NAME, "1", "--min", "1", code=2, **local)
    assert "hello-python has no bounds" in told.stderr
    site.dockyard("scale", NAME, "1", **local)


def test_what_no_server_has_room_for_is_told_with_what_helps_and_the_wait_has_an_end(site, local):
    """Seven tasks fill the one server."""
    scaling = site.client("autoscaling")
    (group,) = [one["AutoScalingGroupName"] for one in scaling.describe_auto_scaling_groups()["AutoScalingGroups"]]
    scaling.update_auto_scaling_group(AutoScalingGroupName=group, MaxSize=1)
    remedy = "raise cluster.ec2.max in dockyard.yaml (now 2), give hello-node less cpu or memory, or runs_on: fargate"
    try:
        told = site.dockyard("scale", "hello-node", "8", "--timeout", "12", code=1, **local).stderr
        assert (
            f"! hello-node: ECS was unable to place a task because no container instance met all of its requirements. {CLOSEST}"
            in told
        )
        assert f"try:   {remedy}" in told
        lines = [line for line in told.splitlines() if "tasks run" in line and "error" not in line]
        assert len(lines) == len(set(lines))
        seen = site.dockyard("status", "hello-node", **local).stdout
        assert f"was unable to place a task because no container instance met all of its requirements. {CLOSEST}" in seen
        assert remedy in seen
    finally:
        scaling.update_auto_scaling_group(AutoScalingGroupName=group, MaxSize=2)
        site.dockyard("scale", "hello-node", "1", **local)


def test_the_live_count_and_the_live_bounds_are_kept_on_a_deploy(site, source, bounded, scale, local):
    """A new service begins with one task; the bounds bring the others."""
    scale("--max", "6")  # waits for the two
    assert (service(site)["runningCount"], bounds(site)) == (2, (2, 6))
    assert "has 2 to 6 tasks, got 7" in site.dockyard("scale", NAME, "7", code=2, **local).stderr
    scale("5", "--min", "3", "--max", "9")
    site.edit(source, 'VERSION = "1"', 'VERSION = "scaled"')
    assert "demo-dev-hello-python: deployed" in site.up().stderr
    assert (service(site)["desiredCount"], service(site)["runningCount"], bounds(site)) == (5, 5, (3, 9))
    site.edit(FILE, "max: 6", "max: 4")  # a new word of the file counts
    site.up()
    assert bounds(site) == (2, 4)
    bounded()
    site.up()
    assert (service(site)["desiredCount"], service(site)["runningCount"]) == (1, 1)
    assert site.client("application-autoscaling").describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"] == []


def test_who_scales_needs_a_right_of_their_own(site, scale, local):
    with only_roles(site.port) as account:
        local["AWS_ENDPOINT_URL"] = f"http://localhost:{account.server_port}"
        told = site.dockyard("scale", NAME, "2", code=1, **local).stderr
        assert "AWS refused UpdateService" in told
        assert "docs/permissions.md" in told
        account.granted.add("ecs")
        assert scale("2")["after"]["count"] == 2
        assert scale("1")["after"]["count"] == 1


def test_what_is_not_deployed_cannot_be_scaled(site, local):
    told = site.dockyard("scale", NAME, "2", "--env", "dev", code=1, **{**local, "AWS_REGION": "eu-west-1"})
    assert "hello-python is not deployed to dev" in told.stderr
