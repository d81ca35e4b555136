"""What all kinds of services run: a task definition with the service's container, those beside it, and their log group."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Required, Unpack

from aws_cdk import RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs

from constructs import Construct
from dockyard_constructs.capacity import Capacity, FargateCapacity
from dockyard_constructs.log_router import ROUTER, LogRouter, to_log_group
from dockyard_constructs.process_settings import ProcessSettings, linux_parameters, process
from dockyard_constructs.service_connect import Namespace
from dockyard_constructs.sidecar import MEMORY_ON_SERVERS_MIB, Sidecar, add_sidecar, depend, mount, waits_for
from dockyard_constructs.tracing import COLLECTOR, Tracing
from dockyard_constructs.volumes import Mount, Volume

CONTAINER = "app"
"""Name of the container."""


class ContainerSettings(ProcessSettings, total=False):
    """Parameters that the constructs of all kinds have in common."""

    image: Required[ecs.ContainerImage]
    """What it runs."""
    capacity: Capacity
    """What it runs on. Default: Fargate in private subnets."""
    cpu: int
    """CPU units of a task; 1024 make one vCPU. Default: 256."""
    memory_limit_mib: int
    """Memory of a task. Default: 512."""
    gpu_count: int
    """GPUs of the server that are the container's own, on servers that have some. Default: none."""
    environment: Mapping[str, str]
    """Environment variables."""
    secrets: Mapping[str, ecs.Secret]
    """Environment variables with values from SSM Parameter Store or Secrets Manager; the execution role may read just these."""
    log_group: logs.ILogGroup
    """Where standard output goes. Default: one of its own, which ends with the service."""
    log_retention: logs.RetentionDays
    """How long a log group of its own keeps what is in it. Default: a month."""
    log_router: LogRouter
    """Through which what its containers print goes elsewhere; it prints into a log group of its own. Default: none."""
    volumes: Mapping[str, Volume]
    """What is kept elsewhere than in its containers, by name."""
    mounts: Sequence[Mount]
    """Where the container has volumes."""
    sidecars: Mapping[str, Sidecar]
    """Containers beside it, by name. In the mode `bridge` it finds those with a port by their names, elsewhere at `localhost`."""
    depends_on: Mapping[str, ecs.ContainerDependencyCondition]
    """Sidecars, and what is waited for before it starts."""
    tracing: Tracing
    """How it is traced. Default: it is not."""
    allow_all_ipv6_outbound: bool
    """Whether a task with an address of its own may call out by IPv6, too. Default: no."""
    enable_execute_command: bool
    """Whether ECS Exec may run commands in it; they are logged in `log_group` where the image has `script` and `cat`.
    Default: no."""


class ContainerTask:
    """A task definition in `scope`, whose children are `Task`, `Linux` and, where none is given, `Logs`; with a log router
    `RouterLogs` as well.

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
        if settings.get("enable_execute_command") and settings.get("readonly_root_filesystem"):
            raise ValueError("enable_execute_command needs files that it can write: remove readonly_root_filesystem")
        self.capacity: Capacity = settings.get("capacity") or FargateCapacity()
        if settings.get("gpu_count") and not self.capacity.has_gpus:
            raise ValueError("gpu_count has no use on Fargate, which has no GPUs: supply Ec2Capacity or ManagedCapacity")
        size: dict[str, Any] = {
            "cpu": settings.get("cpu", 256),
            "memory_limit_mib": settings.get("memory_limit_mib", 512),
        }
        self.log_group = settings.get("log_group") or _log_group(scope, "Logs", settings)
        self._router = settings.get("log_router")
        self.task_definition = self.capacity.task_definition(scope, "Task", **size)
        self.has_own_address = self.capacity.has_own_address
        sidecars = dict(settings.get("sidecars", {}))
        if tracing := settings.get("tracing"):
            sidecars[COLLECTOR] = tracing.sidecar
            variables = {**(variables or {}), **tracing.variables("localhost" if self.has_own_address else COLLECTOR)}
            tracing.grant(self.task_definition)
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
            logging=self._logging(scope, CONTAINER, {}),
            health_check=health_check,
            gpu_count=settings.get("gpu_count"),
            linux_parameters=linux_parameters(scope, "Linux", settings),
            **process(settings),
            **self.capacity.container_size(**self._own_size(size, sidecars.values())),
        )
        self._add_sidecars(scope, sidecars, settings)
        self.volumes = settings.get("volumes", {})
        mount(self.container, settings.get("mounts", ()))
        every = [*settings.get("mounts", ()), *(one for sidecar in sidecars.values() for one in sidecar.get("mounts", ()))]
        for name, volume in self.volumes.items():
            volume.add_to(self.task_definition, name, writing=any(not one.read_only for one in every if one.volume == name))
        self.allow_all_ipv6_outbound = self.has_own_address and settings.get("allow_all_ipv6_outbound", False)
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
        if namespace and self.has_own_address:
            namespace.join(service)
        if self.allow_all_ipv6_outbound:
            _let_out_by_ipv6(scope, service.connections.security_groups[0])
        for name, volume in self.volumes.items():
            volume.attach(scope, service, name)
            if self.has_own_address:
                volume.let_in(service)
        # Else the first tasks may start before they are allowed to pull the image, which the circuit breaker counts, or to
        # use what they are linked with.
        service.node.add_dependency(self.task_definition.obtain_execution_role(), self.task_definition.task_role)
        return service

    @property
    def run_parameters(self) -> dict[str, Any]:
        """Parameters of ECS RunTask that come from the settings, as its API names them."""
        return {"enableExecuteCommand": True} if self._enable_execute_command else {}

    def _own_size(self, size: dict[str, int], sidecars: Collection[Sidecar]) -> dict[str, int]:
        """What sidecars leave of the task; on Fargate they share what it has."""
        if not (sidecars or self._router) or self.task_definition.is_fargate_compatible:
            return size
        return _left(size, sidecars, self._router)

    def _logging(self, scope: Construct, name: str, settings: Sidecar | Mapping[str, Any]) -> ecs.LogDriver:
        """Of the container of that name."""
        if self._router and settings.get("uses_log_router", True):
            return self._router.driver(scope, self.log_group)
        return to_log_group(self.log_group, name)

    def _add_sidecars(self, scope: Construct, sidecars: Mapping[str, Sidecar], settings: ContainerSettings) -> None:
        containers = {CONTAINER: self.container}
        for name, sidecar in sidecars.items():
            containers[name] = add_sidecar(
                scope,
                name,
                sidecar,
                self.task_definition,
                logging=self._logging(scope, name, sidecar),
                host_port=self.capacity.host_port,
            )
        first: dict[str, ecs.ContainerDependencyCondition] = {}
        if self._router:
            log_group = _log_group(scope, "RouterLogs", settings)
            containers[ROUTER] = self._router.add_to(scope, self.task_definition, to_log_group(log_group, ROUTER))
            self._router.grant(scope, self.task_definition, self.log_group)
            first = {ROUTER: ecs.ContainerDependencyCondition.START}
        needs = {name: {**first, **one.get("depends_on", {})} for name, one in [(CONTAINER, settings), *sidecars.items()]}
        depend(containers, needs)
        if not self.has_own_address:
            for name in sidecars:
                if not waits_for(name, CONTAINER, needs):  # it starts first, as a link wants
                    self.container.add_link(containers[name])

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


def _let_out_by_ipv6(scope: Construct, group: ec2.ISecurityGroup) -> None:
    """L1, as CDK's rule for all traffic is a parameter of a group that services make themselves."""
    ec2.CfnSecurityGroupEgress(
        scope, "Ipv6Outbound", group_id=group.security_group_id, ip_protocol="-1", cidr_ipv6="::/0", description="by IPv6"
    )


def _log_group(scope: Construct, id: str, settings: ContainerSettings) -> logs.LogGroup:
    retention = settings.get("log_retention", logs.RetentionDays.ONE_MONTH)
    return logs.LogGroup(scope, id, retention=retention, removal_policy=RemovalPolicy.DESTROY)


def _left(size: Mapping[str, int], sidecars: Collection[Sidecar], router: LogRouter | None) -> dict[str, int]:
    """What sidecars leave of the task, where each container must have its own. Raises ValueError where that is nothing."""
    cpu = size["cpu"] - sum(one.get("cpu", 0) for one in sidecars)
    memory = size["memory_limit_mib"] - sum(one.get("memory_limit_mib", MEMORY_ON_SERVERS_MIB) for one in sidecars)
    memory -= router.memory_reservation_mib if router else 0
    if cpu <= 0 or memory <= 0:
        raise ValueError(
            f"sidecars should leave some of cpu {size['cpu']} and memory {size['memory_limit_mib']} MiB to the service"
        )
    return {"cpu": cpu, "memory_limit_mib": memory}
