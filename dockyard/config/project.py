"""What dockyard.yaml holds."""

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from dockyard.config.alarms import Notify
from dockyard.config.cluster import Cluster
from dockyard.config.domains import Domains
from dockyard.config.load_balancer import LoadBalancer
from dockyard.config.logs import Retention
from dockyard.config.model import AppName, EnvironmentName, LinkName, Model, words
from dockyard.config.network import Network
from dockyard.config.overrides import Overrides
from dockyard.config.pipeline import Pipeline
from dockyard.config.preview import Preview
from dockyard.config.pull_through import Rules
from dockyard.config.region import supported_region
from dockyard.config.resources import AnyResource

_REGISTRY_NAMES = {"docker-hub": "", "ecr-public": "public.ecr.aws/docker/library/"}


def _registry_prefix(value: str) -> str:
    if value in _REGISTRY_NAMES:
        return _REGISTRY_NAMES[value]
    if "." not in value.split("/", maxsplit=1)[0] and ":" not in value.split("/", maxsplit=1)[0]:
        raise ValueError(
            "should be docker-hub, ecr-public or a registry's prefix such as "
            f'123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/library, got "{value}"'
        )
    return value.rstrip("/") + "/"


def _account(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class EnvironmentSettings(Model):
    """One environment: where it is, and what differs there."""

    account: Annotated[str, BeforeValidator(_account), words("12 digits, in quotes", r"\d{12}")] | None = None
    """AWS account. Default: the account of the credentials."""
    region: Annotated[str, AfterValidator(supported_region)] | None = None
    """AWS region, not of China, GovCloud or another partition. Default: the region of the credentials."""
    network: Network = Network()
    """Where the load balancer and the containers live."""
    domains: Domains = Field(default_factory=dict)
    """Domains by name, for HTTPS."""
    load_balancer: LoadBalancer = LoadBalancer()
    """The load balancer."""
    cluster: Cluster = Cluster()
    """The ECS cluster."""
    alarms: Notify = Notify()
    """Who is told of alarms."""
    log_retention: Retention = 30
    """Days that logs of services are kept, or `forever`."""
    resources: dict[LinkName, AnyResource] = Field(default_factory=dict)
    """Tables, queues, buckets, topics and databases that services share: they name them in `links`."""
    overrides: Overrides = Field(default_factory=dict)
    """Properties of resources in the stacks of the platform and of `resources`, by the resource's path or type and the property's
    path."""
    preview: Preview | None = None
    """Whether it stands for previews of another environment. Default: it is one by itself."""

    @property
    def dualstack(self) -> bool:
        """Whether the load balancer has IPv6 addresses."""
        given = self.load_balancer.ip_address_type
        return given == "dualstack" if given else self.network.has_ipv6 and not self.load_balancer.cloudfront

    @property
    def https(self) -> bool:
        """Whether services answer by HTTPS."""
        existing = self.load_balancer.existing
        return existing.https if existing else bool(self.domains)

    def address(self, host: str) -> str:
        """Where a host of the load balancer answers: scheme, host and, where it is another than the scheme's, port."""
        existing = self.load_balancer.existing
        return f"{'https' if self.https else 'http'}://{host}{existing.port_suffix if existing else ''}"


class ProjectFile(Model):
    """dockyard.yaml: the application, its environments, and what its services share."""

    name: AppName
    """Name of the application. Stacks, repositories and parameters begin with it."""
    environments: dict[EnvironmentName, EnvironmentSettings] = Field(min_length=1)
    """Environments by name, the default one first. Each may repeat all that follows up to `base_images`: maps
    merge, lists and scalars replace, null takes a key away if it is there."""
    network: Network = Network()
    """Where the load balancer and the containers live, in every environment."""
    domains: Domains = Field(default_factory=dict)
    """Domains by name, in every environment: services answer by HTTPS, and HTTP leads there. The first is that of services
    without a host."""
    load_balancer: LoadBalancer = LoadBalancer()
    """The load balancer, in every environment."""
    cluster: Cluster = Cluster()
    """The ECS cluster, in every environment."""
    alarms: Notify = Notify()
    """Who is told of alarms, in every environment."""
    log_retention: Retention = 30
    """Days that logs of services are kept, or `forever`, in every environment; a service may have its own."""
    resources: dict[LinkName, AnyResource] = Field(default_factory=dict)
    """Tables, queues, buckets, topics and databases that services share, in every environment one of its own: services name
    them in `links`."""
    overrides: Overrides = Field(default_factory=dict)
    """Properties of resources in the stacks of the platform (`LoadBalancer`) and of `resources`, by the resource's path or type
    and the property's path."""
    base_images: Annotated[str, AfterValidator(_registry_prefix)] = Field(default="docker-hub", validate_default=True)
    """Where generated Dockerfiles take their base images from: `docker-hub`, `ecr-public`, or the prefix of another
    registry or of an ECR pull-through cache."""
    pull_through: Rules = Field(default_factory=dict)
    """Registries of which ECR keeps a cache: images that services take from there come by it, and are not copied."""
    pipeline: Pipeline | None = None
    """What GitHub Actions deploys. Default: nothing."""
