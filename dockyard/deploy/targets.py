"""Why targets of a service are not healthy while its stack is deployed: what the health check asks, and what it gets."""

import json
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from dockyard.deploy.assembly import StackArtifact
from dockyard.deploy.causes import Check, Failed
from dockyard.doors.aws import Aws

if TYPE_CHECKING:
    from types_boto3_elbv2.type_defs import TargetHealthDescriptionTypeDef

_TYPE = "AWS::ElasticLoadBalancingV2::TargetGroup"
_DEFAULT_CODES = dict.fromkeys(("TCP", "TLS", "UDP", "TCP_UDP"), "200-399")
START_SECONDS = 15.0
"""So long at least a target may fail its checks while it starts; two intervals where that is longer."""

_Target = tuple[str, str, int | None]
"""ARN of the target group, id, port."""


class TargetWatch:
    """Looks at the target groups of one stack from time to time.

    An app that starts refuses its first checks: that is told as a fault only where it lasts, or where ECS has given up the task.
    """

    def __init__(self, aws: Aws, artifact: StackArtifact, clock: Callable[[], float] = time.monotonic) -> None:
        self._aws, self._stack, self._clock = aws, artifact.name, clock
        self._checks, self._groups = _checks(artifact), artifact.resources(_TYPE)
        self._before: Mapping[str, Any] | None = None
        self._arns: dict[str, str] = {}
        self._failing: dict[_Target, tuple[float, Failed]] = {}
        self._told: Failed | None = None
        self.last: Failed | None = None
        """What was wrong last with a target that has not become healthy since."""
        self.waits = ""
        """What is waited for; empty where no target fails."""
        self.unhealthy: set[_Target] = set()
        """Those that were given up at the last look; not those that have yet to become healthy."""

    def look(self) -> Failed | None:
        """What is wrong for longer than a start takes, where it is something else than what was told before."""
        if self._before is None:
            self._note()
        lasting: Failed | None = None
        self.waits, self.unhealthy = "", set()
        for id, check in self._checks.items():
            if arn := self._arn(id):
                lasting = self._look(arn, check) or lasting
        if lasting is None or lasting == self._told:
            return None
        self._told = lasting
        return lasting

    def _note(self) -> None:
        """Note what the stack asks before it is changed, once; nothing of one that is new."""
        self._before = {}
        if not self._groups:
            return
        body: Any = self._aws.cloudformation.get_template(StackName=self._stack, TemplateStage="Original")["TemplateBody"]
        resources = (json.loads(body or "{}") if isinstance(body, str) else body or {}).get("Resources", {})
        self._before = {id: resources[id].get("Properties", {}) for id in self._groups if id in resources}

    @property
    def asks(self) -> bool:
        """Whether a load balancer asks the service how it is."""
        return bool(self._checks)

    @property
    def seconds(self) -> float:
        """Until targets that were healthy fail a check that the stack has changed; 0 where it has changed none."""
        before = self._before or {}
        asked = [group for id, group in self._groups.items() if id in before and _asked(before[id]) != _asked(group)]
        return max((_interval(group) * (float(group.get("UnhealthyThresholdCount", 2)) + 2) for group in asked), default=0.0)

    def _look(self, arn: str, check: Check) -> Failed | None:
        found = self._aws.elbv2.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
        by_target = {(arn, one["Target"]["Id"], one["Target"].get("Port")): one for one in found}
        lasting: Failed | None = None
        for target in [target for target in self._failing if target[0] == arn]:
            if not _fails(by_target.get(target)):
                _, failed = self._failing.pop(target)
                if target not in by_target or by_target[target]["TargetHealth"]["State"] != "healthy":
                    lasting = failed  # it was never healthy, and its task is replaced
                elif self.last == failed:
                    self.last = None
        for target, one in by_target.items():
            if _fails(one):
                self.last = Failed(check, one["TargetHealth"]["Reason"], one["TargetHealth"].get("Description", ""))
                self.unhealthy |= {target} if one["TargetHealth"]["State"] == "unhealthy" else set()
                since, _ = self._failing.get(target, (self._clock(), None))
                self._failing[target] = since, self.last
                self.waits = f"waits for the first good answer to {check.text}"
                if self._clock() - since > max(START_SECONDS, 2 * check.interval):
                    lasting = self.last
        return lasting

    def _arn(self, id: str) -> str | None:
        """Of the target group, once CloudFormation has made it."""
        if id not in self._arns:
            resources = self._aws.cloudformation.describe_stack_resources(StackName=self._stack)["StackResources"]
            self._arns |= {
                resource["LogicalResourceId"]: resource["PhysicalResourceId"]
                for resource in resources
                if resource["ResourceType"] == _TYPE and resource.get("PhysicalResourceId", "").startswith("arn:")
            }
        return self._arns.get(id)


def _fails(one: "TargetHealthDescriptionTypeDef | None") -> bool:
    if one is None:
        return False
    health = one["TargetHealth"]
    return health.get("Reason", "").startswith("Target.") and health.get("State") in ("initial", "unhealthy")


def _interval(group: Mapping[str, Any]) -> float:
    return float(group.get("HealthCheckIntervalSeconds", 30))


def _asked(group: Mapping[str, Any]) -> dict[str, Any]:
    """What its health check asks, and wants."""
    return {key: value for key, value in group.items() if key.startswith("HealthCheck") or key == "Matcher"}


def _checks(artifact: StackArtifact) -> dict[str, Check]:
    """Logical id of each target group to what it asks, on the container's own port: a server's may be any."""
    ports = {
        str(group["Ref"]): balancer["ContainerPort"]
        for service in artifact.resources("AWS::ECS::Service").values()
        for balancer in service.get("LoadBalancers", [])
        for group in (balancer.get("TargetGroupArn"), balancer.get("AdvancedConfiguration", {}).get("AlternateTargetGroupArn"))
        if isinstance(group, dict) and "Ref" in group
    }
    return {
        id: Check(
            path="" if properties.get("HealthCheckProtocol") == "TCP" else str(properties.get("HealthCheckPath", "/")),
            port=ports.get(id) if (port := properties.get("HealthCheckPort", "traffic-port")) == "traffic-port" else int(port),
            wanted=str(
                (properties.get("Matcher") or {}).get("HttpCode") or _DEFAULT_CODES.get(str(properties.get("Protocol")), "200")
            ),
            interval=_interval(properties),
        )
        for id, properties in artifact.resources(_TYPE).items()
    }
