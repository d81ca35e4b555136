"""A container that runs until it ends, when it is asked for."""

from typing import Any, Unpack

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs

from constructs import Construct
from dockyard_constructs.container_task import ContainerSettings, ContainerTask


class OneOffTask(Construct):
    """A task definition with all that one must know to run it.

    Read `task_definition`, `container`, `log_group`, `security_group` (None where tasks have their server's) and
    `run_parameters`.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        cluster: ecs.ICluster,
        vpc: ec2.IVpc | None = None,
        **container: Unpack[ContainerSettings],
    ) -> None:
        """Make it.

        :param cluster: where it runs, owned or imported.
        :param vpc: VPC of the security group, which lets nothing in. Default: the cluster's.
        :param container: what runs, and on what (`ContainerSettings`).
        """
        super().__init__(scope, id)
        task = ContainerTask(self, **container)
        vpc = vpc or cluster.vpc
        self.task_definition, self.container, self.log_group = task.task_definition, task.container, task.log_group
        self.security_group: ec2.SecurityGroup | None = None
        if task.has_own_address:
            self.security_group = ec2.SecurityGroup(
                self,
                "SecurityGroup",
                vpc=vpc,
                description="Tasks that nothing reaches",
                allow_all_ipv6_outbound=task.allow_all_ipv6_outbound,
            )
            for volume in task.volumes.values():
                volume.let_in(self.security_group)
        self.run_parameters: dict[str, Any] = {
            "cluster": cluster.cluster_arn,
            "taskDefinition": self.task_definition.task_definition_arn,
            "enableECSManagedTags": True,
            "propagateTags": "TASK_DEFINITION",
            **task.run_parameters,
            **task.capacity.run_parameters(vpc, [self.security_group] if self.security_group else []),
        }
        """Parameters of ECS RunTask, as its API names them."""
