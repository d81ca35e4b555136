"""A job or a task, run now: what ECS is asked for, and how it is followed to its end."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from dockyard.errors import DeployError, DockyardError

STARTED_BY = "dockyard"
QUIET = 3
"""How often in a row nothing new must have been printed after the end: the last lines come a moment later."""


class Task(Protocol):
    """A task that was started (`dockyard.doors.tasks.Watched`)."""

    def look(self) -> Mapping[str, Any] | None:
        """As ECS describes it; None where ECS does not know it yet."""

    def new_lines(self) -> list[str]:
        """What was printed since the last time."""


@dataclass(frozen=True)
class Ended:
    """How a task ended."""

    task: str
    """ARN."""
    exit_code: int
    reason: str
    """Why ECS says that it stopped."""


def parameters_in(output: str, whose: str) -> dict[str, Any]:
    """Parameters of RunTask, as the output `RunTask` of a stack has them. Raises DeployError where it has something else."""
    try:
        found = dict(json.loads(output))
        return {**found, "cluster": str(found["cluster"]), "taskDefinition": str(found["taskDefinition"])}
    except (ValueError, TypeError, KeyError) as error:
        raise DeployError(f"{whose}: its output RunTask has no parameters of RunTask: {error}") from error


def request(
    parameters: Mapping[str, Any], definition: Mapping[str, Any], command: Sequence[str], variables: Mapping[str, str]
) -> dict[str, Any]:
    """What ECS is asked for: the task, with another command for its container, and other variables, where these are given."""
    environment = [{"name": name, "value": value} for name, value in variables.items()]
    given = {key: value for key, value in {"command": list(command), "environment": environment}.items() if value}
    override = {"name": container_of(definition)["name"], **given}
    overrides = {"overrides": {"containerOverrides": [override]}} if given else {}
    return {**parameters, "startedBy": STARTED_BY, **overrides}


def followed(
    task: Task, container: str, on_line: Callable[[str], None], on_status: Callable[[str], None], pause: float = 1.0
) -> Ended:
    """Follow a task to its end. Raises DockyardError where its container never ran.

    :param container: the one that does the work. Its exit code is the task's: those beside it are ended by a signal.
    :param on_line: told each line that it prints.
    :param on_status: told what ECS does with it, where that changes.
    :param pause: seconds between two looks.
    """
    status, quiet, found = "", 0, None
    while quiet < QUIET:
        lines = task.new_lines()
        for line in lines:
            on_line(line)
        found = task.look() or found
        now = str((found or {}).get("lastStatus", ""))
        if now != status:
            status = now
            on_status(status.lower())
        quiet = 0 if lines or status != "STOPPED" else quiet + 1
        if quiet < QUIET:
            time.sleep(pause)
    return _ended(found or {}, container)


def _ended(task: Mapping[str, Any], name: str) -> Ended:
    containers = task.get("containers", [])
    code = next((one.get("exitCode") for one in containers if one.get("name") == name), None)
    told = [task.get("stoppedReason", ""), *(container.get("reason", "") for container in containers)]
    reason = "; ".join(filter(None, told))
    if code is None:
        raise DockyardError(f"the container did not run: {reason or 'ECS gives no reason'}")
    return Ended(task["taskArn"], code, reason)


def container_of(definition: Mapping[str, Any]) -> Mapping[str, Any]:
    """The container that does the work: the first."""
    return dict(definition["containerDefinitions"][0])
