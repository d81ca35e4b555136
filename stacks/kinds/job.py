"""`kind: job`: run by its schedule, and when it is asked for. The output `RunTask` tells how."""

import aws_cdk as cdk
from aws_cdk import aws_ecs as ecs

from dockyard.config import Job
from dockyard_constructs import ContainerSettings, ScheduledJob
from stacks.kinds.task import tell_how_to_run
from stacks.surroundings import Surroundings


def add(around: Surroundings, settings: Job, container: ContainerSettings) -> ecs.TaskDefinition:
    """A task with a schedule."""
    job = ScheduledJob(
        around.stack,
        "Job",
        cluster=around.cluster(settings),
        schedule=settings.schedule,
        time_zone=settings.time_zone,
        enabled=settings.enabled,
        timeout=cdk.Duration.seconds(settings.timeout),
        retries=settings.retries,
        start_within=cdk.Duration.seconds(settings.start_within),
        **container,
    )
    tell_how_to_run(around.stack, job.task)
    return job.task.task_definition
