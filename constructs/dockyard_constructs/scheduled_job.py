"""A container that is run by a schedule, one run at a time."""

from collections.abc import Mapping
from typing import Any, Unpack

from aws_cdk import CfnResource, Duration, Stack
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as stepfunctions

from constructs import Construct
from dockyard_constructs.container_task import CONTAINER, ContainerSettings
from dockyard_constructs.one_off_task import OneOffTask
from dockyard_constructs.run_states import run_states

START = "arn:aws:scheduler:::aws-sdk:sfn:startExecution"
"""The target of a schedule that may name the execution: a schedule is carried out at least once, a name exists once.
https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html"""


class ScheduledJob(Construct):
    """A task, a schedule of EventBridge Scheduler, and between them a state machine.

    The state machine is there for what neither has: while one run is under way, the next is left out; a run that takes too
    long is stopped; one that fails is tried again. What the schedule cannot start goes to `dead_letter_queue`.

    Read `task`, `state_machine`, `dead_letter_queue` and `schedule`.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        cluster: ecs.ICluster,
        schedule: str,
        time_zone: str = "UTC",
        enabled: bool = True,
        timeout: Duration | None = None,
        retries: int = 0,
        start_within: Duration | None = None,
        **container: Unpack[ContainerSettings],
    ) -> None:
        """Make the job.

        :param cluster: where it runs, owned or imported.
        :param schedule: `cron(…)`, `rate(…)` or `at(…)` of EventBridge Scheduler.
        :param time_zone: its time zone, which knows summer time.
        :param enabled: whether the schedule is carried out.
        :param timeout: how long a run may take. Default: an hour.
        :param retries: how often a run that failed is tried again. One that took too long is not.
        :param start_within: how long after its time a run may still be started. Default: an hour.
        :param container: what runs, and on what (`ContainerSettings`).
        """
        super().__init__(scope, id)
        if not 0 <= retries <= 10:
            raise ValueError(f"retries should be 0 to 10, got {retries}")
        self.task = OneOffTask(self, "Run", cluster=cluster, **container)
        alone = not (container.get("sidecars") or container.get("tracing"))
        states = run_states(
            self.task.run_parameters,
            family=self.task.task_definition.family,
            timeout_seconds=int((timeout or Duration.hours(1)).to_seconds()),
            retries=retries,
            container=None if alone else CONTAINER,
        )
        self.state_machine = self._state_machine(cluster, states)
        self.dead_letter_queue = sqs.Queue(
            self,
            "DeadLetters",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(14),
        )
        role = iam.Role(self, "ScheduleRole", assumed_by=iam.ServicePrincipal("scheduler.amazonaws.com"))
        role.add_to_policy(iam.PolicyStatement(actions=["states:StartExecution"], resources=[self.state_machine.attr_arn]))
        self.dead_letter_queue.grant_send_messages(role)
        name = "<aws.scheduler.execution-id>"
        self.schedule = scheduler.CfnSchedule(
            self,
            "Schedule",
            schedule_expression=schedule,
            schedule_expression_timezone=time_zone,
            state="ENABLED" if enabled else "DISABLED",
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            target=scheduler.CfnSchedule.TargetProperty(
                arn=START,
                role_arn=role.role_arn,
                input=Stack.of(self).to_json_string({"StateMachineArn": self.state_machine.attr_arn, "Name": name}),
                dead_letter_config=scheduler.CfnSchedule.DeadLetterConfigProperty(arn=self.dead_letter_queue.queue_arn),
                retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(
                    maximum_event_age_in_seconds=(start_within or Duration.hours(1)).to_seconds(),
                    maximum_retry_attempts=185,  # AWS's most: the age is what ends it
                ),
            ),
        )
        _begin_with_rights(self.schedule, role)

    def _state_machine(self, cluster: ecs.ICluster, states: Mapping[str, Any]) -> stepfunctions.CfnStateMachine:
        role = iam.Role(self, "RunsRole", assumed_by=iam.ServicePrincipal("states.amazonaws.com"))
        for statement in self._rights(cluster):
            role.add_to_policy(statement)
        machine = stepfunctions.CfnStateMachine(
            self, "Runs", role_arn=role.role_arn, definition_string=Stack.of(self).to_json_string(states)
        )
        _begin_with_rights(machine, role)
        return machine

    def _rights(self, cluster: ecs.ICluster) -> list[iam.PolicyStatement]:
        """https://docs.aws.amazon.com/step-functions/latest/dg/connect-ecs.html."""
        stack, definition = Stack.of(self), self.task.task_definition
        tasks = stack.format_arn(service="ecs", resource="task", resource_name=f"{cluster.cluster_name}/*")
        rule = stack.format_arn(service="events", resource="rule", resource_name="StepFunctionsGetEventsForECSTaskRule")
        here = {"ArnEquals": {"ecs:cluster": cluster.cluster_arn}}
        roles = [definition.task_role.role_arn, definition.obtain_execution_role().role_arn]
        return [
            iam.PolicyStatement(actions=["ecs:RunTask"], resources=[definition.task_definition_arn], conditions=here),
            iam.PolicyStatement(actions=["ecs:StopTask", "ecs:DescribeTasks"], resources=[tasks], conditions=here),
            iam.PolicyStatement(actions=["ecs:ListTasks"], resources=["*"], conditions=here),  # has no ARNs of tasks
            iam.PolicyStatement(
                actions=["ecs:TagResource"], resources=[tasks], conditions={"StringEquals": {"ecs:CreateAction": "RunTask"}}
            ),
            iam.PolicyStatement(
                actions=["iam:PassRole"],
                resources=roles,
                conditions={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
            ),
            iam.PolicyStatement(actions=["events:PutTargets", "events:PutRule", "events:DescribeRule"], resources=[rule]),
        ]


def _begin_with_rights(made: CfnResource, role: iam.Role) -> None:
    """It uses the role as soon as it is there, and the role's policy is another resource."""
    made.node.add_dependency(role.node.find_child("DefaultPolicy"))
