"""A service that takes requests through a load balancer, on Fargate or on servers."""

from dataclasses import dataclass, field
from typing import Any, Unpack

from aws_cdk import Duration
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2

from constructs import Construct
from dockyard_constructs.before_traffic import BeforeTraffic
from dockyard_constructs.container_task import ContainerSettings, ContainerTask
from dockyard_constructs.deployment import APPROVAL, Deployment, TestRoute, add_hooks, smoke_function
from dockyard_constructs.service_connect import Namespace

DEREGISTRATION_DELAY = Duration.seconds(5)
"""How long a load balancer lets running requests finish before the container is told to stop; AWS's default is 300 s."""


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

    Read `service`, `task_definition`, `container`, `target_group`, `log_group` and, where a deployment goes from one target group
    to the other, `alternate_target_group`.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        cluster: ecs.ICluster,
        listener: elbv2.IApplicationListener,
        route: Route,
        vpc: ec2.IVpc | None = None,
        port: int = 8080,
        desired_count: int = 1,
        health_check: HealthCheck | None = None,
        deployment: Deployment | None = None,
        namespace: Namespace | None = None,
        **container: Unpack[ContainerSettings],
    ) -> None:
        """Make the service.

        :param cluster: where it runs, owned or imported.
        :param listener: listener of the load balancer, owned or imported.
        :param route: which requests reach it.
        :param vpc: VPC of the target group. Default: the cluster's.
        :param port: port that the container listens on, 1 to 65535; it is told so by the variable PORT.
        :param desired_count: how many tasks run; not with `ServiceScaling`, which has the count then.
        :param health_check: the load balancer's health check. Default: GET / every 5 seconds.
        :param deployment: how a new version takes the place of the old one. Default: a rolling update.
        :param namespace: where it finds other services by their names. Default: nowhere.
        :param container: what runs, and on what (`ContainerSettings`).
        """
        super().__init__(scope, id)
        deployment = deployment or Deployment()
        settings = deployment.service_settings
        task = ContainerTask(self, port=port, **container)
        health_check = health_check or HealthCheck()
        self.task_definition, self.container, self.log_group = task.task_definition, task.container, task.log_group
        self.service = task.service(
            self,
            cluster=cluster,
            desired_count=desired_count,
            namespace=namespace,
            health_check_grace_period=Duration.seconds(health_check.grace_period),
            **settings,
        )
        deployment.apply(self.service)
        target_type = elbv2.TargetType.IP if task.has_own_address else elbv2.TargetType.INSTANCE
        groups = ["Targets", *(["AlternateTargets"] if deployment.has_alternate_targets else [])]
        made = [self._target_group(id, vpc or cluster.vpc, health_check, target_type) for id in groups]
        self.target_group, self.alternate_target_group = made[0], made[1] if made[1:] else None
        rule = self._add_rule("Rule", listener, route)
        alternate = self._alternate_target(rule, listener, route, deployment.test_route) if self.alternate_target_group else None
        self.service.load_balancer_target(
            container_name=self.container.container_name, container_port=port, alternate_target=alternate
        ).attach_to_application_target_group(self.target_group)
        self._add_steps(deployment, task, cluster, vpc or cluster.vpc)

    def _add_steps(self, deployment: Deployment, task: ContainerTask, cluster: ecs.ICluster, vpc: ec2.IVpc) -> None:
        """What is done on the way of a deployment."""
        hooks: list[dict[str, Any]] = []
        functions: list[str] = []
        if deployment.before:
            before = BeforeTraffic(
                self,
                "Before",
                command=deployment.before,
                container=self.container.container_name,
                cluster=cluster,
                task_definition=self.task_definition,
            )
            if deployment.strategy == "ROLLING":
                groups = self.service.connections.security_groups
                before.resource(self.service, task.capacity.run_parameters(vpc, groups))
            else:
                hooks.append(before.hook)
                functions.append(before.function.arn)
        if deployment.smoke and deployment.test_route:
            function = smoke_function(self, "Smoke", deployment.smoke, deployment.test_route)
            hooks.append({"HookTargetArn": function.arn, "LifecycleStages": ["POST_TEST_TRAFFIC_SHIFT"]})
            functions.append(function.arn)
        if deployment.approve:
            hooks.append(APPROVAL)
        if hooks:
            add_hooks(self.service, hooks, functions)

    def _target_group(
        self, id: str, vpc: ec2.IVpc, check: HealthCheck, target_type: elbv2.TargetType
    ) -> elbv2.ApplicationTargetGroup:
        return elbv2.ApplicationTargetGroup(
            self,
            id,
            vpc=vpc,
            port=80,  # targets bring their own; another number here would replace the group
            protocol=elbv2.ApplicationProtocol.HTTP,
            target_type=target_type,
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

    def _add_rule(
        self, id: str, listener: elbv2.IApplicationListener, route: Route, test: TestRoute | None = None
    ) -> elbv2.ApplicationListenerRule:
        """A rule to the service: of its route, or of what is to reach the new tasks first.

        With two target groups the weights are those of the beginning: ECS changes them, and the template never does.
        """
        conditions = [elbv2.ListenerCondition.path_patterns(route.path_patterns)]
        if route.host:
            conditions.append(elbv2.ListenerCondition.host_headers([route.host]))
        if test:
            conditions.append(elbv2.ListenerCondition.http_header(test.header, ["*"]))
        return elbv2.ApplicationListenerRule(
            self,
            id,
            listener=listener,
            priority=test.priority if test else route.priority,
            conditions=conditions,
            action=self._forward(),
        )

    def _forward(self) -> elbv2.ListenerAction:
        if not self.alternate_target_group:
            return elbv2.ListenerAction.forward([self.target_group])
        weights = {self.target_group: 100, self.alternate_target_group: 0}
        return elbv2.ListenerAction.weighted_forward(
            [elbv2.WeightedTargetGroup(target_group=group, weight=weight) for group, weight in weights.items()]
        )

    def _alternate_target(
        self, rule: elbv2.ApplicationListenerRule, listener: elbv2.IApplicationListener, route: Route, test: TestRoute | None
    ) -> ecs.IAlternateTarget:
        """What ECS shifts requests by, with the role in which it does."""
        assert self.alternate_target_group  # noqa: S101  # it is called where there is one
        test_rule = self._add_rule("TestRule", listener, route, test) if test else None
        resource = self.service.node.default_child
        assert isinstance(resource, ecs.CfnService)  # noqa: S101  # it is what CDK's services are made of
        resource.add_metadata("cfn-lint", {"config": {"ignore_checks": ["W3005"]}})  # CDK depends on the rules that it names, too
        return ecs.AlternateTarget(
            "TrafficShift",
            alternate_target_group=self.alternate_target_group,
            production_listener=ecs.ListenerRuleConfiguration.application_listener_rule(rule),
            test_listener=ecs.ListenerRuleConfiguration.application_listener_rule(test_rule) if test_rule else None,
        )
