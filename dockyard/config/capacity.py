"""What a service runs on: the key `runs_on`, and the faults that show only with the cluster and the network."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Protocol

from pydantic import Discriminator, Field, Tag, model_validator

from dockyard.config.cluster import Architecture, Cluster
from dockyard.config.model import Model, number
from dockyard.config.network import Network
from dockyard.config.problems import Problem
from dockyard.config.size import fargate_problem

Named = Literal["fargate", "fargate-spot", "ec2", "managed"]
NetworkMode = Literal["bridge", "awsvpc"]
Target = Literal["fargate", "ec2", "managed"]
"""Kinds of capacity; ECS does not mix these in one service."""


class FargateMix(Model):
    """Shares of a service's tasks, On-Demand and Spot."""

    fargate: Annotated[int, number(0, 1000)] = 0
    """Weight of Fargate: its share of the tasks above `base`."""
    fargate_spot: int = Field(default=0, alias="fargate-spot", ge=0, le=1000, strict=True)
    """Weight of Fargate Spot, cheaper; AWS may stop such a task two minutes after it says so."""
    base: Annotated[int, number(0, 5000, "tasks")] = 0
    """So many tasks run on Fargate before the weights count."""

    @model_validator(mode="after")
    def _of_use(self) -> "FargateMix":
        if not self.fargate_spot:
            raise ValueError("a mix has fargate-spot with a weight of 1 or more; without it, write fargate")
        if not self.fargate and not self.base:
            raise ValueError("a mix has fargate with a weight, or a base; without both, write fargate-spot")
        return self


def _form(value: Any) -> str:
    return "<mapping>" if isinstance(value, dict | FargateMix) else "<name>"


RunsOn = Annotated[Annotated[Named, Tag("<name>")] | Annotated[FargateMix, Tag("<mapping>")], Discriminator(_form)]


class Placed(Protocol):
    """A service, as far as its place matters."""

    @property
    def runs_on(self) -> Any: ...  # noqa: D102
    @property
    def network_mode(self) -> NetworkMode: ...  # noqa: D102


def target(runs_on: object) -> Target | None:
    """What kind of capacity it is; None for what is none."""
    if isinstance(runs_on, dict | FargateMix) or runs_on in ("fargate", "fargate-spot"):
        return "fargate"
    return runs_on if runs_on in ("ec2", "managed") else None


def shares(runs_on: object) -> FargateMix:
    """On-Demand and Spot on Fargate; neither model nor name need to be told apart then."""
    if isinstance(runs_on, FargateMix):
        return runs_on
    on_demand = 0 if runs_on == "fargate-spot" else 1
    return FargateMix.model_construct(fargate=on_demand, fargate_spot=1 - on_demand, base=0)


def has_own_address(service: Placed) -> bool:
    """Whether each task is in a subnet with an address and a security group of its own."""
    return service.runs_on != "ec2" or service.network_mode == "awsvpc"


def architecture(runs_on: object, cluster: Cluster) -> Architecture | None:
    """That of the cluster's servers for it; None on Fargate, which has both, and where there are no such servers."""
    servers = {"ec2": cluster.ec2, "managed": cluster.managed}.get(target(runs_on) or "")
    return servers.architecture if servers else None


def capacity_problems(raw: Mapping[str, Any], cluster: Cluster | None, network: Network | None) -> Iterator[Problem]:
    """Faults of a service's place. `cluster` and `network` are None where dockyard.yaml could not be read."""
    kind = target(raw.get("runs_on", "fargate"))
    cpu, memory = raw.get("cpu", 0.25), raw.get("memory", 512)
    if kind == "fargate" and _number(cpu) and (found := fargate_problem(cpu, memory if _number(memory) else None)):
        key, message = found
        yield Problem((key,), message)
    if "ephemeral_storage" in raw and kind not in ("fargate", None):
        yield Problem(("ephemeral_storage",), f"is of Fargate: on {kind} tasks share the server's volume (cluster.{kind}.volume)")
    if "platform_version" in raw and kind not in ("fargate", None):
        yield Problem(("platform_version",), f"is of Fargate: remove it, or let runs_on be fargate, got {kind}")
    if "network_mode" in raw and kind not in ("ec2", None):
        yield Problem(("network_mode",), f"is of servers (runs_on: ec2): on {kind} it is awsvpc in any case; remove it")
    if kind == "fargate" and raw.get("gpu") is not None:
        yield Problem(("gpu",), "Fargate has no GPUs: let runs_on be ec2 or managed, or remove gpu")
    if kind in ("ec2", "managed") and cluster:
        yield from _server_problems(raw, kind, cluster)
    own = kind == "managed" or (kind == "ec2" and raw.get("network_mode") == "awsvpc")
    if own and network and network.public_tasks:
        key = "runs_on" if kind == "managed" else "network_mode"
        told = f"{raw[key]} gives tasks no public address, and they would reach nothing from public subnets"
        yield Problem((key,), f"{told}: set network.nat to single or per-az (or network.vpc.task_subnets)")


def _server_problems(raw: Mapping[str, Any], kind: str, cluster: Cluster) -> Iterator[Problem]:
    if architecture(kind, cluster) is None:
        what = "its instance_types" if kind == "ec2" else "at least {}"
        yield Problem(("runs_on",), f"{kind} needs cluster.{kind} in dockyard.yaml: supply {what} there")
        return
    yield from _gpu_problems(raw.get("gpu"), kind, cluster)


def _gpu_problems(gpus: object, kind: str, cluster: Cluster) -> Iterator[Problem]:
    servers = cluster.ec2 if kind == "ec2" else cluster.managed
    if servers is None or not isinstance(gpus, int) or gpus < 1:  # the model tells of the others
        return
    if not servers.has_gpus:
        supply = "instance_types with GPUs such as g5.xlarge" if kind == "ec2" else "min_gpus: 1"
        yield Problem(("gpu",), f"the servers of cluster.{kind} have no GPUs: supply {supply} in dockyard.yaml, or remove gpu")
    most = cluster.managed.max_gpus if kind == "managed" and cluster.managed else None
    if most and gpus > most:
        yield Problem(("gpu",), f"should be at most cluster.managed.max_gpus ({most}), got {gpus}")


def _number(value: object) -> bool:
    """Whether it is a size that may be looked up; the model tells of the others."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1_000_000
