"""A command of a new version that runs once, before the version gets requests: a migration of the database."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import CfnResource, CustomResource, Duration, Stack
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam

from constructs import Construct
from dockyard_constructs.inline_function import InlineFunction

STAGE = "PRE_SCALE_UP"
"""Before any task of the new version is started."""
_LONGEST = Duration.minutes(15)
"""A function of Lambda may run so long."""


class BeforeTraffic(Construct):
    """Runs a command in a task of the new version's own task definition; where it fails, so does the deployment.

    In other strategies than rolling updates it is a lifecycle hook, `hook`: ECS asks its function until the command has ended,
    for up to a day. Of rolling updates AWS documents pauses alone, no functions; so there CloudFormation runs it, by `resource`,
    before it changes the service, and waits for up to 14 minutes. A task definition whose command has run once is marked by a
    tag: a rollback does not run it again.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/lambda-lifecycle-hooks.html
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        command: Sequence[str],
        container: str,
        cluster: ecs.ICluster,
        task_definition: ecs.TaskDefinition,
    ) -> None:
        """Make the function.

        :param command: the command, in place of the container's own.
        :param container: name of the container that it runs in.
        :param cluster: where the service runs.
        :param task_definition: what the service runs.
        """
        super().__init__(scope, id)
        self._cluster, self._definition = cluster, task_definition
        started_by = f"before-{task_definition.family}"
        self.function = InlineFunction(
            self,
            "Function",
            handler="run_before",
            description="Runs a command of a new version before it gets requests",
            environment={"COMMAND": json.dumps(list(command)), "CONTAINER": container, "STARTED_BY": started_by},
            rights=self._rights(),
            timeout_seconds=int(_LONGEST.to_seconds()),
        )

    @property
    def hook(self) -> dict[str, Any]:
        """What a lifecycle hook of ECS is told, but for the role."""
        return {"HookTargetArn": self.function.arn, "LifecycleStages": [STAGE]}

    def resource(self, service: ecs.BaseService, run_parameters: Mapping[str, Any]) -> None:
        """Have CloudFormation run the command before it makes or changes the service.

        :param run_parameters: parameters of ECS RunTask that say where a task runs, as its API names them.
        """
        stack = Stack.of(self)
        run = {
            "cluster": self._cluster.cluster_arn,
            "taskDefinition": self._definition.task_definition_arn,
            **run_parameters,
        }
        made = CustomResource(
            self,
            "Resource",
            service_token=self.function.arn,
            resource_type="Custom::BeforeTraffic",
            service_timeout=_LONGEST,
            properties={"Run": stack.to_json_string(run)},
        )
        made.node.add_dependency(self._definition.obtain_execution_role(), self._definition.task_role)
        made.node.add_dependency(*service.node.find_child("Service").node.dependencies)  # what its volumes need
        first, waiting = made.node.default_child, service.node.default_child
        assert isinstance(first, CfnResource)  # noqa: S101  # both are what CDK makes them of
        assert isinstance(waiting, CfnResource)  # noqa: S101
        waiting.add_resource_dependency(first)  # the service alone, and not its security group, which the task may be in

    def _rights(self) -> list[iam.PolicyStatement]:
        stack, definition = Stack.of(self), self._definition
        definitions = stack.format_arn(service="ecs", resource="task-definition", resource_name=f"{definition.family}:*")
        tasks = stack.format_arn(service="ecs", resource="task", resource_name=f"{self._cluster.cluster_name}/*")
        revisions = stack.format_arn(service="ecs", resource="service-revision", resource_name=f"{self._cluster.cluster_name}/*")
        here = {"ArnEquals": {"ecs:cluster": self._cluster.cluster_arn}}
        starting = {"StringEquals": {"ecs:CreateAction": "RunTask"}}
        passing = {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
        roles = [definition.task_role.role_arn, definition.obtain_execution_role().role_arn]
        return [
            iam.PolicyStatement(actions=["ecs:RunTask"], resources=[definitions], conditions=here),
            iam.PolicyStatement(actions=["ecs:DescribeTasks", "ecs:StopTask"], resources=[tasks], conditions=here),
            iam.PolicyStatement(actions=["ecs:DescribeServiceRevisions"], resources=[revisions]),
            iam.PolicyStatement(actions=["ecs:ListTagsForResource", "ecs:TagResource"], resources=[definitions]),
            iam.PolicyStatement(actions=["ecs:TagResource"], resources=[tasks], conditions=starting),
            iam.PolicyStatement(actions=["iam:PassRole"], resources=roles, conditions=passing),
        ]
