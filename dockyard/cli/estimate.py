"""The part of `dockyard plan` on capacity and cost."""

from dockyard.capacity.estimate import Estimate, Fleet, Range, ServiceEstimate
from dockyard.cli import screen

_NO_ROOM = "too large"
_NO_GPUS = "no GPUs"


def tell(found: Estimate) -> None:
    """How many tasks fit on each instance type, then what a month costs, side by side."""
    if not found.services:
        return
    screen.result("\ntasks that fit on a server")
    with_gpus = any(one.gpus for one in found.services)
    screen.table([
        {"service": one.service, "tasks": _count(*one.tasks), "vCPU": f"{one.vcpus:g}", "MiB": one.memory,
         **({"GPU": one.gpus} if with_gpus else {}), "server": fit.instance,
         "bridge": fit.bridge, "awsvpc": fit.awsvpc, "with trunking": fit.trunking}
        for one in found.services for fit in one.fits
    ])  # fmt: skip
    screen.result("\na month (730 h) in US dollars")
    screen.table([row for one in found.services for row in _rows(one)] + _totals(found))
    screen.result(f"\nlist prices of {found.region} ({'; '.join(found.prices_of)}); Spot is the least that AWS names: it moves")
    screen.result("EC2 of a service is its share of full servers; of all, whole servers. No load balancer, volumes, traffic, NAT")
    if found.fleet:
        _tell_fleet(found.fleet)
    if found.examples:
        screen.result("the cluster has no servers (cluster.ec2 in dockyard.yaml): these types are examples")
    if found.outdated:
        screen.warn("these prices are older than a year: `dockyard prices` asks AWS for new ones")
    for name in found.unknown:
        screen.warn(f"{name}: not in the table of instance types and prices, so nothing is told of it")


def _tell_fleet(fleet: Fleet) -> None:
    """Whether all that runs on servers has room on them at once; a deploy of new tasks beside old ones takes more for a while."""
    needed = f"{_count(*fleet.servers)} x {fleet.instance}" if fleet.servers else f"larger servers than {fleet.instance}"
    text = f"services that run on EC2 need {needed}, and cluster.ec2.max is {fleet.most}"
    if fleet.servers and fleet.servers[1] <= fleet.most:
        screen.result(text)
    else:
        screen.warn(f"{text}: raise it, or take larger cluster.ec2.instance_types")


def _rows(one: ServiceEstimate) -> list[dict[str, object]]:
    none = _NO_GPUS if one.gpus else _NO_ROOM
    fargate = {"Fargate": _usd(one.fargate, none), "Fargate Spot from": _usd(one.fargate_spot_from, none)}
    return [
        {
            "service": one.service,
            "server": fit.instance,
            "EC2": _usd(fit.ec2),
            "EC2 Spot from": _usd(fit.ec2_spot_from),
            **fargate,
        }
        for fit in one.fits
    ] or [{"service": one.service, "server": "", "EC2": "", "EC2 Spot from": "", **fargate}]


def _totals(found: Estimate) -> list[dict[str, object]]:
    none = _NO_GPUS if any(one.gpus for one in found.services) else _NO_ROOM
    sums = {
        "Fargate": _usd(_sum([one.fargate for one in found.services]), none),
        "Fargate Spot from": _usd(_sum([one.fargate_spot_from for one in found.services]), none),
    }
    return [
        {
            "service": "all", "server": f"{_count(*one.servers)} x {one.instance}" if one.servers else one.instance,
            "EC2": _usd(one.ec2), "EC2 Spot from": _usd(one.ec2_spot_from), **sums,
        }
        for one in found.together
    ]  # fmt: skip


def _sum(costs: list[Range | None]) -> Range | None:
    known = [cost for cost in costs if cost]
    return (sum(cost[0] for cost in known), sum(cost[1] for cost in known)) if len(known) == len(costs) else None


def _count(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}-{high}"


def _usd(costs: Range | None, none: str = _NO_ROOM) -> str:
    if costs is None:
        return none
    low, high = (f"{cost:.2f}" for cost in costs)
    return low if low == high else f"{low}-{high}"
