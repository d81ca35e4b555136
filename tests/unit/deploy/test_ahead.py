"""A deploy ahead of its synth: what holds in the end, and what is known of it after."""

import json
import threading
from types import SimpleNamespace

import pytest

from dockyard.config import load_project
from dockyard.deploy import ahead
from dockyard.deploy.assembly import read_assembly
from dockyard.deploy.assembly_folder import Note, read_note
from dockyard.deploy.fingerprint import fingerprint
from dockyard.errors import DeployError

TAG = "b" * 20
IMAGE = type("Recipe", (), {"service": "web", "repository": "shop/web", "tag": TAG})()


@pytest.fixture
def deploy(tmp_path, monkeypatch):
    """Deploys ahead; the stacks that were deployed, by turns, and what was told. What the synth writes is `template`."""
    (tmp_path / "dockyard.yaml").write_text("name: shop\nenvironments: {dev: {}}")
    deployed, notes, project = [], [], load_project(tmp_path)
    site = SimpleNamespace(
        project=project, environment=project.environment(), aws=SimpleNamespace(account="1", region="r"),
        assembly=tmp_path / ".out/dev",
    )  # fmt: skip
    intent = SimpleNamespace(infrastructure=fingerprint(project, "dev", "1", "r"), images=[IMAGE])
    deployer = SimpleNamespace(began=threading.Event())

    def deploy_stacks(_, artifacts, images, *__):
        if run.fails:
            raise DeployError("one is not healthy")
        deployed.append([json.loads(one.template)["Marks"] for one in artifacts])
        return images(), {one.name: f"deployed {len(deployed)}" for one in artifacts}

    def written(folder, marks, tag=TAG):
        folder.mkdir(parents=True)
        (folder / "web.json").write_text(json.dumps({"Resources": {"It": {"Image": f"/shop/web:{tag}"}}, "Marks": marks}))
        stack = {"type": "aws:cloudformation:stack", "properties": {"templateFile": "web.json"}}
        (folder / "manifest.json").write_text(json.dumps({"artifacts": {"shop-dev-web": stack}}))
        return read_assembly(folder, partition="aws", account="1", region="r")

    def run(synth):
        likely = written(site.assembly, "likely")
        Note.of(intent.infrastructure, [IMAGE]).write(site.assembly)
        monkeypatch.setattr(ahead, "synthesized", lambda *_, folder, **__: synth(folder, written))
        monkeypatch.setattr(ahead, "deploy_stacks", deploy_stacks)
        monkeypatch.setattr(ahead, "check_bootstrap", lambda *_: None)
        progress = SimpleNamespace(note=lambda _, text: notes.append(text))
        result = ahead.deploy_ahead(site, likely, [], lambda: ["image"], intent, progress, deployer)
        assert result[0] == ["image"]
        return result[1], deployed, notes, read_note(site.assembly)

    run.root, run.infrastructure, run.fails = tmp_path, intent.infrastructure, False
    return run


def test_a_synth_that_writes_the_same_takes_the_assemblys_place(deploy):
    stacks, deployed, notes, note = deploy(lambda folder, written: written(folder, "likely"))
    assert (stacks, deployed, notes) == ({"shop-dev-web": "deployed 1"}, [["likely"]], [])
    assert note == Note.of(deploy.infrastructure, [IMAGE])
    assert [path.name for path in (deploy.root / ".out").iterdir()] == ["dev"]


def test_what_it_writes_otherwise_is_deployed_and_the_next_one_synthesizes_first(deploy):
    stacks, deployed, notes, note = deploy(lambda folder, written: written(folder, "otherwise"))
    assert (stacks, deployed) == ({"shop-dev-web": "deployed 2"}, [["likely"], ["otherwise"]])
    assert notes == ["app.py writes shop-dev-web otherwise than before; deploying what it writes now"]
    assert (note.infrastructure, note.ahead) == (deploy.infrastructure, False)


def _settings_changed(root):
    (root / "dockyard.yaml").write_text("name: shop\nenvironments: {dev: {}}\ncluster: {managed: {}}")


def _half_written(root):
    (root / "dockyard.yaml").write_text("name: [")


@pytest.mark.parametrize("edit", [_settings_changed, _half_written])
def test_settings_that_were_changed_meanwhile_are_for_the_next_deploy(deploy, edit):
    def synth(folder, written):
        edit(deploy.root)
        if edit is _half_written:
            raise DeployError("failed to synthesize")
        return written(folder, "of other settings")

    stacks, deployed, notes, note = deploy(synth)
    assert (stacks, deployed) == ({"shop-dev-web": "deployed 1"}, [["likely"]])
    assert notes == ["files were changed meanwhile; run the same command again to deploy these"]
    assert note == Note()


def test_sources_that_were_changed_meanwhile_are_for_the_next_deploy(deploy):
    _, deployed, notes, note = deploy(lambda folder, written: written(folder, "likely", "c" * 20))
    assert (deployed, len(notes), note) == ([["likely"]], 1, Note())


def test_an_app_that_fails_by_itself_is_told(deploy):
    def synth(*_):
        raise DeployError("failed to synthesize: no network")

    with pytest.raises(DeployError, match="no network"):
        deploy(synth)


def test_where_no_stack_is_changed_and_one_fails_nothing_is_synthesized(deploy):
    deploy.fails = True
    with pytest.raises(DeployError, match="not healthy"):
        deploy(lambda *_: pytest.fail("synthesized"))
