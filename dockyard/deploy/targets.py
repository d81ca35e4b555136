"""Why targets of a service are not healthy while its stack is deployed: what the health check asks, and what it gets."""

from dockyard.deploy.assembly import StackArtifact
from dockyard.doors.aws import Aws

_TYPE = "AWS::ElasticLoadBalancingV2::TargetGroup"


class TargetWatch:
    """Looks at the target groups of one stack from time to time."""

    def __init__(self, aws: Aws, artifact: StackArtifact) -> None:
        self._aws, self._stack = aws, artifact.name
        self._groups = artifact.resources(_TYPE)
        self._arns: dict[str, str] = {}
        self.last = ""
        """What was wrong last, in words; empty where nothing was."""

    def look(self) -> str | None:
        """What is wrong, where it is something else than at the last look."""
        before = self.last
        for id, properties in self._groups.items():
            if arn := self._arn(id):
                self._note(arn, properties)
        return self.last if self.last != before else None

    def _note(self, arn: str, properties: dict[str, object]) -> None:
        for target in self._aws.elbv2.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]:
            health = target["TargetHealth"]
            if health.get("Reason", "").startswith("Target.") and health["State"] in ("initial", "unhealthy"):
                port = properties.get("HealthCheckPort", "traffic-port")
                asked = target["Target"].get("Port") if port == "traffic-port" else port
                matcher = properties.get("Matcher")
                wanted = matcher.get("HttpCode") if isinstance(matcher, dict) else None
                self.last = (
                    f"GET {properties.get('HealthCheckPath', '/')} on port {asked}: {health.get('Description', health['Reason'])}"
                    f" (wanted: {wanted or 200}; http.health in service.yaml)"
                )

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
