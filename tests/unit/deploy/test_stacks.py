"""Which stacks are deployed, and when they are looked at."""

import json
import threading
from functools import partial
from types import SimpleNamespace

import pytest

from dockyard.deploy import stacks
from dockyard.deploy.causes import Cause
from dockyard.deploy.stack import Deployed, StackDeployer
from dockyard.deploy.stacks import deploy_stacks
from dockyard.errors import DeployError, UnwellError
from dockyard.progress import Silent

NEEDS = {
    "registry": (), "platform": (), "web": ("registry", "platform"), "worker": ("registry", "platform"),
    "other": ("registry", "web"),
}  # fmt: skip
ENTRIES = stacks.entries
TEMPLATE = json.dumps({"Parameters": {"Listener": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/listener"}}})


class CloudFormation:
    """Each stack as it was deployed, with the listener of then."""

    def __init__(self, stacks):
        self.stacks = stacks

    def describe_stacks(self, StackName):  # noqa: N803
        stack = {
            "StackName": StackName, "StackStatus": "UPDATE_COMPLETE", "CreationTime": SimpleNamespace(isoformat=lambda: "now"),
            "Parameters": [{"ParameterKey": "Listener", "ResolvedValue": self.stacks[StackName]}],
        }  # fmt: skip
        return {"Stacks": [stack]}

    def get_template(self, **_):
        return {"TemplateBody": TEMPLATE}


def entry(*services, fault=False):
    """A deploy of these; with a fault of the worker's stack."""
    return SimpleNamespace(images=dict.fromkeys(services, "tag"), faults={"worker": "its tasks end"} if fault else {})


@pytest.fixture
def deploy(monkeypatch):
    """Deploys four stacks; which were deployed, and what was done in order.

    `others`: stacks that have another listener than there is now. `changing`: those that a deploy changes.
    """

    def run(others=(), changing=(), images=lambda: ["image"]):
        done, aws = [], SimpleNamespace(assuming=lambda _: aws)
        aws.cloudformation = CloudFormation({name: "old" if name in others else "new" for name in NEEDS})
        aws.parameters = lambda names: dict.fromkeys(names, "new")

        def deployed(_, artifact, *__, **___):
            done.append(f"deploy {artifact.name}")
            return Deployed(artifact.name, artifact.name in changing, "v2", {})

        def brought():
            done.append("images")
            return images()

        monkeypatch.setattr(stacks, "_deploy_stack", deployed)
        if stacks.entries is ENTRIES:
            monkeypatch.setattr(stacks, "entries", lambda _: [])
        site = SimpleNamespace(registry_stack="registry", service_stack=str)
        artifacts = [
            SimpleNamespace(
                name=name, depends_on=needs, deploy_role="", tags={}, termination_protection=False, template=TEMPLATE,
                parameter_defaults=lambda: {"Listener": "/listener"},
            )
            for name, needs in NEEDS.items()
        ]  # fmt: skip
        progress = SimpleNamespace(done=lambda name, text: done.append(f"{name} {text}"))
        try:
            found, left = deploy_stacks(site, artifacts, brought, progress, StackDeployer(aws, aws))
        except DeployError as error:
            return str(error), done
        assert found == ["image"]
        assert left.keys() == NEEDS.keys()
        return {one.removeprefix("deploy ") for one in done if one.startswith("deploy")}, done

    return run


SHARED = {"registry", "platform"}


def test_of_those_that_wait_for_images_one_that_is_as_it_should_be_is_not_deployed(deploy):
    deployed, done = deploy({"web"})  # which changes nothing then
    assert deployed == {*SHARED, "web"}
    assert "worker unchanged" in done


def test_what_needs_a_stack_that_changes_now_is_looked_at_once_more(deploy):
    """Its values in SSM may be others by that; and so with what needs that one."""
    assert deploy(changing={"platform"})[0] == {*SHARED, "web", "worker", "other"}


def test_they_are_looked_at_while_images_are_built(deploy, monkeypatch):
    looked, current = threading.Event(), StackDeployer.current

    def look(*arguments):
        looked.set()
        return current(*arguments)

    monkeypatch.setattr(StackDeployer, "current", look)
    assert deploy(images=lambda: ["image"] if looked.wait(10) else [])[0] == SHARED


@pytest.mark.parametrize(
    ("deploys", "looked"),
    [
        ([], set()),
        ([entry("worker", fault=True)], {"worker"}),
        ([entry("worker", fault=True), entry("web")], {"worker"}),  # that one was of another service
        ([entry("worker", fault=True), entry("web", "worker")], set()),
        ([entry("worker"), entry("worker", "web", fault=True)], {"worker"}),
    ],
)
def test_one_that_the_last_deploy_left_unwell_is_looked_at_once_more(deploy, monkeypatch, deploys, looked):
    monkeypatch.setattr(stacks, "entries", lambda _: deploys)
    assert deploy()[0] == {*SHARED, *looked}


@pytest.mark.parametrize(("changed", "unwell"), [(True, False), (False, True), (False, False)])
def test_a_stack_that_is_unwell_after_its_deploy_is_told_also_where_nothing_is_changed(monkeypatch, changed, unwell):
    """ECS and CloudFormation tell nothing of a task that ends a moment after its start, and of no stack that does not change."""
    looked = []
    watches = SimpleNamespace(look=None, times=str, lacking=str)
    watches.unwell = lambda again: looked.append(again) or Cause("its tasks end", "mend them")
    monkeypatch.setattr(stacks, "Watches", lambda *_: watches)
    deployer = SimpleNamespace(deploy=lambda *_: Deployed("worker", changed, "v2", {}))
    deploy = partial(stacks._deploy_stack, None, SimpleNamespace(name="worker"), Silent(), deployer, unwell=unwell)
    if not changed and not unwell:
        assert deploy()
        assert looked == []
        return
    with pytest.raises(UnwellError, match="worker: its tasks end") as caught:
        deploy()
    assert (caught.value.hint, looked) == ("mend them", [unwell])


def test_no_service_is_deployed_where_an_image_is_missing(deploy):
    def fails():
        raise DeployError("no image")

    told, done = deploy({"web"}, images=fails)
    assert told == "no image"
    assert not [one for one in done if one.startswith(("deploy w", "w"))]


def test_a_stack_that_failed_is_told_in_a_line_while_others_take_long(monkeypatch):
    told, heard = [], threading.Event()

    def _deploy_stack(site, artifact, progress, *arguments, **more):
        if artifact.name == "registry":
            raise DeployError("registry: it is refused\nlines of it")
        assert heard.wait(10)
        return Deployed(artifact.name, True, "v2", {})

    class Progress(Silent):
        def note(self, subject, text):
            told.append((subject, text))
            heard.set()

    monkeypatch.setattr(stacks, "_deploy_stack", _deploy_stack)
    artifacts = [SimpleNamespace(name=name, depends_on=()) for name in ("registry", "platform")]
    site = SimpleNamespace(registry_stack="registry")
    with pytest.raises(DeployError, match="registry: it is refused\nlines of it"):
        deploy_stacks(site, artifacts, list, Progress(), StackDeployer(None, None))
    assert told == [("registry", "it is refused (all that is known of it is told when the others have ended)")]
