"""What CloudFormation does to a stack, followed to its end."""

from datetime import UTC, datetime

from dockyard.deploy.operations import follow

WHEN = datetime(2026, 1, 1, tzinfo=UTC)


class CloudFormation:
    """One stack, which is done at the second look; then thirty events have come at once."""

    class exceptions:  # noqa: N801
        ClientError = RuntimeError

    looks = 0

    def describe_stacks(self, StackName):  # noqa: N803
        self.looks += 1
        return {"Stacks": [{"StackStatus": "UPDATE_IN_PROGRESS" if self.looks == 1 else "UPDATE_COMPLETE"}]}

    def describe_stack_events(self, StackName):  # noqa: N803
        numbers = range(30 if self.looks > 1 else 1)
        return {"StackEvents": [{"EventId": str(n), "Timestamp": WHEN, "LogicalResourceId": f"R{n}"} for n in reversed(numbers)]}


def test_events_that_came_at_once_are_told_at_once():
    """Each time, tasks, targets and deployment are asked for, which takes half a second of a real account."""
    told = []
    assert follow(CloudFormation(), "arn", WHEN, lambda *texts: told.append(texts)) == ("UPDATE_COMPLETE", [])
    assert told == [("R0 ",), tuple(f"R{n} " for n in range(1, 30))]
