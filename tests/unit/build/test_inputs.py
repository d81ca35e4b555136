"""Why a tag is another one."""

from dataclasses import replace
from pathlib import Path

from dockyard.build.context import Entry
from dockyard.build.inputs import Inputs, changes, read_inputs, write_inputs
from dockyard.build.recipe import Recipe

RECIPE = Recipe(
    service="web", repository="a/web", context=Path("/x"), dockerfile="FROM a", classic_dockerfile="FROM a", generated=False,
    files=(Entry("a", "file", "1"), Entry("b", "file", "2"), Entry("c", "file", "3")), bases=("a",), identities={"a": "sha256:1"},
)  # fmt: skip


def test_what_differs_is_told_by_name():
    now = replace(
        RECIPE, dockerfile="FROM a\n", identities={"a": "sha256:2"}, args={"X": "s3cr3t"},
        files=(Entry("a", "exec", "1"), Entry("b", "file", "9"), Entry("d", "link", "a")),
    )  # fmt: skip
    assert list(changes(Inputs.of(RECIPE), Inputs.of(now))) == [
        "changed Dockerfile", "added argument X", "changed base a: sha256:1, now sha256:2",
        "changed a (mode or kind)", "changed b", "removed c", "added d",
    ]  # fmt: skip


def test_the_same_inputs_have_no_changes_and_come_back_from_their_file(tmp_path):
    write_inputs(tmp_path / "deep/inputs.json", {"web": Inputs.of(RECIPE)})
    assert read_inputs(tmp_path / "deep/inputs.json") == {"web": Inputs.of(RECIPE)}
    assert list(changes(Inputs.of(RECIPE), Inputs.of(RECIPE))) == []
    (tmp_path / "deep/inputs.json").write_text("{")
    assert read_inputs(tmp_path / "deep/inputs.json") == {}
