"""Sessions in a container: a command, begun by ECS, or a port, begun by Systems Manager.

Both are joined by the program `session-manager-plugin`, as the AWS CLI does it.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-sessions-start.html
"""

import json
import shutil
from typing import Any

from dockyard.doors.aws import Aws
from dockyard.doors.process import Processes
from dockyard.errors import PrerequisiteError

PROGRAM = "session-manager-plugin"
_INSTALL = "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html"


def program(processes: Processes) -> str:
    """Where it is. Raises PrerequisiteError where it is not on PATH."""
    found = shutil.which(PROGRAM, path=processes.environment.get("PATH"))
    if found is None:
        raise PrerequisiteError(
            f"no program {PROGRAM} on PATH, by which AWS lets into a container",
            hint=f'install it: {_INSTALL}; the local AWS brings one: eval "$(dockyard local env)"',
        )
    return found


def begin(aws: Aws, cluster: str, task: str, container: str, command: str) -> dict[str, Any]:
    """Run a command in a container, by the agent that ECS has put beside it; what ExecuteCommand answers."""
    client: Any = aws.ecs
    return dict(client.execute_command(cluster=cluster, task=task, container=container, command=command, interactive=True))


def join(processes: Processes, aws: Aws, begun: dict[str, Any], runtime_id: str) -> int:
    """Our input and output are the session's until it ends; the exit code of the program, which knows none of the command.

    :param runtime_id: of the container, as DescribeTasks tells it.
    """
    cluster, task = (begun[key].rsplit("/", 1)[-1] for key in ("clusterArn", "taskArn"))
    return _joined(processes, aws, begun["session"], {"Target": target(cluster, task, runtime_id)}, aws.ecs.meta.endpoint_url)


def forward(processes: Processes, aws: Aws, place: str, local_port: int, port: int) -> int:
    """A port of this machine is one of the container until an interrupt; the exit code of the program.

    :param place: the container (`target`).
    """
    request: Any = {
        "Target": place,
        "DocumentName": "AWS-StartPortForwardingSession",
        "Parameters": {"portNumber": [str(port)], "localPortNumber": [str(local_port)]},
    }
    answer = aws.ssm.start_session(**request)
    session = {key: answer[key] for key in ("SessionId", "TokenValue", "StreamUrl")}
    return _joined(processes, aws, session, request, aws.ssm.meta.endpoint_url)


def target(cluster: str, task: str, runtime_id: str) -> str:
    """What Systems Manager calls a container of a task."""
    return f"ecs:{cluster}_{task}_{runtime_id}"


def _joined(processes: Processes, aws: Aws, session: Any, request: Any, endpoint: str) -> int:
    profile = processes.environment.get("AWS_PROFILE", "")
    told = [json.dumps(session), aws.region, "StartSession", profile, json.dumps(request), endpoint]
    return processes.attached([program(processes), *told])
