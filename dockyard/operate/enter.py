"""Which container a command is run in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dockyard.doors.aws import Aws
from dockyard.doors.tasks import described
from dockyard.errors import DockyardError, UsageError
from dockyard.operate.deployed import Deployed


@dataclass(frozen=True)
class Place:
    """A container of a task that runs."""

    cluster: str
    task: str
    """Id."""
    container: str
    runtime_id: str
    """What ECS calls the container's runtime; a session wants it."""


def place(aws: Aws, found: Deployed, task: str | None = None, container: str | None = None) -> Place:
    """The container of the service that is meant.

    :param task: its id, or the beginning of it. Default: the one that was started last.
    :param container: its name. Default: the one that does the service's work.

    Raises DockyardError where no task runs, or may not be entered; UsageError where it is not one.
    """
    if found.service:
        cluster, name = found.service
        tasks = described(aws, cluster, serviceName=name, desiredStatus="RUNNING")
    elif found.family:
        cluster, family = found.family
        tasks = described(aws, cluster, family=family, desiredStatus="RUNNING")
    else:
        raise DockyardError(f"the stack of {found.name} has nothing that runs: it is in state {found.stack_status}")
    chosen = choose(found.name, [one for one in tasks if one["lastStatus"] == "RUNNING"], task)
    definition: Any = aws.ecs.describe_task_definition(taskDefinition=chosen["taskDefinitionArn"])["taskDefinition"]
    within = _container(chosen, container or definition["containerDefinitions"][0]["name"])
    return Place(cluster, _id(chosen), within["name"], within["runtimeId"])


def choose(service: str, tasks: Sequence[Mapping[str, Any]], wanted: str | None) -> Mapping[str, Any]:
    """Of tasks that run, the newest, or the one whose id begins so; one that may be entered."""
    if not tasks:
        raise DockyardError(f"no task of {service} runs", hint=f"run: dockyard status {service}")
    found = [one for one in tasks if _id(one).startswith(wanted or "")]
    if not found or (wanted and len(found) > 1):
        raise UsageError(f"{wanted} should begin the id of one task of {service}; there is {', '.join(map(_id, tasks))}")
    newest = max(found, key=lambda one: one.get("startedAt") or one["createdAt"])
    if not newest.get("enableExecuteCommand"):
        raise DockyardError(
            f"task {_id(newest)} of {service} was started without ECS Exec",
            hint=f"write exec: true into its service.yaml, then run: dockyard deploy {service}",
        )
    return newest


def _container(task: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    names = [one["name"] for one in task["containers"]]
    if name not in names:
        raise UsageError(f"task {_id(task)} has no container {name}; there is {', '.join(names)}")
    return dict(task["containers"][names.index(name)])


def _id(task: Mapping[str, Any]) -> str:
    return str(task["taskArn"]).rsplit("/", 1)[-1]
