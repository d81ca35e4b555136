"""Where Fluent Bit's plugins for AWS's services write to, and the rights that they need there, each on the one that is named.

https://docs.fluentbit.io/manual/data-pipeline/outputs
"""

from collections.abc import Mapping
from dataclasses import dataclass

import aws_cdk as cdk

_MAKING = {"auto_create_group": "logs:CreateLogGroup", "log_retention_days": "logs:PutRetentionPolicy"}
"""Options of CloudWatch's plugins, and the right that each needs."""


@dataclass(frozen=True)
class _Plugin:
    option: str
    """That has the name."""
    service: str
    resource: str
    """Of the ARN, with the name as {}."""
    actions: tuple[str, ...] = ()


_FIREHOSE = _Plugin("delivery_stream", "firehose", "deliverystream/{}", ("firehose:PutRecordBatch",))
_KINESIS = _Plugin("stream", "kinesis", "stream/{}", ("kinesis:PutRecords",))
_LOGS = _Plugin(
    "log_group_name", "logs", "log-group:{}:*", ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")
)
_PLUGINS = {
    "cloudwatch": _LOGS,
    "cloudwatch_logs": _LOGS,
    "firehose": _FIREHOSE,
    "kinesis": _KINESIS,
    "kinesis_firehose": _FIREHOSE,
    "kinesis_streams": _KINESIS,
    "s3": _Plugin("bucket", "s3", "{}/*", ("s3:PutObject",)),
}


@dataclass(frozen=True)
class Destination:
    """What of AWS a plugin writes to."""

    plugin: _Plugin
    name: str | None
    """None where it is the service's own log group."""
    region: str | None
    more: tuple[str, ...] = ()

    @property
    def is_dynamic(self) -> bool:
        """Whether the name is known only when something is written."""
        return not cdk.Token.is_unresolved(self.name) and "$" in (self.name or "")

    @property
    def actions(self) -> list[str]:
        """That must be allowed on it."""
        return [*self.plugin.actions, *self.more]

    def arn(self, stack: cdk.Stack) -> str:
        """Of it, in the stack's account. Of a bucket, of its objects."""
        resource = self.plugin.resource.format(self.name)
        of_s3 = {"region": "", "account": ""} if self.plugin.service == "s3" else {"region": self.region or stack.region}
        return stack.format_arn(
            service=self.plugin.service, resource=resource, arn_format=cdk.ArnFormat.NO_RESOURCE_NAME, **of_s3
        )


def destination(options: Mapping[str, str]) -> Destination | None:
    """What the options of an output name; None where that is nothing of AWS. Raises ValueError where a name is missing."""
    plugin = _PLUGINS.get(options.get("Name", ""))
    if plugin is None:
        return None
    if plugin.option not in options and plugin is not _LOGS:
        raise ValueError(f"options should have {plugin.option}, which {options['Name']} needs")
    more = tuple(action for option, action in _MAKING.items() if _is_set(options.get(option))) if plugin is _LOGS else ()
    return Destination(plugin, options.get(plugin.option), options.get("region"), more)


def _is_set(value: str | None) -> bool:
    return value is not None and value.lower() not in ("false", "off", "no", "0")
