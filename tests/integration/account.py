"""An AWS account that behaviours are held against, used as a local AWS is."""

import secrets
import socket
from datetime import timedelta
from typing import Any

import boto3
from botocore.exceptions import ClientError

from dockyard.doors.aws import Aws
from dockyard.doors.docker import Docker
from dockyard.doors.process import Processes
from dockyard.doors.registry import Registry
from tests.integration.local_aws import PACE, Server, push_python, until
from tests.integration.support import environment
from tests.integration.surroundings import Surroundings, default_network, role

WEB_PORTS = (80, 443, 8443)
# In the order in which they are deleted; services first, as a stack that is still being made waits for them. Each with its
# service, the call that lists and its arguments, jmespath of the arguments by which one is deleted, the call for it, and more of
# its arguments.
KINDS: tuple[tuple[str, str, dict[str, Any], str, str, dict[str, Any]], ...] = (
    ("ecs", "list_clusters", {}, "clusterArns[].{cluster: @}", "delete_cluster", {}),
    ("cloudformation", "describe_stacks", {}, "Stacks[].{StackName: StackId}", "delete_stack", {}),
    ("elbv2", "describe_load_balancers", {}, "LoadBalancers[].{LoadBalancerArn: LoadBalancerArn}", "delete_load_balancer", {}),
    ("elbv2", "describe_target_groups", {}, "TargetGroups[].{TargetGroupArn: TargetGroupArn}", "delete_target_group", {}),
    ("application-autoscaling", "describe_scalable_targets", {"ServiceNamespace": "ecs"},
     "ScalableTargets[].{ServiceNamespace: ServiceNamespace, ResourceId: ResourceId, ScalableDimension: ScalableDimension}",
     "deregister_scalable_target", {}),
    ("servicediscovery", "list_services", {}, "Services[].{Id: Id}", "delete_service", {}),
    ("servicediscovery", "list_namespaces", {}, "Namespaces[].{Id: Id}", "delete_namespace", {}),
    ("ecr", "describe_repositories", {}, "repositories[].{repositoryName: repositoryName}", "delete_repository", {"force": True}),
    ("scheduler", "list_schedules", {}, "Schedules[].{Name: Name}", "delete_schedule", {}),
    ("events", "list_rules", {}, "Rules[?!ManagedBy].{Name: Name}", "delete_rule", {}),
    ("cloudwatch", "describe_alarms", {}, "MetricAlarms[].{AlarmNames: [AlarmName]}", "delete_alarms", {}),
    ("sqs", "list_queues", {}, "QueueUrls[].{QueueUrl: @}", "delete_queue", {}),
    ("ssm", "describe_parameters", {}, "Parameters[].{Name: Name}", "delete_parameter", {}),
    ("secretsmanager", "list_secrets", {}, "SecretList[].{SecretId: ARN}", "delete_secret", {"ForceDeleteWithoutRecovery": True}),
    ("acm", "list_certificates", {}, "CertificateSummaryList[].{CertificateArn: CertificateArn}", "delete_certificate", {}),
    ("logs", "describe_log_groups", {}, "logGroups[].{logGroupName: logGroupName}", "delete_log_group", {}),
)  # fmt: skip


class Account(Server):
    """The account and region of the environment's credentials. It must be empty, and is emptied after each behaviour."""

    interval = 5
    late = timedelta(minutes=2)

    def __init__(self) -> None:
        self._session = boto3.Session()
        self._clients: dict[str, Any] = {}
        self.account, self.region = self.client("sts").get_caller_identity()["Account"], str(self._session.region_name)
        self.docker = Docker(Processes(environment()))
        if there := [str(one) for kind in KINDS for one in self._there(kind)]:
            raise AssertionError(f"region {self.region} of account {self.account} is not empty, and would be: {there[:5]}")
        PACE.times, PACE.least, PACE.pause = 60, 600, 1
        self._run = f"dockyard-{secrets.token_hex(4)}"
        vpc, subnets, groups = default_network(self.client("ec2"))
        self._door = self._open_door(vpc)
        self._surroundings = Surroundings(vpc, subnets, [*groups, self._door], role(self.client("iam"), self._run))
        self._image = self._push()
        self.reset()

    def client(self, service: str, **_: Any) -> Any:
        """Made once, as that takes longer than most calls."""
        if service not in self._clients:
            self._clients[service] = self._session.client(service)
        return self._clients[service]

    @property
    def surroundings(self) -> Surroundings:
        return self._surroundings

    def registry(self) -> Registry:
        return Aws(session=self._session).registry()

    def image(self) -> str:
        """One is pushed for all behaviours."""
        return self._image

    def output(self, stack: str, key: str) -> str:
        """An address, once its name is known."""
        value = super().output(stack, key)
        if key == "Address":
            until(lambda: socket.getaddrinfo(value.partition(":")[0], 80), 10)
        return value

    def running(self) -> int:
        ecs = self.client("ecs")
        return sum(len(ecs.list_tasks(cluster=arn)["taskArns"]) for arn in ecs.list_clusters()["clusterArns"])

    def reset(self) -> None:
        """Delete what a behaviour has made, again while one thing needs another; buckets and metrics have a new name each time."""
        buckets = [one["Name"] for one in self.client("s3").list_buckets()["Buckets"] if one["Name"].startswith(f"{self._run}-")]
        for name in buckets:
            self._session.resource("s3").Bucket(name).objects.delete()
            self.client("s3").delete_bucket(Bucket=name)
        until(lambda: not [one for kind in KINDS for one in self._deleted(kind)], 20)
        self.name = f"{self._run}-{secrets.token_hex(4)}"

    def stop(self) -> None:
        """Nothing is left of the run but metrics, which nobody can delete."""
        self.reset()
        self.client("ecr").delete_repository(repositoryName=self._run, force=True)
        self.client("iam").delete_role_policy(RoleName=self._run, PolicyName="all")
        self.client("iam").delete_role(RoleName=self._run)
        until(lambda: self.client("ec2").delete_security_group(GroupId=self._door), 10)

    def _open_door(self, vpc: str) -> str:
        """A security group by which this machine reaches load balancers."""
        ec2 = self.client("ec2")
        group = ec2.create_security_group(GroupName=self._run, Description="behaviours of AWS", VpcId=vpc)["GroupId"]
        for port in WEB_PORTS:
            ec2.authorize_security_group_ingress(
                GroupId=group, IpProtocol="tcp", FromPort=port, ToPort=port, CidrIp="0.0.0.0/0"
            )  # fmt: skip
        return str(group)

    def _push(self) -> str:
        self.client("ecr").create_repository(repositoryName=self._run)
        push_python(self.docker, self.registry(), self._run)
        return f"{self.account}.dkr.ecr.{self.region}.amazonaws.com/{self._run}:v1"

    def _there(self, kind: tuple) -> list[dict[str, Any]]:
        service, list_, asked, path, *_ = kind
        found = self.client(service).get_paginator(list_).paginate(**asked).search(path)
        return [one for one in found if one and one.get("repositoryName") != getattr(self, "_run", None)]

    def _deleted(self, kind: tuple) -> list[dict[str, Any]]:
        """Those that were there."""
        client, found = self.client(kind[0]), self._there(kind)
        for one in found:
            try:
                if kind[4] == "delete_cluster":
                    _empty_cluster(client, **one)
                if kind[4] == "delete_rule":
                    targets = [target["Id"] for target in client.list_targets_by_rule(Rule=one["Name"])["Targets"]]
                    client.remove_targets(Rule=one["Name"], Ids=targets or ["none"])
                getattr(client, kind[4])(**one, **kind[5])
            except ClientError as error:  # in use by what is deleted in the next round
                print(f"not deleted yet: {error}")
        return found


def _empty_cluster(ecs: Any, cluster: str) -> None:
    for service in ecs.list_services(cluster=cluster)["serviceArns"]:
        ecs.delete_service(cluster=cluster, service=service, force=True)
    for task in ecs.list_tasks(cluster=cluster)["taskArns"]:
        ecs.stop_task(cluster=cluster, task=task)
