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


def record(deployment: Deployment) -> dict[str, Any]:
    """What is kept of a deployment, from the time when it was first asked for."""
    if "_record" not in deployment:
        now = time.time()
        deployment["_record"] = {
            "id": "".join(secrets.choice(_LETTERS) for _ in range(21)),
            "revision": digits(),
            "createdAt": now,
            "startedAt": now,
            "updatedAt": now,
            "status": "IN_PROGRESS",
            "good": False,
            "sources": [],
        }
    found: dict[str, Any] = deployment["_record"]
    return found


def deployments(service: Service) -> list[Deployment]:
    """All that the service ever had, newest first; those that are new are noted, with what they came upon."""
    with _lock:
        known: list[Deployment] = service.setdefault("_deployments", [])
        current = {deployment["id"]: deployment for deployment in service["deployments"]}
        known[:] = [current.get(one["id"], one) for one in known]  # after a restart they are two copies
        for deployment in service["deployments"]:
            if all(deployment is not one for one in known):
                _note(service, deployment, known)
                known.insert(0, deployment)
        return list(known)


def named(service: Service, id: str) -> Deployment:
    """The deployment of this id, which the service ever had."""
    return next(one for one in deployments(service) if one["id"] == id)


def _note(service: Service, deployment: Deployment, known: list[Deployment]) -> None:
    kept = record(deployment)
    kept["configuration"] = copy.deepcopy(service["deploymentConfiguration"])
    listed = {one["id"] for one in service["deployments"]}
    kept["sources"] = [one["id"] for one in known if one["id"] in listed and (record(one)["good"] or one["runningCount"])]
    for one in known:
        if record(one)["status"] in UNDER_WAY:
            ended = "ROLLBACK_FAILED" if record(one)["status"].startswith("ROLLBACK") else "STOPPED"
            end(one, ended, "Service deployment stopped because a new service deployment started.")
    if deployment["rolloutState"] == "COMPLETED":  # of a service without tasks
        kept["good"] = True
        end(deployment, "SUCCESSFUL")


def change(deployment: Deployment, status: str, reason: str | None = None) -> None:
    """Note a new status."""
    kept = record(deployment)
    kept.update(status=status, updatedAt=time.time())
    if reason:
        kept["statusReason"] = reason


def end(deployment: Deployment, status: str, reason: str | None = None) -> None:
    """Note the last status."""
    change(deployment, status, reason)
    kept = record(deployment)
    kept["finishedAt"] = kept["updatedAt"]
    if status == "STOPPED":
        kept["stoppedAt"] = kept["updatedAt"]


def succeed(service: Service, deployment: Deployment) -> None:
    """Note that a deployment is done: it may be one that another went back to."""
    record(deployment)["good"] = True
    if failed_id := deployment.pop("_rolled_back", None):
        failed = named(service, failed_id)
        if record(failed)["status"] == "ROLLBACK_IN_PROGRESS":
            end(failed, "ROLLBACK_SUCCESSFUL")
    elif record(deployment)["status"] in UNDER_WAY:
        end(deployment, "SUCCESSFUL")


def find(key: str, service: str) -> tuple[Service, Deployment] | None:
    """The deployment whose record has this value of `id` or `revision`, in the service `cluster/name`."""
    found: Service = ecs._services.get(service) or {"deployments": []}
    for deployment in deployments(found):
        if key in {record(deployment)["id"], record(deployment)["revision"]}:
            return found, deployment
    return None


def digits() -> str:
    """A number as AWS names deployments and revisions by."""
    return str(secrets.randbelow(9 * 10**18) + 10**18)
