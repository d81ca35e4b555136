"""Whether tasks have room on the servers of the cluster, by arithmetic alone (`dockyard.capacity`)."""

from collections.abc import Iterator, Mapping

from dockyard.capacity.estimate import need, tasks
from dockyard.capacity.fit import Network, fitting, servers
from dockyard.capacity.instances import InstanceType, instance_types
from dockyard.config import Service
from dockyard.config.cluster import Ec2Capacity
from dockyard.deploy.verify.check import Check, ng, ok, skip
from dockyard.deploy.verify.scene import Scene

SUBJECT = "cluster"


def room_checks(scene: Scene) -> Iterator[Check]:
    """Of the services that run on servers of the cluster's own; all of them count, not only those that are meant."""
    ec2 = scene.settings.cluster.ec2
    on_servers = {name: one for name, one in scene.site.environment.services.items() if one.runs_on == "ec2"}
    if ec2 and on_servers:
        yield from servers_checks(ec2, on_servers)


def servers_checks(ec2: Ec2Capacity, services: Mapping[str, Service]) -> Iterator[Check]:
    """A task has room on each type, and all tasks on as many servers as there may be."""
    known = [one for name in ec2.instance_types if (one := instance_types().get(name))]
    for name in ec2.instance_types:
        if name not in instance_types():
            yield skip(SUBJECT, name, "is not in the table of instance types, so nothing is told of it")
    fits = True
    for name, service in services.items():
        if lacking := [one.name for one in known if not fitting(need(service), one, _network(service))]:
            fits = False
            gpus = f", with {service.gpu} GPUs," if service.gpu else ""
            got = f"a task of {service.cpu:g} vCPU and {service.memory} MiB{gpus} has no room on {', '.join(lacking)}"
            less = "less cpu, memory and gpu" if gpus else "less cpu and memory"
            yield ng(name, "room", got, f"take larger cluster.ec2.instance_types in dockyard.yaml, or {less}")
    if known and fits:
        yield together_check(ec2, services, known[0])


def together_check(ec2: Ec2Capacity, services: Mapping[str, Service], instance: InstanceType) -> Check:
    """All of them at their most, on servers of the first type."""
    needed = servers([(need(one), tasks(one)[1]) for one in services.values()], instance)
    if needed is None or needed > ec2.max:
        got = f"{len(services)} services at their most need {needed} x {instance.name}, and cluster.ec2.max is {ec2.max}"
        return ng(SUBJECT, "servers", got, f"set cluster.ec2.max to {needed} in dockyard.yaml, or take larger instance_types")
    return ok(SUBJECT, "servers", f"{len(services)} services at their most need {needed} x {instance.name}, of {ec2.max}")


def _network(service: Service) -> Network:
    return Network.AWSVPC if service.network_mode == "awsvpc" else Network.BRIDGE
