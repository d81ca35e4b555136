"""What a service keeps of its deployments when they have ended, and the events that it tells of them.

No extension: it is what `deployments`, `deployment_failures`, `deployment_alarms` and `service_deployments` share. A deployment's
record is in the deployment itself, under a key that ministack does not send; the service keeps every deployment.
"""

import copy
import secrets
import string
import threading
import time
from typing import Any

from ministack.core.responses import new_uuid
from ministack.services import ecs

Deployment = dict[str, Any]
Service = dict[str, Any]

UNDER_WAY = ("PENDING", "IN_PROGRESS", "STOP_REQUESTED", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS")
_EVENTS = 100
"""As many as `DescribeServices` tells."""
_LETTERS = string.ascii_letters + string.digits + "-_"
_lock = threading.Lock()
_schedulers: dict[str, threading.RLock] = {}


def scheduler(service: Service) -> threading.RLock:
    """Held by who starts and stops the service's tasks: two at once would start too many, and tell it in a wrong order."""
    with _lock:
        return _schedulers.setdefault(service["serviceArn"], threading.RLock())


def say(service: Service, message: str) -> None:
    """Tell an event of the service."""
    text = f"(service {service['serviceName']}) {message}"
    service["events"].insert(0, {"id": new_uuid(), "createdAt": time.time(), "message": text})
    del service["events"][_EVENTS:]


def begin(deployment: Deployment) -> None:
    """Begin the record of a deployment that was just made; the service is not known yet."""
    deployment["id"] = f"ecs-svc/{_digits()}"
    now = time.time()
    deployment["_record"] = {
        "id": "".join(secrets.choice(_LETTERS) for _ in range(21)),
        "revision": _digits(),
        "createdAt": now,
        "startedAt": now,
        "updatedAt": now,
        "status": "IN_PROGRESS",
        "good": False,
        "sources": [],
    }


def deployments(service: Service) -> list[Deployment]:
    """All that the service ever had, newest first; those that are new are noted, with what they came upon."""
    with _lock:
        known: list[Deployment] = service.setdefault("_deployments", [])
        for deployment in service["deployments"]:
            if all(deployment is not one for one in known):
                _note(service, deployment, known)
                known.insert(0, deployment)
        return list(known)


def _note(service: Service, deployment: Deployment, known: list[Deployment]) -> None:
    record = deployment["_record"]
    record["configuration"] = copy.deepcopy(service["deploymentConfiguration"])
    listed = {one["id"] for one in service["deployments"]}
    record["sources"] = [one for one in known if one["id"] in listed and (one["_record"]["good"] or one["runningCount"])]
    for one in known:
        if one["_record"]["status"] in UNDER_WAY:
            ended = "ROLLBACK_FAILED" if one["_record"]["status"].startswith("ROLLBACK") else "STOPPED"
            end(one, ended, "Service deployment stopped because a new service deployment started.")
    if deployment["rolloutState"] == "COMPLETED":  # of a service without tasks
        record["good"] = True
        end(deployment, "SUCCESSFUL")


def change(deployment: Deployment, status: str, reason: str | None = None) -> None:
    """Note a new status."""
    record = deployment["_record"]
    record.update(status=status, updatedAt=time.time())
    if reason:
        record["statusReason"] = reason


def end(deployment: Deployment, status: str, reason: str | None = None) -> None:
    """Note the last status."""
    change(deployment, status, reason)
    record = deployment["_record"]
    record["finishedAt"] = record["updatedAt"]
    if status == "STOPPED":
        record["stoppedAt"] = record["updatedAt"]


def succeed(deployment: Deployment) -> None:
    """Note that a deployment is done: it may be one that another went back to."""
    deployment["_record"]["good"] = True
    if failed := deployment.pop("_rolled_back", None):
        if failed["_record"]["status"] == "ROLLBACK_IN_PROGRESS":
            end(failed, "ROLLBACK_SUCCESSFUL")
    elif deployment["_record"]["status"] in UNDER_WAY:
        end(deployment, "SUCCESSFUL")


def find(key: str, service: str) -> tuple[Service, Deployment] | None:
    """The deployment whose record has this value of `id` or `revision`, in the service `cluster/name`."""
    found: Service = ecs._services.get(service) or {"deployments": []}
    for deployment in deployments(found):
        if key in {deployment["_record"]["id"], deployment["_record"]["revision"]}:
            return found, deployment
    return None


def _digits() -> str:
    return str(secrets.randbelow(9 * 10**18) + 10**18)
