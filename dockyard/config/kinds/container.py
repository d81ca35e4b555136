"""What every kind of service has: an image, a size, a place to run and variables."""

from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag, WithJsonSchema

from dockyard.config.capacity import NetworkMode, RunsOn
from dockyard.config.image import Image
from dockyard.config.links import Links
from dockyard.config.model import Model, VariableName, number
from dockyard.config.overrides import Overrides
from dockyard.config.secret import ManagedSecret, ParameterName

Value = Annotated[str, WithJsonSchema({"type": ["string", "number", "boolean"]})]
"""Text; numbers and booleans reach it as they were written (see `dockyard.config.yaml`)."""

Port = Annotated[int, number(1, 65535)]


def _secret_form(value: Any) -> str:
    return "<mapping>" if isinstance(value, dict | ManagedSecret) else "<name>"


Secret = Annotated[
    Annotated[ParameterName, Tag("<name>")] | Annotated[ManagedSecret, Tag("<mapping>")], Discriminator(_secret_form)
]


class Container(Model):
    """The container of a service, of whatever kind."""

    kind: str
    """What the service is. The same in every environment."""
    image: Image = Image()
    """Where its image comes from. Default: built from the service's folder. The same in every environment."""
    cpu: Annotated[float, number(0.125, 16, "vCPU")] = 0.25
    """Processor share of one task, in vCPU."""
    memory: Annotated[int, number(64, 122880, "MiB")] = 512
    """Memory of one task, in MiB."""
    runs_on: RunsOn = "fargate"
    """`fargate`: AWS finds the server. `fargate-spot`: cheaper, may be stopped. `ec2`: on the servers of `cluster.ec2` in
    dockyard.yaml. `managed`: on those of `cluster.managed`. Or a mix such as `{fargate: 1, fargate-spot: 3, base: 2}`."""
    network_mode: NetworkMode = "bridge"
    """On `ec2`: `bridge`, many tasks on a server behind ports of it; `awsvpc`, each with an address of its own."""
    ephemeral_storage: Annotated[int, number(21, 200, "GiB")] | None = None
    """Storage of a task on Fargate. Default: Fargate's 20 GiB."""
    env: dict[VariableName, Value] = Field(default_factory=dict)
    """Environment variables. Values are taken as they are written: `1.10` and `yes` need no quotes."""
    secrets: dict[VariableName, Secret] = Field(default_factory=dict)
    """Environment variables whose values stay in SSM Parameter Store or Secrets Manager until the container starts."""
    links: Links = Field(default_factory=dict)
    """Resources that it uses: `orders: read` of one in dockyard.yaml, `uploads: {kind: bucket}` for one of its own."""
    overrides: Overrides = Field(default_factory=dict)
    """Properties of resources in its stack, by the resource's path (`Web/Service`) or type and the property's path."""
