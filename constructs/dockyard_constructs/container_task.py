"""What all kinds of services run: a task definition with one container and its log group."""

from collections.abc import Mapping, Sequence
from typing import Any, Required, TypedDict, Unpack

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs

from constructs import Construct
from dockyard_constructs.capacity import Capacity, FargateCapacity
from dockyard_constructs.service_connect import Namespace

STOP_TIMEOUT = Duration.seconds(30)
"""How long a container has between SIGTERM and SIGKILL."""
CONTAINER = "app"
"""Name of the container."""


class ContainerSettings(TypedDict, total=False):
    """Parameters that the constructs of all kinds have in common."""

    image: Required[ecs.ContainerImage]
    """What it runs."""
    capacity: Capacity
    """What it runs on. Default: Fargate in private subnets."""
    cpu: int
    """CPU units of a task; 1024 make one vCPU. Default: 256."""
    memory_limit_mib: int
    """Memory of a task. Default: 512."""
    environment: Mapping[str, str]
    """Environment variables."""
    secrets: Mapping[str, ecs.Secret]
    """Environment variables with values from SSM Parameter Store or Secrets Manager; the execution role may read just these."""
    log_group: logs.ILogGroup
    """Where standard output goes. Default: one that keeps a month and ends with the service."""


class ContainerTask:
    """A task definition in `scope`, whose children are `Task`, `Linux` and, where none is given, `Logs`.

    Not a construct: what it makes are children of the construct that it is a part of.
    Read `task_definition`, `container`, `log_group` and `capacity`.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        variables: Mapping[str, str] | None = None,
        port: int | None = None,
        port_name: str | None = None,
        app_protocol: ecs.AppProtocol | None = None,
        stop_timeout: Duration = STOP_TIMEOUT,
        health_check: ecs.HealthCheck | None = None,
        **settings: Unpack[ContainerSettings],
    ) -> None:
        """Make it.

        :param variables: environment variables that the kind sets itself; those of the settings come after.
        :param port: port that the container listens on, 1 to 65535; it is told so by the variable PORT. Default: none.
        :param port_name: name of the port, for Service Connect.
        :param app_protocol: what is spoken there, for Service Connect. Default: TCP.
        :param stop_timeout: how long it has between SIGTERM and SIGKILL.
        :param health_check: command in the container that tells whether it is well.
        """
        if port is not None and not 1 <= port <= 65535:
            raise ValueError(f"port should be 1 to 65535, got {port}")
        self.capacity: Capacity = settings.get("capacity") or FargateCapacity()
        size: dict[str, Any] = {
            "cpu": settings.get("cpu", 256),
            "memory_limit_mib": settings.get("memory_limit_mib", 512),
        }
        self.log_group = settings.get("log_group") or logs.LogGroup(
            scope, "Logs", retention=logs.RetentionDays.ONE_MONTH, removal_policy=RemovalPolicy.DESTROY
        )
        self.task_definition = self.capacity.task_definition(scope, "Task", **size)
        self.container = self.task_definition.add_container(
            CONTAINER,
            image=settings["image"],
            environment={**({"PORT": str(port)} if port else {}), **(variables or {}), **settings.get("environment", {})},
            secrets=dict(settings.get("secrets", {})),
            port_mappings=[
                ecs.PortMapping(container_port=port, host_port=self.capacity.host_port, name=port_name, app_protocol=app_protocol)
            ]
            if port
            else None,
            logging=ecs.LogDrivers.aws_logs(
                stream_prefix=CONTAINER, log_group=self.log_group, mode=ecs.AwsLogDriverMode.NON_BLOCKING
            ),
            stop_timeout=stop_timeout,
            health_check=health_check,
            # A small init as process 1, which passes SIGTERM on and reaps what the app leaves behind.
            linux_parameters=ecs.LinuxParameters(scope, "Linux", init_process_enabled=True),
            **self.capacity.container_size(**size),
        )

    def service(
        self,
        scope: Construct,
        *,
        cluster: ecs.ICluster,
        desired_count: int,
        namespace: Namespace | None = None,
        endpoints: Sequence[ecs.ServiceConnectService] = (),
        **settings: Any,
    ) -> ecs.BaseService:
        """A service of it, the child `Service` of `scope`.

        A deployment starts new tasks beside the old ones; if they keep failing, the circuit breaker goes back to the last
        good version.

        :param cluster: where it runs.
        :param desired_count: how many tasks run.
        :param namespace: where it finds other services by their names. Default: nowhere.
        :param endpoints: by which it is found there itself.
        :param settings: what else this kind of service has.
        """
        service = self.capacity.service(
            scope,
            "Service",
            cluster=cluster,
            task_definition=self.task_definition,
            desired_count=desired_count,
            min_healthy_percent=100,
            max_healthy_percent=200,
            circuit_breaker=ecs.DeploymentCircuitBreaker(enable=True, rollback=True),
            service_connect_configuration=namespace.settings(self.log_group, *endpoints) if namespace else None,
            propagate_tags=ecs.PropagatedTagSource.SERVICE,
            enable_ecs_managed_tags=True,
            **settings,
        )
        if namespace and self.task_definition.network_mode == ecs.NetworkMode.AWS_VPC:
            namespace.join(service)
        # Else the first tasks may start before they are allowed to pull the image, which the circuit breaker counts, or to
        # use what they are linked with.
        service.node.add_dependency(self.task_definition.obtain_execution_role(), self.task_definition.task_role)
        return service
