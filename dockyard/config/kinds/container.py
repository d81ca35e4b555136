"""What every kind of service has: an image, a size, a place to run and variables."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from dockyard.config.capacity import NetworkMode, RunsOn
from dockyard.config.firelens import ROUTER, Firelens
from dockyard.config.image import Image, RelativePath
from dockyard.config.links import Links
from dockyard.config.logs import Retention
from dockyard.config.model import Value, VariableName, number
from dockyard.config.overrides import Overrides
from dockyard.config.runtime import Runtime
from dockyard.config.secret import Secrets
from dockyard.config.sidecar import DependsOn, Sidecar, SidecarName
from dockyard.config.volume import Volume, VolumeName

Port = Annotated[int, number(1, 65535)]


class Container(Runtime):
    """The container of a service, of whatever kind."""

    kind: str
    """What the service is. The same in every environment."""
    image: Image = Image()
    """Where its image comes from. Default: built from the service's folder. The same in every environment."""
    cpu: Annotated[float, number(0.125, 16, "vCPU")] = 0.25
    """Processor share of one task, in vCPU."""
    memory: Annotated[int, number(64, 122880, "MiB")] = 512
    """Memory of one task, in MiB. Fargate has 512 to 2048 with 0.25 vCPU, 1024 to 4096 with 0.5, 2048 to 8192 with 1, 4096 to
    16384 with 2, 8192 to 30720 with 4, 16384 to 61440 with 8, 32768 to 122880 with 16."""
    gpu: Annotated[int, number(1, 16, "GPUs")] | None = None
    """GPUs of the server that are its own, of one task. On `ec2` and `managed`, whose servers must have some. Default: none."""
    runs_on: RunsOn = "fargate"
    """`fargate`: AWS finds the server. `fargate-spot`: cheaper, may be stopped. `ec2`: on the servers of `cluster.ec2` in
    dockyard.yaml. `managed`: on those of `cluster.managed`. Or a mix such as `{fargate: 1, fargate-spot: 3, base: 2}`."""
    network_mode: NetworkMode = "bridge"
    """On `ec2`: `bridge`, many tasks on a server behind ports of it; `awsvpc`, each with an address of its own."""
    ephemeral_storage: Annotated[int, number(21, 200, "GiB")] | None = None
    """Storage of a task on Fargate. Default: Fargate's 20 GiB."""
    platform_version: Literal["LATEST", "1.4.0"] = "LATEST"
    """Version of Fargate that its tasks run on."""
    env: dict[VariableName, Value] = Field(default_factory=dict)
    """Environment variables. Values are taken as they are written: `1.10` and `yes` need no quotes."""
    env_file: RelativePath | None = None
    """A file of variables, `NAME=value` a line, relative to the service's folder. `env` goes before it, and `secrets` before
    both."""
    secrets: Secrets = Field(default_factory=dict)
    """Environment variables whose values stay in SSM Parameter Store or Secrets Manager until the container starts. `[NAME]`,
    or `NAME: true` in a mapping: its own one, which `dockyard secrets set` has stored."""
    exec: bool = False
    """Whether ECS Exec may run commands in it; what they print is in its logs."""
    log_retention: Retention | None = None
    """Days that its logs are kept, or `forever`. Default: `log_retention` of dockyard.yaml."""
    firelens: Firelens | None = None
    """A log router that what its containers print goes through, to elsewhere than its log group. Default: none."""
    volumes: dict[VolumeName, Volume] = Field(default_factory=dict)
    """Folders that are kept elsewhere than in the container, by name."""
    sidecars: dict[SidecarName, Sidecar] = Field(default_factory=dict)
    """Containers beside it, by name. On Fargate they find each other at localhost; on servers it finds those with a port by
    their names. Their images are built and copied as its own."""
    depends_on: DependsOn = Field(default_factory=dict)
    """Sidecars that go first, and what is waited for: `start`, `complete`, `success` (it has ended, with 0) or `healthy`."""
    tracing: Literal["otel", "xray"] | None = None
    """A collector beside it, which gives traces to X-Ray and metrics to CloudWatch. `otel`: the app has an SDK of OpenTelemetry,
    and finds it by OTEL_* variables; `xray`: one of X-Ray."""
    links: Links = Field(default_factory=dict)
    """Resources that it uses: `orders: read` of one in dockyard.yaml, `uploads: {kind: bucket}` for one of its own."""
    overrides: Overrides = Field(default_factory=dict)
    """Properties of resources in its stack, by the resource's path (`Web/Service`) or type and the property's path."""

    @property
    def beside(self) -> Mapping[str, Sidecar]:
        """What has an image of its own beside it: sidecars, and the log router where its image is the user's."""
        own = self.firelens.image if self.firelens else None
        return {**self.sidecars, **({ROUTER: Sidecar(image=own)} if own else {})}

    @property
    def all_secrets(self) -> Mapping[str, Secrets]:
        """The secrets of its containers, by the key that they are written at."""
        router = {"firelens.secrets": self.firelens.secrets} if self.firelens else {}
        beside = {f"sidecars.{name}.secrets": one.secrets for name, one in self.sidecars.items()}
        return {"secrets": self.secrets, **beside, **router}
