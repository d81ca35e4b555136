"""A service that takes requests through a load balancer, on Fargate or on servers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_logs as logs

from constructs import Construct
from dockyard_constructs.capacity import Capacity, FargateCapacity

DEREGISTRATION_DELAY = Duration.seconds(5)
"""How long a load balancer lets running requests finish before the container is told to stop; AWS's default is 300 s."""
STOP_TIMEOUT = Duration.seconds(30)
"""How long a container then has between SIGTERM and SIGKILL."""


@dataclass(frozen=True)
class Route:
    """Which requests reach a service, and where its rule stands among others: the smallest `priority` is asked first."""

    priority: int
    path_patterns: list[str] = field(default_factory=lambda: ["/*"])
    host: str | None = None


@dataclass(frozen=True)
class HealthCheck:
    """How the load balancer tells that a container can take requests; times in seconds.

    With the defaults a dead container is found in 10 seconds; AWS's are 30 seconds and 5 good checks, 150 seconds.
    """

    path: str = "/"
    interval: int = 5
    timeout: int = 4
    healthy_threshold: int = 2
    unhealthy_threshold: int = 2
    success_codes: str = "200"
    grace_period: int = 60


class WebService(Construct):
    """A service with its task definition, log group, target group and rule on a listener.

    A deployment starts new tasks beside the old ones, waits until the load balancer finds them healthy, and drains the
    old ones; if the new ones keep failing, the circuit breaker goes back to the last good version.

    Read `service`, `task_definition`, `container`, `target_group` and `log_group`.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        cluster: ecs.ICluster,
        listener: elbv2.IApplicationListener,
        image: ecs.ContainerImage,
        route: Route,
        vpc: ec2.IVpc | None = None,
        port: int = 8080,
        capacity: Capacity | None = None,
        cpu: int = 256,
        memory_limit_mib: int = 512,
        desired_count: int = 1,
        environment: Mapping[str, str] | None = None,
        secrets: Mapping[str, ecs.Secret] | None = None,
        health_check: HealthCheck | None = None,
        log_group: logs.ILogGroup | None = None,
    ) -> None:
        """Make the service.

        :param cluster: where it runs, owned or imported.
        :param listener: listener of the load balancer, owned or imported.
        :param image: what it runs.
        :param route: which requests reach it.
        :param vpc: VPC of the target group. Default: the cluster's.
        :param port: port that the container listens on, 1 to 65535; it is told so by the variable PORT.
        :param capacity: what it runs on. Default: Fargate in private subnets.
        :param cpu: CPU units of a task; 1024 make one vCPU.
        :param memory_limit_mib: memory of a task.
        :param desired_count: how many tasks run; not with `ServiceScaling`, which has the count then.
        :param environment: environment variables.
        :param secrets: environment variables with values from SSM Parameter Store or Secrets Manager; the execution role
            may read just these.
        :param health_check: the load balancer's health check. Default: GET / every 5 seconds.
        :param log_group: where standard output goes. Default: one that keeps a month and ends with the service.
        """
        super().__init__(scope, id)
        if not 1 <= port <= 65535:
            raise ValueError(f"port should be 1 to 65535, got {port}")
        runs_on: Capacity = capacity or FargateCapacity()
        health_check = health_check or HealthCheck()
        self.log_group = log_group or logs.LogGroup(
            self, "Logs", retention=logs.RetentionDays.ONE_MONTH, removal_policy=RemovalPolicy.DESTROY
        )
        self.task_definition = runs_on.task_definition(self, "Task", cpu=cpu, memory_limit_mib=memory_limit_mib)
        self.container = self.task_definition.add_container(
            "app",
            image=image,
            environment={"PORT": str(port), **(environment or {})},
            secrets=dict(secrets or {}),
            port_mappings=[ecs.PortMapping(container_port=port, host_port=runs_on.host_port)],
            logging=ecs.LogDrivers.aws_logs(
                stream_prefix="app", log_group=self.log_group, mode=ecs.AwsLogDriverMode.NON_BLOCKING
            ),
            stop_timeout=STOP_TIMEOUT,
            linux_parameters=self._linux_parameters(),
            **runs_on.container_size(cpu=cpu, memory_limit_mib=memory_limit_mib),
        )
        self.service = runs_on.service(
            self,
            "Service",
            cluster=cluster,
            task_definition=self.task_definition,
            desired_count=desired_count,
            min_healthy_percent=100,
            max_healthy_percent=200,
            circuit_breaker=ecs.DeploymentCircuitBreaker(enable=True, rollback=True),
            health_check_grace_period=Duration.seconds(health_check.grace_period),
            propagate_tags=ecs.PropagatedTagSource.SERVICE,
            enable_ecs_managed_tags=True,
        )
        # Else the first tasks may start before they are allowed to pull the image, which the circuit breaker counts.
        self.service.node.add_dependency(self.task_definition.obtain_execution_role())
        self.target_group = self._target_group(vpc or cluster.vpc, health_check)
        self._add_rule(listener, route)

    def _linux_parameters(self) -> ecs.LinuxParameters:
        """A small init as process 1, which passes SIGTERM on and reaps what the app leaves behind."""
        return ecs.LinuxParameters(self, "Linux", init_process_enabled=True)

    def _target_group(self, vpc: ec2.IVpc, check: HealthCheck) -> elbv2.ApplicationTargetGroup:
        return elbv2.ApplicationTargetGroup(
            self,
            "Targets",
            vpc=vpc,
            port=80,  # targets bring their own; another number here would replace the group
            protocol=elbv2.ApplicationProtocol.HTTP,
            targets=[self.service],
            deregistration_delay=DEREGISTRATION_DELAY,
            health_check=elbv2.HealthCheck(
                path=check.path,
                port="traffic-port",
                interval=Duration.seconds(check.interval),
                timeout=Duration.seconds(check.timeout),
                healthy_threshold_count=check.healthy_threshold,
                unhealthy_threshold_count=check.unhealthy_threshold,
                healthy_http_codes=check.success_codes,
            ),
        )

    def _add_rule(self, listener: elbv2.IApplicationListener, route: Route) -> None:
        conditions = [elbv2.ListenerCondition.path_patterns(route.path_patterns)]
        if route.host:
            conditions.append(elbv2.ListenerCondition.host_headers([route.host]))
        elbv2.ApplicationListenerRule(
            self,
            "Rule",
            listener=listener,
            priority=route.priority,
            conditions=conditions,
            action=elbv2.ListenerAction.forward([self.target_group]),
        )
