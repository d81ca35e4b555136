"""What every kind of service has: an image, a size, a place to run and variables."""

from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema

from dockyard.config.image import Image, RelativePath
from dockyard.config.model import Model, VariableName, number
from dockyard.config.runtime import ContainerPath, Limit, Restart, Words
from dockyard.config.secret import Secrets
from dockyard.config.volume import Volume, VolumeName

Value = Annotated[str, WithJsonSchema({"type": ["string", "number", "boolean"]})]
"""Text; numbers and booleans reach it as they were written (see `dockyard.config.yaml`)."""

Port = Annotated[int, number(1, 65535)]


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
    runs_on: Literal["fargate", "ec2"] = "fargate"
    """`fargate`: AWS finds the server. `ec2`: on the servers of `cluster.ec2` in dockyard.yaml."""
    env: dict[VariableName, Value] = Field(default_factory=dict)
    """Environment variables. Values are taken as they are written: `1.10` and `yes` need no quotes."""
    env_file: RelativePath | None = None
    """A file of variables, `NAME=value` a line, relative to the service's folder. `env` goes before it, and `secrets` before
    both."""
    secrets: Secrets = Field(default_factory=dict)
    """Environment variables whose values stay in SSM Parameter Store or Secrets Manager until the container starts. `[NAME]`,
    or `NAME: true` in a mapping: its own one, which `dockyard secrets set` has stored."""
    command: Words | None = None
    """What it runs, in place of the image's CMD: a list of words, or a line, which is split as a shell does."""
    entry_point: Words | None = None
    """What it runs, in place of the image's ENTRYPOINT. The image's CMD then counts for nothing."""
    user: Annotated[str, Field(min_length=1)] | None = None
    """User that it runs as, in place of the image's USER: `1000`, `1000:1000` or a name."""
    stop_timeout: Annotated[int, number(2, 120, "seconds")] | None = None
    """How long it has between SIGTERM and SIGKILL. Default: 30; of a worker as long as a message is hidden."""
    init: bool = True
    """Whether a small init is process 1, which passes SIGTERM on and reaps what the app leaves behind."""
    restart: Restart | None = None
    """When it is started again in its task. Default: never; ECS replaces the task."""
    ulimits: dict[Limit, Annotated[int, number(-1, 2**31 - 1)]] = Field(default_factory=dict)
    """Limits of its processes, soft and hard, by name: `nofile: 65536`. -1 is none."""
    read_only: bool = False
    """Whether it can write none of its files but those below `writable` and on volumes."""
    writable: dict[ContainerPath, Annotated[int, number(1, 122880, "MiB")]] = Field(default_factory=dict)
    """Folders in memory that anyone in the container may write, each with the most that it takes of the task's memory. They
    are empty at first and go with the container."""
    exec: bool = False
    """Whether ECS Exec may run commands in it; what they print is in its logs."""
    volumes: dict[VolumeName, Volume] = Field(default_factory=dict)
    """Folders that are kept elsewhere than in the container, by name."""
