"""What the command prints that runs before a new version gets requests, while its stack is deployed."""

from typing import TYPE_CHECKING, Any

from dockyard.deploy.assembly import StackArtifact
from dockyard.doors.aws import Aws
from dockyard.doors.tasks import Watched, log_of, routed

if TYPE_CHECKING:
    from types_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef, TaskTypeDef

_PREFIX = "before-"
"""Of what such a task is started by, by which it is found."""


def is_before(task: "TaskTypeDef") -> bool:
    """Whether a task runs such a command."""
    return task.get("startedBy", "").startswith(_PREFIX)


class BeforeWatch:
    """Looks from time to time; of services without such a command it asks nothing."""

    def __init__(self, aws: Aws, artifact: StackArtifact, cluster: str) -> None:
        functions = artifact.resources("AWS::Lambda::Function").values()
        names = [f.get("Environment", {}).get("Variables", {}).get("STARTED_BY") for f in functions]
        self._aws, self._cluster = aws, cluster
        self._started_by = next((name for name in names if isinstance(name, str)), None)
        self._before: set[str] | None = None
        self._tasks: dict[str, Watched] = {}

    def look(self) -> list[str]:
        """What was printed since the last time, by tasks that were not there at the first."""
        if not self._started_by:
            return []
        ecs: Any = self._aws.ecs
        found = [
            arn
            for status in ("RUNNING", "STOPPED")
            for arn in ecs.list_tasks(cluster=self._cluster, startedBy=self._started_by, desiredStatus=status)["taskArns"]
        ]
        if self._before is None:
            self._before = set(found)
        elsewhere = []
        for arn in found:
            if arn not in self._before and arn not in self._tasks and (definition := self._definition(arn)):
                container = self._container(definition)
                log = log_of(container, arn)
                self._tasks[arn] = Watched(self._aws, self._cluster, arn, log)
                elsewhere += [f"what it prints goes by FireLens to {where}" for where in [routed(container)] if where and not log]
        return elsewhere + [line.rstrip() for task in self._tasks.values() for line in task.new_lines()]

    def _definition(self, arn: str) -> str | None:
        """ARN of the task's definition; None where ECS does not know the task yet."""
        told = self._aws.ecs.describe_tasks(cluster=self._cluster, tasks=[arn])["tasks"]
        return told[0]["taskDefinitionArn"] if told else None

    def _container(self, definition: str) -> "ContainerDefinitionOutputTypeDef":
        """The service's own."""
        return self._aws.ecs.describe_task_definition(taskDefinition=definition)["taskDefinition"]["containerDefinitions"][0]
