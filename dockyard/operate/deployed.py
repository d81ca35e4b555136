"""What the stack of a service has made, by which all is found that is looked at or done to the service."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from dockyard.deploy.operations import describe
from dockyard.deploy.site import Site
from dockyard.errors import DockyardError
from dockyard.operate.run import parameters_in

SERVICE, TASK_DEFINITION, TARGET_GROUP, RULE, LOG_GROUP, ALARM = (
    "AWS::ECS::Service",
    "AWS::ECS::TaskDefinition",
    "AWS::ElasticLoadBalancingV2::TargetGroup",
    "AWS::ElasticLoadBalancingV2::ListenerRule",
    "AWS::Logs::LogGroup",
    "AWS::CloudWatch::Alarm",
)
SCALABLE_TARGET, SCHEDULE, STATE_MACHINE = (
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::Scheduler::Schedule",
    "AWS::StepFunctions::StateMachine",
)


@dataclass(frozen=True)
class Deployed:
    """One of the project's services, as its stack has it."""

    name: str
    changed: datetime
    """When the stack was made or changed last."""
    stack_status: str
    outputs: Mapping[str, str] = field(default_factory=dict)
    resources: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Type to what CloudFormation calls each resource of it."""

    def of(self, kind: str) -> Sequence[str]:
        """The resources of a type."""
        return self.resources.get(kind, ())

    @property
    def service(self) -> tuple[str, str] | None:
        """Cluster and name of its ECS service; None for what has none, as jobs and tasks."""
        arns = self.of(SERVICE)
        if not arns:
            return None
        _, cluster, name = arns[0].split("/")  # arn:…:service/cluster/name
        return cluster, name

    def sure_service(self) -> tuple[str, str]:
        """The same. Raises DockyardError where it has none, as after a creation that failed."""
        if self.service is None:
            raise DockyardError(f"the stack of {self.name} has no service: it is in state {self.stack_status}")
        return self.service

    @property
    def family(self) -> tuple[str, str] | None:
        """Cluster and family of the tasks of a job or a task; None for a service."""
        if "RunTask" not in self.outputs:
            return None
        found = parameters_in(self.outputs["RunTask"], self.name)
        return _last(found["cluster"]), _last(found["taskDefinition"]).partition(":")[0]


def deployed(site: Site, name: str) -> Deployed | None:
    """What there is of a service; None where it has no stack."""
    client = site.reading.cloudformation
    stack = describe(client, site.service_stack(name))
    if stack is None:
        return None
    resources: dict[str, list[str]] = defaultdict(list)
    for page in client.get_paginator("list_stack_resources").paginate(StackName=stack["StackName"]):
        for one in page["StackResourceSummaries"]:
            if one.get("PhysicalResourceId") and one["ResourceStatus"] != "DELETE_COMPLETE":
                resources[one["ResourceType"]].append(one["PhysicalResourceId"])
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
    return Deployed(name, stack.get("LastUpdatedTime", stack["CreationTime"]), stack["StackStatus"], outputs, resources)


def surely_deployed(site: Site, name: str) -> Deployed:
    """The same. Raises DockyardError where it has no stack."""
    if found := deployed(site, name):
        return found
    raise not_deployed(site, name)


def not_deployed(site: Site, name: str) -> DockyardError:
    """That there is nothing of a service."""
    return DockyardError(f"{name} is not deployed to {site.environment.name}", hint=f"run: dockyard deploy {name}")


def _last(arn: str) -> str:
    return arn.rsplit("/", 1)[-1]
