"""A database by itself: all defaults, and everything set."""

from aws_cdk import aws_ec2 as ec2

from dockyard_constructs import Database


def test_all_defaults(stack, vpc, template):
    Database(stack, "Database", vpc=vpc)
    made = template()
    (cluster,) = made.all("RDS::DBCluster")
    assert cluster["DeletionPolicy"] == cluster["UpdateReplacePolicy"] == "Snapshot"
    properties = cluster["Properties"]
    assert (properties["Engine"], properties["EngineVersion"], properties["Port"]) == ("aurora-postgresql", "17.7", 5432)
    assert properties["ServerlessV2ScalingConfiguration"] == {"MinCapacity": 0.5, "MaxCapacity": 4}
    assert (properties["StorageEncrypted"], properties["BackupRetentionPeriod"]) == (True, 7)
    assert made.one("RDS::DBInstance")["PubliclyAccessible"] is False
    assert made.one("RDS::DBSubnetGroup")["SubnetIds"] == ["subnet-3", "subnet-4"]
    assert made.all("EC2::SecurityGroupIngress") == []
    assert "SecurityGroupIngress" not in made.one("EC2::SecurityGroup"), "nobody is let in"


def test_everything_set(stack, vpc, template):
    public = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC)
    database = Database(
        stack, "Database", vpc=vpc, subnets=public, database_name="shop", min_capacity=0, max_capacity=16, version="16.9",
        removal="keep",
    )  # fmt: skip
    database.access.allow_from(ec2.SecurityGroup.from_security_group_id(stack, "Tasks", "sg-1"), "tasks")
    made = template()
    (cluster,) = made.all("RDS::DBCluster")
    assert (cluster["DeletionPolicy"], cluster["Properties"]["DeletionProtection"]) == ("Retain", True)
    assert cluster["Properties"]["DatabaseName"] == database.access.name == "shop"
    assert cluster["Properties"]["ServerlessV2ScalingConfiguration"]["MinCapacity"] == 0
    assert made.one("RDS::DBInstance")["PubliclyAccessible"] is False
    assert made.one("RDS::DBSubnetGroup")["SubnetIds"] == ["subnet-1", "subnet-2"]
    rule = made.one("EC2::SecurityGroupIngress")
    assert (rule["SourceSecurityGroupId"], rule["FromPort"], rule["ToPort"]) == ("sg-1", 5432, 5432)
