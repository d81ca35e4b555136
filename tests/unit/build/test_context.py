"""The files of a build: which count, what makes them differ, and the copy that is built."""

import contextlib
import os
import socket

import pytest

from dockyard.build.context import GENERATED_IGNORES, Entry, contents, ignore_patterns, stage
from dockyard.errors import BuildError


def make(root, **files):
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def found_in(root, patterns, **more):
    return contents(root, patterns, **more).entries


def paths(root, patterns=(), **more):
    return [entry.path for entry in found_in(root, patterns, **more)]


def test_files_count_by_path_and_content_and_not_by_time_or_owner_rights(tmp_path):
    make(tmp_path, a="1", b__c="2")
    before = found_in(tmp_path, ())
    os.utime(tmp_path / "a", (0, 0))
    (tmp_path / "a").chmod(0o664)
    assert found_in(tmp_path, ()) == before
    (tmp_path / "a").write_text("3")
    assert found_in(tmp_path, ()) != before


def test_an_executable_and_a_link_are_told_apart_from_a_file(tmp_path):
    make(tmp_path, run="x", plain="x")
    (tmp_path / "run").chmod(0o755)
    (tmp_path / "link").symlink_to("plain")
    assert [(entry.path, entry.kind) for entry in found_in(tmp_path, ())] == [
        ("link", "link"),
        ("plain", "file"),
        ("run", "exec"),
    ]
    assert found_in(tmp_path, ())[0].content == "plain"


def test_an_empty_folder_does_not_count(tmp_path):
    make(tmp_path, a="1")
    (tmp_path / "empty").mkdir()
    assert paths(tmp_path) == ["a"]


def test_dockerignore_decides_with_its_comments_and_exceptions(tmp_path):
    make(tmp_path, keep_dot_log="1", b_dot_log="2", c_dot_py="3", docs__a_dot_md="4")
    (tmp_path / ".dockerignore").write_text("# logs\n*.log\n\n!keep.log\ndocs\n.dockerignore\n")
    assert paths(tmp_path, ignore_patterns(tmp_path, None, GENERATED_IGNORES)) == ["c.py", "keep.log"]


def test_lines_that_only_let_in_follow_the_defaults_of_a_generated_dockerfile(tmp_path):
    make(tmp_path, a="1", _dot_env="2", _dot_env_dot_production="3", node_modules__x="4")
    (tmp_path / ".dockerignore").write_text("# public\n!.env.production\n")
    assert paths(tmp_path, ignore_patterns(tmp_path, None, GENERATED_IGNORES)) == [".env.production", "a"]
    (tmp_path / ".dockerignore").write_text("")
    assert len(paths(tmp_path, ignore_patterns(tmp_path, None, GENERATED_IGNORES))) == 4


def test_without_one_the_defaults_of_a_generated_dockerfile_hold(tmp_path):
    make(tmp_path, main_dot_py="1", node_modules__x="2", src____pycache____m_dot_pyc="3", _dot_env="4")
    (tmp_path / "sub/node_modules").mkdir(parents=True)
    (tmp_path / "sub/node_modules/y").write_text("5")
    assert "main.py" in paths(tmp_path, ignore_patterns(tmp_path, None, GENERATED_IGNORES))
    assert not [p for p in paths(tmp_path, ignore_patterns(tmp_path, None, GENERATED_IGNORES)) if "modules" in p or p == ".env"]


def test_configuration_is_never_part_of_the_image(tmp_path):
    make(tmp_path, service_dot_yaml="kind: web", a="1")
    assert paths(tmp_path, ignore_patterns(tmp_path, None, ())) == ["a"]


def test_of_the_whole_project_neither_its_settings_nor_its_lock_are_unless_they_are_let_in(tmp_path):
    make(
        tmp_path,
        dockyard_dot_yaml="name: shop",
        dockyard_dot_lock="1",
        services__a__service_dot_yaml="2",
        services__a__main_dot_py="3",
    )
    assert paths(tmp_path, ignore_patterns(tmp_path, None, ())) == ["services/a/main.py"]
    assert paths(tmp_path / "services", ignore_patterns(tmp_path / "services", None, ())) == ["a/main.py"]
    (tmp_path / ".dockerignore").write_text("!dockyard.yaml")
    assert paths(tmp_path, ignore_patterns(tmp_path, None, ())) == ["dockyard.yaml", "services/a/main.py"]
    (tmp_path / ".dockerignore").unlink()
    (tmp_path / "dockyard.yaml").unlink()  # a folder of another's
    assert paths(tmp_path, ignore_patterns(tmp_path, None, ())) == [
        "dockyard.lock",
        "services/a/main.py",
        "services/a/service.yaml",
    ]
    assert paths(tmp_path / "services", ignore_patterns(tmp_path / "services", None, ())) == ["a/main.py", "a/service.yaml"]


def test_the_staged_folder_holds_just_these_files(tmp_path):
    source, target = tmp_path / "source", tmp_path / "target"
    make(source, a="1", b__c="2", d="3")
    (source / "b/run").write_text("x")
    (source / "b/run").chmod(0o755)
    (source / "link").symlink_to("a")
    make(target, old="0")
    stage(source, found_in(source, ["d"]), target)
    assert paths(target) == ["a", "b/c", "b/run", "link"]
    assert found_in(target, ()) == found_in(source, ["d"])


def test_modes_that_are_not_in_the_tag_are_not_in_the_image(tmp_path):
    """A file that only its owner may read would be one that the app may not."""
    source, target = tmp_path / "source", tmp_path / "target"
    make(source, lib__main_dot_py="1")
    (source / "lib/main.py").chmod(0o600)
    before = os.umask(0o077)
    try:
        stage(source, found_in(source, ()), target)
    finally:
        os.umask(before)
    assert [oct(path.stat().st_mode & 0o777) for path in (target, target / "lib", target / "lib/main.py")] == [
        "0o755",
        "0o755",
        "0o644",
    ]


@pytest.mark.parametrize("change", [lambda file: file.write_text("2"), lambda file: file.unlink()])
def test_a_file_that_changed_since_it_was_hashed_is_not_built(tmp_path, change):
    """Under a tag that does not move, the wrong content would stay."""
    make(tmp_path / "source", a="1")
    found = found_in(tmp_path / "source", ())
    change(tmp_path / "source/a")
    with pytest.raises(BuildError, match=r"source/a"):
        stage(tmp_path / "source", found, tmp_path / "target")


def test_an_ignore_file_is_applied_once_and_the_builder_finds_none(tmp_path):
    """A builder has rules of its own for it; what is staged is all that there is."""
    make(
        tmp_path / "source",
        a_dot_log="1",
        b_dot_log="2",
        sub___dot_dockerignore="x",
        _dot_dockerignore="*.log\n!b.log\n!.dockerignore\n",
    )
    found = found_in(tmp_path / "source", ignore_patterns(tmp_path / "source", None, ()))
    stage(tmp_path / "source", found, tmp_path / "target")
    assert sorted(
        path.relative_to(tmp_path / "target").as_posix() for path in (tmp_path / "target").rglob("*") if path.is_file()
    ) == [
        "b.log",
        "sub/.dockerignore",
    ]


def test_links_are_not_followed_and_what_is_no_file_is_left_out(tmp_path, monkeypatch):
    make(tmp_path, a="1", sub__b="2")
    (tmp_path / "sub/up").symlink_to("../sub")
    (tmp_path / "log").symlink_to("/dev/stdout")
    os.mkfifo(tmp_path / "pipe")
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as listening:
        monkeypatch.chdir(tmp_path)  # a socket's path may have 107 characters
        listening.bind("socket")
        found = found_in(tmp_path, ())
    assert [(entry.path, entry.kind) for entry in found] == [
        ("a", "file"),
        ("log", "link"),
        ("sub/b", "file"),
        ("sub/up", "link"),
    ]
    stage(tmp_path, found, tmp_path / "target")
    assert found_in(tmp_path / "target", ()) == found


@pytest.mark.parametrize(
    ("target", "what"),
    [("nowhere", "leads nowhere"), ("loop", "leads nowhere"), ("../a", "leads out of"), ("/etc/passwd", "leads out of")],
)
def test_a_link_that_would_lead_nowhere_in_the_container_is_refused_with_the_line_that_leaves_it_out(tmp_path, target, what):
    make(tmp_path, a="1", sub__b="2")
    (tmp_path / "sub/loop").symlink_to(target if target != "../a" else "../../a")
    with pytest.raises(BuildError, match=rf"sub/loop: this link to \S+ {what}") as caught:
        found_in(tmp_path, ())
    assert caught.value.hint.endswith(".dockerignore: sub/loop")
    assert [entry.path for entry in found_in(tmp_path, ["sub/loop"])] == ["a", "sub/b"]


@pytest.mark.parametrize("is_there", [True, False])
@pytest.mark.parametrize(
    ("target", "lines"),
    [
        ("data/x", ["data"]),
        ("data", ["data"]),
        ("data", ["data/*"]),
        ("data", ["data/x", "!data/y"]),
        ("data/x", ["**/x"]),
        ("by/x", ["data"]),
        ("data/x", ["*", "!link", "!by"]),
    ],
)
def test_a_link_to_what_is_left_out_is_told_where_that_is_there_and_where_not(tmp_path, is_there, target, lines):
    """As on a laptop with it, and in a pipeline without."""
    make(tmp_path, **({"a": "1", "data__x": "2"} if is_there else {"a": "1"}))
    (tmp_path / "by").symlink_to("data" if target == "by/x" else "a")
    (tmp_path / "link").symlink_to(target)
    assert "link" in contents(tmp_path, lines).unmet
    assert "link" in contents(tmp_path, lines, below=["link"]).unmet


@pytest.mark.parametrize(
    ("target", "lines"),
    [
        ("src/b", []),
        ("src", ["src", "!src/b"]),
        ("src", ["src/c"]),
        ("links", []),
        ("links/b", []),
        (".", []),
        ("by/b", []),
        ("by", []),
    ],
)
def test_nothing_is_told_of_a_link_to_what_is_in_the_build(tmp_path, target, lines):
    make(tmp_path, src__b="1", src__c="2")
    (tmp_path / "links").mkdir()
    (tmp_path / "links/b").symlink_to("../src/b")
    (tmp_path / "by").symlink_to("src")
    (tmp_path / "link").symlink_to(target)
    assert contents(tmp_path, lines).unmet == ()
    assert contents(tmp_path, lines, below=["link"]).unmet == ()


def test_a_link_by_one_that_is_left_out_is_told(tmp_path):
    make(tmp_path, src__b="1")
    (tmp_path / "by").symlink_to("src")
    (tmp_path / "link").symlink_to("by/b")
    assert contents(tmp_path, ["by"]).unmet == ("link",)


def test_a_link_to_a_secret_is_told_wherever_that_is(tmp_path):
    (tmp_path / "link").symlink_to("conf/token")
    assert contents(tmp_path, (), without=["conf/token"]).unmet == ("link",)
    make(tmp_path, conf__token="1")
    assert contents(tmp_path, (), without=["conf/token"]).unmet == ("link",)


def test_only_what_the_dockerfile_takes_is_looked_at(tmp_path):
    make(tmp_path, a="1", src__b="2", src__deep__c="3", srcs__d="4")
    assert [entry.path for entry in found_in(tmp_path, ["src/deep"], below=["src", "a"])] == ["a", "src/b"]


def test_a_name_counts_the_same_composed_and_decomposed():
    assert Entry("caf\u00e9", "file", "1").counted == Entry("cafe\u0301", "file", "1").counted
    assert Entry("a", "link", "caf\u00e9").counted == Entry("a", "link", "cafe\u0301").counted


@pytest.mark.parametrize(("asked", "there"), [("caf\u00e9", "cafe\u0301"), ("cafe\u0301", "caf\u00e9")])
def test_a_name_is_found_the_same_composed_and_decomposed(tmp_path, asked, there):
    make(tmp_path, **{f"{there}/b": "1", "a": "2"})
    assert paths(tmp_path, below=[asked]) == [f"{there}/b"]
    assert paths(tmp_path, without=[f"{asked}/b"]) == ["a"]


def test_what_cannot_be_read_is_told_with_its_name(tmp_path, monkeypatch):
    make(tmp_path, a="1")

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as refusing:
        refusing.setattr("os.open", refuse)
        with pytest.raises(BuildError, match=r"/a: cannot be read: Permission denied"):
            found_in(tmp_path, ())
    monkeypatch.setattr("os.scandir", refuse)
    with pytest.raises(BuildError, match=r"cannot be read: Permission denied"):
        found_in(tmp_path, ())
