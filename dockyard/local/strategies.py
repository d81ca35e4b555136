"""Which stages a blue/green, canary or linear deployment of ECS goes through, and what traffic each gives to the new revision.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/blue-green-deployment-how-it-works.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

Configuration = Mapping[str, Any]
"""`deploymentConfiguration`, as ECS's API has it."""
Traffic = Literal["test", "production"]

STRATEGIES = ("BLUE_GREEN", "CANARY", "LINEAR")
CANARY = {"canaryPercent": 5.0, "canaryBakeTimeInMinutes": 10}
LINEAR = {"stepPercent": 10.0, "stepBakeTimeInMinutes": 6}
"""Defaults of AWS."""
LONGEST_MINUTES = 1440
_FINEST = 10
"""Shares are multiples of a tenth of a percent."""


@dataclass(frozen=True)
class Step:
    """One stage; the production shift of canary and linear deployments is several steps of one stage."""

    stage: str
    """As `lifecycleStage` tells it."""
    shares: tuple[tuple[Traffic, float], ...] = ()
    """What the new revision is given of which traffic, in percent."""
    minutes: float = 0.0
    """How long it waits when the hooks of the stage are done."""
    before: str | None = None
    """A stage of hooks alone, ahead of the shift."""


def is_staged(configuration: Configuration) -> bool:
    """Whether it is another strategy than rolling updates."""
    return configuration.get("strategy", "ROLLING") in STRATEGIES


def steps(configuration: Configuration, *, replaces: bool, interrupts: bool) -> list[Step]:
    """All in their order.

    Where it replaces no revision there is nobody to share traffic with, and nothing to go back to within a bake time. The first
    stage is only there where another deployment was interrupted.
    """
    before = [Step("RECONCILE_SERVICE")] if interrupts else []
    bake = float(configuration.get("bakeTimeInMinutes") or 0) if replaces else 0.0
    return [
        *before,
        Step("PRE_SCALE_UP"),
        Step("SCALE_UP"),
        Step("POST_SCALE_UP"),
        Step("TEST_TRAFFIC_SHIFT", (("test", 100.0),)),
        Step("POST_TEST_TRAFFIC_SHIFT"),
        *(_shifts(configuration) if replaces else [_shift(100.0)]),
        Step("POST_PRODUCTION_TRAFFIC_SHIFT"),
        Step("BAKE_TIME", minutes=bake),
        Step("CLEAN_UP"),
    ]


def _shifts(configuration: Configuration) -> list[Step]:
    if configuration["strategy"] == "BLUE_GREEN":
        return [_shift(100.0)]
    if configuration["strategy"] == "CANARY":
        canary = {**CANARY, **(configuration.get("canaryConfiguration") or {})}
        first = _shift(float(canary["canaryPercent"]), float(canary["canaryBakeTimeInMinutes"]))
        return [first, _shift(100.0)] if first.shares[0][1] < 100 else [replace(first, minutes=0.0)]
    linear = {**LINEAR, **(configuration.get("linearConfiguration") or {})}
    tenths, minutes = round(float(linear["stepPercent"]) * _FINEST), float(linear["stepBakeTimeInMinutes"])
    return [*(_shift(share / _FINEST, minutes) for share in range(tenths, 100 * _FINEST, tenths)), _shift(100.0)]


def _shift(share: float, minutes: float = 0.0) -> Step:
    return Step("PRODUCTION_TRAFFIC_SHIFT", (("production", share),), minutes, "PRE_PRODUCTION_TRAFFIC_SHIFT")


def weights(share: float) -> tuple[int, int]:
    """Weights of a listener's rule, 0 to 999, for the new revision and the old one."""
    tenths = round(share * _FINEST)
    return (tenths // _FINEST, 100 - tenths // _FINEST) if tenths % _FINEST == 0 else (tenths, 100 * _FINEST - tenths)


def problems(configuration: Configuration, load_balancers: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """What AWS would say of a service with this configuration, if anything."""
    strategy = configuration.get("strategy", "ROLLING")
    if strategy not in (*STRATEGIES, "ROLLING"):
        yield f"deploymentConfiguration.strategy {strategy} is not valid"
    for name, least in (("canaryConfiguration", 0.1), ("linearConfiguration", 3.0)):
        if name in configuration and strategy != name.removesuffix("Configuration").upper():
            yield f"{name} is only valid with the strategy {name.removesuffix('Configuration').upper()}"
        yield from _out_of_range(configuration.get(name) or {}, least)
    yield from _out_of_range(configuration, 0.0)
    if is_staged(configuration):
        for balancer in load_balancers:
            advanced = balancer.get("advancedConfiguration") or {}
            missing = [key for key in ("alternateTargetGroupArn", "productionListenerRule", "roleArn") if not advanced.get(key)]
            yield from (f"loadBalancers.advancedConfiguration.{key} is required with the strategy {strategy}" for key in missing)


def _out_of_range(settings: Mapping[str, Any], least: float) -> Iterator[str]:
    for name, value in settings.items():
        if name.endswith("Percent") and name.startswith(("canary", "step")):
            tenths = float(value) * _FINEST
            if not (least <= float(value) <= 100 and abs(tenths - round(tenths)) < 1e-6):
                yield f"{name} must be a multiple of 0.1 from {least} to 100.0"
        elif name.lower().endswith("baketimeinminutes") and not 0 <= float(value) <= LONGEST_MINUTES:
            yield f"{name} must be from 0 to {LONGEST_MINUTES}"
