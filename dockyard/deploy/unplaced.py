"""Tasks that ECS finds no place for: what it says of it, and what gives them one.

ECS tells it as an event of the service and goes on trying; on servers the task waits in PROVISIONING meanwhile.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages.html
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from dockyard.config import Environment
from dockyard.config.capacity import target

UNPLACED = "was unable to place a task"
_SAID = re.compile(rf"\(service [^)]*\) ({UNPLACED}.*?)\.?(?: For more information, see .*)?", re.DOTALL)
_STEADY = "has reached a steady state"


def unplaced(events: Iterable[Mapping[str, Any]], since: datetime | None = None) -> str:
    """What ECS says of a task that it could not place, since the service was steady; empty where it does not.

    :param events: of the service, the newest first, as DescribeServices tells of them.
    :param since: of older ones nothing is told. Default: all count.
    """
    for event in events:
        if _STEADY in event["message"] or (since is not None and event["createdAt"] < since):
            return ""
        if said := _SAID.fullmatch(event["message"]):
            return said[1]
    return ""


def remedy(service: str, environment: Environment) -> str:
    """What is to be done in the project's files, by what the service runs on."""
    settings = environment.services.get(service)
    if settings is None:
        return "see what the service runs on"
    place, cluster = target(settings.runs_on), environment.settings.cluster
    if place == "fargate":
        other = "" if settings.runs_on == "fargate" else ", or set runs_on: fargate in its service.yaml and deploy"
        return f"AWS has no Fargate to give at the moment: wait{other}"
    raised = f"raise cluster.ec2.max in dockyard.yaml (now {cluster.ec2.max})" if place == "ec2" and cluster.ec2 else ""
    own = f"give {service} less cpu or memory, or runs_on: fargate, in its service.yaml"
    return ", ".join(filter(None, (raised, own))) + "; then deploy"
