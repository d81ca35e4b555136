"""How long logs are kept."""

from aws_cdk import aws_logs as logs

from dockyard.config import RETENTIONS

_DAYS = dict(zip(RETENTIONS, logs.RetentionDays, strict=True))


def retention(days: int | str) -> logs.RetentionDays:
    """CDK's word for `log_retention`."""
    return _DAYS[days]
