"""Which stacks are looked at, and how closely."""

from types import SimpleNamespace

import pytest

from dockyard.deploy import stacks
from dockyard.deploy.stack import Deployed
from dockyard.deploy.stacks import deploy_stacks
from dockyard.errors import DeployError

LEFT = {"registry": "v1", "platform": "v1", "web": "v1", "worker": "v1"}
NEEDS = {"registry": (), "platform": ("registry",), "web": ("registry", "platform"), "worker": ("registry", "platform")}


@pytest.fixture
def deploy(monkeypatch):
    """Deploys four stacks; which were deployed, and what was done in order. `now`: their versions, `changing`: those that change."""

    def run(now=(), changing=(), left=LEFT, images=lambda: ["image"]):
        done = []

        class Deployer:
            def as_left(self, artifact, version):
                done.append(f"look at {artifact.name}")
                same = dict(LEFT, **dict(now))[artifact.name] == version
                return Deployed(artifact.name, changed=False, version=version, outputs={}) if same else None

        def deployed(_, artifact, *__):
            done.append(f"deploy {artifact.name}")
            return Deployed(artifact.name, artifact.name in changing, "v2", {})

        def brought():
            done.append("images")
            return images()

        monkeypatch.setattr(stacks, "_deploy_stack", deployed)
        site = SimpleNamespace(registry_stack="registry")
        artifacts = [SimpleNamespace(name=name, depends_on=needs) for name, needs in NEEDS.items()]
        progress = SimpleNamespace(done=lambda name, text: done.append(f"{name} {text}"))
        try:
            found, left_at_end = deploy_stacks(site, artifacts, brought, progress, Deployer(), left)
        except DeployError as error:
            return str(error), done
        assert found == ["image"]
        assert left_at_end.keys() == NEEDS.keys()
        return {one.removeprefix("deploy ") for one in done if one.startswith("deploy")}, done

    return run


def test_a_stack_that_is_as_it_was_left_is_looked_at_no_closer(deploy):
    deployed, done = deploy({"web": "by somebody"})
    assert deployed == {"web"}
    assert {"registry unchanged", "platform unchanged", "worker unchanged"} <= set(done)


def test_without_a_version_each_is_compared(deploy):
    assert deploy(left={"registry": "v1", "web": ""})[0] == {"platform", "web", "worker"}
    assert deploy(left=None)[0] == NEEDS.keys()


def test_what_needs_a_stack_that_changes_now_is_compared(deploy):
    """Its values in SSM may be others by that."""
    assert deploy({"platform": "by somebody"}, changing={"platform"})[0] == {"platform", "web", "worker"}
    assert deploy({"platform": "by somebody"})[0] == {"platform"}


def test_no_service_is_deployed_where_an_image_is_missing(deploy):
    def fails():
        raise DeployError("no image")

    told, done = deploy({"web": "by somebody"}, images=fails)
    assert told == "no image"
    assert not [one for one in done if one.startswith(("deploy", "web", "worker"))]
