"""Behaviours of ECS Exec, and of sessions that reach a port of its containers, held over boto3."""

import pytest
from botocore.exceptions import ClientError

from tests.integration.behaviours.contract import acts
from tests.integration.behaviours.tasks import CLUSTER, LOGS, container, together
from tests.integration.local_aws import DEAF, Server, until


def started(aws: Server, *names: str, enabled: bool = True) -> str:
    """ARN of a task that runs, with these containers."""
    image = aws.image()
    definition = together(*(container(name, image, DEAF) for name in names))
    assert aws.deploy("d", {"Logs": LOGS, "Task": definition, "Cluster": CLUSTER}) == "CREATE_COMPLETE"
    ecs = aws.client("ecs")
    (task,) = ecs.run_task(cluster="c", taskDefinition="app", enableExecuteCommand=enabled, **aws.surroundings.service)["tasks"]
    until(lambda: ecs.describe_tasks(cluster="c", tasks=[task["taskArn"]])["tasks"][0]["lastStatus"] == "RUNNING", 10)
    return task["taskArn"]


def failure(aws: Server, task: str, **more) -> tuple[str, str]:
    """Code and words."""
    with pytest.raises(ClientError) as caught:
        aws.client("ecs").execute_command(cluster="c", task=task, interactive=True, command="sh", **more)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


@acts("execute_command")
def a_task_that_was_not_run_for_it_cannot_be_entered(aws: Server) -> None:
    """A container must be named where there are several."""
    code, words = failure(aws, started(aws, "app", enabled=False))
    assert (code, words[:60]) == ("InvalidParameterException", "The execute command failed because execute command was not e")
    assert failure(aws, "0" * 32) == ("InvalidParameterException", "The referenced task was not found.")


@acts("execute_command", only_here="on AWS the agent in the task wants rights and time")
def a_session_of_ecs_exec_is_begun(aws: Server) -> None:
    """What joins it is the program `session-manager-plugin`."""
    task = started(aws, "app", "proxy")
    assert failure(aws, task)[0] == "InvalidParameterException"
    begun = aws.client("ecs").execute_command(cluster="c", task=task, interactive=True, command="sh", container="proxy")
    assert (begun["taskArn"], begun["containerName"], begun["interactive"]) == (task, "proxy", True)
    assert begun["session"].keys() == {"sessionId", "streamUrl", "tokenValue"}


def target(aws: Server, task: str) -> str:
    """What Systems Manager calls the first container of a task."""
    (found,) = aws.client("ecs").describe_tasks(cluster="c", tasks=[task])["tasks"]
    return f"ecs:c_{task.rsplit('/', 1)[-1]}_{found['containers'][0]['runtimeId']}"


def forwarded(aws: Server, place: str, document: str = "AWS-StartPortForwardingSession") -> dict:
    """What StartSession answers."""
    ports = {"portNumber": ["80"], "localPortNumber": ["8080"]}
    return aws.client("ssm").start_session(Target=place, DocumentName=document, Parameters=ports)


@acts("port_sessions", only_here="on AWS the agent in the task wants rights and time")
def a_session_reaches_a_port_of_a_container(aws: Server) -> None:
    """Of a task that was run for ECS Exec; what joins it is the program `session-manager-plugin`."""
    begun = forwarded(aws, target(aws, started(aws, "app")))
    assert {"SessionId", "StreamUrl", "TokenValue"} <= begun.keys()


@acts("port_sessions", only_here="on AWS the agent in the task wants rights and time")
def a_task_that_was_not_run_for_exec_has_no_port_either(aws: Server) -> None:
    """Nor has one that is not there, nor is there another document."""
    place = target(aws, started(aws, "app", enabled=False))
    for wrong, document, code in (
        (place, "AWS-StartPortForwardingSession", "TargetNotConnected"),
        ("ecs:c_0_0", "AWS-StartPortForwardingSession", "TargetNotConnected"),
        (place, "AWS-None", "InvalidDocument"),
    ):
        with pytest.raises(ClientError) as caught:
            forwarded(aws, wrong, document)
        assert caught.value.response["Error"]["Code"] == code
