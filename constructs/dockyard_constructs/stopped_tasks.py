"""Who is told that tasks of a cluster end by themselves, and why."""

from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sns as sns

from constructs import Construct


class StoppedTasks(Construct):
    """A message to a topic for each task that ended by itself, or could not start; none for those that ECS was told to stop.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html
    """

    def __init__(self, scope: Construct, id: str, *, cluster: ecs.ICluster, topic: sns.ITopic) -> None:
        """Make the rule.

        :param cluster: the cluster.
        :param topic: who is told.
        """
        super().__init__(scope, id)
        task, why = events.EventField.from_path("$.detail.group"), events.EventField.from_path("$.detail.stoppedReason")
        self.rule = events.Rule(
            self,
            "Resource",
            description="Tasks that end by themselves",
            event_pattern=events.EventPattern(
                source=["aws.ecs"],
                detail_type=["ECS Task State Change"],
                detail={
                    "clusterArn": [cluster.cluster_arn],
                    "lastStatus": ["STOPPED"],
                    "stopCode": ["EssentialContainerExited", "TaskFailedToStart"],
                },
            ),
            targets=[targets.SnsTopic(topic, message=events.RuleTargetInput.from_text(f"a task of {task} ended: {why}"))],
        )
