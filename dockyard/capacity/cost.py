"""What a month costs, in US dollars, by list prices. The table is prices.json, with its dates and sources."""

import datetime
import functools
from typing import Any

from dockyard.capacity.instances import InstanceType, table
from dockyard.config.size import FARGATE_MEMORY_MIB

A_YEAR = datetime.timedelta(days=365)


@functools.cache
def prices() -> dict[str, Any]:
    """The table."""
    return table("prices.json")


def dates() -> dict[str, datetime.date]:
    """When AWS published the prices, by what they are of; those of Spot are no list prices."""
    of_servers = table("instance_types.json")["sources"]["prices"]["date"]
    told = {"EC2": of_servers, "Fargate": prices()["fargate"]["source"]["date"]}
    return {of: datetime.date.fromisoformat(date) for of, date in told.items()}


def outdated(today: datetime.date) -> bool:
    """Whether some are older than a year."""
    return min(dates().values()) < today - A_YEAR


def fargate_size(vcpus: float, mib: int) -> tuple[float, int] | None:
    """The smallest size of Fargate that a task of so much has room in; None where it is larger than all."""
    sizes = ((cpu, memory) for cpu, memories in FARGATE_MEMORY_MIB.items() for memory in memories)
    return next((size for size in sizes if size[0] >= vcpus and size[1] >= mib), None)


def fargate_month(vcpus: float, mib: int, *, arm: bool = False) -> float:
    """A task of a size of Fargate, all month."""
    rates = prices()["fargate"]["arm64" if arm else "x86_64"]
    return _month(vcpus * rates["vcpu_hour"] + mib / 1024 * rates["gib_hour"])


def ec2_month(instance: InstanceType) -> float:
    """A server, On-Demand, all month; without its volume."""
    return _month(instance.usd_an_hour)


def spot(cost: float, of: str) -> float:
    """The least that the same costs on Spot; `of` is ec2 or fargate."""
    return float(cost * (100 - prices()["spot"][f"{of}_percent_off_at_most"]) / 100)


def _month(an_hour: float) -> float:
    return float(an_hour * prices()["hours_a_month"])
