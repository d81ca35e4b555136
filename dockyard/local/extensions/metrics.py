"""How the local AWS's own metrics come into its CloudWatch.

AWS publishes once a minute; here it is every second or two, so that alarms and scaling can be watched. What is older than some
minutes is kept a minute a point, as AWS keeps it.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from ministack.core.responses import AccountRegionScopedDict
from ministack.services import cloudwatch

_COMPACT_FROM, _COMPACT_EVERY = 1000, 500
_FINE_SECONDS = 300
_log = logging.getLogger("dockyard.metrics")


def every(seconds: float, work: Callable[[], None], name: str) -> None:
    """Do the work at this rate for as long as the process lives; an error is logged, and the next turn tries again."""

    def run() -> None:
        due = time.monotonic()
        while True:
            try:
                work()
            except Exception:
                _log.exception(name)
            due = max(due + seconds, time.monotonic())
            time.sleep(due - time.monotonic() if due > time.monotonic() else seconds / 10)

    threading.Thread(target=run, daemon=True, name=f"dockyard-{name}").start()


def scopes(*tables: AccountRegionScopedDict) -> set[tuple[str, str]]:
    """Account and region of whatever is in the tables."""
    return {key[:2] for table in tables for key in list(table._data)}


def publish(
    namespace: str, name: str, dimensions: Mapping[str, str], values: float | Mapping[float, int], unit: str = "Count"
) -> None:
    """Put a value, or values with how often each was seen, into the CloudWatch of the current account and region."""
    bucket = cloudwatch._metric_bucket((namespace, name, cloudwatch._dims_key(dict(dimensions))))
    seen = values if isinstance(values, Mapping) else {values: 1}
    now = time.time()
    bucket += [_point(now, value, count, unit, dimensions) for value, count in seen.items()]
    if len(bucket) > _COMPACT_FROM and len(bucket) % _COMPACT_EVERY < len(seen):
        bucket[:] = _compacted(bucket, now)


def _point(moment: float, value: float, count: float, unit: str, dimensions: Mapping[str, str]) -> dict[str, Any]:
    return {
        "Timestamp": moment, "Value": float(value), "Count": float(count), "Unit": unit, "Dimensions": dict(dimensions),
    }  # fmt: skip


def _compacted(points: list[dict[str, Any]], now: float) -> list[dict[str, Any]]:
    fine = [point for point in points if point["Timestamp"] > now - _FINE_SECONDS]
    coarse: Counter[tuple[float, float]] = Counter()
    for point in points:
        if point["Timestamp"] <= now - _FINE_SECONDS:
            coarse[point["Timestamp"] // 60 * 60, point["Value"]] += point.get("Count", 1.0)
    unit, dimensions = points[-1]["Unit"], points[-1]["Dimensions"]
    return [_point(minute, value, count, unit, dimensions) for (minute, value), count in coarse.items()] + fine
