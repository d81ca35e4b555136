"""Two services and what they share on the local AWS: one writes by its links, the other reads by its own."""

import json
import shutil

import pytest

from tests.integration.linked import SERVICES, SHARED


@pytest.fixture(scope="module")
def linked(site):
    """The sample project with resources and two tasks, which are gone at the end."""
    project = site.root / "dockyard.yaml"
    before = project.read_text()
    project.write_text(f"{before}{SHARED}")
    for name, (settings, code) in SERVICES.items():
        folder = site.root / "services" / name
        folder.mkdir()
        (folder / "service.yaml").write_text(settings)
        (folder / "main.py").write_text(code)
    try:
        site.up()
        yield site
    finally:
        project.write_text(before)
        cloudformation = site.client("cloudformation")
        for name in (*SERVICES, "resources"):
            shutil.rmtree(site.root / "services" / name, ignore_errors=True)
            cloudformation.delete_stack(StackName=f"demo-dev-{name}")
            cloudformation.get_waiter("stack_delete_complete").wait(StackName=f"demo-dev-{name}", WaiterConfig={"Delay": 1})


def run(site, service):
    """What a run of the task prints, as JSON."""
    local = site.account()
    return json.loads(site.dockyard("run", service, **local).stdout)


def test_what_one_service_writes_by_its_links_another_reads_by_its_own(linked):
    sns = linked.client("sns")
    ssm = linked.client("ssm")
    topic, queue = (
        ssm.get_parameter(Name=f"/demo/dev/resources/{name}/arn")["Parameter"]["Value"] for name in ("events", "jobs")
    )
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes={"RawMessageDelivery": "true"})
    wrote = run(linked, "writer")
    read = run(linked, "reader")
    assert read == {"item": "42", "object": "content", "messages": ["published", "sent"]}
    assert wrote["own"] == "kept"


def test_what_is_kept_outlives_its_stack(linked):
    """A table is there after the stack that made it is deleted; what keeps nothing is gone with it."""
    dynamodb, cloudformation = linked.client("dynamodb"), linked.client("cloudformation")
    found = cloudformation.describe_stack_resources(StackName="demo-dev-writer")["StackResources"]
    (table,) = [one["PhysicalResourceId"] for one in found if one["ResourceType"] == "AWS::DynamoDB::GlobalTable"]
    cloudformation.delete_stack(StackName="demo-dev-writer")
    cloudformation.get_waiter("stack_delete_complete").wait(StackName="demo-dev-writer", WaiterConfig={"Delay": 1})
    try:
        assert dynamodb.describe_table(TableName=table)["Table"]["TableStatus"] == "ACTIVE"
    finally:
        dynamodb.delete_table(TableName=table)
