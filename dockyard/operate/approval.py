"""A deployment that waits for somebody: it may go on, or goes back."""

from typing import Any, Literal

from dockyard.deploy.refusal import note_rejection
from dockyard.deploy.site import Site
from dockyard.errors import DockyardError
from dockyard.operate.deployed import not_deployed

Answer = Literal["CONTINUE", "ROLLBACK"]


def answer(site: Site, service: str, said: Answer) -> int:
    """Say it to all pauses of the service's deployment; how many there were. Raises DockyardError where nothing waits."""
    reading: Any = site.reading.ecs
    found = _under_way(site, reading, service)
    waiting = [
        (deployment["serviceDeploymentArn"], hook["hookId"])
        for deployment in found
        for hook in deployment.get("lifecycleHookDetails") or []
        if hook["targetType"] == "PAUSE" and hook["status"] == "AWAITING_ACTION"
    ]
    if not waiting:
        what = "its deployment has not come so far" if found else "none of its deployments is under way"
        raise DockyardError(f"{service} waits for nobody: {what}")
    acting: Any = site.aws.ecs
    for arn, hook in waiting:
        if said == "ROLLBACK":
            note_rejection(site, arn)
        acting.continue_service_deployment(serviceDeploymentArn=arn, hookId=hook, action=said)
    return len(waiting)


def _under_way(site: Site, ecs: Any, service: str) -> list[dict[str, Any]]:
    """By the name that CloudFormation gives a service, as it tells no name while it makes one."""
    prefix = f"{site.service_stack(service)}-"
    pages = ecs.get_paginator("list_services").paginate(cluster=site.cluster)
    try:
        named = [arn for page in pages for arn in page["serviceArns"] if arn.rsplit("/", 1)[-1].startswith(f"{prefix}Web")]
    except ecs.exceptions.ClusterNotFoundException:
        raise not_deployed(site, service) from None
    arns = [
        one["serviceDeploymentArn"]
        for arn in named
        for one in ecs.list_service_deployments(cluster=site.cluster, service=arn, status=["IN_PROGRESS"])["serviceDeployments"]
    ]
    return list(ecs.describe_service_deployments(serviceDeploymentArns=arns)["serviceDeployments"]) if arns else []
