"""Each extension of the local AWS: the behaviour of AWS that it stands for, and that it is not there without it."""

import json
import tarfile
import tempfile
import time
from pathlib import Path
from urllib.error import HTTPError

import psutil
import pytest

from dockyard.local.archive import make_archive
from tests.integration import load_balancing, task_definitions
from tests.integration.local_aws import APP, Server, in_background, service, until
from tests.integration.support import get

DYING = "import sys; print('no database'); sys.exit(7)"
DEAF = "import time; time.sleep(600)"


def missing_images_are_told(aws: Server) -> None:
    """registry: or the CDK CLI would believe that the image is there."""
    ecr = aws.client("ecr")
    ecr.create_repository(repositoryName="empty")
    with pytest.raises(ecr.exceptions.ImageNotFoundException):
        ecr.describe_images(repositoryName="empty", imageIds=[{"imageTag": "v1"}])


def tags_stay_but_for_those_of_caches(aws: Server) -> None:
    """registry: `IMMUTABLE_WITH_EXCLUSION`."""
    folder = Path(tempfile.mkdtemp(dir=aws.local.folder))
    assert aws.deploy("r", {"Repository": {"Type": "AWS::ECR::Repository", "Properties": {
        "RepositoryName": "app", "ImageTagMutability": "IMMUTABLE_WITH_EXCLUSION", "ImageTagMutabilityExclusionFilters": [
            {"ImageTagMutabilityExclusionFilterType": "WILDCARD", "ImageTagMutabilityExclusionFilterValue": "cache-*"}]}}})  # fmt: skip
    registry, _, repository = aws.client("ecr").describe_repositories()["repositories"][0]["repositoryUri"].partition("/")
    one, two = (make_archive(_tar(folder / name), folder / f"{name}-image", {}, {}) for name in ("one", "two"))
    for tag in ("v1", "cache-1"):
        one.upload(registry, repository, tag)
    with pytest.raises(HTTPError) as refused:
        two.upload(registry, repository, "v1")
    refused.value.close()
    two.upload(registry, repository, "cache-1")


def a_repository_that_stayed_is_imported_and_never_made_anew(aws: Server) -> None:
    """registry: or the way back after a service was removed would work here alone."""
    aws.client("ecr").create_repository(repositoryName="app")
    repository = {"Type": "AWS::ECR::Repository", "DeletionPolicy": "Retain", "Properties": {"RepositoryName": "app"}}
    assert aws.deploy("one", {"Repository": repository}) == "ROLLBACK_COMPLETE"
    cloudformation = aws.client("cloudformation")
    cloudformation.create_change_set(
        StackName="two", ChangeSetName="c", ChangeSetType="CREATE", ImportExistingResources=True,
        TemplateBody=json.dumps({"Resources": {"Repository": repository}}),
    )  # fmt: skip
    cloudformation.get_waiter("change_set_create_complete").wait(StackName="two", ChangeSetName="c", WaiterConfig={"Delay": 1})
    cloudformation.execute_change_set(StackName="two", ChangeSetName="c")
    cloudformation.get_waiter("stack_create_complete").wait(StackName="two", WaiterConfig={"Delay": 1})


def a_property_that_is_not_known_or_is_missing_fails_the_stack(aws: Server) -> None:
    """resource_properties: or a template would work here alone."""
    assert aws.deploy("one", {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"NoSuch": 1}}}) == "ROLLBACK_COMPLETE"
    rule = {"Type": "AWS::ElasticLoadBalancingV2::TargetGroup", "Properties": {"TargetGroupAttributes": [{"Kee": "x"}]}}
    assert aws.deploy("two", {"Targets": rule}) == "ROLLBACK_COMPLETE"
    assert (
        aws.deploy("three", {"Repository": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String"}}})
        == "ROLLBACK_COMPLETE"
    )
    events = [
        aws.client("cloudformation").describe_stack_events(StackName=name)["StackEvents"] for name in ("one", "two", "three")
    ]
    told = "".join(event.get("ResourceStatusReason", "") for one in events for event in one)
    assert "#: extraneous key [NoSuch] is not permitted" in told
    assert "#/TargetGroupAttributes/0: extraneous key [Kee] is not permitted" in told
    assert "#: required key [Value] not found" in told


def stacks_with_servers_are_taken(aws: Server) -> None:
    """resource_types: or the whole stack would be refused."""
    assert aws.deploy("t", {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
        "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": {"Fn::GetAtt": ["Vpc", "CidrBlock"]}}},
        "Address": {"Type": "AWS::EC2::EIP"},
        "Nat": {"Type": "AWS::EC2::NatGateway", "Properties": {
            "SubnetId": {"Ref": "Subnet"}, "AllocationId": {"Fn::GetAtt": ["Address", "AllocationId"]}}},
        "Cluster": {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": "c"}},
        "Group": {"Type": "AWS::AutoScaling::AutoScalingGroup", "Properties": {"MinSize": "0", "MaxSize": "2"}},
        "Provider": {"Type": "AWS::ECS::CapacityProvider", "Properties": {"AutoScalingGroupProvider": {
            "AutoScalingGroupArn": {"Ref": "Group"}}}},
        "Providers": {"Type": "AWS::ECS::ClusterCapacityProviderAssociations", "Properties": {
            "Cluster": {"Ref": "Cluster"}, "CapacityProviders": ["FARGATE", {"Ref": "Provider"}], "DefaultCapacityProviderStrategy": []}},
    }) == "CREATE_COMPLETE"  # fmt: skip
    providers = aws.client("ecs").describe_clusters(clusters=["c"])["clusters"][0]["capacityProviders"]
    assert len(providers) == 2


def tasks_are_on_a_network_of_their_own_and_reach_the_local_aws(aws: Server) -> None:
    """task_network: and no port of theirs is open to the world."""
    code = (
        "import os, urllib.request as u; print(u.urlopen(os.environ['AWS_ENDPOINT_URL'] + '/_ministack/health').status, flush=True); "
        + APP
    )
    assert aws.deploy("n", service(aws.image(), code, mode="bridge")) == "CREATE_COMPLETE"
    events = until(lambda: aws.client("logs").filter_log_events(logGroupName="app")["events"], 10)
    assert events[0]["message"] == "200"
    import docker

    (name,) = aws.docker.containers(f"dockyard.local={aws.name}")
    network = docker.from_env().containers.get(name).attrs["NetworkSettings"]
    assert list(network["Networks"]) == [aws.name]
    assert {binding["HostIp"] for bound in network["Ports"].values() for binding in bound or []} == {"127.0.0.1"}


def a_target_that_does_not_answer_gets_no_requests(aws: Server) -> None:
    """target_health: or every second request would fail while a new version starts."""
    in_background(lambda: aws.deploy("h", service(aws.image(), DEAF, grace=60)))
    group = until(lambda: aws.client("elbv2").describe_target_groups()["TargetGroups"], 10)[0]["TargetGroupArn"]
    health = until(lambda: aws.client("elbv2").describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"], 10)
    time.sleep(1.5)
    assert health[0]["TargetHealth"]["State"] == "initial"
    (balancer,) = aws.client("elbv2").describe_load_balancers()["LoadBalancers"]
    assert get(f"http://{balancer['DNSName']}/")[0] == 503


def a_target_that_answers_wrongly_is_told_why(aws: Server) -> None:
    """target_health: AWS's reasons."""
    in_background(lambda: aws.deploy("h", service(aws.image(), path="/sick", grace=60)))
    group = until(lambda: aws.client("elbv2").describe_target_groups()["TargetGroups"], 10)[0]["TargetGroupArn"]

    def reason() -> bool:
        (found,) = aws.client("elbv2").describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
        return found["TargetHealth"].get("Reason") == "Target.ResponseCodeMismatch"

    assert until(reason, 10)


def a_request_under_way_is_finished_before_its_container_stops(aws: Server) -> None:
    """draining: or each deploy would cut requests off."""
    assert aws.deploy("s", service(aws.image())) == "CREATE_COMPLETE"
    answers = []
    slow = in_background(lambda: answers.append(get(f"http://{aws.output('s', 'Address')}/slow")))
    time.sleep(0.5)
    aws.client("ecs").update_service(cluster="c", service=aws.output("s", "Service"), desiredCount=0)
    slow.join()
    assert answers == [(200, {"text": "hello"})]
    until(lambda: not aws.docker.containers(f"dockyard.local={aws.name}"), 10)


def a_first_deployment_is_done_when_its_target_is_healthy(aws: Server) -> None:
    """deployments: and says so in AWS's words."""
    late = f"import time; time.sleep(3)\n{APP}"
    begun = time.monotonic()
    thread = in_background(lambda: aws.deploy("f", service(aws.image(), late, grace=60)))
    ecs = aws.client("ecs")
    arn = until(lambda: ecs.list_services(cluster="c")["serviceArns"], 10)[0]

    def deployment() -> dict:
        return ecs.describe_services(cluster="c", services=[arn])["services"][0]

    until(lambda: deployment()["runningCount"] == 1, 10)
    assert deployment()["deployments"][0]["rolloutState"] == "IN_PROGRESS"
    until(lambda: deployment()["deployments"][0]["rolloutState"] == "COMPLETED", 20)
    assert time.monotonic() - begun > 3
    assert any("has reached a steady state" in event["message"] for event in deployment()["events"])
    thread.join()


def a_version_that_is_never_healthy_is_given_up(aws: Server) -> None:
    """deployments: failed health checks count for the circuit breaker, and the old version serves throughout."""
    image = aws.image()
    assert aws.deploy("u", service(image, grace=1)) == "CREATE_COMPLETE"
    before = aws.service("u")["taskDefinition"]
    assert aws.deploy("u", service(image, DEAF, grace=1), update=True) == "UPDATE_ROLLBACK_COMPLETE"
    assert aws.service("u")["taskDefinition"] == before
    assert get(f"http://{aws.output('u', 'Address')}/")[0] == 200


def _on_port(image: str, port: int, code: str, grace: int) -> dict:
    resources = service(image, code.replace("8080", str(port)), grace=grace, PortMappings=[{"ContainerPort": port}])
    resources["Service"]["Properties"]["LoadBalancers"][0]["ContainerPort"] = port
    return resources


def a_rollback_brings_all_settings_of_the_deployment_back(aws: Server) -> None:
    """service_revisions, stack_waits: the port as well as the task definition, and CloudFormation sends back the rest."""
    image = aws.image()
    assert aws.deploy("r", _on_port(image, 8080, APP, grace=5)) == "CREATE_COMPLETE"
    assert aws.deploy("r", _on_port(image, 9090, DYING, grace=7), update=True) == "UPDATE_ROLLBACK_COMPLETE"
    found = aws.service("r")
    assert found["loadBalancers"][0]["containerPort"] == 8080
    assert found["healthCheckGracePeriodSeconds"] == 5
    assert get(f"http://{aws.output('r', 'Address')}/")[0] == 200


def tasks_stay_registered_as_they_were_until_they_are_drained(aws: Server) -> None:
    """service_revisions: a change of the port would cut the old tasks off before the new ones are there."""
    image = aws.image()
    assert aws.deploy("r", _on_port(image, 8080, APP, grace=5)) == "CREATE_COMPLETE"
    address, answers = f"http://{aws.output('r', 'Address')}/", []
    changing = in_background(lambda: aws.deploy("r", _on_port(image, 9090, APP, grace=5), update=True))
    while changing.is_alive():
        answers.append(get(address)[0])
    assert set(answers) == {200}
    assert aws.service("r")["loadBalancers"][0]["containerPort"] == 9090


def a_stack_fails_with_its_service_and_leaves_nothing(aws: Server) -> None:
    """stack_waits: or a broken image would be a successful deploy."""
    assert aws.deploy("w", service(aws.image(), DYING)) == "ROLLBACK_COMPLETE"
    assert aws.client("ecs").list_services(cluster="c")["serviceArns"] == []
    events = aws.client("cloudformation").describe_stack_events(StackName="w")["StackEvents"]
    assert any("ECS Deployment Circuit Breaker was triggered" in event.get("ResourceStatusReason", "") for event in events)


def an_update_right_after_a_rollback_works(aws: Server) -> None:
    """stack_waits: a bad version, then a good one, without a pause."""
    image = aws.image()
    assert aws.deploy("a", service(image)) == "CREATE_COMPLETE"
    assert aws.deploy("a", service(image, DYING), update=True) == "UPDATE_ROLLBACK_COMPLETE"
    changed = service(image, Environment=[{"Name": "ANSWER", "Value": "again"}])
    assert aws.deploy("a", changed, update=True) == "UPDATE_COMPLETE"
    assert get(f"http://{aws.output('a', 'Address')}/") == (200, {"text": "again"})
    assert len(aws.docker.containers(f"dockyard.local={aws.name}")) == 1


def a_stack_tells_where_its_values_came_from(aws: Server) -> None:
    """stack_descriptions: by these a deploy knows whether a stack is current."""
    aws.client("ssm").put_parameter(Name="/v", Type="String", Value="seen")
    parameters = {"P": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/v"}}
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "P"}}}
    assert aws.deploy("p", {"Topic": topic}, parameters) == "CREATE_COMPLETE"
    (parameter,) = aws.client("cloudformation").describe_stacks(StackName="p")["Stacks"][0]["Parameters"]
    assert parameter == {"ParameterKey": "P", "ParameterValue": "/v", "ResolvedValue": "seen"}


def a_load_balancer_has_an_address_that_every_client_reaches(aws: Server) -> None:
    """load_balancers: whatever the path and the host are, the request goes by the rules and to nothing else."""
    assert aws.deploy("b", service(aws.image())) == "CREATE_COMPLETE"
    address = f"http://{aws.output('b', 'Address')}"
    for path in ("/", "/health", "/_ministack/health", "/v2/"):
        assert get(address + path, Host="shop.example.com") == (200, {"text": "hello"})


BEHAVIOURS = [
    (name, check)
    for name, checks in {
        "registry": [
            missing_images_are_told,
            tags_stay_but_for_those_of_caches,
            a_repository_that_stayed_is_imported_and_never_made_anew,
        ],
        "resource_properties": [a_property_that_is_not_known_or_is_missing_fails_the_stack],
        "resource_types": [stacks_with_servers_are_taken],
        **task_definitions.BEHAVIOURS,
        "task_network": [tasks_are_on_a_network_of_their_own_and_reach_the_local_aws],
        "target_health": [a_target_that_does_not_answer_gets_no_requests, a_target_that_answers_wrongly_is_told_why],
        "draining": [a_request_under_way_is_finished_before_its_container_stops],
        "deployments": [a_first_deployment_is_done_when_its_target_is_healthy, a_version_that_is_never_healthy_is_given_up],
        "service_revisions": [
            tasks_stay_registered_as_they_were_until_they_are_drained,
            a_rollback_brings_all_settings_of_the_deployment_back,
        ],
        "stack_waits": [a_stack_fails_with_its_service_and_leaves_nothing, an_update_right_after_a_rollback_works],
        "stack_descriptions": [a_stack_tells_where_its_values_came_from],
        "load_balancers": [
            a_load_balancer_has_an_address_that_every_client_reaches,
            *load_balancing.BEHAVIOURS["load_balancers"],
        ],
        "load_balancer_rules": load_balancing.BEHAVIOURS["load_balancer_rules"],
    }.items()
    for check in checks
]
IDS = [f"{name}-{check.__name__}" for name, check in BEHAVIOURS]


@pytest.fixture(scope="module")
def server(engine, site, tmp_path_factory):
    """Shared by the tests; `site` has made the base image that they use."""
    made = Server(tmp_path_factory.mktemp("server"))
    yield made
    made.stop()


@pytest.mark.parametrize(("name", "check"), BEHAVIOURS, ids=IDS)
def test_it_is_as_on_aws(server, name, check):
    server.local.reset(server.docker)
    check(server)


@pytest.mark.parametrize(("name", "check"), BEHAVIOURS, ids=IDS)
def test_it_is_not_without_the_extension(engine, site, tmp_path, name, check):
    made = Server(tmp_path, without=(name,))
    try:
        with pytest.raises((Exception, pytest.fail.Exception)) as caught:
            check(made)
        print(f"without {name}: {caught.value!r:.300}")
    finally:
        made.stop()


def test_an_emptied_account_is_empty(server):
    server.local.reset(server.docker)
    assert server.deploy("e", service(server.image())) == "CREATE_COMPLETE"
    server.local.reset(server.docker)
    assert server.client("cloudformation").describe_stacks()["Stacks"] == []
    assert server.client("ecr").describe_repositories()["repositories"] == []
    assert server.docker.containers(f"dockyard.local={server.name}", ended=True) == []


def test_it_listens_on_loopback_and_its_own_network_only(server):
    pid = server.local.status(server.docker).pid
    listening = {c.laddr.ip for c in psutil.Process(pid).net_connections("tcp") if c.status == psutil.CONN_LISTEN}
    assert listening <= {"127.0.0.1", "::1", server.docker.network_gateway(server.name, {})}


def _tar(path: Path) -> Path:
    """A tar with one file of that name, so that two of them make two images."""
    path.write_text(path.name)
    with tarfile.open(f"{path}.tar", "w") as tar:
        tar.add(path, path.name)
    return Path(f"{path}.tar")
