"""How a new version of a service takes the place of the old one: ECS's own deployments, without CodeDeploy."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from aws_cdk import Duration
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam

from constructs import Construct
from dockyard_constructs.inline_function import InlineFunction


@dataclass(frozen=True)
class TestRoute:
    """Requests that reach the new tasks before all others do: those of the route that have this header, whatever is in it."""

    __test__ = False

    priority: int
    """Of its rule, before that of the route."""
    header: str = "x-dockyard-test"


@dataclass(frozen=True)
class SmokeTest:
    """Requests that new tasks answer with 2xx before they get others."""

    address: str
    """Of the load balancer, with its scheme; a function outside of the VPC must reach it."""
    paths: Sequence[str]
    host: str | None = None
    """Host of the route. Default: that of the address."""


@dataclass(frozen=True)
class Deployment:
    """With the defaults new tasks get requests as they become healthy; too many that fail take the service back.

    In the other strategies the new tasks are in a second target group. `BLUE_GREEN` gives it all requests at once, `CANARY`
    first `percent` of them for `interval_minutes`, `LINEAR` in steps of `percent` each `interval_minutes`; the old tasks stay for
    `bake_minutes` more. Of these three `percent` and `interval_minutes` default to AWS's: 5 percent for 10 minutes, steps of 10
    percent each 6 minutes.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-blue-green.html
    """

    strategy: Literal["ROLLING", "BLUE_GREEN", "CANARY", "LINEAR"] = "ROLLING"
    percent: float | None = None
    interval_minutes: int | None = None
    bake_minutes: int = 5
    test_route: TestRoute | None = None
    alarm_names: Sequence[str] = ()
    """Alarms that take the service back. By names: alarms of a service's own metrics are made after it."""
    failures: int | None = None
    """How many tasks may fail. Default: half of those wanted, 3 to 200."""
    alternate_targets: bool = False
    """Whether `ROLLING` has the second target group, too: before a service that runs changes its strategy, and after."""
    early_success: bool = False
    """Whether `ROLLING` is over when the new tasks are healthy, while old ones still end."""
    before: Sequence[str] = ()
    """A command of the new version that runs once before it gets requests (`BeforeTraffic`)."""
    smoke: SmokeTest | None = None
    """What the new tasks are asked by the test route; an answer other than 2xx takes the service back. Not of `ROLLING`."""
    approve: bool = False
    """Whether somebody must say that it may go on once test requests reach the new tasks, within a day. Not of `ROLLING`."""

    @property
    def has_alternate_targets(self) -> bool:
        """Whether there is a second target group."""
        return self.alternate_targets or self.strategy != "ROLLING"

    @property
    def service_settings(self) -> dict[str, Any]:
        """Parameters of CDK's services. Raises ValueError for a share that AWS does not take."""
        if self.smoke and not self.test_route:
            raise ValueError("smoke needs a test_route, by which the new tasks are asked")
        if self.strategy == "ROLLING":
            if self.smoke or self.approve:
                raise ValueError("smoke and approve are of BLUE_GREEN, CANARY and LINEAR")
            return {}
        least, most = {"CANARY": (0.1, 99.9), "LINEAR": (3, 100)}.get(self.strategy, (0.1, 100))
        if self.percent is not None and not least <= self.percent <= most:
            raise ValueError(f"percent of {self.strategy} should be {least} to {most}, got {self.percent}")
        canary = self.strategy == "CANARY"
        percent, minutes = (5.0, 10) if canary else (10.0, 6)
        shift = ecs.TrafficShiftConfig(
            step_percent=percent if self.percent is None else self.percent,
            step_bake_time=Duration.minutes(minutes if self.interval_minutes is None else self.interval_minutes),
        )
        return {
            "deployment_strategy": ecs.DeploymentStrategy[self.strategy],
            "bake_time": Duration.minutes(self.bake_minutes),
            **({"canary_configuration": shift} if canary else {}),
            **({"linear_configuration": shift} if self.strategy == "LINEAR" else {}),
        }

    def apply(self, service: ecs.BaseService) -> None:
        """Set what CDK's services have no parameters for."""
        if self.alarm_names:
            service.enable_deployment_alarms(list(self.alarm_names), behavior=ecs.AlarmBehavior.ROLLBACK_ON_ALARM)
        if self.failures is None and not self.early_success:
            return
        resource = service.node.default_child
        assert isinstance(resource, ecs.CfnService)  # noqa: S101  # it is what CDK's services are made of
        if self.failures is not None:
            threshold = {"Type": "COUNT", "Value": self.failures}
            resource.add_property_override("DeploymentConfiguration.DeploymentCircuitBreaker.ThresholdConfiguration", threshold)
        if self.early_success:
            early = {"Enable": True, "HealthyPercent": 100, "SourceServiceRevisionCleanup": "DEFERRED"}
            resource.add_property_override("DeploymentConfiguration.EarlySuccessCriteria", early)


APPROVAL = {
    "TargetType": "PAUSE",
    "LifecycleStages": ["POST_TEST_TRAFFIC_SHIFT"],
    "TimeoutConfiguration": {"TimeoutInMinutes": 1440, "Action": "ROLLBACK"},
}
"""https://docs.aws.amazon.com/AmazonECS/latest/developerguide/pause-lifecycle-hooks.html"""


def smoke_function(scope: Construct, id: str, smoke: SmokeTest, test: TestRoute) -> InlineFunction:
    """Asks the new tasks at the stage `POST_TEST_TRAFFIC_SHIFT`."""
    return InlineFunction(
        scope,
        id,
        handler="smoke",
        description="Asks the new tasks of a deployment before they get requests",
        environment={
            "ADDRESS": smoke.address,
            "HEADER": test.header,
            "PATHS": json.dumps(list(smoke.paths)),
            **({"HOST": smoke.host} if smoke.host else {}),
        },
        timeout_seconds=300,
    )


def add_hooks(service: ecs.BaseService, hooks: Sequence[Mapping[str, Any]], functions: Sequence[str]) -> None:
    """Set the lifecycle hooks of a service, with the role in which ECS invokes their functions.

    By an override: CDK's class for them knows neither details nor pauses nor timeouts.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/blue-green-permissions.html
    """
    resource = service.node.default_child
    assert isinstance(resource, ecs.CfnService)  # noqa: S101  # it is what CDK's services are made of
    role: dict[str, str] = {}
    if functions:
        invoking = iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=list(functions))
        made = iam.Role(
            service,
            "HookRole",
            assumed_by=iam.ServicePrincipal("ecs.amazonaws.com"),
            inline_policies={"hooks": iam.PolicyDocument(statements=[invoking])},
        )
        role = {"RoleArn": made.role_arn}
    told = [{**hook, **(role if "HookTargetArn" in hook else {})} for hook in hooks]
    resource.add_property_override("DeploymentConfiguration.LifecycleHooks", told)
