"""How long logs are kept: the key `log_retention`."""

from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator

from dockyard.config.shown import show

_Kept = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653, "forever"
]  # fmt: skip
"""Days, of which CloudWatch has these.
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"""

RETENTIONS: tuple[int | str, ...] = get_args(_Kept)


def _known(value: Any) -> Any:
    """CloudWatch has no other; pydantic would tell the one word alone."""
    if isinstance(value, bool) or value not in RETENTIONS:
        days = ", ".join(map(str, RETENTIONS[:-1]))
        raise ValueError(f"should be {days} (days) or {RETENTIONS[-1]}, got {show(value)}")
    return value


Retention = Annotated[_Kept, BeforeValidator(_known)]
