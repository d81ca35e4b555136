"""Task definitions with a log router (FireLens), as the local AWS runs them: without it.

What it would send on is outside of this machine, and its images are in registries that a machine may not reach.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

DRIVER, ROUTER = "awsfirelens", "firelensConfiguration"


def router_of(containers: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The log router among containers, as `RegisterTaskDefinition` takes them; None where there is none."""
    return next((one for one in containers if one.get(ROUTER)), None)


def without_router(containers: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The others. They wait for it no more, and log where it does itself: by `awslogs`, if it has that, in their own streams."""
    router = router_of(containers)
    if router is None:
        return list(containers)
    return [_rerouted(one, router) for one in containers if one is not router]


def _rerouted(container: dict[str, Any], router: Mapping[str, Any]) -> dict[str, Any]:
    needed = [one for one in container.get("dependsOn") or [] if one.get("containerName") != router["name"]]
    made = {**container, "dependsOn": needed}
    if (container.get("logConfiguration") or {}).get("logDriver") != DRIVER:
        return made
    log = router.get("logConfiguration") or {}
    if log.get("logDriver") == "awslogs":
        return {**made, "logConfiguration": {**log, "options": {**log["options"], "awslogs-stream-prefix": container["name"]}}}
    return {key: value for key, value in made.items() if key != "logConfiguration"}
