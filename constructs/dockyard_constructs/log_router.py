"""Log routing by FireLens: Fluent Bit in a container beside the service's own, which takes what containers print.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_firelens.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import aws_cdk as cdk
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3

from constructs import Construct
from dockyard_constructs.log_destination import destination

ROUTER = "log-router"
"""Name of its container."""
IMAGE = "public.ecr.aws/aws-observability/aws-for-fluent-bit:init-2.32.5.20250422"
"""With the init process, which reads files of S3 on Fargate, too, where ECS itself does not.
https://github.com/aws/aws-for-fluent-bit/tree/mainline/use_cases/init-process-for-fluent-bit"""
_FILE_OF_S3 = "aws_fluent_bit_init_s3_1"


@dataclass(frozen=True)
class LogRouter:
    """What the router does with what containers print.

    `options` are an output plugin by `Name` and its options, in Fluent Bit's words; `secret_options` those with values from SSM
    Parameter Store or Secrets Manager, which the execution role may read. Of AWS's services the region defaults to the stack's,
    and the task role gets the right to write to the one that is named; where a name has something to fill in (`$`), it gets
    none, and a warning says so. `cloudwatch_logs` without a group means the service's own log group.

    `config_file` is a further file of Fluent Bit's: an absolute path in the image, or an object of S3, which the task role may
    read then. `image` must have AWS's init process for that; it defaults to AWS for Fluent Bit, which does.
    """

    options: Mapping[str, str] = field(default_factory=dict)
    secret_options: Mapping[str, ecs.Secret] = field(default_factory=dict)
    config_file: str | s3.Location | None = None
    image: ecs.ContainerImage | None = None
    memory_reservation_mib: int = 64
    enable_ecs_log_metadata: bool = True

    def __post_init__(self) -> None:
        """Raises ValueError where it would send nothing, or nobody knows where to."""
        if "Name" not in self.options and self.config_file is None:
            raise ValueError("options should have Name, an output plugin, or config_file its outputs")
        destination(self.options)

    def driver(self, scope: Construct, log_group: logs.ILogGroup) -> ecs.LogDriver:
        """By which a container logs to it.

        :param log_group: the service's own.
        """
        options = dict(self.options)
        known = destination(options)
        if known:
            options.setdefault("region", cdk.Stack.of(scope).region)
        if known and known.name is None:
            options["log_group_name"] = log_group.log_group_name
            if "log_stream_name" not in options:
                options.setdefault("log_stream_prefix", f"{ROUTER}/")
        return ecs.LogDrivers.firelens(options=options or None, secret_options=dict(self.secret_options) or None)

    def add_to(self, scope: Construct, task_definition: ecs.TaskDefinition, logging: ecs.LogDriver) -> ecs.ContainerDefinition:
        """Add its container. The task ends with it: nothing that is printed is to be lost unseen.

        :param logging: of what it prints itself.
        """
        path = self.config_file if isinstance(self.config_file, str) else None
        options = ecs.FirelensOptions(
            enable_ecs_log_metadata=self.enable_ecs_log_metadata,
            config_file_type=ecs.FirelensConfigFileType.FILE if path else None,
            config_file_value=path,
        )
        return task_definition.add_firelens_log_router(
            ROUTER,
            image=self.image or ecs.ContainerImage.from_registry(IMAGE),
            firelens_config=ecs.FirelensConfig(type=ecs.FirelensLogRouterType.FLUENTBIT, options=options),
            environment={_FILE_OF_S3: _arn(scope, self.config_file)} if isinstance(self.config_file, s3.Location) else None,
            essential=True,
            logging=logging,
            memory_reservation_mib=self.memory_reservation_mib,
        )

    def grant(self, scope: Construct, task_definition: ecs.TaskDefinition, log_group: logs.ILogGroup) -> None:
        """What it does in the task's role."""
        if isinstance(self.config_file, s3.Location):
            _allow(task_definition, ["s3:GetObject"], _arn(scope, self.config_file))
            _allow(
                task_definition,
                ["s3:GetBucketLocation"],
                _arn(scope, s3.Location(bucket_name=self.config_file.bucket_name, object_key="")),
            )
        known = destination(self.options)
        if known is None:
            return
        if known.name is None:
            _allow(task_definition, known.actions, log_group.log_group_arn)
        elif known.is_dynamic:
            text = f"the log router may not write to {known.name}, a name that is filled in later: grant it to the task role"
            cdk.Annotations.of(scope).add_warning_v2("dockyard:firelens", text)
        else:
            _allow(task_definition, known.actions, known.arn(cdk.Stack.of(scope)))


def to_log_group(log_group: logs.ILogGroup, name: str) -> ecs.LogDriver:
    """Without a router: by streams that begin with the container's name, for which it never waits."""
    return ecs.LogDrivers.aws_logs(stream_prefix=name, log_group=log_group, mode=ecs.AwsLogDriverMode.NON_BLOCKING)


def _arn(scope: Construct, location: s3.Location) -> str:
    """Of the object; of the bucket where there is no key."""
    resource = "/".join(filter(None, (location.bucket_name, location.object_key)))
    return cdk.Stack.of(scope).format_arn(
        service="s3", region="", account="", resource=resource, arn_format=cdk.ArnFormat.NO_RESOURCE_NAME
    )


def _allow(task_definition: ecs.TaskDefinition, actions: list[str], resource: str) -> None:
    task_definition.add_to_task_role_policy(iam.PolicyStatement(actions=actions, resources=[resource]))
