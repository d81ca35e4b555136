"""`dockyard run`, from the moment when the task is started."""

from types import SimpleNamespace

import pytest

from dockyard.cli import run as module
from dockyard.cli import screen
from dockyard.doors import tasks

ARN = "arn:aws:ecs:eu-west-1:1:task/shop-dev/t1"


def test_an_interrupt_at_once_tells_how_to_stop_the_task_that_goes_on(monkeypatch):
    def interrupted(_):
        raise KeyboardInterrupt

    ecs = SimpleNamespace(
        describe_task_definition=lambda **_: {"taskDefinition": {"family": "f", "containerDefinitions": [{"name": "app"}]}}
    )
    site = SimpleNamespace(reading=SimpleNamespace(ecs=ecs), cluster="shop-dev")
    session = SimpleNamespace(site=site, aws=None, environment=SimpleNamespace(services={"migrate": None}))
    monkeypatch.setattr(module, "Session", lambda *_: session)
    monkeypatch.setattr(module, "_check", lambda *_: None)
    monkeypatch.setattr(module, "_parameters", lambda *_: {"cluster": "shop-dev", "taskDefinition": "f:1"})
    monkeypatch.setattr(tasks, "start", lambda *_: ARN)
    monkeypatch.setattr(screen, "say", interrupted)
    with pytest.raises(
        KeyboardInterrupt, match=f"the task goes on; to stop it: aws ecs stop-task --cluster shop-dev --task {ARN}"
    ):
        module.run("migrate")
