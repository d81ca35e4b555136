"""What all kinds of services run: a task definition with one container and its log group."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Required, TypedDict, Unpack

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs

from constructs import Construct
from dockyard_constructs.capacity import Capacity, FargateCapacity
from dockyard_constructs.service_connect import Namespace
from dockyard_constructs.volumes import Mount, Volume

STOP_TIMEOUT = Duration.seconds(30)
"""How long a container has between SIGTERM and SIGKILL."""
LONGEST_STOP = Duration.seconds(120)
"""The most that Fargate gives it.
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html"""
CONTAINER = "app"
"""Name of the container."""


@dataclass(frozen=True)
class RestartPolicy:
    """When a container that ended is started again in its task.

    `attempt_period` is how long it must have run for that, 1 to 30 minutes; by default 5.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-restart-policy.html
    """

    ignored_exit_codes: Sequence[int] = ()
    attempt_period: Duration | None = None


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
    command: Sequence[str]
    """In place of the image's CMD."""
    entry_point: Sequence[str]
    """In place of the image's ENTRYPOINT."""
    user: str
    """In place of the image's USER."""
    stop_timeout: Duration
    """How long it has between SIGTERM and SIGKILL, 2 to 120 seconds. Default: 30."""
    init_process_enabled: bool
    """Whether a small init is process 1, which passes SIGTERM on and reaps what the app leaves behind. Default: yes."""
    restart_policy: RestartPolicy
    """When it is started again in its task. Default: never."""
    ulimits: Sequence[ecs.Ulimit]
    """Limits of its processes. Default: the host's."""
    readonly_root_filesystem: bool
    """Whether it can write none of its files but those of `tmpfs` and on volumes. Default: no."""
    tmpfs: Mapping[str, int]
    """Folders in memory, each with its greatest size in MiB; anyone in the container may write there."""
    volumes: Mapping[str, Volume]
    """What is kept elsewhere than in its containers, by name."""
    mounts: Sequence[Mount]
    """Where the container has volumes."""
    enable_execute_command: bool
    """Whether ECS Exec may run commands in it; they are logged in `log_group` where the image has `script` and `cat`.
    Default: no."""


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
        health_check: ecs.HealthCheck | None = None,
        **settings: Unpack[ContainerSettings],
    ) -> None:
        """Make it.

        :param variables: environment variables that the kind sets itself; those of the settings come after.
        :param port: port that the container listens on, 1 to 65535; it is told so by the variable PORT. Default: none.
        :param port_name: name of the port, for Service Connect.
        :param app_protocol: what is spoken there, for Service Connect. Default: TCP.
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
            health_check=health_check,
            linux_parameters=_linux_parameters(scope, settings),
            **_process(settings),
            **self.capacity.container_size(**size),
        )
        self.volumes = settings.get("volumes", {})
        mounts = settings.get("mounts", ())
        for name, volume in self.volumes.items():
            volume.add_to(self.task_definition, name, writing=any(not one.read_only for one in mounts if one.volume == name))
        _mount(self.container, mounts)
        self._enable_execute_command = settings.get("enable_execute_command", False)
        if self._enable_execute_command:
            self._grant_sessions()

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
            enable_execute_command=self._enable_execute_command or None,
            service_connect_configuration=namespace.settings(self.log_group, *endpoints) if namespace else None,
            propagate_tags=ecs.PropagatedTagSource.SERVICE,
            enable_ecs_managed_tags=True,
            **settings,
        )
        own_address = self.task_definition.network_mode == ecs.NetworkMode.AWS_VPC
        if namespace and own_address:
            namespace.join(service)
        for name, volume in self.volumes.items():
            volume.attach(scope, service, name)
            if own_address:
                volume.let_in(service)
        # Else the first tasks may start before they are allowed to pull the image, which the circuit breaker counts.
        service.node.add_dependency(self.task_definition.obtain_execution_role())
        return service

    @property
    def run_parameters(self) -> dict[str, Any]:
        """Parameters of ECS RunTask that come from the settings, as its API names them."""
        return {"enableExecuteCommand": True} if self._enable_execute_command else {}

    def _grant_sessions(self) -> None:
        """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html."""
        channels = [f"ssmmessages:{verb}{kind}Channel" for verb in ("Create", "Open") for kind in ("Control", "Data")]
        writing = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
        for statement in (
            iam.PolicyStatement(actions=channels, resources=["*"]),  # they have no ARNs
            iam.PolicyStatement(actions=["logs:DescribeLogGroups"], resources=["*"]),
            iam.PolicyStatement(actions=writing, resources=[self.log_group.log_group_arn]),
        ):
            self.task_definition.add_to_task_role_policy(statement)


def _mount(container: ecs.ContainerDefinition, mounts: Sequence[Mount]) -> None:
    points = [ecs.MountPoint(source_volume=one.volume, container_path=one.path, read_only=one.read_only) for one in mounts]
    container.add_mount_points(*points)


def _process(settings: ContainerSettings) -> dict[str, Any]:
    """What CDK's `add_container` is told of the process: how it is started, kept and ended."""
    stop_timeout = settings.get("stop_timeout") or STOP_TIMEOUT
    if not 2 <= stop_timeout.to_seconds() <= LONGEST_STOP.to_seconds():
        raise ValueError(f"stop_timeout should be 2 to {LONGEST_STOP.to_seconds()} seconds, got {stop_timeout.to_seconds()}")
    if settings.get("enable_execute_command") and settings.get("readonly_root_filesystem"):
        raise ValueError("enable_execute_command needs files that it can write: remove readonly_root_filesystem")
    restart = settings.get("restart_policy")
    return {
        "command": list(settings.get("command", [])) or None,
        "entry_point": list(settings.get("entry_point", [])) or None,
        "user": settings.get("user"),
        "stop_timeout": stop_timeout,
        "ulimits": list(settings.get("ulimits", [])) or None,
        "readonly_root_filesystem": settings.get("readonly_root_filesystem") or None,
        **(
            {
                "enable_restart_policy": True,
                "restart_attempt_period": restart.attempt_period,
                "restart_ignored_exit_codes": list(restart.ignored_exit_codes) or None,
            }
            if restart
            else {}
        ),
    }


def _linux_parameters(scope: Construct, settings: ContainerSettings) -> ecs.LinuxParameters:
    """On Fargate, too, folders may be in memory, since January 2026.

    https://aws.amazon.com/about-aws/whats-new/2026/01/amazon-ecs-tmpfs-mounts-aws-fargate-managed-instances/
    """
    linux = ecs.LinuxParameters(scope, "Linux", init_process_enabled=settings.get("init_process_enabled", True))
    for path, size in settings.get("tmpfs", {}).items():
        linux.add_tmpfs(ecs.Tmpfs(container_path=path, size=size))
    return linux
