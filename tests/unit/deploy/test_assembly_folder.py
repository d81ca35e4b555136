"""A folder with an assembly that is kept: nothing else is deleted for it."""

import pytest

from dockyard.deploy.assembly_folder import check_writable
from dockyard.errors import UsageError


@pytest.mark.parametrize("files", [None, [], ["cdk.out", "manifest.json"]])
def test_a_new_or_empty_folder_and_that_of_an_assembly_are_written_anew(tmp_path, files):
    folder = tmp_path / "assembly"
    if files is not None:
        folder.mkdir()
    for name in files or []:
        (folder / name).touch()
    check_writable(folder, tmp_path)


@pytest.mark.parametrize("name", [".", "..", "services", "public", "note.txt"])
def test_no_other_folder_is_deleted(tmp_path, name):
    root = tmp_path / "project"
    for file in ("cdk.out", "services/web/main.py", "public/manifest.json", "note.txt"):
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).touch()
    with pytest.raises(UsageError, match=r"--assembly should be a .*folder"):
        check_writable((root / name).resolve(), root.resolve())
