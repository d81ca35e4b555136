"""Tasks are on a network of their own, and no port of theirs is open to the world.

- Containers of this local AWS, and only these, are on its own Docker network, so that two of them stand side by side.
- `AWS_ENDPOINT_URL` in a container names this machine's address in that network, where the local AWS listens.
- `extraHosts` are known in their container.
- A port that the agent picks (`hostPort` 0, or none) is published on the loopback address only.
  https://docs.aws.amazon.com/AmazonECS/latest/developerguide/networking-networkmode-bridge.html
"""

from typing import Any

from ministack.services import ecs

from dockyard.local.extensions.instance import Instance

LOOPBACK = "127.0.0.1"
LABEL = "dockyard.local"
"""Label of every container, by which it is found when its local AWS is gone."""


def install(instance: Instance) -> None:
    """Put every task on the instance's network."""
    original = ecs._build_run_kwargs

    def build_run_kwargs(definition: dict[str, Any], *args: Any, **kwargs: Any) -> dict[str, Any]:
        run: dict[str, Any] = original(definition, *args, **kwargs)
        run["labels"] = {**run["labels"], LABEL: instance.name}
        if run.get("network_mode") == "host":
            return run
        wanted = {f"{m['containerPort']}/tcp": m.get("hostPort") or 0 for m in definition.get("portMappings", [])}
        ports = {port: (LOOPBACK, wanted.get(port, 0)) for port in run.get("ports") or {}}
        hosts = {host["hostname"]: host["ipAddress"] for host in definition.get("extraHosts") or []}
        hosts["host.docker.internal"] = instance.gateway
        return {**run, "network": instance.name, "ports": ports, "extra_hosts": hosts}

    ecs._build_run_kwargs = build_run_kwargs
