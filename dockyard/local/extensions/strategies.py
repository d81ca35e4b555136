"""Deployments other than rolling updates are refused: a template that asks for them must not pass for one that has had them.

`BLUE_GREEN`, `CANARY` and `LINEAR`, bake times, lifecycle hooks, early success, and the controllers `CODE_DEPLOY` and `EXTERNAL`.
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
"""

from collections.abc import Iterator
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import ecs

from dockyard.local.extensions.instance import Instance

_SETTINGS = ("bakeTimeInMinutes", "lifecycleHooks", "linearConfiguration", "canaryConfiguration")


def install(_: Instance) -> None:
    """Refuse before anything is made or changed."""
    create, update = ecs._create_service, ecs._update_service
    ecs._create_service = ecs._ACTION_MAP["CreateService"] = lambda data: _refusal(data) or create(data)
    ecs._update_service = ecs._ACTION_MAP["UpdateService"] = lambda data: _refusal(data) or update(data)


def _refusal(data: dict[str, Any]) -> Any:
    if refused := list(_refused(data)):
        message = f"{', '.join(refused)}: not done by the local AWS, whose services have rolling updates (ROLLING) alone."
        return error_response_json("UnsupportedFeatureException", message)
    return None


def _refused(data: dict[str, Any]) -> Iterator[str]:
    configuration = data.get("deploymentConfiguration") or {}
    controller = (data.get("deploymentController") or {}).get("type", "ECS")
    if controller != "ECS":
        yield f"deploymentController {controller}"
    if (strategy := configuration.get("strategy", "ROLLING")) != "ROLLING":
        yield f"deploymentConfiguration.strategy {strategy}"
    yield from (f"deploymentConfiguration.{name}" for name in _SETTINGS if configuration.get(name))
    if (configuration.get("earlySuccessCriteria") or {}).get("enable"):
        yield "deploymentConfiguration.earlySuccessCriteria"
