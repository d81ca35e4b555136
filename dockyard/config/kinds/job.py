"""`kind: job`."""

from typing import Annotated, Literal

from dockyard.config.kinds.container import Container
from dockyard.config.model import number
from dockyard.config.schedule import Schedule
from dockyard.config.time_zone import TimeZone


class Job(Container):
    """A container that is run by a schedule, until it ends. While one run is under way, the next is left out."""

    kind: Literal["job"]
    """What the service is. The same in every environment."""
    schedule: Schedule
    """When it runs: `cron(0 3 * * ? *)`, `rate(5 minutes)` or `at(2027-01-31T03:00:00)`."""
    time_zone: TimeZone = "UTC"
    """Time zone of the schedule, such as Europe/Berlin; it knows summer time."""
    enabled: bool = True
    """Whether the schedule is carried out."""
    timeout: Annotated[int, number(1, 604800, "seconds")] = 3600
    """How long a run may take before it is stopped."""
    retries: Annotated[int, number(0, 10)] = 0
    """How often a run that failed is tried again, after 10, 20, 40 … seconds. One that took too long is not."""
    start_within: Annotated[int, number(60, 86400, "seconds")] = 3600
    """How long after its time a run may still be started, where AWS could not start it at once."""
