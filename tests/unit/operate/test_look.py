"""A look at services of which one cannot be looked at; that AWS answers so is in the integration tests."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from dockyard.deploy.ledger import Entry
from dockyard.deploy.receipt import Made
from dockyard.operate import look
from dockyard.operate.deployed import Deployed
from dockyard.operate.look import Lookout
from dockyard.operate.status import State
from dockyard.operate.stopped import Failure

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
MISSING = ClientError({"Error": {"Code": "ServiceNotFoundException", "Message": "no such service"}}, "ListServiceDeployments")
SERVICE = {"AWS::ECS::Service": ["arn/c/web"]}


def lookout(monkeypatch, stack, resources, ask=None):
    monkeypatch.setattr(look, "deployed", lambda *_: Deployed("web", NOW, stack, {}, resources))
    account = SimpleNamespace(ecs=SimpleNamespace(describe_services=ask))
    kinds = {"web": SimpleNamespace(kind="web")}
    return Lookout(SimpleNamespace(environment=SimpleNamespace(services=kinds), reading=account))


@pytest.mark.parametrize("answer", [{"services": []}, {"services": [{"status": "INACTIVE"}]}])
def test_a_deleted_service_has_failed_as_it_is_gone(monkeypatch, answer):
    (found,) = lookout(monkeypatch, "UPDATE_COMPLETE", SERVICE, lambda **_: answer).look(["web"])
    assert found.state is State.FAILED
    assert found.reason.startswith("its service is gone")


@pytest.mark.parametrize("error", [MISSING, ConnectTimeoutError(endpoint_url="https://ecs")])
def test_what_aws_does_not_tell_is_told_in_the_place_of_the_service(monkeypatch, error):
    def ask(**_):
        raise error

    (found,) = lookout(monkeypatch, "UPDATE_COMPLETE", SERVICE, ask).look(["web"])
    assert (found.state, found.reason) == (State.UNKNOWN, f"AWS does not tell: {error}")


def test_a_first_deploy_is_under_way_while_there_is_no_service(monkeypatch):
    (found,) = lookout(monkeypatch, "CREATE_IN_PROGRESS", {}).look(["web"])
    assert (found.state, found.reason) == (State.DEPLOYING, None)


@pytest.mark.parametrize(
    ("hooks", "told"),
    [
        ([], "a hook failed"),
        ([{"status": "AWAITING_ACTION"}], "waits for approval: dockyard approve web --env dev, or dockyard reject web --env dev"),
        ([{"targetType": "PAUSE", "status": "FAILED"}], "rejected by alice"),
    ],
)
def test_what_a_deployment_waits_for_or_who_took_it_back_is_told(monkeypatch, hooks, told):
    found = lookout(monkeypatch, "UPDATE_IN_PROGRESS", SERVICE)
    asked = SimpleNamespace(describe_service_deployments=lambda **_: {"serviceDeployments": [{"lifecycleHookDetails": hooks}]})
    monkeypatch.setattr(look, "rejected_by", lambda *_: "alice")
    found._aws.ecs = asked
    found._site.environment.name = "dev"
    assert found._why({"serviceDeploymentArn": "d"}, "web", "a hook failed") == told


@pytest.mark.parametrize(
    ("reason", "told"), [("was unable to place a task. No room", "raise cluster.ec2.max"), ("it failed", "")]
)
def test_what_is_to_be_done_is_told_of_a_task_that_finds_no_place(monkeypatch, reason, told):
    found = lookout(monkeypatch, "UPDATE_COMPLETE", SERVICE)
    found._site.environment.services["web"].runs_on = "ec2"
    found._site.environment.settings = SimpleNamespace(cluster=SimpleNamespace(ec2=SimpleNamespace(max=2)))
    assert (found._mended(Failure(NOW, reason), "web").remedy or "").startswith(told)
    assert found._mended(None, "web") is None


def test_why_one_went_back_is_told_as_its_deploy_saw_it(monkeypatch):
    found = lookout(monkeypatch, "UPDATE_ROLLBACK_COMPLETE", SERVICE)
    found._site.service_stack = "shop-dev-{}".format
    deploy = Entry(Made(NOW, "arn", "alice"), 9.0, {}, faults={"shop-dev-web": "its smoke test failed: GET /up: 500"})
    monkeypatch.setattr(look, "entries", lambda _: [deploy])
    assert found._seen_by_deploy("web", NOW) == "its smoke test failed: GET /up: 500"


def test_of_a_first_deploy_that_failed_it_is_told_why_and_what_is_to_be_done(monkeypatch):
    found = lookout(monkeypatch, "ROLLBACK_COMPLETE", {})
    found._site.service_stack = "shop-dev-{}".format
    deploy = Entry(Made(NOW, "arn", "alice"), 9.0, {}, faults={"shop-dev-web": "app exited with 1"})
    monkeypatch.setattr(look, "entries", lambda _: [deploy])
    (told,) = found.look(["web"])
    assert told.state is State.FAILED
    assert told.reason == "its stack is in state ROLLBACK_COMPLETE; app exited with 1; mend it, then: dockyard deploy web"


def test_the_images_of_sidecars_are_told_too(monkeypatch):
    family = {"containerDefinitions": [{"name": "app", "image": "web:1"}, {"name": "proxy", "image": "web.proxy:2"}]}
    found = lookout(monkeypatch, "UPDATE_COMPLETE", {})
    found._aws.ecs = SimpleNamespace(describe_task_definition=lambda **_: {"taskDefinition": family})
    images = found._images("web:7")
    assert images == {"app": "web:1", "proxy": "web.proxy:2"}
    assert found._version(images).image == "web:1"
