"""A service that takes requests through a load balancer, on Fargate or on servers."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Unpack, cast

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2

from constructs import Construct
from dockyard_constructs.before_traffic import BeforeTraffic
from dockyard_constructs.container_task import CONTAINER, ContainerSettings, ContainerTask
from dockyard_constructs.deployment import APPROVAL, Deployment, TestRoute, add_hooks, smoke_function
from dockyard_constructs.durations import seconds
from dockyard_constructs.network_load_balancer import NetworkLoadBalancer
from dockyard_constructs.route import Route, listener_rule
from dockyard_constructs.rule_options import RuleOptions
from dockyard_constructs.service_connect import Namespace
from dockyard_constructs.targets import HealthCheck, TargetSettings, target_group


class WebService(Construct):
    """A service with its task definition, log group, target group and rule on a listener, or behind a `NetworkLoadBalancer`.

    A deployment starts new tasks beside the old ones, waits until the load balancer finds them healthy, and drains the
    old ones; if the new ones keep failing, the circuit breaker goes back to the last good version.

    Read `service`, `task_definition`, `container`, `target_group`, `log_group` and, where a deployment goes from one target group
    to the other, `alternate_target_group`; where it is behind two load balancers, `internal_target_group`. Where it is behind a
    `NetworkLoadBalancer` alone, `target_group` is None.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        cluster: ecs.ICluster,
        route: Route | None = None,
        listener: elbv2.IApplicationListener | None = None,
        internal_listener: elbv2.IApplicationListener | None = None,
        network: NetworkLoadBalancer | None = None,
        vpc: ec2.IVpc | None = None,
        port: int = 8080,
        desired_count: int = 1,
        health_check: HealthCheck | None = None,
        target: TargetSettings | None = None,
        rule_options: RuleOptions | None = None,
        deployment: Deployment | None = None,
        namespace: Namespace | None = None,
        **container: Unpack[ContainerSettings],
    ) -> None:
        """Make the service.

        :param cluster: where it runs, owned or imported.
        :param route: which requests reach it by `listener` and `internal_listener`.
        :param listener: listener of a load balancer, owned or imported. One of the two, or `network`, is needed.
        :param internal_listener: listener of another load balancer, inside of the network; with both, it is reached both ways,
            `target_group` is the first's and `internal_target_group` the other's.
        :param network: a load balancer of its own for what is no HTTP, alone or beside the others; beside them with rolling
            deployments only.
        :param vpc: VPC of the target group. Default: the cluster's.
        :param port: port that the container listens on, 1 to 65535; it is told so by the variable PORT.
        :param desired_count: how many tasks run; not with `ServiceScaling`, which has the count then.
        :param health_check: the load balancer's health check. Default: GET / every 5 seconds.
        :param target: how the load balancer speaks with containers. Default: HTTP/1.1, 5 seconds to end what runs.
        :param rule_options: what else its rule does. Default: it forwards.
        :param deployment: how a new version takes the place of the old one. Default: a rolling update. One with a second target
            group goes with one listener, whose rule does nothing but forward, and without stickiness.
        :param namespace: where it finds other services by their names. Default: nowhere.
        :param container: what runs, and on what (`ContainerSettings`).
        """
        super().__init__(scope, id)
        deployment, options = deployment or Deployment(), rule_options or RuleOptions()
        listeners = {name: one for name, one in (("", listener), ("Internal", internal_listener)) if one}
        if not listeners and network is None:
            raise ValueError("listener, internal_listener, network or several should be given, got none")
        if bool(listeners) != (route is not None):
            raise ValueError("route goes with listener and internal_listener: both or neither should be given")
        if network and listeners and deployment.has_alternate_targets:
            raise ValueError("a second target group goes with listener or with network, not with both")
        target = target or TargetSettings()
        more = len(listeners) > 1 or options.maintenance or options.authentication or target.stickiness
        if deployment.has_alternate_targets and more:
            raise ValueError(
                "a second target group goes with one listener, and without maintenance, authentication and stickiness"
            )
        task = ContainerTask(self, port=port, **container)
        health_check = health_check or HealthCheck()
        periods = [health_check.grace_period if listeners else 0, network.settings.grace_period if network else 0]
        self.task_definition, self.container, self.log_group = task.task_definition, task.container, task.log_group
        self.service = task.service(
            self,
            cluster=cluster,
            desired_count=desired_count,
            namespace=namespace,
            health_check_grace_period=seconds(max(periods)),
            **deployment.service_settings,
        )
        deployment.apply(self.service)
        vpc = vpc or cluster.vpc
        kind = elbv2.TargetType.IP if task.has_own_address else elbv2.TargetType.INSTANCE
        made: list[list[elbv2.ApplicationTargetGroup]] = []
        ruled = [(name, one, route) for name, one in listeners.items() if route]
        for name, one, where in ruled:  # a target group is behind one load balancer
            ids = [f"{name}Targets", *([f"{name}AlternateTargets"] if deployment.has_alternate_targets else [])]
            groups = [target_group(self, id, vpc, kind, target, health_check) for id in ids]
            rule = self._add_rule(f"{name}Rule", one, where, options, groups)
            alternate = None
            if groups[1:]:
                test = self._add_test_rule(f"{name}TestRule", one, where, options, groups, deployment.test_route)
                alternate = self._alternate_target(groups[1], rule, test)
            tasks = self.service.load_balancer_target(container_name=CONTAINER, container_port=port, alternate_target=alternate)
            groups[0].add_target(tasks)
            made.append(groups)
        if network:
            in_turns = deployment.has_alternate_targets
            network.forward_to(self.service, self.container, port, host_port=task.capacity.host_port, in_turns=in_turns)
        self.target_group = made[0][0] if made else None
        self.alternate_target_group = made[0][1] if made and made[0][1:] else None
        self.internal_target_group = made[1][0] if len(made) > 1 else None
        self._add_steps(deployment, task, cluster, vpc)

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

    def _add_rule(
        self,
        id: str,
        listener: elbv2.IApplicationListener,
        route: Route,
        options: RuleOptions,
        groups: Sequence[elbv2.ApplicationTargetGroup],
    ) -> elbv2.ApplicationListenerRule:
        forward = _forward(groups)
        pause, guard = options.maintenance, options.authentication
        action = pause.page if pause else guard.before(forward) if guard else forward
        rule = listener_rule(self, id, listener, route, action)
        if pause:
            parked = replace(route, priority=pause.parked_priority)
            rule.node.add_dependency(listener_rule(self, f"{id}Parked", listener, parked, forward))
        elif transforms := options.transforms():
            cast("elbv2.CfnListenerRule", rule.node.default_child).add_property_override("Transforms", transforms)
        return rule

    def _add_test_rule(
        self,
        id: str,
        listener: elbv2.IApplicationListener,
        route: Route,
        options: RuleOptions,
        groups: Sequence[elbv2.ApplicationTargetGroup],
        test: TestRoute | None,
    ) -> elbv2.ApplicationListenerRule | None:
        """The rule of requests that are to reach the new tasks first."""
        if test is None:
            return None
        tested = replace(route, priority=test.priority, headers={**route.headers, test.header: ["*"]})
        return self._add_rule(id, listener, tested, options, groups)

    def _alternate_target(
        self,
        group: elbv2.ApplicationTargetGroup,
        rule: elbv2.ApplicationListenerRule,
        test: elbv2.ApplicationListenerRule | None,
    ) -> ecs.IAlternateTarget:
        """What ECS shifts requests by, with the role in which it does."""
        resource = self.service.node.default_child
        assert isinstance(resource, ecs.CfnService)  # noqa: S101  # it is what CDK's services are made of
        resource.add_metadata("cfn-lint", {"config": {"ignore_checks": ["W3005"]}})  # CDK depends on the rules that it names, too
        return ecs.AlternateTarget(
            "TrafficShift",
            alternate_target_group=group,
            production_listener=ecs.ListenerRuleConfiguration.application_listener_rule(rule),
            test_listener=ecs.ListenerRuleConfiguration.application_listener_rule(test) if test else None,
        )


def _forward(groups: Sequence[elbv2.ApplicationTargetGroup]) -> elbv2.ListenerAction:
    """With two target groups the weights are those of the beginning: ECS changes them, and the template never does."""
    if len(groups) == 1:
        return elbv2.ListenerAction.forward([*groups])
    weights = zip(groups, (100, 0), strict=True)
    return elbv2.ListenerAction.weighted_forward(
        [elbv2.WeightedTargetGroup(target_group=group, weight=weight) for group, weight in weights]
    )
