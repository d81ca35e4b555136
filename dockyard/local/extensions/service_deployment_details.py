"""What `ListServiceDeployments`, `DescribeServiceDeployments` and `DescribeServiceRevisions` tell of a deployment.

No extension: the words of `service_deployments`. Times are seconds since the epoch, as ECS sends them.
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceDeployment.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceRevision.html
"""

from typing import Any

from ministack.services import ecs

from dockyard.local.extensions import service_history
from dockyard.local.extensions.service_history import UNDER_WAY, Deployment, Service
from dockyard.local.extensions.service_revisions import revision, target_group

_WEIGHTS = {"test": "requestedTestTrafficWeight", "production": "requestedProductionTrafficWeight"}
_TIMES = ("createdAt", "startedAt", "finishedAt", "stoppedAt", "updatedAt")
_REVISED = (
    "capacityProviderStrategy",
    "loadBalancers",
    "networkConfiguration",
    "serviceConnectConfiguration",
    "serviceRegistries",
)


def brief(service: Service, deployment: Deployment) -> dict[str, Any]:
    """An item of the list."""
    record = service_history.record(deployment)
    kept = ("createdAt", "startedAt", "finishedAt", "status", "statusReason")
    return {
        **_whose(service),
        "serviceDeploymentArn": _arn(service, "service-deployment", record["id"]),
        "targetServiceRevisionArn": revision_arn(service, record["revision"]),
        **{key: record[key] for key in kept if key in record},
    }


def deployment_details(service: Service, deployment: Deployment) -> dict[str, Any]:
    """All of a service deployment."""
    record = service_history.record(deployment)
    told = brief(service, deployment)
    told.pop("targetServiceRevisionArn")
    told.update({key: record[key] for key in _TIMES if key in record})
    if rollback := record.get("rollback"):
        at = revision_arn(service, rollback["revision"])
        told["rollback"] = {"reason": rollback["reason"], "startedAt": rollback["startedAt"], "serviceRevisionArn": at}
    if "stage" in record:
        told["lifecycleStage"] = record["stage"]
    if record.get("hooks"):
        told["lifecycleHookDetails"] = record["hooks"]
    return {
        **told,
        "sourceServiceRevisions": [summary(service, service_history.named(service, one)) for one in record["sources"]],
        "targetServiceRevision": summary(service, deployment),
        "deploymentConfiguration": record["configuration"],
        "deploymentCircuitBreaker": _breaker(service, deployment),
        "alarms": _alarms(deployment),
    }


def summary(service: Service, deployment: Deployment) -> dict[str, Any]:
    """How many tasks of a revision there are, and are wanted; and what traffic it was given, where a strategy shifts it."""
    states = [task["lastStatus"] for task in list(ecs._tasks.values()) if task.get("_deployment_id") == deployment["id"]]
    listed = any(one is deployment for one in service["deployments"])
    return {
        "arn": revision_arn(service, service_history.record(deployment)["revision"]),
        "requestedTaskCount": deployment["desiredCount"] if listed else 0,
        "runningTaskCount": states.count("RUNNING"),
        "pendingTaskCount": sum(state in ecs._PRE_STOP_STATUSES and state != "RUNNING" for state in states),
        **{_WEIGHTS[name]: share for name, share in (service_history.record(deployment).get("traffic") or {}).items()},
    }


def revision_details(service: Service, deployment: Deployment) -> dict[str, Any]:
    """All of a service revision."""
    settings = revision(service, deployment)
    version = settings.get("platformVersion") or ("1.4.0" if settings.get("launchType") == "FARGATE" else None)
    told = {
        **_whose(service),
        "serviceRevisionArn": revision_arn(service, service_history.record(deployment)["revision"]),
        "taskDefinition": deployment["taskDefinition"],
        "launchType": settings.get("launchType"),
        "platformVersion": version,
        "platformFamily": "Linux" if version else None,
        "containerImages": _images(deployment),
        "guardDutyEnabled": False,
        "createdAt": service_history.record(deployment)["createdAt"],
        **{key: ecs._sanitize(settings.get(key)) or None for key in _REVISED},
    }
    balancers = settings.get("loadBalancers") or []
    if resolved := [_resolved(one, deployment) for one in balancers if one.get("advancedConfiguration")]:
        told["resolvedConfiguration"] = {"loadBalancers": resolved}
    return {key: value for key, value in told.items() if value is not None}


def _resolved(balancer: dict[str, Any], deployment: Deployment) -> dict[str, str]:
    """Which of two target groups a revision has."""
    alternate = bool(service_history.record(deployment).get("alternate"))
    rule = balancer["advancedConfiguration"]["productionListenerRule"]
    return {"targetGroupArn": target_group(balancer, alternate=alternate), "productionListenerRule": rule}


def _images(deployment: Deployment) -> list[dict[str, str]]:
    """With the digests that the deployment is held to; those that are not known yet, or never, are left out."""
    definition = ecs._task_defs.get(ecs._resolve_td_key(deployment["taskDefinition"])) or {}
    digests = deployment.get("_image_digests", {})
    return [
        {
            "containerName": container["name"],
            "image": container["image"],
            **({"imageDigest": digests[container["name"]]} if container["name"] in digests else {}),
        }
        for container in definition.get("containerDefinitions", [])
    ]


def _breaker(service: Service, deployment: Deployment) -> dict[str, Any]:
    record = service_history.record(deployment)
    breaker = record["configuration"].get("deploymentCircuitBreaker") or {}
    return {
        "status": _monitor(deployment, "deploymentCircuitBreaker", enabled=bool(breaker.get("enable"))),
        "failureCount": record.get("failures", deployment["failedTasks"]),
        "threshold": ecs._circuit_breaker_threshold({**service, "deploymentConfiguration": record["configuration"]}),
    }


def _alarms(deployment: Deployment) -> dict[str, Any]:
    found = service_history.record(deployment).get("alarms") or {"names": [], "watched": False, "triggered": []}
    told: dict[str, Any] = {"status": _monitor(deployment, "alarms", enabled=found["watched"])}
    if found["names"]:
        told["alarmNames"] = found["names"]
    if found["triggered"]:
        told["triggeredAlarmNames"] = found["triggered"]
    return told


def _monitor(deployment: Deployment, name: str, *, enabled: bool) -> str:
    record = service_history.record(deployment)
    if not enabled:
        return "DISABLED"
    if record.get("triggered") == name:
        return "TRIGGERED"
    return "MONITORING" if record["status"] in UNDER_WAY else "MONITORING_COMPLETE"


def _whose(service: Service) -> dict[str, str]:
    return {"serviceArn": service["serviceArn"], "clusterArn": service["clusterArn"]}


def revision_arn(service: Service, number: str) -> str:
    """The ARN of a service revision."""
    return _arn(service, "service-revision", number)


def _arn(service: Service, kind: str, name: str) -> str:
    head, tail = service["serviceArn"].split(":service/", 1)
    return f"{head}:{kind}/{tail}/{name}"
