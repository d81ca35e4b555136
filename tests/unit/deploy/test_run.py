"""What is told at once, while images are still built."""

import threading
from dataclasses import replace
from types import SimpleNamespace

import pytest

from dockyard.deploy import building, run
from dockyard.deploy.receipt import NONE
from dockyard.deploy.stack import Deployed
from dockyard.deploy.ways import Done
from dockyard.errors import DeployError
from dockyard.progress import Silent


def test_a_synth_that_fails_ends_the_builds_of_a_push(tmp_path, monkeypatch):
    (tmp_path / "cdk.json").write_text('{"app": "python app.py"}')
    ended = threading.Event()
    monkeypatch.setattr(run, "fingerprint", lambda *_: "")
    monkeypatch.setattr(run, "lacking", lambda *_: [])
    monkeypatch.setattr(building, "brought_images", lambda *_: ended.wait(20))
    monkeypatch.setattr(building, "end_all", ended.set)

    def broken(*_, **__):
        raise DeployError("failed to synthesize: app.py")

    nothing = SimpleNamespace(name="dev", account="1", region="r", environment={}, root=tmp_path)
    site = SimpleNamespace(
        project=nothing, environment=nothing, aws=nothing, reading=nothing, workshop=nothing, processes=nothing, synth=broken
    )
    with pytest.raises(DeployError, match="failed to synthesize"):
        run.prepare(site, [], Silent(), tmp_path, None)
    assert ended.is_set()


class CloudFormation:
    """These stacks, by name and status."""

    def __init__(self, stacks):
        self.stacks = dict(stacks)

    def get_paginator(self, operation):
        assert operation == "describe_stacks"
        stacks = [{"StackName": name, "StackStatus": status} for name, status in self.stacks.items()]
        return SimpleNamespace(paginate=lambda: [{"Stacks": stacks}])


def deployed_as(monkeypatch, last, infrastructure, *names, services=(), left=()):
    """The receipt of a deploy of these stacks."""
    site = SimpleNamespace(
        service_stack="shop-dev-{}".format,
        environment=SimpleNamespace(services=dict.fromkeys(("web", "api", "gone"))),
        reading=SimpleNamespace(cloudformation=CloudFormation(left)),
    )
    ledger = SimpleNamespace(seconds=1.0, made=None, progress=SimpleNamespace(seconds={}))
    monkeypatch.setattr(run, "orphans", lambda _: [])
    stacks = {f"shop-dev-{name}": Deployed(name, True, "now", {}) for name in names}
    return run._receipt(site, ledger, run.Wishes(services), last, Done(infrastructure, True, [], stacks))


def test_after_a_deploy_of_one_service_with_new_infrastructure_the_stacks_of_others_are_not_known(monkeypatch):
    whole = deployed_as(monkeypatch, None, "a", "platform", "web", "api")
    assert (whole.infrastructure, set(whole.stacks.values())) == ("a", {"now"})
    same = deployed_as(monkeypatch, whole, "a", "platform", "web", services=["web"])
    assert (same.infrastructure, same.stacks) == ("a", whole.stacks)
    one = deployed_as(monkeypatch, whole, "b", "platform", "web", services=["web"])
    assert (one.infrastructure, [name for name, version in one.stacks.items() if not version]) == (
        "b", ["shop-dev-api", "shop-dev-resources"],
    )  # fmt: skip
    other = deployed_as(monkeypatch, one, "b", "platform", "api", services=["api"])
    assert [name for name, version in other.stacks.items() if not version] == ["shop-dev-resources"]
    assert deployed_as(monkeypatch, one, "b", "platform", "web", "api").stacks == whole.stacks


def test_after_a_deploy_of_one_service_others_are_told_only_where_they_have_a_stack(monkeypatch):
    last = replace(NONE, infrastructure="a", addresses={"web": "http://w", "api": "http://a", "gone": "http://g"})
    left = {"shop-dev-api": "UPDATE_COMPLETE", "shop-dev-gone": "ROLLBACK_COMPLETE"}
    assert deployed_as(monkeypatch, last, "a", "platform", services=["web"], left=left).addresses == {"api": "http://a"}
