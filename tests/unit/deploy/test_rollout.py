"""What is told of a deployment under way; AWS is one that gives the answers of the test."""

import json
from types import SimpleNamespace

import pytest

from dockyard.config import Web
from dockyard.deploy.assembly import StackArtifact
from dockyard.deploy.rollout import RolloutWatch, awaits, fault, state, step, waits

APPROVAL = "waits for approval: by hand"


def deployment(stage=None, *, new=(0, 2), old=2, share=None, **more):
    target = {"runningTaskCount": new[0], "requestedTaskCount": new[1]}
    told = {
        "status": "IN_PROGRESS",
        "createdAt": 0,
        "targetServiceRevision": target,
        "sourceServiceRevisions": [{"runningTaskCount": old}],
    }
    if share is not None:
        target["requestedProductionTrafficWeight"] = share
    return {**told, **({"lifecycleStage": stage} if stage else {}), **more}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (deployment(), "new tasks: 0 of 2 new tasks run, 2 old"),
        (deployment(new=(2, 2), old=1), "old tasks: 2 of 2 new tasks run, 1 old"),
        (deployment(new=(2, 2), old=0), "bake: 2 of 2 new tasks run, 0 old"),
        (deployment("PRE_SCALE_UP", share=0.0), "before: 0 of 2 new tasks run, 2 old; 0 % of the requests go to the new ones"),
        (deployment("PRODUCTION_TRAFFIC_SHIFT", new=(2, 2), share=12.5),
         "shift: 2 of 2 new tasks run, 2 old; 12.5 % of the requests go to the new ones"),
        (deployment("CLEAN_UP", new=(2, 2), old=0, status="SUCCESSFUL"), "done: 2 of 2 new tasks run, 0 old"),
        (deployment("NEW_STAGE", new=(2, 2), old=0), "new_stage: 2 of 2 new tasks run, 0 old"),
        (deployment("BAKE_TIME", rollback={"reason": "x"}), "rollback: 0 of 2 new tasks run, 2 old"),
    ],
)  # fmt: skip
def test_a_deployment_is_told_by_its_step_its_tasks_and_who_gets_the_requests(told, expected):
    assert state(told) == expected
    assert step(told) == expected.split(":")[0]


def test_why_it_goes_back_is_told_with_the_alarms_that_went_off():
    alarms = {"triggeredAlarmNames": ["shop-dev-web-errors"]}
    assert fault(deployment(rollback={"reason": "An alarm."}, alarms=alarms)) == "An alarm. (shop-dev-web-errors)"
    assert fault(deployment(status="STOPPED", statusReason="by hand")) == "by hand"
    assert fault(deployment(statusReason="?")) == ""
    assert fault(deployment(rollback={"reason": "a hook"})) == "a hook"


def test_only_a_pause_that_nobody_has_answered_waits():
    assert waits(deployment(lifecycleHookDetails=[{"status": "AWAITING_ACTION"}]))
    assert not waits(deployment(lifecycleHookDetails=[{"status": "SUCCEEDED"}]))
    assert not waits(deployment())


@pytest.mark.parametrize(
    ("deploy", "looked"),
    [
        ({"strategy": "blue-green", "approve": True}, "; requests with the header x-dockyard-test reach the new tasks"),
        ({"strategy": "canary", "approve": True, "test_header": "x-new"}, "; requests with the header x-new reach the new tasks"),
        ({"strategy": "blue-green", "approve": True, "test_header": "off"}, ""),
    ],
)
def test_what_waits_is_told_with_both_answers_and_how_the_new_version_is_looked_at(deploy, looked):
    environment = SimpleNamespace(
        name="dev", services={"web": Web.model_validate({"kind": "web", "port": 80, "http": {"path": "/"}, "deploy": deploy})}
    )
    answers = "dockyard approve web --env dev, or dockyard reject web --env dev"
    assert awaits("web", environment) == f"waits for approval: {answers}{looked}"


class Account:
    """A service with deployments, and the hour."""

    def __init__(self):
        self.cloudformation = self.ecs = self
        self.now, self.arn, self.deployments = 0.0, "arn:aws:ecs:x:1:service/dev/web", []
        self.events = []

    def describe_stack_resources(self, **_):
        return {"StackResources": [{"ResourceType": "AWS::ECS::Service", "PhysicalResourceId": self.arn}]}

    def describe_services(self, cluster, services):
        assert (cluster, services) == ("dev", [self.arn])
        return {"services": [{"events": self.events}]}

    def list_service_deployments(self, service, cluster):
        assert (service, cluster) == (self.arn, "dev")
        found = [
            {"serviceDeploymentArn": str(number), "createdAt": number, "status": (one or {}).get("status", "PENDING")}
            for number, one in enumerate(self.deployments)
        ]
        return {"serviceDeployments": found}

    def describe_service_deployments(self, serviceDeploymentArns):  # noqa: N803
        return {"serviceDeployments": [self.deployments[int(arn)] for arn in serviceDeploymentArns if self.deployments[int(arn)]]}


@pytest.fixture
def account():
    return Account()


@pytest.fixture
def watch(account):
    template = json.dumps({"Resources": {"S": {"Type": "AWS::ECS::Service"}}})
    artifact = StackArtifact("web", template, {}, {}, False, None, None, (), None, (), None, None)
    return RolloutWatch(account, artifact, APPROVAL, "raise max", lambda _: "alice", clock=lambda: account.now)


def test_each_event_is_told_once_and_the_steps_with_their_times_at_the_end(account, watch):
    account.deployments = [deployment(status="SUCCESSFUL")]
    assert watch.look() == []  # that one had ended before
    account.deployments.append(deployment("SCALE_UP"))
    assert watch.look() == ["new tasks: 0 of 2 new tasks run, 2 old"]
    assert watch.look() == []
    account.now, account.deployments[1] = (
        4,
        deployment("POST_TEST_TRAFFIC_SHIFT", lifecycleHookDetails=[{"status": "AWAITING_ACTION"}]),
    )
    assert watch.look() == ["test: 0 of 2 new tasks run, 2 old", APPROVAL]
    account.now, account.deployments[1] = 9, deployment("BAKE_TIME", rollback={"reason": "a hook"})
    assert watch.look() == ["rollback: 0 of 2 new tasks run, 2 old", "goes back: a hook"]
    account.now = 10
    assert (watch.times(), watch.fault) == ("new tasks 4 s, test 5 s, rollback 1 s", "a hook")


def test_tasks_that_find_no_place_are_told_once_with_what_gives_them_one(account, watch):
    account.deployments = [deployment("SCALE_UP")]
    account.events = [{"createdAt": -1, "message": "(service web) was unable to place a task. Of the past."}]
    assert watch.look() == ["new tasks: 0 of 2 new tasks run, 2 old"]
    for server in "ab":
        message = f"(service web) was unable to place a task. The closest matching (container-instance {server}) has no memory."
        account.events.insert(0, {"createdAt": 1, "message": f"{message} For more information, see the Guide."})
    told = "ECS was unable to place a task. The closest matching (container-instance b) has no memory; raise max"
    assert watch.look() == [told]
    account.events.pop(0)
    assert watch.look() == []


def test_one_that_is_under_way_at_the_first_look_is_told_as_our_own(account, watch):
    """A deploy was interrupted, and this one waits for it."""
    account.deployments = [deployment("SCALE_UP", lifecycleHookDetails=[{"status": "AWAITING_ACTION"}])]
    assert watch.look() == ["new tasks: 0 of 2 new tasks run, 2 old", APPROVAL]


def test_why_it_went_back_is_still_known_when_what_runs_is_deployed_again(account, watch):
    watch.look()
    account.deployments = [deployment("BAKE_TIME", rollback={"reason": "a hook"})]
    watch.look()
    account.deployments.append(deployment("SCALE_UP"))
    assert watch.look() == ["new tasks: 0 of 2 new tasks run, 2 old"]
    assert watch.fault == "a hook"


def test_a_deployment_that_is_listed_before_it_can_be_described_is_looked_at_later(account, watch):
    watch.look()
    account.deployments = [None]
    assert watch.look() == []
    account.deployments = [deployment("SCALE_UP")]
    assert watch.look() == ["new tasks: 0 of 2 new tasks run, 2 old"]


def test_while_cloudformation_makes_the_service_nothing_is_known_of_it(account, watch):
    account.arn = ""
    assert watch.look() == []
    account.arn, account.deployments = "arn:aws:ecs:x:1:service/dev/web", [deployment()]
    assert watch.look() == ["new tasks: 0 of 2 new tasks run, 2 old"]
    assert watch.times() == "new tasks 0 s"


def test_who_rejected_it_is_told_in_place_of_a_hook_that_failed(account, watch):
    watch.look()
    pause = {"targetType": "PAUSE", "status": "FAILED"}
    account.deployments = [deployment(lifecycleHookDetails=[pause], rollback={"reason": "a hook"})]
    assert watch.look()[-1] == "goes back: rejected by alice"
    assert watch.fault == "rejected by alice"
