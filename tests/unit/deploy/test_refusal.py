"""Whose no took a deployment back, of what ECS and the note of who said it tell."""

from types import SimpleNamespace

import pytest

from dockyard.deploy.refusal import note_rejection, reason, refusal, rejected_by
from tests.unit.deploy.bucket import Bucket

SAID = "a lifecycle hook failed."
HOOKS = [
    {"targetType": "AWS_LAMBDA", "hookTargetArn": "b", "lifecycleStages": ["PRE_SCALE_UP"]},
    {"targetType": "AWS_LAMBDA", "hookTargetArn": "s", "lifecycleStages": ["POST_TEST_TRAFFIC_SHIFT"]},
    {"targetType": "PAUSE", "lifecycleStages": ["POST_TEST_TRAFFIC_SHIFT"]},
]
ARN = "arn:aws:ecs:eu-west-1:1:service-deployment/shop-dev/shop-dev-web-W1/abc"


def deployment(*details):
    return {
        "serviceDeploymentArn": ARN,
        "lifecycleHookDetails": list(details),
        "deploymentConfiguration": {"lifecycleHooks": HOOKS},
    }


def hook(target, status, **more):
    return {"targetType": "AWS_LAMBDA", "targetArn": target, "status": status, **more}


def pause(status, action="ROLLBACK"):
    return {"targetType": "PAUSE", "status": status, "timeoutAction": action}


@pytest.mark.parametrize(
    ("details", "what"),
    [
        ([hook("s", "SUCCEEDED"), pause("FAILED")], "rejected"),
        ([pause("TIMED_OUT")], "nobody approved it in time"),
        ([pause("TIMED_OUT", "CONTINUE")], ""),
        ([hook("b", "FAILED")], "its command before failed"),
        ([hook("s", "FAILED"), pause("AWAITING_ACTION")], "its smoke test failed"),
        ([hook("s", "TIMED_OUT", timeoutAction="ROLLBACK")], "its smoke test took too long"),
        ([hook("theirs", "FAILED")], "a hook failed"),
        ([pause("AWAITING_ACTION")], ""),
        ([], ""),
    ],
)
def test_each_hook_is_told_apart(details, what):
    assert refusal(deployment(*details)) == what


@pytest.mark.parametrize(
    ("details", "who", "why"),
    [
        (pause("FAILED"), "alice", "rejected by alice"),
        (pause("FAILED"), "", "rejected"),
        (hook("s", "FAILED"), "", f"its smoke test failed: {SAID}"),
        (pause("SUCCEEDED"), "", SAID),
        (pause("SUCCEEDED"), "alice", "rejected by alice"),  # whatever ECS makes of the hook on the way back
    ],
)
def test_why_it_goes_back_begins_with_whose_no_it_was(details, who, why):
    assert reason(deployment(details), SAID, lambda arn: who if arn == ARN else "") == why


def test_where_it_does_not_go_back_nobody_is_asked():
    assert reason(deployment(pause("FAILED")), "", dict[str, str]().__getitem__) == ""


def test_who_rejects_leaves_a_note_of_that_deployment_and_where_it_is_refused_rejects_all_the_same(tmp_path):
    bucket = Bucket()
    workshop = SimpleNamespace(git=None, environment={})
    site = SimpleNamespace(aws=bucket, reading=bucket, project=SimpleNamespace(root=tmp_path), workshop=workshop)
    note_rejection(site, ARN)
    assert (rejected_by(site, ARN), rejected_by(site, f"{ARN}2")) == ("alice", "")
    assert [key for _, key in bucket.content] == ["dockyard/rejections/shop-dev/shop-dev-web-W1/abc.json"]
    bucket.refuses = True
    note_rejection(site, f"{ARN}2")
    assert rejected_by(site, f"{ARN}2") == ""
