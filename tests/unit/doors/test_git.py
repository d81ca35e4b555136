"""What git knows of a folder, whatever else it prints."""

import subprocess

import pytest

from dockyard.doors.git import Git
from dockyard.doors.process import Processes

REMOTE = "https://git.example/o/r.git"


@pytest.fixture
def tree(tmp_path):
    """A work tree with one commit; and its hash."""

    def git(*arguments):
        command = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b.example", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    git("init", "--quiet")
    (tmp_path / "file").write_text("1")
    git("add", "file")
    git("commit", "--quiet", "--message", "x")
    git("remote", "add", "origin", REMOTE)
    return tmp_path, git("rev-parse", "HEAD")


@pytest.mark.parametrize("variables", [{}, {"GIT_TRACE": "1"}, {"GIT_TRACE": "1", "GIT_TRACE_SETUP": "1", "GIT_TRACE2": "1"}])
def test_what_git_prints_beside_its_answer_is_no_part_of_it(tree, variables):
    folder, commit = tree
    git = Git(Processes().with_environment(**variables))
    found = git.revision(folder)
    assert (found.commit, found.remote) == (commit, REMOTE)
    (folder / "file").write_text("2")
    assert git.revision(folder).commit == f"{commit}-dirty"


def test_a_new_file_below_the_sources_is_not_committed_unless_git_ignores_it(tree):
    folder, commit = tree
    web, api = folder / "services" / "web", folder / "services" / "api"
    for path in (web / "app.py", api / "app.log"):
        path.parent.mkdir(parents=True)
        path.write_text("1")
    (folder / ".git" / "info" / "exclude").write_text("*.log\n")
    git = Git(Processes())
    assert git.revision(web).commit == git.revision(folder, [api, web]).commit == f"{commit}-dirty"
    assert git.revision(api).commit == git.revision(folder, [api]).commit == git.revision(folder, []).commit == commit


@pytest.mark.parametrize("remote", ["git@git.example:o/r.git", "/home/me/my repository", "../r.git", "ssh://git@git.example/o/r"])
def test_a_remote_is_told_in_each_form(tree, remote):
    folder, _ = tree
    subprocess.run(["git", "-C", str(folder), "remote", "set-url", "origin", remote], check=True)
    assert Git(Processes()).revision(folder).remote == remote


def test_without_a_remote_or_a_commit_there_is_none(tree, tmp_path_factory):
    folder, commit = tree
    subprocess.run(["git", "-C", str(folder), "remote", "remove", "origin"], check=True)
    found = Git(Processes()).revision(folder)
    assert (found.commit, found.remote) == (commit, None)
    assert Git(Processes()).revision(tmp_path_factory.mktemp("bare")) is None
    empty = Processes().with_environment(PATH=str(tmp_path_factory.mktemp("empty")))
    assert Git(empty).revision(folder) is None
