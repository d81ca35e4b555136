"""Stacks that are known before a synth has run, and when they are not."""

import dataclasses
import json
from types import SimpleNamespace

import pytest

from dockyard.build.recipe import Recipe
from dockyard.deploy.ahead import written_otherwise
from dockyard.deploy.assembly import read_assembly
from dockyard.deploy.assembly_folder import Note, forget_note, read_note
from dockyard.deploy.likely import differing, likely_stacks

A, B, C = "a" * 20, "b" * 20, "c" * 20


def image(service, tag, kind=Recipe.__name__):
    """As a deploy wants it: of its kind, with three of its parts."""
    return type(kind, (), {"service": service, "repository": f"shop/{service}", "tag": tag})()


def write(folder, tags, size=0):
    stacks = {
        f"shop-dev-{name}": {"type": "aws:cloudformation:stack", "properties": {"templateFile": f"{name}.json"}} for name in tags
    }
    folder.mkdir(exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps({"artifacts": stacks}))
    for name, tag in tags.items():
        uri = {"Fn::Join": ["", ["1.dkr.ecr.r.", {"Ref": "AWS::URLSuffix"}, f"/shop/{name}:{tag}"]]}
        (folder / f"{name}.json").write_text(json.dumps({"Resources": {"It": {"Image": uri, "Long": "x" * size}}}))


@pytest.fixture
def site(tmp_path):
    write(tmp_path / "out", {"web": A, "worker": A})
    Note.of("f", [image("web", A), image("worker", A)]).write(tmp_path / "out")
    return SimpleNamespace(assembly=tmp_path / "out", aws=SimpleNamespace(account="1", region="r"))


def intent(*images, now="f", last="f"):
    return SimpleNamespace(images=images, infrastructure=now, last=last and SimpleNamespace(infrastructure=last))


def templates(stacks):
    return {
        one.name.removeprefix("shop-dev-"): json.loads(one.template)["Resources"]["It"]["Image"]["Fn::Join"][1][2]
        for one in stacks
    }


def test_tags_are_exchanged_for_those_of_now_each_in_its_own_repository(site):
    found = likely_stacks(site, intent(image("web", B), image("worker", A)))
    assert templates(found) == {"web": f"/shop/web:{B}", "worker": f"/shop/worker:{A}"}


@pytest.mark.parametrize("wanted", [
    intent(image("web", B), image("worker", A), now="g"), intent(image("web", B), image("worker", A), last="g"),
    intent(image("web", B), image("worker", A), last=None), intent(image("web", B)),
    intent(image("web", B), image("worker", A), image("job", A)), intent(image("web", B, "Pinned"), image("worker", A)),
])  # fmt: skip
def test_nothing_is_likely_where_more_than_the_tags_of_built_images_differs(site, wanted):
    assert likely_stacks(site, wanted) is None


def test_nothing_is_likely_of_what_another_command_has_written_since(site):
    write(site.assembly, {"web": C, "worker": A})
    assert likely_stacks(site, intent(image("web", B), image("worker", A))) is None


def test_nothing_is_likely_without_a_note(site):
    forget_note(site.assembly)
    assert read_note(site.assembly) == Note()
    assert likely_stacks(site, intent(image("web", B), image("worker", A))) is None
    (site.assembly / "dockyard.json").write_text("{")
    assert read_note(site.assembly) == Note()


def test_nothing_is_likely_of_an_assembly_that_is_damaged_or_half_there(site):
    (site.assembly / "worker.json").unlink()
    assert likely_stacks(site, intent(image("web", B), image("worker", A))) is None
    (site.assembly / "manifest.json").write_text("{}")
    assert likely_stacks(site, intent(image("web", B), image("worker", A))) is None


def test_nothing_is_likely_where_app_py_was_seen_to_write_otherwise(site):
    note = Note.of("f", [image("web", A), image("worker", A)], ahead=False)
    note.write(site.assembly)
    assert likely_stacks(site, intent(image("web", B), image("worker", A))) is None
    assert written_otherwise(note, "f")
    assert not written_otherwise(note, "g")


def test_a_template_that_must_be_in_a_bucket_is_left_to_the_synth(site):
    write(site.assembly, {"web": A, "worker": A}, size=51_200)
    assert likely_stacks(site, intent(image("web", B), image("worker", A))) is None
    assert likely_stacks(site, intent(image("web", A), image("worker", A))) is not None


def test_a_stack_that_the_synth_writes_otherwise_is_found(site):
    likely = likely_stacks(site, intent(image("web", B), image("worker", A)))
    write(site.assembly, {"web": B, "worker": C})
    found = read_assembly(site.assembly, partition="aws", account="1", region="r")
    assert [one.name for one in differing(likely, found)] == ["shop-dev-worker"]
    more = [*found[:1], dataclasses.replace(found[0], name="shop-dev-new")]
    assert [one.name for one in differing(likely, more)] == ["shop-dev-new"]
