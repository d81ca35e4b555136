"""Health decides a service's deployments."""

import time

import pytest
from botocore.exceptions import ClientError

from tests.integration.behaviours.contract import acts
from tests.integration.local_aws import APP, DEAF, DYING, Server, in_background, service, until
from tests.integration.support import get


@acts("target_health", only_here="it is seen in the seconds before it is unhealthy")
def a_target_that_does_not_answer_gets_no_requests(aws: Server) -> None:
    """Or every second request would fail while a new version starts."""
    in_background(lambda: aws.deploy("h", service(aws.image(), DEAF, grace=60)))
    group = until(lambda: aws.client("elbv2").describe_target_groups()["TargetGroups"], 10)[0]["TargetGroupArn"]
    health = until(lambda: aws.client("elbv2").describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"], 10)
    time.sleep(1.5)
    assert health[0]["TargetHealth"]["State"] == "initial"
    (balancer,) = aws.client("elbv2").describe_load_balancers()["LoadBalancers"]
    assert get(f"http://{balancer['DNSName']}/")[0] == 503


@acts("target_health")
def a_target_that_answers_wrongly_is_told_why(aws: Server) -> None:
    """AWS's reasons."""
    in_background(lambda: aws.deploy("h", service(aws.image(), path="/sick", grace=60)))
    group = until(lambda: aws.client("elbv2").describe_target_groups()["TargetGroups"], 10)[0]["TargetGroupArn"]

    def reason() -> bool:
        (found,) = aws.client("elbv2").describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
        return found["TargetHealth"].get("Reason") == "Target.ResponseCodeMismatch"

    assert until(reason, 10)


@acts("draining")
def a_request_under_way_is_finished_before_its_container_stops(aws: Server) -> None:
    """Or each deploy would cut requests off."""
    assert aws.deploy("s", service(aws.image())) == "CREATE_COMPLETE"
    answers = []
    slow = in_background(lambda: answers.append(get(f"http://{aws.output('s', 'Address')}/slow")))
    time.sleep(0.5)
    aws.client("ecs").update_service(cluster="c", service=aws.output("s", "Service"), desiredCount=0)
    slow.join()
    assert answers == [(200, {"text": "hello"})]
    until(lambda: not aws.running(), 10)


@acts("deployments")
def a_first_deployment_is_done_when_its_target_is_healthy(aws: Server) -> None:
    """And says so in AWS's words."""
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


@acts("deployments")
def a_version_that_is_never_healthy_is_given_up(aws: Server) -> None:
    """Failed health checks count for the circuit breaker, and the old version serves throughout."""
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


@acts("service_revisions")
def a_rollback_brings_all_settings_of_the_deployment_back(aws: Server) -> None:
    """The port as well as the task definition, and CloudFormation sends back the rest."""
    image = aws.image()
    assert aws.deploy("r", _on_port(image, 8080, APP, grace=5)) == "CREATE_COMPLETE"
    assert aws.deploy("r", _on_port(image, 9090, DYING, grace=7), update=True) == "UPDATE_ROLLBACK_COMPLETE"
    assert aws.service("r")["healthCheckGracePeriodSeconds"] == 5
    _break(aws, port=9090)
    assert aws.service("r")["loadBalancers"][0]["containerPort"] == 8080
    assert get(f"http://{aws.output('r', 'Address')}/")[0] == 200


def _break(aws: Server, *, port: int) -> None:
    """Update the service by the API, to a version that ends at its start, on another port; wait until that was rolled back."""
    ecs, service = aws.client("ecs"), aws.service("r")
    before = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
    (container,) = before["containerDefinitions"]
    broken = {**container, "command": ["python", "-c", DYING], "portMappings": [{"containerPort": port}]}
    settings = ("family", "networkMode", "requiresCompatibilities", "cpu", "memory", "executionRoleArn")
    kept = {key: before[key] for key in settings if before.get(key)}
    made = ecs.register_task_definition(**kept, containerDefinitions=[broken])["taskDefinition"]["taskDefinitionArn"]
    name = {"cluster": "c", "service": service["serviceArn"]}
    ecs.update_service(
        **name, taskDefinition=made, loadBalancers=[{**service["loadBalancers"][0], "containerPort": port}]
    )  # fmt: skip
    newest = lambda: ecs.list_service_deployments(**name)["serviceDeployments"][0]["status"]  # noqa: E731
    until(lambda: newest() == "ROLLBACK_SUCCESSFUL", 40)


@acts("service_revisions")
def tasks_stay_registered_as_they_were_until_they_are_drained(aws: Server) -> None:
    """A change of the port would cut the old tasks off before the new ones are there."""
    image = aws.image()
    assert aws.deploy("r", _on_port(image, 8080, APP, grace=5)) == "CREATE_COMPLETE"
    address, answers = f"http://{aws.output('r', 'Address')}/", []
    changing = in_background(lambda: aws.deploy("r", _on_port(image, 9090, APP, grace=5), update=True))
    while changing.is_alive():
        answers.append(get(address)[0])
    assert set(answers) == {200}
    assert aws.service("r")["loadBalancers"][0]["containerPort"] == 9090


@acts("clusters")
def a_cluster_that_has_services_is_not_deleted(aws: Server) -> None:
    """Or they would run on, with nobody to ask about them; a stack that did not make them cannot take it either."""
    cluster = {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": "c"}}
    assert aws.deploy("c", {"Cluster": cluster}) == "CREATE_COMPLETE"
    ecs, cloudformation, around = aws.client("ecs"), aws.client("cloudformation"), aws.surroundings
    definition = [{"name": "app", "image": "app", "memory": 64}]
    ecs.register_task_definition(family="app", containerDefinitions=definition, **around.task)
    ecs.create_service(cluster="c", serviceName="s", taskDefinition="app", desiredCount=0, **around.service)
    with pytest.raises(ClientError, match=r"\(ClusterContainsServicesException\).*cannot be deleted while Services are active"):
        ecs.delete_cluster(cluster="c")
    cloudformation.delete_stack(StackName="c")
    failed = lambda: cloudformation.describe_stacks(StackName="c")["Stacks"][0]["StackStatus"] == "DELETE_FAILED"  # noqa: E731
    until(failed, aws.patience)
    ecs.delete_service(cluster="c", service="s", force=True)
    until(lambda: not ecs.list_services(cluster="c")["serviceArns"], 10)
    aws.delete("c")
