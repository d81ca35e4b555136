"""Who holds a lock, as it is told."""

import os

import pytest

from dockyard.doors.whereabouts import whereabouts


@pytest.mark.parametrize(
    ("variables", "run"),
    [
        ({}, ""),
        ({"GITHUB_RUN_ID": "7"}, ""),
        ({"GITHUB_SERVER_URL": "https://x", "GITHUB_REPOSITORY": "a/b", "GITHUB_RUN_ID": "7"}, ", https://x/a/b/actions/runs/7"),
        ({"CI_JOB_URL": "https://gitlab/1"}, ", https://gitlab/1"),
        ({"BUILD_URL": "https://jenkins/1"}, ", https://jenkins/1"),
        ({"CODEBUILD_BUILD_ID": "shop:1"}, ", shop:1"),
    ],
)
def test_it_tells_the_user_the_machine_the_process_and_the_run(variables, run):
    told = whereabouts(variables)
    assert told.endswith(f" (process {os.getpid()}){run}")
    assert "@" in told
