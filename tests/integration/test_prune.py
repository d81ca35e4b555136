"""What ECR holds is listed, and what nothing needs is removed."""

import json

import pytest

from tests.integration import images
from tests.integration.rights import only_roles
from tests.integration.support import get

NAME = "demo/hello-python"
ALL = ("--keep", "0", "--older-than", "0")


@pytest.fixture
def local(site):
    """Variables of the local AWS."""
    return site.account()


@pytest.fixture
def running(site, local):
    """The tag that the sources give, deployed; nothing else in the receipts."""
    site.up()
    for history in (site.root / ".dockyard/receipts").glob("*.history.jsonl"):
        history.unlink()
    rows = json.loads(site.dockyard("tags", "hello-python", "--json", **local).stdout)
    return rows[0]["tag"]


@pytest.fixture
def repository(site, running):
    """The repository, with images of which each has its fate as its tag."""
    made = images.Repository(site, NAME, make=False)
    for tag in ("old", "unused", "ruled", "scheduled", "received", "cache-main"):
        made.push(tag, tag)
    child = made.push("child", "child")
    made.push_index([child, made.push("no tag")], "index")
    yield made
    for image in made.ecr.list_images(repositoryName=NAME)["imageIds"]:
        if image.get("imageTag") not in (running, None):
            made.delete(**image)


@pytest.fixture
def definitions(site, repository):
    """Task definitions of these images: of a rule, of a schedule, and one that nobody uses."""
    ecs, events, scheduler = (site.client(service) for service in ("ecs", "events", "scheduler"))

    def register(tag):
        container = {"name": "app", "image": f"000000000000.dkr.ecr.us-east-1.amazonaws.com/{NAME}:{tag}", "memory": 64}
        return ecs.register_task_definition(family=tag, containerDefinitions=[container])["taskDefinition"]["taskDefinitionArn"]

    role, cluster = "arn:aws:iam::000000000000:role/any", "arn:aws:ecs:us-east-1:000000000000:cluster/demo-dev"
    events.put_rule(Name="nightly", ScheduleExpression="rate(1 day)", State="DISABLED")
    parameters = {"TaskDefinitionArn": register("index"), "TaskCount": 1}
    events.put_targets(Rule="nightly", Targets=[{"Id": "a", "Arn": cluster, "RoleArn": role, "EcsParameters": parameters}])
    parameters["TaskDefinitionArn"] = register("ruled")
    events.put_targets(Rule="nightly", Targets=[{"Id": "b", "Arn": cluster, "RoleArn": role, "EcsParameters": parameters}])
    register("unused")
    register("scheduled")
    target = {"Arn": cluster, "RoleArn": role, "EcsParameters": {"TaskDefinitionArn": _family("scheduled")}}
    window = {"Mode": "OFF"}
    scheduler.create_schedule(
        Name="hourly", ScheduleExpression="rate(1 hour)", State="DISABLED", FlexibleTimeWindow=window, Target=target
    )
    yield
    scheduler.delete_schedule(Name="hourly")
    events.remove_targets(Rule="nightly", Ids=["a", "b"])
    events.delete_rule(Name="nightly")


def _family(name):
    """A task definition without its revision: the newest of them."""
    return f"arn:aws:ecs:us-east-1:000000000000:task-definition/{name}"


@pytest.fixture
def receipt(site, repository):
    """One of an earlier deploy."""
    file = site.root / ".dockyard/receipts/000000000000-us-east-1-dev.history.jsonl"
    file.write_text(json.dumps({"images": {"hello-python": "received"}, "digests": {}}) + "\n")


def test_images_tells_what_is_there_and_where_it_runs(site, local, running, repository):
    found = json.loads(site.dockyard("images", "hello-python", "--json", **local).stdout)
    rows = {row["tags"][0]: row for row in found["images"]}
    assert rows[running]["current"]
    uses = rows[running]["deployed"]  # several, while a version before has the same image
    assert {use["by"].startswith("service demo-dev/demo-dev-hello-python-") for use in uses} == {True}
    assert {use["task_definition"].startswith("demodevhellopython") for use in uses} == {True}
    assert not rows["old"]["current"]
    assert rows["old"]["deployed"] == []
    assert rows["old"]["bytes"] > 0
    (counted,) = found["repositories"]
    assert (counted["caches"], counted["untagged"]) == (1, 0)
    shown = site.dockyard("images", **local)
    assert f"{NAME}: " in shown.stderr
    assert "demo/hello-node" in shown.stdout
    assert "service hello-node" in shown.stdout


def test_what_is_needed_stays_and_the_rest_goes(site, local, running, repository, definitions, receipt):
    """Without a terminal only with --yes; the rights of who deploys and ecr are enough; and nothing of it runs the worse."""
    with only_roles(site.port) as account:
        variables = {**local, "AWS_ENDPOINT_URL": f"http://localhost:{account.server_port}"}
        before = repository.tags()
        told = site.dockyard("prune", "hello-python", *ALL, code=2, **variables).stderr
        assert "images would be removed, and there is nobody to ask" in told
        site.dockyard("prune", "hello-python", *ALL, "--dry-run", **variables)
        assert "AccessDenied" in site.dockyard("prune", "hello-python", *ALL, "--yes", code=1, **variables).stderr
        account.granted = {"ecr"}
        for service in ("events", "scheduler"):  # what may not be looked at is not taken for unused
            account.denied = {service}
            assert "AccessDenied" in site.dockyard("prune", "hello-python", *ALL, "--yes", code=1, **variables).stderr
        assert repository.tags() == before
        account.denied = set()
        shown = json.loads(site.dockyard("prune", "hello-python", *ALL, "--yes", "--json", **variables).stdout)
    assert repository.tags() == {running, "ruled", "scheduled", "received", "index", "child", "cache-main", "none"}
    reasons = {row["tags"][0]: row["stays"] for row in shown if row["tags"]}
    assert reasons["old"] is reasons["unused"] is None
    assert reasons["ruled"].startswith("deployed: rule nightly (ruled:")
    assert reasons["scheduled"].startswith("deployed: schedule default/hourly (scheduled")
    assert reasons["received"] == "in one of the last 10 receipts"
    assert reasons["child"] == "listed by index"
    assert reasons[running].startswith("deployed: service demo-dev/")
    assert get(site.addresses()["hello-python"])[0] == 200


def test_what_a_service_would_go_back_to_stays(site, local, running, source):
    site.edit(source, 'VERSION = "1"', 'VERSION = "8"')
    site.up()
    for history in (site.root / ".dockyard/receipts").glob("*.history.jsonl"):
        history.unlink()
    shown = json.loads(site.dockyard("prune", "hello-python", *ALL, "--dry-run", "--json", **local).stdout)
    (before,) = [row for row in shown if running in row["tags"]]
    assert "to roll back to" in before["stays"]
