"""An ECS service and its newest deployment, as ECS tells of them."""

from collections.abc import Sequence
from typing import Any

from dockyard.doors.aws import Aws
from dockyard.errors import DockyardError


class GoneError(DockyardError):
    """What the stack has made is there no more."""


def ecs_service(aws: Aws, cluster: str, name: str) -> Any:
    """As DescribeServices tells of it. Raises GoneError where it was deleted, which ECS tells of as INACTIVE for a while."""
    found: Any = aws.ecs.describe_services(cluster=cluster, services=[name])["services"]
    if not found or found[0].get("status") == "INACTIVE":
        raise GoneError(
            f"its service is gone: {name} in cluster {cluster} was deleted by other means than its stack",
            hint="destroy what is left of it and deploy it again: dockyard destroy, dockyard deploy",
        )
    return found[0]


def service_deployments(aws: Aws, cluster: str, name: str, statuses: Sequence[str] = ()) -> list[Any]:
    """All that ListServiceDeployments tells, which promises no order, the newest first.

    :param statuses: those alone. Default: all.
    """
    client: Any = aws.ecs
    asked: dict[str, Any] = {"cluster": cluster, "service": name} | ({"status": list(statuses)} if statuses else {})
    found: list[Any] = []
    token = None
    while True:
        answer = client.list_service_deployments(**asked, **({"nextToken": token} if token else {}))
        found += answer["serviceDeployments"]
        token = answer.get("nextToken")
        if not token:
            return sorted(found, key=lambda one: one["createdAt"], reverse=True)


def newest_deployment(aws: Aws, cluster: str, name: str) -> Any:
    """The newest of the first page, whatever its status; None where there was none."""
    client: Any = aws.ecs
    found = client.list_service_deployments(cluster=cluster, service=name)["serviceDeployments"]
    return max(found, key=lambda one: one["createdAt"], default=None)
