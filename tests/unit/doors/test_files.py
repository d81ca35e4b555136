"""Files that are there whole, or not at all."""

import pytest

from dockyard.doors.files import content, ending, put, remove
from dockyard.doors.folders import is_free


def test_what_was_put_is_there_with_its_folder_and_nothing_else(tmp_path):
    file = tmp_path / "kept/one.json"
    assert content(file) == b""
    put(file, b"1")
    put(file, b"2")
    assert (content(file), list(file.parent.iterdir())) == (b"2", [file])
    assert ending(file.parent, ".json") == [file]
    remove(file)
    remove(file)
    assert (content(file), ending(tmp_path / "none", ".json")) == (b"", [])


def test_what_cannot_be_written_leaves_what_was_there_and_nothing_half_written(tmp_path):
    file = tmp_path / "one.json"
    file.mkdir()
    with pytest.raises(OSError, match="directory"):
        put(file, b"1")
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_is_free_where_nothing_of_others_is_in_it(tmp_path):
    folder = tmp_path / "out"
    assert is_free(folder, "mark")
    folder.mkdir()
    assert is_free(folder, "mark")
    (folder / "mine").write_text("")
    assert not is_free(folder, "mark")
    (folder / "mark").write_text("")
    assert is_free(folder, "mark")
    assert not is_free(folder / "mine", "mark")
