"""A database that takes as much capacity as it is asked for: Aurora PostgreSQL Serverless v2."""

from dataclasses import dataclass
from typing import Literal

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_secretsmanager as secretsmanager

from constructs import Construct

PORT = 5432
"""PostgreSQL's own; Aurora's default is 3306 (https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBCluster.html)."""
_REMOVAL = {"snapshot": RemovalPolicy.SNAPSHOT, "keep": RemovalPolicy.RETAIN, "delete": RemovalPolicy.DESTROY}


@dataclass(frozen=True)
class DatabaseAccess:
    """All that one must know to use a database, made here or elsewhere."""

    host: str
    name: str
    secret: secretsmanager.ISecret
    """With `username` and `password`."""
    security_group: ec2.ISecurityGroup
    port: int = PORT

    def allow_from(self, group: ec2.ISecurityGroup, description: str) -> None:
        """Let in what is in that group."""
        self.security_group.add_ingress_rule(group, ec2.Port.tcp(self.port), description)


class Database(Construct):
    """A cluster with one instance and a generated user `postgres`; encrypted, TLS, backups of seven days, no public address.

    Its security group lets nobody in until `access.allow_from` is called, or another stack adds a rule. AWS brings its minor
    version up to date. Read `cluster`, `writer` (who depends on it begins when the database answers) and `access`.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        vpc: ec2.IVpc,
        subnets: ec2.SubnetSelection | None = None,
        database_name: str = "app",
        min_capacity: float = 0.5,
        max_capacity: float = 4,
        version: str = "17.7",
        removal: Literal["snapshot", "keep", "delete"] = "snapshot",
    ) -> None:
        """Make it.

        :param vpc: where it is, owned or imported.
        :param subnets: two or more, in different availability zones. Default: private ones.
        :param database_name: name of the database in it.
        :param min_capacity: in ACU of 2 GiB, by halves; at 0 it pauses after five minutes without a connection.
        :param max_capacity: in ACU, 1 to 256.
        :param version: of Aurora PostgreSQL.
        :param removal: what becomes of it with its stack: a last snapshot, it stays (and is protected), or nothing is left.
        """
        from aws_cdk import aws_rds as rds  # noqa: PLC0415  # a sixth of a second, and few apps have a database

        super().__init__(scope, id)
        group = ec2.SecurityGroup(self, "SecurityGroup", vpc=vpc, description="Database", allow_all_outbound=False)
        self.cluster = rds.DatabaseCluster(
            self,
            "Resource",
            engine=rds.DatabaseClusterEngine.aurora_postgres(
                version=rds.AuroraPostgresEngineVersion.of(version, version.split(".", maxsplit=1)[0])
            ),
            writer=rds.ClusterInstance.serverless_v2("Writer", publicly_accessible=False),
            serverless_v2_min_capacity=min_capacity,
            serverless_v2_max_capacity=max_capacity,
            vpc=vpc,
            vpc_subnets=subnets,
            security_groups=[group],
            port=PORT,
            default_database_name=database_name,
            credentials=rds.Credentials.from_generated_secret("postgres"),
            backup=rds.BackupProps(retention=Duration.days(7)),
            storage_encrypted=True,
            copy_tags_to_snapshot=True,
            deletion_protection=removal == "keep",
            removal_policy=_REMOVAL[removal],
        )
        assert self.cluster.secret  # noqa: S101  # as it is generated
        self.writer = self.cluster.node.find_child("Writer")
        self.access = DatabaseAccess(self.cluster.cluster_endpoint.hostname, database_name, self.cluster.secret, group)
