"""What AWS wants of every task, service and load balancer, and no behaviour is about: a network, a role, a size.

One place for all: templates are completed when they are deployed, calls take `task` and `service` with them.
"""

import copy
import json
import platform
from dataclasses import dataclass
from typing import Any

_TRUST = ("ecs-tasks", "events", "scheduler", "lambda", "ec2")
_RIGHTS = [
    "ecr:*", "ecs:RunTask", "iam:PassRole", "kms:Decrypt", "logs:*", "s3:Get*", "secretsmanager:GetSecretValue", "sqs:*",
    "ssm:GetParameters", "states:CreateActivity",
]  # fmt: skip


@dataclass(frozen=True)
class Surroundings:
    """The default network of an account, and a role of all services that behaviours use."""

    vpc: str
    subnets: list[str]
    groups: list[str]
    role: str

    @property
    def task(self) -> dict[str, Any]:
        """Parameters of RegisterTaskDefinition."""
        architecture = "ARM64" if platform.machine() in ("aarch64", "arm64") else "X86_64"
        return {
            "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512",
            "executionRoleArn": self.role,
            "runtimePlatform": {"cpuArchitecture": architecture, "operatingSystemFamily": "LINUX"},
        }  # fmt: skip

    @property
    def service(self) -> dict[str, Any]:
        """Parameters of CreateService and RunTask. The public address is the way to the registry from a default network."""
        network = {"subnets": self.subnets, "securityGroups": self.groups, "assignPublicIp": "ENABLED"}
        return {"launchType": "FARGATE", "networkConfiguration": {"awsvpcConfiguration": network}}

    @property
    def balancer(self) -> dict[str, Any]:
        """Parameters of CreateLoadBalancer."""
        return {"Subnets": self.subnets, "SecurityGroups": self.groups}

    def complete(self, resources: dict[str, Any]) -> dict[str, Any]:
        """A template's resources, with what they leave to it."""
        made = copy.deepcopy(resources)
        for resource in made.values():
            resource["Properties"] = {**self._wanted(resource, made), **resource.get("Properties", {})}
        return made

    def _wanted(self, resource: dict[str, Any], others: dict[str, Any]) -> dict[str, Any]:
        properties = resource.get("Properties", {})
        match resource["Type"]:
            case "AWS::ECS::TaskDefinition":
                return _capital(self.task) if _on_fargate(resource) else {"ExecutionRoleArn": self.role}
            case "AWS::ECS::Service" if "CapacityProviderStrategy" not in properties:
                named = properties.get("TaskDefinition")
                definition = others.get(named["Ref"]) if isinstance(named, dict) else None
                return _capital(self.service) if definition and _on_fargate(definition) else {}
            case "AWS::ElasticLoadBalancingV2::LoadBalancer":
                return self.balancer
            case "AWS::ElasticLoadBalancingV2::TargetGroup":
                return {"VpcId": self.vpc}
            case "AWS::ServiceDiscovery::PrivateDnsNamespace":
                return {"Vpc": self.vpc}
        return {}


def _on_fargate(definition: dict[str, Any]) -> bool:
    return definition["Properties"].get("NetworkMode") == "awsvpc"


def _capital(value: Any) -> Any:
    """As templates write it."""
    if isinstance(value, dict):
        return {f"{key[0].upper()}{key[1:]}": _capital(one) for key, one in value.items()}
    return value


def default_network(ec2: Any) -> tuple[str, list[str], list[str]]:
    """VPC, subnets and security group that each account has."""
    vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
    within = {"Name": "vpc-id", "Values": [vpc]}
    subnets = [one["SubnetId"] for one in ec2.describe_subnets(Filters=[within])["Subnets"]]
    named = {"Name": "group-name", "Values": ["default"]}
    groups = [one["GroupId"] for one in ec2.describe_security_groups(Filters=[within, named])["SecurityGroups"]]
    return vpc, subnets, groups


def role(iam: Any, name: str) -> str:
    """ARN of the role, which is made where it is not there."""
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": [f"{one}.amazonaws.com" for one in _TRUST]}}
    rights = {"Effect": "Allow", "Action": _RIGHTS, "Resource": "*"}
    try:
        return str(iam.get_role(RoleName=name)["Role"]["Arn"])
    except iam.exceptions.NoSuchEntityException:
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy(trust))["Role"]["Arn"]
        iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=_policy(rights))
        return str(arn)


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
