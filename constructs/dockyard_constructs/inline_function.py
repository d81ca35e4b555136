"""A function of Lambda whose code is a file of this library, in the template itself: it needs no bucket and no build."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs

from constructs import Construct

_HANDLERS = Path(__file__).with_name("handlers")


class InlineFunction(Construct):
    """A file of `handlers`, with a role of its own and logs that go with it. Read `arn` and `function`."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        handler: str,
        description: str,
        environment: Mapping[str, str],
        rights: Sequence[iam.PolicyStatement] = (),
        timeout_seconds: int = 60,
    ) -> None:
        """Make it.

        :param handler: name of the file.
        :param rights: what it may do, beside writing its logs.
        """
        super().__init__(scope, id)
        log_group = logs.LogGroup(self, "Logs", retention=logs.RetentionDays.ONE_MONTH, removal_policy=RemovalPolicy.DESTROY)
        writing = iam.PolicyStatement(actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[log_group.log_group_arn])
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            inline_policies={"function": iam.PolicyDocument(statements=[*rights, writing])},
        )
        self.function = lambda_.CfnFunction(
            self,
            "Resource",
            runtime="python3.13",
            handler="index.handler",
            code=lambda_.CfnFunction.CodeProperty(zip_file=(_HANDLERS / f"{handler}.py").read_text(encoding="utf-8")),
            environment=lambda_.CfnFunction.EnvironmentProperty(variables=dict(environment)),
            role=role.role_arn,
            timeout=timeout_seconds,
            logging_config=lambda_.CfnFunction.LoggingConfigProperty(log_group=log_group.log_group_name),
            description=description,
        )

    @property
    def arn(self) -> str:
        """ARN of the function."""
        return self.function.attr_arn
