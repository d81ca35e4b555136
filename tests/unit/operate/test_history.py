"""What a deployment was, of what ECS tells."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from dockyard.deploy.ledger import Entry
from dockyard.deploy.receipt import Made
from dockyard.operate.deployed import Deployed
from dockyard.operate.history import Change, change, history, with_attempts, with_deploys
from dockyard.operate.version import Version

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
REVISIONS = {"r1": {"taskDefinition": "web:1"}, "r2": {"taskDefinition": "web:2"}, "r3": {"taskDefinition": "web:2"}}


def deployment(target, *sources, status="SUCCESSFUL", **more):
    return {
        "targetServiceRevision": {"arn": target}, "sourceServiceRevisions": [{"arn": arn} for arn in sources], "status": status,
        "createdAt": NOW, "startedAt": NOW, "finishedAt": NOW + timedelta(seconds=42), **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("told", "what"),
    [
        (deployment("r1"), "deployed"),
        (deployment("r2", "r1"), "deployed"),
        (deployment("r3", "r2"), "restarted"),
        (deployment("r3", "r2", "r1"), "deployed"),
        (deployment("r3", "r2", status="IN_PROGRESS"), "under way"),
        (deployment("r2", "r1", status="ROLLBACK_SUCCESSFUL"), "rolled back"),
        (deployment("r2", "gone"), "deployed"),
    ],
)
def test_a_restart_has_the_definition_that_ran_before(told, what):
    assert change("web", told, REVISIONS).what == what


def test_how_long_it_took_and_why_it_was_given_up():
    found = change("web", deployment("r2", "r1", status="ROLLBACK_SUCCESSFUL", statusReason="circuit breaker"), REVISIONS)
    assert (found.seconds, found.reason) == (42, "circuit breaker")
    assert change("web", deployment("r1", status="PENDING", finishedAt=None), REVISIONS).seconds is None


def test_one_that_somebody_rejected_is_told_apart_from_one_that_a_test_took_back():
    pause = {"targetType": "PAUSE", "status": "FAILED"}
    told = {"status": "ROLLBACK_SUCCESSFUL", "statusReason": "a lifecycle hook failed", "serviceDeploymentArn": "d"}
    asked = {"d": "alice"}.__getitem__
    found = change("web", deployment("r2", "r1", **told, lifecycleHookDetails=[pause]), REVISIONS, asked)
    assert (found.what, found.reason) == ("rejected", "rejected by alice")
    under_way = deployment("r2", "r1", **{**told, "status": "ROLLBACK_IN_PROGRESS"}, lifecycleHookDetails=[pause])
    assert change("web", under_way, REVISIONS, asked).what == "under way"
    smoke = {"targetType": "AWS_LAMBDA", "targetArn": "f", "status": "FAILED"}
    hooks = {"lifecycleHooks": [{"hookTargetArn": "f", "lifecycleStages": ["POST_TEST_TRAFFIC_SHIFT"]}]}
    tested = deployment("r2", "r1", **told, lifecycleHookDetails=[smoke], deploymentConfiguration=hooks)
    found = change("web", tested, REVISIONS, asked)
    assert (found.what, found.reason) == ("rolled back", "its smoke test failed: a lifecycle hook failed")


def test_a_definition_of_others_has_no_version():
    """Its container has a name of its own."""
    definition = {"registeredAt": NOW, "containerDefinitions": [{"name": "theirs", "image": "nginx"}]}
    ecs = SimpleNamespace(
        list_task_definitions=lambda status, **_: {"taskDefinitionArns": ["arn:x/job:1"] if status == "ACTIVE" else []},
        describe_task_definition=lambda **_: {"taskDefinition": definition},
    )
    found = Deployed("job", NOW, "", {"RunTask": json.dumps({"cluster": "c", "taskDefinition": "x/job:1"})})
    assert history(SimpleNamespace(ecs=ecs), None, found) == [Change("job", NOW, "deployed", None, {"theirs": "nginx"})]


STACK = "shop-dev-{}".format


def of_deploy(at=NOW, tag="1", seconds=10.0, steps=("shop-dev-web",), **more):
    return Entry(Made(at, "arn", "alice"), seconds, {"web": tag}, dict.fromkeys(steps, 1.0), **more)


def of_ecs(seconds, tag="1", what="deployed"):
    return Change("web", NOW + timedelta(seconds=seconds), what, Version(f"r/web:{tag}", tag))


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (of_ecs(5), True),
        (of_ecs(-20), True),  # by another clock
        (of_ecs(5, what="rolled back"), True),
        (of_ecs(5, what="restarted"), False),
        (of_ecs(5, tag="2"), False),
        (of_ecs(60), False),
        (of_ecs(-60), False),
    ],
)
def test_a_deployment_is_of_the_deploy_of_its_tag_and_time(change, found):
    (one,) = with_deploys([change], [of_deploy()], STACK)
    assert (one.deploy == of_deploy()) is found


def test_of_two_deploys_it_is_the_later_one():
    later = of_deploy(NOW + timedelta(seconds=20))
    (one,) = with_deploys([of_ecs(25)], [of_deploy(), later], STACK)
    assert one.deploy == later


def test_a_rollback_soon_after_a_deploy_takes_not_its_place():
    """Of the same tag, with another between them, and all within what clocks may be off."""
    first, other = of_deploy(number=11), of_deploy(NOW + timedelta(seconds=12), "2", number=12)
    back = of_deploy(NOW + timedelta(seconds=24), number=13, back=("web",))
    changes = with_deploys([of_ecs(28), of_ecs(16, "2"), of_ecs(4)], [first, other, back], STACK)
    assert [(one.deploy.number, one.what) for one in changes] == [(13, "went back to"), (12, "deployed"), (11, "deployed")]


@pytest.mark.parametrize(("steps", "number"), [((), 13), (("synth", "shop-dev-api"), 13), (("cdk deploy",), 14)])
def test_a_deploy_that_left_the_service_as_it_was_made_no_deployment(steps, number):
    after = of_deploy(NOW + timedelta(seconds=20), steps=steps, number=14)
    (one,) = with_deploys([of_ecs(22)], [of_deploy(number=13), after], STACK)
    assert one.deploy.number == number


def test_a_rollback_that_ecs_gave_up_is_told_as_that():
    (one,) = with_deploys([of_ecs(5, what="rolled back")], [of_deploy(back=("web",))], STACK)
    assert one.what == "rolled back"


@pytest.mark.parametrize(("what", "told"), [("rolled back", "GET /up: 500"), ("failed", "GET /up: 500"), ("rejected", "by ECS")])
def test_why_one_went_back_is_told_as_its_deploy_saw_it(what, told):
    deploy = replace(of_deploy(), faults={"shop-dev-web": "GET /up: 500"})
    (one,) = with_deploys([replace(of_ecs(5, what=what), reason="by ECS")], [deploy], STACK)
    assert one.reason == told
    (one,) = with_deploys([replace(of_ecs(5, what=what), reason="by ECS")], [of_deploy()], STACK)
    assert one.reason == "by ECS"


FAILED = of_deploy(number=1, faults={"shop-dev-web": "app exited with 1"})


def told_with(*changes, deploys=(FAILED,), last=10):
    return with_attempts(with_deploys(changes, deploys, STACK), deploys, ["web", "api"], STACK, last)


def test_a_first_deploy_that_failed_is_told_by_what_it_left():
    (one,) = told_with()
    assert one == Change("web", NOW, "failed", ended=NOW + timedelta(seconds=10), reason="app exited with 1", deploy=FAILED)


@pytest.mark.parametrize("known", [of_ecs(5, what="rolled back"), of_ecs(5, tag="sha256:1", what="failed")])
def test_one_whose_deployment_ecs_knows_is_told_once(known):
    """The tag of an image that is not Dockyard's is in no line."""
    (one,) = told_with(known)
    assert one.what == known.what


def test_the_next_deploy_is_another_one_however_soon_it_comes():
    second = of_deploy(NOW + timedelta(seconds=15), "2", number=2)
    found = told_with(of_ecs(20, "2"), deploys=(FAILED, second))
    assert [(one.what, one.deploy.number) for one in found] == [("deployed", 2), ("failed", 1)]


def test_what_is_older_than_the_last_that_were_asked_for_is_left_out():
    assert [one.what for one in told_with(of_ecs(500, "2"), last=1)] == ["deployed"]


def test_one_that_ecs_calls_a_success_and_whose_tasks_ended_at_once_is_told_as_failed():
    fault = {STACK("web"): "its tasks end a moment after their start"}
    (one,) = with_deploys([of_ecs(5)], [of_deploy(faults=fault)], STACK)
    assert (one.what, one.reason) == ("failed", fault[STACK("web")])
    (one,) = with_deploys([of_ecs(5)], [of_deploy(faults=fault, back=("web",))], STACK)
    assert one.what == "failed"
