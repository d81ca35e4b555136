"""How long logs are kept: the key `log_retention`."""

from typing import Literal, get_args

Retention = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653, "forever"
]  # fmt: skip
"""Days, of which CloudWatch has these.
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"""

RETENTIONS: tuple[int | str, ...] = get_args(Retention)
