"""What is said of tasks that find no place, and what gives them one."""

from types import SimpleNamespace

import pytest

from dockyard.config import Environment
from dockyard.config.capacity import FargateMix
from dockyard.config.project import EnvironmentSettings
from dockyard.deploy.unplaced import remedy, unplaced

NONE = "was unable to place a task because no container instance met all of its requirements"


def event(at, message):
    return {"createdAt": at, "message": f"(service web) {message}"}


@pytest.mark.parametrize(
    ("events", "since", "told"),
    [
        ([], None, ""),
        ([event(2, "has started 1 tasks: (task a)."), event(1, f"{NONE}. For more information, see the Guide.")], None, NONE),
        ([event(2, f"{NONE}. Reason: no.")], None, f"{NONE}. Reason: no"),
        ([event(2, "has reached a steady state."), event(1, f"{NONE}.")], None, ""),
        ([event(1, f"{NONE}.")], 2, ""),
    ],
)
def test_it_is_told_until_the_service_is_steady(events, since, told):
    assert unplaced(events, since) == told


@pytest.mark.parametrize(
    ("runs_on", "told"),
    [
        ("ec2", "raise cluster.ec2.max in dockyard.yaml (now 2), give web less cpu or memory, or runs_on: fargate,"),
        ("managed", "give web less cpu or memory, or runs_on: fargate, in its service.yaml; then deploy"),
        ("fargate", "AWS has no Fargate to give at the moment: wait"),
        (FargateMix(base=1, **{"fargate-spot": 1}), "wait, or set runs_on: fargate in its service.yaml and deploy"),
    ],
)
def test_what_is_to_be_done_is_told_by_what_the_service_runs_on(runs_on, told):
    settings = EnvironmentSettings.model_validate({"cluster": {"ec2": {"instance_types": ["t3.small"], "max": 2}}})
    environment = Environment("dev", settings, {"web": SimpleNamespace(runs_on=runs_on)})
    assert told in remedy("web", environment)
