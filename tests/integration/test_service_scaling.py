"""`ServiceScaling` as it deploys: every policy is taken, and a worker follows its queue from no task and back."""

import os

os.environ["CDK_VALIDATION"] = "false"  # the template validator takes seconds; cfn-lint looks at these templates elsewhere

import aws_cdk as cdk
import pytest
from aws_cdk import assertions
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs

from dockyard_constructs import MetricSteps, ScheduledBounds, ServiceScaling, Step
from tests.integration.local_aws import DEAF, Server, until

CLUSTER = {"Type": "AWS::ECS::Cluster", "Properties": {
    "ClusterName": "c", "ClusterSettings": [{"Name": "containerInsights", "Value": "enabled"}]}}  # fmt: skip


@pytest.fixture
def aws(base_image, tmp_path):
    server = Server(tmp_path)
    yield server
    server.stop()


def worker(aws: Server) -> dict:
    """Resources of a service that its queue scales, with a step and a schedule besides."""
    around = aws.surroundings
    stack = cdk.Stack(cdk.App(), "Worker", synthesizer=cdk.LegacyStackSynthesizer(), analytics_reporting=False)
    network = ec2.Vpc.from_vpc_attributes(
        stack, "Vpc", vpc_id=around.vpc, availability_zones=["a"], public_subnet_ids=around.subnets[:1],
        public_subnet_route_table_ids=["rtb"],
    )  # fmt: skip
    role = iam.Role.from_role_arn(stack, "Role", around.role, mutable=False)
    task = ecs.FargateTaskDefinition(stack, "Task", execution_role=role, task_role=role)
    task.add_container(
        "app",
        image=ecs.ContainerImage.from_registry(aws.image()),
        command=["python", "-c", DEAF],
        stop_timeout=cdk.Duration.seconds(2),
    )
    service = ecs.FargateService(
        stack, "Service", task_definition=task, service_name="web", assign_public_ip=True, desired_count=3, min_healthy_percent=0,
        cluster=ecs.Cluster.from_cluster_attributes(stack, "Cluster", cluster_name="c", vpc=network),
        security_groups=[ec2.SecurityGroup.from_security_group_id(stack, "Group", around.groups[0])],
    )  # fmt: skip
    ServiceScaling(
        stack, "Scaling", service=service, min_capacity=0, max_capacity=5, queue=sqs.Queue(stack, "Jobs", queue_name="jobs"),
        backlog_per_task=1000, cpu_utilization=50, high_resolution=True, scale_in_cooldown=cdk.Duration.seconds(0),
        steps=[MetricSteps(cloudwatch.Metric(namespace="Shop", metric_name="Orders"), [Step(1, at_least=9), Step(-1, at_most=-1)])],
        schedule=[ScheduledBounds("cron(0 8 ? * MON,TUE *)", 2, 5)], time_zone="Europe/Berlin",
    )  # fmt: skip
    return assertions.Template.from_stack(stack).to_json()["Resources"]


def test_the_first_message_starts_a_worker_and_the_last_one_lets_it_go(aws):
    assert aws.deploy("cluster", {"Cluster": CLUSTER}) == "CREATE_COMPLETE"
    assert aws.deploy("worker", worker(aws)) == "CREATE_COMPLETE"
    scaling = aws.client("application-autoscaling")
    names = {one["PolicyName"] for one in scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]}
    assert names == {"CPUUtilization", "Backlog", "FromZero", "Steps1Up", "Steps1Down"}

    def count() -> int:
        return aws.client("ecs").describe_services(cluster="c", services=["web"])["services"][0]["desiredCount"]

    until(lambda: count() == 0, 30)  # a new service begins with one
    queue = aws.client("sqs").get_queue_url(QueueName="jobs")["QueueUrl"]
    aws.client("sqs").send_message(QueueUrl=queue, MessageBody="work")
    until(lambda: count() == 1, 30)
    causes = [one["Cause"] for one in scaling.describe_scaling_activities(ServiceNamespace="ecs")["ScalingActivities"]]
    assert "FromZero" in causes[0]
    aws.client("sqs").purge_queue(QueueUrl=queue)
    until(lambda: count() == 0, 30)
