"""What a .dockerignore leaves out, as BuildKit reads it."""

import codecs
import os
import re
from pathlib import Path

import pytest

from dockyard.build.ignore import Pattern, ignore_file, kept, lines_of
from dockyard.errors import BuildError

FILES = ("a.py", "b.log", "docs/a.md", "docs/deep/a.py", "docs/deep/keep.md", "src/a.log", "src/lib/b.py", "x y.txt")


@pytest.fixture
def root(tmp_path):
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    return tmp_path


def names(root, lines):
    return {path for path, _ in kept(root, lines)}


@pytest.mark.parametrize(
    ("lines", "left"),
    [
        (["*.log"], {"a.py", "docs/a.md", "docs/deep/a.py", "docs/deep/keep.md", "src/a.log", "src/lib/b.py", "x y.txt"}),
        (["**/*.log", "/docs/", "x y.txt"], {"a.py", "src/lib/b.py"}),
        (["*", "!src/lib"], {"src/lib/b.py"}),
        (["*", "!**/*.py"], {"a.py", "docs/deep/a.py", "src/lib/b.py"}),  # docker-py would let in a.py alone
        (["docs", "!docs/deep/keep.md", "src/**", "?.*", "x*"], {"docs/deep/keep.md"}),
        (["*", "!docs", "docs/d*"], {"docs/a.md"}),
        (["**", "! ./src/../src/lib/[a-b].py"], {"src/lib/b.py"}),
        (["!", ".", "/", "../x", "[^a].*", "src/**a.log", "docs"], {"a.py", "src/lib/b.py", "x y.txt"}),
        (["**.py", "docs", "src/a*", "**y.t?t"], {"b.log", "x y.txt"}),
        (["docs", "!docs/a.md", "docs", "src", "?.*", "x*"], {"docs/a.md"}),  # as BuildKit has it: the second one changes nothing
        (["docs", "src", r"\a.py", "[x]\\ y.txt"], {"b.log"}),
    ],
)  # fmt: skip
def test_the_last_pattern_that_matches_a_path_or_a_folder_above_it_decides(root, lines, left):
    assert names(root, lines) == left
    assert names(root, [*lines, "!no such file"]) == left  # the way that looks at each line by itself


def test_a_folder_that_is_left_out_is_not_looked_into(root, monkeypatch):
    """node_modules may hold 100,000 files; nothing that is let in again can be there."""
    looked, scandir = [], os.scandir
    monkeypatch.setattr("os.scandir", lambda folder: looked.append(Path(folder).name) or scandir(folder))
    assert "src/a.log" in names(root, ["docs", "src", "!src/a.log"])
    assert looked == [root.name, "src"]


def test_comments_and_spaces_are_no_patterns_and_a_byte_order_mark_is_none(tmp_path):
    file = tmp_path / ".dockerignore"
    file.write_bytes(codecs.BOM_UTF8 + b"# logs\r\n*.log \r\n\r\n  # no comment\n")
    assert lines_of(file) == ["*.log", "# no comment"]


def test_the_file_of_the_dockerfile_comes_before_that_of_the_context(root):
    dockerfile = root / "docs/web.Dockerfile"
    assert ignore_file(root, dockerfile) is None
    (root / ".dockerignore").write_text("")
    assert ignore_file(root, dockerfile) == root / ".dockerignore"
    (root / "docs/web.Dockerfile.dockerignore").write_text("")
    assert ignore_file(root, dockerfile) == root / "docs/web.Dockerfile.dockerignore"
    assert ignore_file(root, None) == root / ".dockerignore"


@pytest.mark.parametrize("line", ["[z-a]", "a[", "[^bc"])
def test_what_is_no_pattern_is_told_with_its_line(root, line):
    with pytest.raises(BuildError, match=rf'\.dockerignore: "{re.escape(line)}" is no pattern'):
        list(kept(root, [line]))


@pytest.mark.parametrize(
    ("pattern", "inside", "outside"),
    [
        ("[[[a&&b]", "[&ab", "c"), ("[+--]", "+,-", "."), ("[--/]", "-./", "0"), ("[^--/]", "0", "-./"), ("[a||b]", "|ab", "c"),
        ("[x~~y]", "~xy", "z"), ("[^&&a]", "b", "&a"), (r"[\[&&]", "[&", "a"),
    ],
)  # fmt: skip
def test_what_python_may_mean_something_by_in_a_set_is_a_character(pattern, inside, outside):
    """As in BuildKit's regular expressions; Python warns of them."""
    found = Pattern.of(pattern).regex
    assert all(map(found.fullmatch, inside))
    assert not any(map(found.fullmatch, outside))
