"""What EC2 instance types have: CPU, memory, network interfaces.

Those of the package's table have what is there. Of others, families differ by their memory for each vCPU, sizes by a factor; what
is not known is taken for an `m`.
https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/memory-management.html
"""

import re
from dataclasses import dataclass

from dockyard.capacity.instances import instance_types, registered_memory

_GIB_A_VCPU = {"c": 2, "m": 4, "r": 8, "x": 16}
_BURSTABLE = {"nano": (2, 0.5, 2), "micro": (2, 1, 2), "small": (2, 2, 3), "medium": (2, 4, 3), "large": (2, 8, 3)}
"""Of the family `t`: vCPU, GiB, interfaces."""
_OLD = {"t2.nano", "t2.micro", "t2.small"}
"""Have one vCPU, where later ones of their size have two."""
_INTERFACES = ((1, 2), (2, 3), (8, 4), (48, 8))
"""By vCPU: up to so many, so many interfaces; beyond, 15."""


@dataclass(frozen=True)
class Size:
    """What ECS's agent registers of a server."""

    cpu: int
    """Units; 1024 make one vCPU."""
    memory: int
    """MiB: what Linux leaves of the server's memory."""
    interfaces: int
    """For tasks in `awsvpc` mode: one is the server's own."""
    gpus: int = 0
    """Of the package's table; containers get none, as this machine may have none."""


def size_of(name: str) -> Size:
    """Size of an instance type, as `t3.small`."""
    if known := instance_types().get(name):
        return _size(known.vcpus, known.gib, known.interfaces, known.gpus)
    family, _, size = name.partition(".")
    if family.startswith("t") and size in _BURSTABLE:
        vcpus, gib, interfaces = _BURSTABLE[size]
        return _size(1 if name in _OLD else vcpus, gib, interfaces)
    factor = re.fullmatch(r"(\d*)xlarge", size)
    vcpus = 4 * int(factor[1] or 1) if factor else {"medium": 1}.get(size, 2)
    gib = vcpus * _GIB_A_VCPU.get(family[:1], 4)
    return _size(vcpus, gib, next((many for most, many in _INTERFACES if vcpus <= most), 15))


def _size(vcpus: int, gib: float, interfaces: int, gpus: int = 0) -> Size:
    return Size(vcpus * 1024, registered_memory(gib), interfaces - 1, gpus)
