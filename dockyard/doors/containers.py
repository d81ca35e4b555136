"""The containers of ECS tasks on this machine: found by the labels that ECS's agent gives them, and a command run in one.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dockyard.doors.docker import Docker
from dockyard.doors.process import Ended
from dockyard.errors import DockyardError, UsageError

TASK, CONTAINER = "com.amazonaws.ecs.task-arn", "com.amazonaws.ecs.container-name"
SERVICE, EXEC = "dockyard.service", "dockyard.execute-command"
"""Labels of the local AWS's own: name of the ECS service, and whether its tasks may be entered."""
PAUSE = "~internal~ecs~pause"
"""Name of the container that holds the network of a task."""


@dataclass(frozen=True)
class TaskContainer:
    """A running container of a task."""

    id: str
    """What the engine calls it."""
    task: str
    """ARN."""
    name: str
    service: str
    """Name of its ECS service; empty where it has none."""
    may_be_entered: bool
    """Whether execute command is enabled for the task."""

    @property
    def task_id(self) -> str:
        """Last part of the task's ARN."""
        return self.task.rsplit("/", 1)[-1]


def running(docker: Docker, label: str) -> list[TaskContainer]:
    """Containers of tasks that have this label."""
    return [
        TaskContainer(id, labels[TASK], labels[CONTAINER], labels.get(SERVICE, ""), labels.get(EXEC) == "true")
        for id, labels in sorted(docker.labels_of_containers(label).items())
        if TASK in labels and labels.get(CONTAINER, PAUSE) != PAUSE
    ]


def chosen(containers: Iterable[TaskContainer], wanted: str, name: str | None, stack: str | None = None) -> TaskContainer:
    """The container that is meant.

    :param wanted: ARN or id of a task, its beginning, or ARN or name of a service, of which the first task is taken.
    :param name: of the container; need not be said where the task has one.
    :param stack: name of the stack of the service that `wanted` names, whatever name ECS knows the service by.
    Raises UsageError where it is not clear, DockyardError where nothing runs.
    """
    every = list(containers)
    of_service = [one for one in every if _is_of(one, wanted.rsplit("/", 1)[-1], stack)]
    found = of_service or [one for one in every if one.task == wanted or one.task_id.startswith(wanted)]
    tasks = sorted({one.task for one in found})
    if not tasks:
        known = ", ".join(sorted({one.service or one.task_id for one in every})) or "nothing"
        raise DockyardError(f"no task or service {wanted} runs", hint=f"what runs: {known}")
    if len(tasks) > 1 and not of_service:
        raise UsageError(f"several tasks begin with {wanted}: {', '.join(task.rsplit('/', 1)[-1] for task in tasks)}")
    return _named([one for one in found if one.task == tasks[0]], name)


def _is_of(container: TaskContainer, service: str, stack: str | None) -> bool:
    in_stack = stack is not None and re.fullmatch(rf"{re.escape(stack)}-[A-Za-z0-9]+", container.service)
    return bool(container.service) and (container.service == service or bool(in_stack))


def _named(of_task: list[TaskContainer], name: str | None) -> TaskContainer:
    names = ", ".join(one.name for one in of_task)
    if name is None and len(of_task) > 1:
        raise UsageError(f"task {of_task[0].task_id} has several containers", hint=f"name one with --container: {names}")
    found = next((one for one in of_task if name in (None, one.name)), None)
    if found is None:
        raise UsageError(f"task {of_task[0].task_id} has no container {name}; there is {names}")
    return found


def execute(docker: Docker, container: TaskContainer, command: Sequence[str]) -> Ended:
    """Run a command in it to its end."""
    return docker.execute(container.id, command)


def attach(docker: Docker, container: TaskContainer, command: Sequence[str], *, terminal: bool) -> int:
    """Run a command in it with our own input and output, and with a terminal if wanted; its exit code."""
    return docker.attach(container.id, command, terminal=terminal)
