"""How many tasks a service is to have: what was asked for, against the bounds that it has."""

from dataclasses import dataclass

from dockyard.config.count import Bounds
from dockyard.config.problems import all_of
from dockyard.config.service import KINDS
from dockyard.errors import UsageError


@dataclass(frozen=True)
class Wish:
    """What was asked for; None: as it is."""

    count: int | None = None
    min: int | None = None
    max: int | None = None


@dataclass(frozen=True)
class Scaled:
    """A count of tasks, and the bounds where Application Auto Scaling has the count."""

    count: int
    bounds: Bounds | None = None


def check_kind(service: str, kind: str, command: str = "scale") -> None:
    """Raise UsageError where services of this kind have no count, so that the command is none for them."""
    scaled = [name for name, model in KINDS.items() if "count" in model.model_fields]
    if kind not in scaled:
        raise UsageError(f"{service} is a {kind}; {command} is for {all_of(scaled)}")


def decide(service: str, now: Scaled, wish: Wish) -> Scaled:
    """What the service is to have. Raises UsageError for what cannot be.

    Application Auto Scaling moves a count that is outside of its bounds into them as soon as it looks, so such a count is
    refused, and bounds that change take the count with them.
    """
    if wish == Wish():
        raise UsageError(f"nothing to change for {service}", hint=f"supply the number of tasks: dockyard scale {service} 3")
    if now.bounds is None:
        if wish.count is None or wish.min is not None or wish.max is not None:
            raise UsageError(
                f"{service} has no bounds: its count is a number",
                hint="write count: {min: 1, max: 10} in its service.yaml and deploy, or supply a number of tasks alone",
            )
        return Scaled(wish.count)
    low = now.bounds.min if wish.min is None else wish.min
    high = now.bounds.max if wish.max is None else wish.max
    if low > high:
        raise UsageError(f"min of {service} should be at most max ({high}), got {low}", hint="supply --min and --max")
    if wish.count is None:
        return Scaled(min(high, max(low, now.count)), Bounds(low, high))
    if not low <= wish.count <= high:
        option = f"--max {wish.count}" if wish.count > high else f"--min {wish.count}"
        raise UsageError(
            f"{service} has {low} to {high} tasks, got {wish.count}", hint=f"run: dockyard scale {service} {wish.count} {option}"
        )
    return Scaled(wish.count, Bounds(low, high))
