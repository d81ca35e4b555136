"""What each kind of service is in a template: one module a kind."""

from typing import assert_never

from aws_cdk import aws_ecs as ecs

from dockyard.config import Backend, Job, Service, Task, Web, Worker
from dockyard_constructs import ContainerSettings
from stacks.kinds import backend, job, task, web, worker
from stacks.surroundings import Surroundings


def add(around: Surroundings, settings: Service, container: ContainerSettings) -> ecs.TaskDefinition:
    """Add the service to its stack; what it runs is returned."""
    match settings:
        case Web():
            return web.add(around, settings, container)
        case Backend():
            return backend.add(around, settings, container)
        case Worker():
            return worker.add(around, settings, container)
        case Job():
            return job.add(around, settings, container)
        case Task():
            return task.add(around, settings, container)
        case _:
            assert_never(settings)
