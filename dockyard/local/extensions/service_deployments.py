"""Each deployment of a service can be listed, described and stopped, also when it has ended.

`ListServiceDeployments`, `DescribeServiceDeployments`, `DescribeServiceRevisions`, `StopServiceDeployment`; `DescribeServices`
has the ARNs of what is current. They are kept as long as the service; AWS keeps them for 90 days. A stop by `ABORT` leaves all
tasks as they are and launches no more.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-deployment.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stop-service-deployment.html
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from ministack.core.responses import error_response_json, json_response
from ministack.services import ecs

from dockyard.local.extensions import service_history
from dockyard.local.extensions.deployment_failures import Failure, fail
from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.service_deployment_details import brief, deployment_details, revision_details, summary
from dockyard.local.extensions.service_history import UNDER_WAY, Deployment, Service

Details = Callable[[Service, Deployment], dict[str, Any]]
STOPPED = Failure(
    monitor="",
    event="deployment was stopped.",
    state="ECS deployment was stopped.",
    rollback="ECS deployment was stopped: rolling back to deploymentId {}.",
    status="Service deployment rolled back because of a user request.",
)
_STATUSES = {*UNDER_WAY, "SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"}
_MOST, _PAGE = 100, 20


def install(_: Instance) -> None:
    """Answer from what the services keep."""
    ecs._ACTION_MAP.update(
        ListServiceDeployments=_list,
        DescribeServiceDeployments=lambda data: _describe(
            data, "serviceDeploymentArns", "service-deployment", "serviceDeployments", deployment_details
        ),
        DescribeServiceRevisions=lambda data: _describe(
            data, "serviceRevisionArns", "service-revision", "serviceRevisions", revision_details
        ),
        StopServiceDeployment=_stop,
    )
    original = ecs._sanitize

    def sanitize(thing: Any) -> Any:
        answer = original(thing)
        if isinstance(thing, dict) and "serviceArn" in thing and "_deployments" in thing:
            answer.update(_current(thing))
        return answer

    ecs._sanitize = sanitize


def _current(service: Service) -> dict[str, Any]:
    listed = {one["id"] for one in service["deployments"]}
    known = service_history.deployments(service)
    under_way = [
        brief(service, one)["serviceDeploymentArn"] for one in known if service_history.record(one)["status"] in UNDER_WAY
    ]
    revisions = [summary(service, one) for one in known if one["id"] in listed]
    return {"currentServiceRevisions": revisions, **({"currentServiceDeployment": under_way[0]} if under_way else {})}


def _list(data: dict[str, Any]) -> Any:
    cluster = ecs._resolve_cluster_name(data.get("cluster") or "default")
    if cluster not in ecs._clusters:
        return error_response_json("ClusterNotFoundException", "Cluster not found.")
    name = ecs._resolve_service_ref(data.get("service", ""))
    service = ecs._services.get(f"{cluster}/{name[0]}") if name and name[1] in (None, cluster) else None
    if not service:
        return error_response_json("ServiceNotFoundException", "Service not found.")
    if unknown := set(data.get("status") or ()) - _STATUSES:
        return error_response_json("InvalidParameterException", f"Invalid status: {', '.join(sorted(unknown))}.")
    size, token = data.get("maxResults", _PAGE), str(data.get("nextToken") or "0")
    if not 1 <= size <= _MOST or not token.isdigit():
        return error_response_json("InvalidParameterException", "Invalid maxResults or nextToken.")
    found = [brief(service, one) for one in _filtered(service, data)]
    end = int(token) + size
    return json_response({"serviceDeployments": found[int(token) : end], **({"nextToken": str(end)} if len(found) > end else {})})


def _filtered(service: Service, data: dict[str, Any]) -> Iterator[Deployment]:
    created = data.get("createdAt") or {}
    before, after = created.get("before", float("inf")), created.get("after", 0)
    for one in service_history.deployments(service):
        record = service_history.record(one)
        if record["status"] in (data.get("status") or _STATUSES) and after < record["createdAt"] < before:
            yield one


def _describe(data: dict[str, Any], asked: str, kind: str, answered: str, details: Details) -> Any:
    if len(data.get(asked) or ()) > _PAGE:
        return error_response_json("InvalidParameterException", f"{asked} can have at most {_PAGE} items.")
    found = {arn: _find(arn, kind) for arn in data.get(asked) or ()}
    missing = [{"arn": arn, "reason": "MISSING"} for arn, one in found.items() if one is None]
    return json_response({answered: [details(*one) for one in found.values() if one], "failures": missing})


def _find(arn: str, kind: str) -> tuple[Service, Deployment] | None:
    tail = (ecs._ecs_resource_tail(arn, kind) or "").split("/")
    return service_history.find(tail[2], f"{tail[0]}/{tail[1]}") if len(tail) == 3 else None


def find(arn: str) -> tuple[Service, Deployment] | None:
    """A service deployment by its ARN, with its service."""
    return _find(arn, "service-deployment")


def _stop(data: dict[str, Any]) -> Any:
    arn, kind = data.get("serviceDeploymentArn", ""), data.get("stopType") or "ROLLBACK"
    if kind not in {"ROLLBACK", "ABORT"}:
        return error_response_json("InvalidParameterException", f"Invalid stopType: {kind}.")
    found = find(arn)
    if not found:
        return error_response_json("ServiceDeploymentNotFoundException", "Service deployment not found.")
    service, deployment = found
    status = service_history.record(deployment)["status"]
    if status not in UNDER_WAY:
        return error_response_json("ConflictException", f"Service deployment in {status} status can't be stopped.")
    if status in {"PENDING", "IN_PROGRESS"}:
        _request(service, deployment, rollback=kind == "ROLLBACK")
    return json_response({"serviceDeploymentArn": arn})


def _request(service: Service, deployment: Deployment, *, rollback: bool) -> None:
    service_history.change(deployment, "ROLLBACK_REQUESTED" if rollback else "STOP_REQUESTED")
    why = STOPPED if rollback else replace(STOPPED, status="Service deployment stopped because of a user request.")
    key = f"{ecs._cluster_name_from_arn(service['clusterArn'])}/{service['serviceName']}"
    fail(key, deployment, why, rollback=rollback)
