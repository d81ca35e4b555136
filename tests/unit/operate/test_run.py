"""A task that is run now, by a task that remembers; that ECS behaves so is in the integration tests."""

import json

import pytest

from dockyard.doors.tasks import log_of
from dockyard.errors import DeployError, DockyardError
from dockyard.operate.run import Ended, container_of, followed, parameters_in, request

LOG = {"options": {"awslogs-group": "g", "awslogs-stream-prefix": "app", "awslogs-region": "eu-west-1"}}
DEFINITION = {"containerDefinitions": [{"name": "app", "logConfiguration": LOG}, {"name": "proxy"}]}
PARAMETERS = {"cluster": "c", "taskDefinition": "arn:task-definition/job:3"}


class Task:
    """What is seen at each look, and what is printed by then; the last of it from then on."""

    def __init__(self, *seen):
        self.seen = list(seen)

    def new_lines(self):
        return self.seen[0][1]

    def look(self):
        status, _, more = self.seen.pop(0) if len(self.seen) > 1 else self.seen[0]
        return status and {"taskArn": "arn:task/x", "lastStatus": status, **more}


def test_all_that_a_task_prints_is_told_until_it_has_ended_and_is_quiet():
    done = {"containers": [{"name": "app", "exitCode": 0}], "stoppedReason": "Essential container in task exited"}
    task = Task(
        (None, [], {}),
        ("PENDING", [], {}),
        ("RUNNING", ["a"], {}),
        ("STOPPED", ["b"], done),
        ("STOPPED", ["c"], done),
        ("STOPPED", [], done),
    )
    lines, states = [], []
    ended = followed(task, "app", lines.append, states.append, pause=0)
    assert lines == ["a", "b", "c"]
    assert states == ["pending", "running", "stopped"]
    assert ended == Ended("arn:task/x", 0, "Essential container in task exited")


def test_the_exit_code_is_that_of_the_container_that_does_the_work_whatever_ended_those_beside_it():
    proxy, app = {"name": "proxy", "exitCode": 143}, {"name": "app", "exitCode": 0}
    task = Task(("STOPPED", [], {"containers": [proxy, app], "stoppedReason": "ended"}))
    assert followed(task, "app", print, lambda _: None, pause=0) == Ended("arn:task/x", 0, "ended")
    task = Task(("STOPPED", [], {"containers": [proxy, {**app, "exitCode": 9, "reason": "out of memory"}]}))
    assert followed(task, "app", print, lambda _: None, pause=0) == Ended("arn:task/x", 9, "out of memory")


def test_a_container_that_never_ran_is_told_with_the_reason():
    task = Task(
        ("STOPPED", [], {"containers": [{"reason": "CannotPullContainerError"}], "stoppedReason": "Task failed to start"})
    )
    with pytest.raises(DockyardError, match="the container did not run: Task failed to start; CannotPullContainerError"):
        followed(task, "app", print, lambda _: None, pause=0)


def test_ecs_is_asked_as_the_stack_tells_and_for_another_command_where_one_is_given():
    assert request(PARAMETERS, DEFINITION, [], {}) == {**PARAMETERS, "startedBy": "dockyard"}
    asked = request(PARAMETERS, DEFINITION, ["python", "-c", "1"], {})
    assert asked["overrides"] == {"containerOverrides": [{"name": "app", "command": ["python", "-c", "1"]}]}
    asked = request(PARAMETERS, DEFINITION, [], {"DAY": "2026-11-01"})
    assert asked["overrides"] == {
        "containerOverrides": [{"name": "app", "environment": [{"name": "DAY", "value": "2026-11-01"}]}]
    }


def test_the_log_is_that_of_the_first_container():
    assert log_of(container_of(DEFINITION), "arn:task/c/x") == ("g", "app/app/x")
    assert log_of({"name": "app"}, "arn:task/c/x") is None


def test_what_a_stack_tells_is_read():
    assert parameters_in(json.dumps(PARAMETERS), "job") == PARAMETERS


@pytest.mark.parametrize("output", ["", "1", "[]", "{}", '{"cluster": "c"}'])
def test_an_output_with_something_else_is_told(output):
    with pytest.raises(DeployError, match="job: its output RunTask has no parameters of RunTask"):
        parameters_in(output, "job")
