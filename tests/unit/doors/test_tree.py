"""What is seen of a folder, and what another digest follows from."""

import os

import pytest

from dockyard.doors.tree import Seen


def digest(folder, left_out=(), *, caches=False):
    seen = Seen(99)
    seen.folder(folder, frozenset(left_out), caches=caches)
    return seen.digest()


@pytest.fixture
def folder(tmp_path):
    for name in ("a/main.py", "a/__pycache__/main.pyc", "made/x", "link/y", "note.txt"):
        (tmp_path / "top" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "top" / name).write_text(name)
    (tmp_path / "top/current").symlink_to("link")
    (tmp_path / "outside").write_text("outside")
    (tmp_path / "top/out").symlink_to("../outside")
    return tmp_path / "top"


CHANGES = {
    "content": lambda top: (top / "a/main.py").write_text("a/main.px"),
    "mode": lambda top: (top / "a/main.py").chmod(0o755),
    "time": lambda top: os.utime(top / "a/main.py", ns=(1, 1)),
    "name": lambda top: (top / "a/main.py").rename(top / "a/other.py"),
    "new": lambda top: (top / "a/new").touch(),
    "empty folder": lambda top: (top / "b").mkdir(),
    "gone": lambda top: (top / "note.txt").unlink(),
    "link to nowhere": lambda top: (top / "a/l").symlink_to("nowhere"),
    "link": lambda top: (top / "a/l").symlink_to("../note.txt"),
    "link to another folder": lambda top: _turned(top / "current", "made"),
    "what a link leads to": lambda top: (top.parent / "outside").write_text("other"),
}


def _turned(link, target):
    link.unlink()
    link.symlink_to(target)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_another_digest_follows_from(folder, change):
    before = digest(folder)
    assert digest(folder) == before
    change(folder)
    assert digest(folder) != before


def test_what_python_has_compiled_counts_where_that_is_said(folder):
    before, with_caches = digest(folder), digest(folder, caches=True)
    (folder / "a/__pycache__/main.pyc").write_text("other")
    assert digest(folder) == before
    assert digest(folder, caches=True) != with_caches


def test_folders_that_are_left_out_do_not_count_there_alone(folder):
    before = digest(folder, ["made"])
    (folder / "made/x").write_text("other")
    assert digest(folder, ["made"]) == before
    (folder / "a/made").mkdir()
    after = digest(folder, ["made"])
    (folder / "a/made/x").touch()
    assert len({before, after, digest(folder, ["made"])}) == 3


def test_a_file_alone_is_seen_also_that_there_is_none(tmp_path):
    digests = set()
    for change in (lambda: None, (tmp_path / "f").touch, lambda: (tmp_path / "f").write_text("x")):
        change()
        seen = Seen(1)
        seen.file(str(tmp_path / "f"))
        digests.add(seen.digest())
    assert len(digests) == 3
    assert seen.newest == (tmp_path / "f").stat().st_ctime_ns


def test_no_more_files_are_looked_at_than_that_pays(folder):
    with pytest.raises(OSError, match="too many files"):
        Seen(3).folder(folder)
