"""Names by which services reach each other: Service Connect in a Cloud Map namespace."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs


@dataclass(frozen=True)
class Namespace:
    """A namespace, owned or imported, and who may call what is in it.

    Only services can be in it, not tasks that are run by themselves; each of their tasks has a proxy beside its container,
    which takes about 64 MiB and, under load, a quarter of a vCPU.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-concepts-deploy.html
    """

    name: str
    """Its name or ARN."""
    members: ec2.ISecurityGroup
    """The group that tasks with an address of their own are in, beside their own group."""
    servers: ec2.ISecurityGroup | None = None
    """The group of servers whose tasks call in `bridge` mode. Default: there are none."""

    def settings(self, log_group: logs.ILogGroup, *endpoints: ecs.ServiceConnectService) -> ecs.ServiceConnectProps:
        """A service's part in it: it calls, and where there are `endpoints`, it is called."""
        driver = ecs.LogDrivers.aws_logs(stream_prefix="connect", log_group=log_group, mode=ecs.AwsLogDriverMode.NON_BLOCKING)
        return ecs.ServiceConnectProps(namespace=self.name, services=list(endpoints) or None, log_driver=driver)

    def join(self, service: ecs.BaseService) -> None:
        """Put the tasks of a service into `members`; they have a group of their own already."""
        made = service.node.default_child
        assert isinstance(made, ecs.CfnService)  # noqa: S101  # what services of CDK are
        path = "NetworkConfiguration.AwsvpcConfiguration.SecurityGroups.1"
        made.add_property_override(path, self.members.security_group_id)

    @property
    def callers(self) -> Sequence[ec2.ISecurityGroup]:
        """Groups of all who may call."""
        return [self.members, *([self.servers] if self.servers else [])]
