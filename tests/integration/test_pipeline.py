"""The workflows, run by act against the local AWS."""

import http.client

import pytest

from dockyard.config import load_project
from tests.github import GitHubApi
from tests.integration.support import get
from tests.integration.workflows import Repository

ROLE = "arn:aws:iam::000000000000:role/"


@pytest.fixture(scope="module")
def api():
    with GitHubApi() as made:
        yield made


@pytest.fixture(scope="module")
def repository(site, tmp_path_factory, api):
    """The site's project with workflows; what they deploy is undone."""
    made = Repository(site, tmp_path_factory.mktemp("repository"), api)
    yield made
    made.dockyard("destroy", "--env", "prod", "--yes")
    site.up()


def version_at(address, host):
    """What answers there to a client that asks for this host."""
    where = address.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(where[0], timeout=10)
    connection.request("GET", f"/{where[2]}", headers={"Host": host})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def test_a_push_is_checked_built_and_deployed_from_what_was_built_then_promoted(repository):
    """Approvals are GitHub's, before a job of the environment begins."""
    repository.version("pushed")
    told = repository.push()
    assert repository.roles() == [f"{ROLE}DOCKYARD_ROLE_DEV", f"{ROLE}DOCKYARD_ROLE_PROD"]
    order = ["Synthesize, then build", "Deploy what was built", "Smoke test", "Deploy what dev runs"]
    assert sorted(order, key=told.index) == order
    dev, prod = repository.receipt("dev"), repository.receipt("prod")
    assert {get(one["addresses"]["hello-python"])[1]["version"] for one in (dev, prod)} == {"pushed"}
    assert prod["digests"] == dev["digests"]
    assert {one["environment"] for one in prod["promoted"].values()} == {"dev"}


def test_a_version_that_fails_the_smoke_test_goes_back_to_the_one_before_and_is_not_promoted(repository):
    before = get(repository.address("hello-python"))[1]["version"]
    repository.version("bad")
    told = repository.push(code=1)
    assert "Deploy what dev runs" not in told
    assert "hello-python: back to the images that ran before" in told
    assert "hello-node: runs the images that ran before" in told
    assert get(repository.address("hello-python"))[1]["version"] == before


def test_a_pull_request_gets_a_preview_which_goes_when_it_is_closed(site, repository, api):
    address = repository.address("hello-python")
    before = get(address)[1]["version"]
    repository.version("preview")
    repository.pull_request("opened", job="preview")
    (comment,) = api.texts(7)
    assert "- **hello-python**: http://pr-7.preview.example.com" in comment
    assert '"preview"' in version_at(address, "pr-7.preview.example.com")[1]
    assert get(address)[1]["version"] == before
    assert repository.roles() == [f"{ROLE}DOCKYARD_PREVIEW_ROLE"]
    repository.pull_request("closed")
    assert api.texts(7) == ["<!-- dockyard preview -->\nThe preview is deleted.\n"]
    stacks = site.client("cloudformation").describe_stacks()["Stacks"]
    assert not [one["StackName"] for one in stacks if "-pr-7-" in one["StackName"]]
    assert get(address)[1]["version"] == before


def test_a_pull_request_of_a_fork_is_checked_and_gets_no_role(repository, api):
    before = len(api.asked)
    told = repository.pull_request("opened", head="evil/shop")
    assert "Check the project's files" in told
    assert (repository.roles(), len(api.asked)) == ([], before)


def test_a_pull_request_is_told_what_a_deploy_would_do_in_one_comment(repository, api):
    if "--markdown" not in repository.dockyard("plan", "--help").stdout:
        pytest.skip("dockyard plan has no --markdown")
    for name in ("planned", "again"):
        repository.version(name)
        repository.pull_request("synchronize", job="plan")
        assert repository.roles() == [f"{ROLE}DOCKYARD_PLAN_ROLE"]
    (comment,) = [text for text in api.texts(7) if text.startswith("<!-- dockyard plan -->")]
    assert "demo-dev-hello-python" in comment


@pytest.fixture
def taken(site, repository):
    """Host of another preview whose rule has the priority that pr-8's of hello-python would have."""
    elbv2, host = site.client("elbv2"), "pr-9.preview.example.com"
    project = load_project(repository.root)
    route = project.environment("pr-8").services["hello-python"].http
    listener = site.client("ssm").get_parameter(Name="/demo/dev/platform/listener-arn")["Parameter"]["Value"]
    (rule,) = elbv2.create_rule(
        ListenerArn=listener,
        Priority=project.lock.priority(route, environment="pr-8", service="hello-python"),
        Conditions=[{"Field": "host-header", "Values": [host]}],
        Actions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}],
    )["Rules"]
    yield host
    elbv2.delete_rule(RuleArn=rule["RuleArn"])
    (repository.root / "dockyard.lock").unlink()


def test_a_preview_whose_rule_has_met_that_of_another_is_told_before_its_deploy_and_can_be_moved(repository, taken):
    told = repository.dockyard("deploy", "--env", "pr-8", code=1).stderr
    assert f"is that of the rule for {taken}" in told
    assert "dockyard lock --preview pr-8" in told
    assert "pr/hello-python: priority " in repository.dockyard("lock", "--preview", "pr-8").stdout
