"""Where what is below a path of a container is kept: on the task's own disk, in EFS, or on a disk of EBS."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from aws_cdk import Size
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_efs as efs
from aws_cdk import aws_iam as iam

from constructs import Construct, IDependable


@dataclass(frozen=True)
class Mount:
    """A volume of the task, by its name, at a path of a container."""

    volume: str
    path: str
    read_only: bool = False


class Volume(Protocol):
    """A way to keep files."""

    def add_to(self, task_definition: ecs.TaskDefinition, name: str, *, writing: bool) -> None:
        """Put it into the task definition; its role may use it, and write where `writing` says so."""

    def let_in(self, group: ec2.IConnectable) -> None:
        """Let tasks with addresses of their own reach it."""

    def attach(self, scope: Construct, service: ecs.BaseService, name: str) -> None:
        """What a service has of it beyond its task definition."""


@dataclass(frozen=True)
class EphemeralVolume:
    """A folder on the task's own disk, which goes with the task."""

    def add_to(self, task_definition: ecs.TaskDefinition, name: str, *, writing: bool) -> None:
        """It needs no rights."""
        task_definition.add_volume(name=name)

    def let_in(self, group: ec2.IConnectable) -> None:
        """It is nowhere else."""

    def attach(self, scope: Construct, service: ecs.BaseService, name: str) -> None:
        """Nothing."""


@dataclass(frozen=True)
class EfsVolume:
    """A file system, encrypted on the way, where the task's role says who is there.

    `access_point` is by which it is reached, by default none. `needs` is what must be there before it can be mounted.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/efs-volumes.html
    """

    file_system: efs.IFileSystem
    access_point: efs.IAccessPoint | None = None
    needs: Sequence[IDependable] = ()

    def add_to(self, task_definition: ecs.TaskDefinition, name: str, *, writing: bool) -> None:
        """The role may use this access point, and no other."""
        point = self.access_point
        access = ecs.AuthorizationConfig(iam="ENABLED", access_point_id=point.access_point_id if point else None)
        task_definition.add_volume(
            name=name,
            efs_volume_configuration=ecs.EfsVolumeConfiguration(
                file_system_id=self.file_system.file_system_id,
                transit_encryption="ENABLED",
                authorization_config=access,
            ),
        )
        actions = ["elasticfilesystem:ClientMount", *(["elasticfilesystem:ClientWrite"] if writing else [])]
        only = {"StringEquals": {"elasticfilesystem:AccessPointArn": point.access_point_arn}} if point else None
        task_definition.add_to_task_role_policy(
            iam.PolicyStatement(actions=actions, resources=[self.file_system.file_system_arn], conditions=only)
        )

    def let_in(self, group: ec2.IConnectable) -> None:
        """Through NFS's port."""
        self.file_system.connections.allow_default_port_from(group, "tasks that have its files")

    def attach(self, scope: Construct, service: ecs.BaseService, name: str) -> None:
        """Tasks wait for what it needs, and for their rights. The service's own security group must not: rules name it."""
        service.node.find_child("Service").node.add_dependency(*self.needs, service.task_definition.task_role)


@dataclass(frozen=True)
class EbsVolume:
    """A disk for each task of a service, encrypted, which goes with the task. One a service.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ebs-volumes.html
    """

    size: Size

    def add_to(self, task_definition: ecs.TaskDefinition, name: str, *, writing: bool) -> None:
        """The service says which."""
        task_definition.add_volume(name=name, configured_at_launch=True)

    def let_in(self, group: ec2.IConnectable) -> None:
        """Nobody else has it."""

    def attach(self, scope: Construct, service: ecs.BaseService, name: str) -> None:
        """ECS makes it by a role that is for that alone."""
        service.add_volume(
            ecs.ServiceManagedVolume(
                scope,
                f"Volume-{name}",
                name=name,
                managed_ebs_volume=ecs.ServiceManagedEBSVolumeConfiguration(
                    size=self.size, encrypted=True, volume_type=ec2.EbsDeviceVolumeType.GP3
                ),
            )
        )
