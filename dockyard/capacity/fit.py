"""How many tasks a server has room for."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from dockyard.capacity.instances import InstanceType


class Network(StrEnum):
    """How tasks are in the network."""

    BRIDGE = "bridge"
    """Behind ports of the server, which has enough of them."""
    AWSVPC = "awsvpc"
    """Each with an interface; one is the server's own."""
    TRUNKING = "awsvpc with trunking"
    """Each with a branch interface of a trunk, or an interface that neither the server nor the trunk needs."""


@dataclass(frozen=True)
class Need:
    """What a task takes: CPU units, MiB and GPUs."""

    cpu: int
    memory: int
    gpus: int = 0


def most_interfaces(instance: InstanceType, network: Network) -> int | None:
    """Tasks that can have one; None where they need none.

    So a c5.large has 2 in `awsvpc` mode, and 10 with trunking
    (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-eni.html).
    """
    if network is Network.BRIDGE:
        return None
    if network is Network.AWSVPC or not instance.branches:
        return instance.interfaces - 1
    return instance.branches + instance.interfaces - 2


def fitting(need: Need, instance: InstanceType, network: Network = Network.BRIDGE) -> int:
    """How many of these tasks an empty server has room for."""
    return _Room.of(instance, network).take(need, many=instance.cpu)


def servers(needs: Sequence[tuple[Need, int]], instance: InstanceType, network: Network = Network.BRIDGE) -> int | None:
    """How many servers take so many of each of these, the largest first; None where a task is larger than a server."""
    rooms: list[_Room] = []
    for need, count in sorted(needs, key=lambda one: (one[0].gpus, one[0].memory, one[0].cpu), reverse=True):
        left = count
        for room in rooms:
            left -= room.take(need, left)
        while left:
            rooms.append(_Room.of(instance, network))
            taken = rooms[-1].take(need, left)
            if not taken:
                return None
            left -= taken
    return len(rooms)


@dataclass
class _Room:
    """What a server has left."""

    cpu: int
    memory: int
    interfaces: int | None
    gpus: int

    @classmethod
    def of(cls, instance: InstanceType, network: Network) -> "_Room":
        return cls(instance.cpu, instance.memory, most_interfaces(instance, network), instance.gpus)

    def take(self, need: Need, many: int) -> int:
        """Take as many tasks as there is room for, at most `many`; how many."""
        taken = min(many, self.cpu // max(1, need.cpu), self.memory // max(1, need.memory))
        if need.gpus:
            taken = min(taken, self.gpus // need.gpus)
        if self.interfaces is not None:
            taken = min(taken, self.interfaces)
            self.interfaces -= taken
        self.gpus -= taken * need.gpus
        self.cpu -= taken * need.cpu
        self.memory -= taken * need.memory
        return taken
