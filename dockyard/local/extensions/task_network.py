"""Tasks are on a network of their own, and no port of theirs is open to the world.

- Containers of this local AWS, and only these, are on its own Docker network, so that two of them stand side by side.
- `AWS_ENDPOINT_URL` in a container names this machine's address in that network, where the local AWS listens. So do other
  addresses of it, as a queue's: an SDK calls a queue by the host of its URL.
- `extraHosts` are known in their container.
- A port that the agent picks (`hostPort` 0, or none) is published on the loopback address only.
  https://docs.aws.amazon.com/AmazonECS/latest/developerguide/networking-networkmode-bridge.html
"""

import re
from collections.abc import Mapping
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
        variables = _reachable(run["environment"], instance.port)
        return {**run, "environment": variables, "network": instance.name, "ports": ports, "extra_hosts": hosts}

    ecs._build_run_kwargs = build_run_kwargs


def _reachable(variables: Mapping[str, str], port: int) -> dict[str, str]:
    """The variables with the host of `AWS_ENDPOINT_URL` in each address of the local AWS: `localhost` is the container itself."""
    own = re.compile(rf"^http://(?:localhost|{re.escape(LOOPBACK)}):{port}(?=/|$)")
    return {name: own.sub(variables["AWS_ENDPOINT_URL"], value) for name, value in variables.items()}
