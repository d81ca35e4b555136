"""A file system that tasks share."""

from typing import Any

from aws_cdk import RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_efs as efs
from aws_cdk import aws_iam as iam

from constructs import Construct
from dockyard_constructs.volumes import EfsVolume

OWNER = "1000"
"""User and group that all files are of, whoever writes them."""


class FileStorage(Construct):
    """A file system of EFS: encrypted, backed up, reached by who has the right to and encrypted on the way, and kept when its
    stack is deleted.

    Read `file_system` and `security_group`.
    """

    def __init__(self, scope: Construct, id: str, *, vpc: ec2.IVpc, subnets: ec2.SubnetSelection | None = None) -> None:
        """Make it.

        :param vpc: where it can be reached.
        :param subnets: with its mount targets, one a zone. Default: the VPC's private subnets.
        """
        super().__init__(scope, id)
        self.security_group = ec2.SecurityGroup(
            self, "SecurityGroup", vpc=vpc, description="Files that tasks share", allow_all_outbound=False
        )
        self.file_system = efs.FileSystem(
            self,
            "Resource",
            vpc=vpc,
            vpc_subnets=subnets,
            security_group=self.security_group,
            encrypted=True,
            enable_automatic_backups=True,
            removal_policy=RemovalPolicy.RETAIN,
        )
        made: Any = self.file_system.node.default_child
        made.file_system_policy = _only_encrypted()  # CDK adds to one that it is given that anybody may write

    def volume(self, name: str) -> EfsVolume:
        """The folder of that name, as a volume: whoever reads and writes there is its owner."""
        point = self.file_system.add_access_point(
            f"AccessPoint-{name}",
            path=f"/{name}",
            create_acl=efs.Acl(owner_uid=OWNER, owner_gid=OWNER, permissions="0755"),
            posix_user=efs.PosixUser(uid=OWNER, gid=OWNER),
        )
        return EfsVolume(self.file_system, point, needs=[self.file_system.mount_targets_available, self.security_group])


def _only_encrypted() -> iam.PolicyDocument:
    """With a policy that lets in nobody, only roles that say so themselves get in.

    https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html
    """
    return iam.PolicyDocument(
        statements=[
            iam.PolicyStatement(
                effect=iam.Effect.DENY,
                principals=[iam.AnyPrincipal()],
                actions=["elasticfilesystem:Client*"],
                conditions={"Bool": {"aws:SecureTransport": "false"}},
            )
        ]
    )
