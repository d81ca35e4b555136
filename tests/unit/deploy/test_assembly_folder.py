"""A folder with an assembly that is kept: nothing else is deleted for it, and it is what the files here say."""

import json
from types import SimpleNamespace

import pytest

from dockyard.deploy.assembly_folder import Note, check_writable, read_folder
from dockyard.errors import UsageError


@pytest.mark.parametrize("files", [None, [], ["cdk.out", "manifest.json"]])
def test_a_new_or_empty_folder_and_that_of_an_assembly_are_written_anew(tmp_path, files):
    folder = tmp_path / "assembly"
    if files is not None:
        folder.mkdir()
    for name in files or []:
        (folder / name).touch()
    assert check_writable(folder, tmp_path) is None
    assert folder.is_dir() == (files is not None)  # it is only looked at


@pytest.mark.parametrize("name", [".", "..", "services", "public", "note.txt"])
def test_no_other_folder_is_deleted(tmp_path, name):
    root = tmp_path / "project"
    for file in ("cdk.out", "services/web/main.py", "public/manifest.json", "note.txt"):
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).touch()
    with pytest.raises(UsageError, match=r"--assembly should be a .*folder"):
        check_writable((root / name).resolve(), root.resolve())


SITE = SimpleNamespace(
    project=SimpleNamespace(name="shop"), environment=SimpleNamespace(name="dev"),
    aws=SimpleNamespace(account="1", region="r"), service_stack=lambda name: f"shop-dev-{name}",
)  # fmt: skip


def image(tag):
    return SimpleNamespace(repository="shop/web", tag=tag)


@pytest.fixture
def folder(tmp_path):
    stacks = {
        f"shop-dev-{name}": {"type": "aws:cloudformation:stack", "properties": {"templateFile": f"{name}.json"}}
        for name in ("platform", "web")
    }
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": stacks}))
    (tmp_path / "platform.json").write_text('{"Resources": {}}')
    uri = {"Fn::Join": ["", ["1.dkr.ecr.r.", {"Ref": "AWS::URLSuffix"}, "/shop/web:1a2b"]]}
    (tmp_path / "web.json").write_text(json.dumps({"Resources": {"Web": {"Type": "T", "Properties": {"Image": uri}}}}))
    return tmp_path


def test_an_assembly_tells_what_it_was_made_from_where_that_was_noted(folder):
    stacks, known = read_folder(SITE, folder, [image("1a2b")])
    assert ([one.name for one in stacks], known) == (["shop-dev-platform", "shop-dev-web"], "")
    Note("abc").write(folder)
    assert read_folder(SITE, folder, [])[1] == "abc"


@pytest.mark.parametrize("tag", ["1a2c", "1a2", "1a2b3"])
def test_one_of_other_sources_is_refused(folder, tag):
    with pytest.raises(UsageError, match=f"it has no shop/web:{tag}$") as caught:
        read_folder(SITE, folder, [image(tag)])
    assert caught.value.hint == "synthesize anew: dockyard push --assembly"


def test_one_of_another_environment_and_a_folder_without_any_are_refused(folder, tmp_path):
    other = SimpleNamespace(**{**vars(SITE), "service_stack": lambda name: f"shop-prod-{name}"})
    with pytest.raises(UsageError, match="is not of shop in dev: it has shop-dev-platform, shop-dev-web"):
        read_folder(other, folder, [])
    with pytest.raises(UsageError, match="no cloud assembly in"):
        read_folder(SITE, tmp_path / "none", [])
