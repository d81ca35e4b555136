"""Sessions of ECS Exec: begun by ECS, joined by the program `session-manager-plugin`, as the AWS CLI does it.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
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
    target = {"Target": f"ecs:{cluster}_{task}_{runtime_id}"}
    profile = processes.environment.get("AWS_PROFILE", "")
    session, endpoint = json.dumps(begun["session"]), aws.ecs.meta.endpoint_url
    return processes.attached([program(processes), session, aws.region, "StartSession", profile, json.dumps(target), endpoint])
