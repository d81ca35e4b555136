"""`kind: task`: run when it is asked for. The output `RunTask` tells how."""

import aws_cdk as cdk
from aws_cdk import aws_ecs as ecs

from dockyard.config import Task
from dockyard_constructs import ContainerSettings, OneOffTask
from stacks.surroundings import Surroundings


def add(around: Surroundings, settings: Task, container: ContainerSettings) -> ecs.TaskDefinition:
    """A task definition."""
    task = OneOffTask(around.stack, "OneOff", cluster=around.cluster(settings), **container)
    tell_how_to_run(around.stack, task)
    return task.task_definition


def tell_how_to_run(stack: cdk.Stack, task: OneOffTask) -> None:
    """The output that `dockyard run` reads."""
    value = stack.to_json_string(task.run_parameters)
    cdk.CfnOutput(stack, "RunTask", value=value, description="Parameters of ECS RunTask, by which it is run now")
