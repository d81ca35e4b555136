"""The wait for a count of tasks, against a service that tells it; that ECS tells so is in the integration tests."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from dockyard.errors import DeployError
from dockyard.operate import running
from dockyard.operate.deployed import Deployed
from dockyard.operate.running import RunningService
from dockyard.progress import Silent

NO_ROOM = "was unable to place a task because no container instance met all of its requirements"
EVENTS = [{"message": "(service web) has started 1 tasks: (task a)."}, {"message": f"(service web) {NO_ROOM}."}]


class Noted(Silent):
    """Keeps what does not go well."""

    def __init__(self):
        self.notes = []

    def note(self, subject, text):
        self.notes.append(f"{subject}: {text}")


@pytest.fixture
def service(monkeypatch):
    """One that runs on servers, and is to have three tasks; each look takes the next number of tasks that run."""

    def made(*counts, events=EVENTS):
        monkeypatch.setattr(running, "LOOK_SECONDS", 0)
        found = Deployed("web", datetime.now(UTC), "", {}, {"AWS::ECS::Service": ["arn/c/s"]})
        monkeypatch.setattr(running, "surely_deployed", lambda *_: found)
        told = list(counts)

        def describe(**_):
            count = told.pop(0) if len(told) > 1 else told[0]
            return {"services": [{"desiredCount": 3, "runningCount": count, "events": events}]}

        site = SimpleNamespace(
            reading=SimpleNamespace(ecs=SimpleNamespace(describe_services=describe)),
            environment=SimpleNamespace(
                services={"web": SimpleNamespace(runs_on="ec2")},
                settings=SimpleNamespace(cluster=SimpleNamespace(ec2=SimpleNamespace(max=2))),
            ),
        )
        return RunningService(site, "web")

    return made


def test_why_tasks_find_no_place_is_told_once_and_they_are_waited_for(service):
    progress = Noted()
    assert service(2, 2, 2, 3).wait(progress, 60) == 3
    (note,) = progress.notes
    assert note.startswith(f"web: ECS {NO_ROOM}; raise cluster.ec2.max in dockyard.yaml (now 2), ")


def test_the_wait_for_a_place_has_an_end_with_words_about_how_to_go_on(service, monkeypatch):
    monkeypatch.setattr(running, "ROOM_SECONDS", 0.05)
    with pytest.raises(DeployError, match="2 of 3 tasks run, and ECS goes on trying: the others find no place") as error:
        service(2).wait(Silent(), 60)
    assert error.value.hint.startswith("raise cluster.ec2.max")
    assert error.value.hint.endswith("or go back: dockyard scale web 2")


def test_tasks_that_start_slowly_are_waited_for_until_the_limit_of_all(service, monkeypatch):
    monkeypatch.setattr(running, "ROOM_SECONDS", 0)
    with pytest.raises(DeployError, match="ECS goes on trying: ECS tells of no event") as error:
        service(2, events=[]).wait(Silent(), 0.05)
    assert error.value.hint == "follow it: dockyard status web --watch; or go back: dockyard scale web 2"
