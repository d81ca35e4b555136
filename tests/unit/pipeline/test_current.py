"""Jobs of what is not so any more, with GitHub's API on loopback."""

import pytest

from dockyard.doors.github import GitHub
from dockyard.errors import DockyardError
from dockyard.pipeline.current import check_current
from tests.github import TOKEN, GitHubApi

PUSH = {"GITHUB_REF": "refs/heads/release/1.x", "GITHUB_SHA": "a" * 40}
REQUEST = {"GITHUB_REF": "refs/pull/7/merge", "GITHUB_SHA": "c" * 40, "PULL_REQUEST": "7"}


@pytest.fixture
def api():
    with GitHubApi() as made:
        yield made


def check(api, variables, token=TOKEN):
    check_current(GitHub(api.address, "acme/shop", token), variables)


def test_a_push_that_nobody_overtook_goes_on(api):
    api.heads["release/1.x"] = "a" * 40
    check(api, PUSH)


def test_a_push_that_was_overtaken_ends(api):
    api.heads["release/1.x"] = "b" * 40
    with pytest.raises(DockyardError, match=r"release/1.x is at bbbbbbb, and this job is of aaaaaaa"):
        check(api, PUSH)


def test_a_pull_request_goes_on_while_it_is_open(api):
    check(api, REQUEST)
    api.closed.add(7)
    with pytest.raises(DockyardError, match="pull request 7 is closed"):
        check(api, REQUEST)


def test_what_cannot_be_asked_ends_the_job_with_the_permission_that_it_needs(api):
    with pytest.raises(DockyardError, match=r"git/ref/heads/release/1.x: GET: 404"):
        check(api, PUSH)
    for variables, needed in ((PUSH, "contents: read"), (REQUEST, "pull-requests: read")):
        with pytest.raises(DockyardError, match="403") as refused:
            check(api, variables, "another")
        assert refused.value.hint == f"the job needs: permissions: {{{needed}}}"
