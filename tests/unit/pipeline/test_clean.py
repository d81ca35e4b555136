"""Which previews have outlived their time."""

from datetime import UTC, datetime, timedelta

from dockyard.pipeline.clean import expired

NOW = datetime(2026, 12, 1, tzinfo=UTC)


def stack(environment, hours, *, updated=None, application="shop"):
    made = {"dockyard:application": application, "dockyard:environment": environment}
    times = {"CreationTime": NOW - timedelta(hours=hours)}
    if updated is not None:
        times["LastUpdatedTime"] = NOW - timedelta(hours=updated)
    return {"Tags": [{"Key": key, "Value": value} for key, value in made.items()], **times}


def test_the_last_deploy_of_any_of_its_services_counts():
    stacks = [
        stack("pr-1", 100), stack("pr-1", 90), stack("pr-2", 100), stack("pr-2", 90, updated=71), stack("pr-3", 72),
        stack("pr-4", 73),
    ]  # fmt: skip
    assert expired(stacks, application="shop", previews="pr", hours=72, now=NOW) == ["pr-1", "pr-4"]


def test_nothing_else_is_a_preview():
    others = [
        stack("staging", 999),
        stack("pr", 999),
        stack("my-pr-1", 999),
        stack("pr-1", 999, application="other"),
        stack("", 999),
    ]
    others.append({"CreationTime": NOW - timedelta(days=99)})
    assert expired(others, application="shop", previews="pr", hours=1, now=NOW) == []
