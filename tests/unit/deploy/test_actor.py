"""On whose behalf a deploy runs."""

import pytest

from dockyard.deploy.actor import actor

ROLE = "arn:aws:sts::111111111111:assumed-role/Deploy/alice"
GITHUB = {
    "GITHUB_ACTIONS": "true", "GITHUB_ACTOR": "alice", "GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "a/b",
    "GITHUB_RUN_ID": "7",
}  # fmt: skip


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, ("Deploy/alice", "")),
        (GITHUB, ("alice", "https://github.com/a/b/actions/runs/7")),
        ({**GITHUB, "GITHUB_TRIGGERING_ACTOR": "bob"}, ("bob", "https://github.com/a/b/actions/runs/7")),
        ({"GITLAB_CI": "true", "GITLAB_USER_LOGIN": "alice", "CI_PIPELINE_URL": "https://g/7"}, ("alice", "https://g/7")),
        ({"GITLAB_CI": "true"}, ("Deploy/alice", "")),
        ({"CODEBUILD_BUILD_ID": "shop:7", "CODEBUILD_INITIATOR": "codepipeline/shop"}, ("codepipeline/shop", "shop:7")),
    ],
)
def test_a_pipeline_tells_it_else_the_credentials(variables, expected):
    assert actor(variables, ROLE) == expected


@pytest.mark.parametrize(
    ("arn", "name"), [("arn:aws:iam::111111111111:user/team/alice", "team/alice"), ("arn:aws:iam::111111111111:root", "root")]
)
def test_a_user_has_a_name(arn, name):
    assert actor({}, arn) == (name, "")
