"""The end of an Auto Scaling group whose servers ECS manages."""

from aws_cdk import ArnFormat, CustomResource, Duration, RemovalPolicy, Stack
from aws_cdk import aws_autoscaling as autoscaling
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs

from constructs import Construct

_CODE = """\
import time
import boto3
import cfnresponse

def handler(event, context):
    name = event["ResourceProperties"]["Group"]
    try:
        if event["RequestType"] == "Delete":
            delete(name, context)
        cfnresponse.send(event, context, cfnresponse.SUCCESS, {}, "servers")
    except Exception as error:
        cfnresponse.send(event, context, cfnresponse.FAILED, {}, "servers", reason=f"{name}: {error}")

def delete(name, context):
    groups = boto3.client("autoscaling")
    if groups.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]:
        groups.delete_auto_scaling_group(AutoScalingGroupName=name, ForceDelete=True)
    while running(name) and context.get_remaining_time_in_millis() > 20_000:
        time.sleep(2)

def running(name):
    states = ["pending", "running", "shutting-down", "stopping"]
    wanted = {"tag:aws:autoscaling:groupName": [name], "instance-state-name": states}
    filters = [{"Name": key, "Values": values} for key, values in wanted.items()]
    return boto3.client("ec2").describe_instances(Filters=filters)["Reservations"]
"""
"""Its identifier does not change, so that nothing is deleted when an update replaces the group, whose tasks move then."""


class GroupDeletion(Construct):
    """Deletes the group with its servers by force when the stack is deleted, and waits until they are gone.

    CloudFormation deletes a group by scaling it to nothing, which does not end by itself: ECS takes the protection of servers
    not back when their capacity provider is deleted, and nobody answers the lifecycle hook of managed draining any more, which
    holds each server for up to an hour. A forced deletion minds neither.
    https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteAutoScalingGroup.html
    https://docs.aws.amazon.com/autoscaling/ec2/userguide/resource-deletion-protection.html
    https://github.com/aws/containers-roadmap/issues/2862

    What uses the group must depend on `resource`, so that it goes before: by then no service has tasks there.
    """

    def __init__(self, scope: Construct, id: str, *, group: autoscaling.AutoScalingGroup) -> None:
        """Make the function, and the resource whose deletion calls it."""
        super().__init__(scope, id)
        log_group = logs.LogGroup(self, "Logs", retention=logs.RetentionDays.ONE_MONTH, removal_policy=RemovalPolicy.DESTROY)
        function = lambda_.CfnFunction(
            self,
            "Function",
            runtime="python3.13",
            handler="index.handler",
            code=lambda_.CfnFunction.CodeProperty(zip_file=_CODE),
            role=self._role(group, log_group).role_arn,
            timeout=600,
            logging_config=lambda_.CfnFunction.LoggingConfigProperty(log_group=log_group.log_group_name),
            description="Deletes the servers of the ECS cluster with its stack",
        )
        self.resource = CustomResource(
            self,
            "Resource",
            service_token=function.attr_arn,
            resource_type="Custom::GroupDeletion",
            service_timeout=Duration.minutes(15),
            properties={"Group": group.auto_scaling_group_name},
        )

    def _role(self, group: autoscaling.AutoScalingGroup, log_group: logs.LogGroup) -> iam.Role:
        """May delete this one group, and look at groups and servers, of which IAM knows no resources for this."""
        arn = Stack.of(self).format_arn(
            service="autoscaling",
            resource="autoScalingGroup",
            resource_name=f"*:autoScalingGroupName/{group.auto_scaling_group_name}",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        rights = {
            "autoscaling:DeleteAutoScalingGroup": arn,
            "autoscaling:DescribeAutoScalingGroups": "*",
            "ec2:DescribeInstances": "*",
            "logs:CreateLogStream": log_group.log_group_arn,
            "logs:PutLogEvents": log_group.log_group_arn,
        }
        statements = [iam.PolicyStatement(actions=[action], resources=[resource]) for action, resource in rights.items()]
        return iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            inline_policies={"deletion": iam.PolicyDocument(statements=statements)},
        )
