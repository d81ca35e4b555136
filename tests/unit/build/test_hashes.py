"""Hashes that are kept: a file that was not touched is not read again, one that was is."""

import os
from pathlib import Path

import pytest

from dockyard.build import hashes
from dockyard.build.context import contents
from dockyard.build.hashes import Hashes


@pytest.fixture
def read(monkeypatch):
    """Names of the files that were read."""
    seen, original = [], hashes._digest
    monkeypatch.setattr("dockyard.build.hashes._digest", lambda file: seen.append(Path(file).name) or original(file))
    return seen


@pytest.fixture
def old(monkeypatch):
    """Files are taken for old at once."""
    monkeypatch.setattr("dockyard.build.hashes.RACY_NS", 0)


def look(tmp_path):
    return contents(tmp_path / "source", (), hashes=Hashes(tmp_path / "own/web.bin")).entries


def test_only_files_that_were_touched_are_read_again(tmp_path, read, old):
    (tmp_path / "source").mkdir()
    for name in "abc":
        (tmp_path / "source" / name).write_text(name)
    before = look(tmp_path)
    (tmp_path / "source/b").write_text("x")
    (tmp_path / "source/c").unlink()
    read.clear()
    after = look(tmp_path)
    assert (read, after[0], after[1] != before[1], len(after)) == (["b"], before[0], True, 2)


def test_a_change_that_leaves_size_and_time_is_seen(tmp_path, read, old):
    """`cp -p`, `rsync -t` and the like."""
    (tmp_path / "source").mkdir()
    file = tmp_path / "source/a"
    file.write_text("1")
    stat, before = file.stat(), look(tmp_path)
    file.write_text("2")
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert look(tmp_path) != before


def test_a_file_that_was_just_written_is_not_trusted_to_stay(tmp_path, read):
    (tmp_path / "source").mkdir()
    (tmp_path / "source/a").write_text("1")
    look(tmp_path)
    look(tmp_path)
    assert read == ["a", "a"]


@pytest.mark.parametrize("content", [b"", b"{", b"\1" * 8, b"\xff" * 80, bytes(8), bytes(72), bytes(8) + b"a" * 64])
def test_a_damaged_file_of_hashes_is_made_anew(tmp_path, content, old):
    (tmp_path / "source").mkdir()
    (tmp_path / "source/a").write_text("1")
    good = look(tmp_path)
    (tmp_path / "own/web.bin").write_bytes(content)
    assert look(tmp_path) == good == look(tmp_path)


def test_what_was_cut_off_is_made_anew(tmp_path, read, old):
    (tmp_path / "source").mkdir()
    (tmp_path / "source/a").write_text("1")
    good, kept = look(tmp_path), tmp_path / "own/web.bin"
    kept.write_bytes(kept.read_bytes()[:-1])
    assert look(tmp_path) == good == look(tmp_path)
    assert read == ["a", "a"]
