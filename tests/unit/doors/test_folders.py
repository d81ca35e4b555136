"""Folders for a while."""

import pytest

from dockyard.doors.folders import remove_all, temporary


def test_a_folder_goes_with_its_block_whatever_happens_there(tmp_path):
    with pytest.raises(ValueError, match="x"), temporary("build.", tmp_path) as folder:
        (folder / "a").write_text("")
        assert folder.name.startswith("build.")
        raise ValueError("x")
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_removes_those_that_are_there(tmp_path):
    with temporary("one.", tmp_path) as one, temporary("two.", tmp_path):
        (one / "a").write_text("")
        remove_all()
        assert list(tmp_path.iterdir()) == []
