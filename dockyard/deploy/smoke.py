"""What the smoke test of a deployment was answered, while its stack is deployed: ECS tells only that a hook failed."""

import re
from datetime import UTC, datetime

from dockyard.deploy.assembly import StackArtifact
from dockyard.doors.aws import Aws
from dockyard.doors.log_group import LogGroup

_ASKED = "GET "
"""How a line begins that tells of a request (`handlers/smoke.py` of the constructs)."""
_GOOD = re.compile(r"GET \S+: 2\d\d")


class SmokeWatch:
    """Looks from time to time; of services without a smoke test it asks nothing."""

    def __init__(self, aws: Aws, artifact: StackArtifact) -> None:
        functions = artifact.resources("AWS::Lambda::Function").values()
        tests = [one for one in functions if "PATHS" in one.get("Environment", {}).get("Variables", {})]
        self._aws, self._stack, self._since = aws, artifact.name, datetime.now(UTC).replace(microsecond=0)
        self._logical = next((one["LoggingConfig"]["LogGroup"]["Ref"] for one in tests), None)
        self._log: LogGroup | None = None
        self.bad: list[str] = []
        """Requests that were not answered as wanted."""

    def look(self) -> list[str]:
        """Requests of the test since the last time, each with its answer."""
        if self._logical and self._log is None and (name := self._name()):
            self._log = LogGroup(self._aws, name, self._since)
        lines = [event.text for event in self._log.new() if event.text.startswith(_ASKED)] if self._log else []
        self.bad += [line for line in lines if not _GOOD.fullmatch(line)]
        return lines

    def _name(self) -> str | None:
        """Of the log group, once the stack has it."""
        found = self._aws.cloudformation.describe_stack_resources(StackName=self._stack)["StackResources"]
        return next((one.get("PhysicalResourceId") for one in found if one["LogicalResourceId"] == self._logical), None)
