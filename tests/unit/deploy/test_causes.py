"""What is told of a deploy that failed: the cause, and what to do about it."""

import pytest

from dockyard.deploy.causes import Check, Failed, cause, plain, seen
from dockyard.deploy.tasks import FailedTask

CHECK = Check("/health", 9000, "200", 5)
REFUSED = Failed(CHECK, "Target.FailedHealthChecks", "Health checks failed")
MISMATCH = Failed(CHECK, "Target.ResponseCodeMismatch", "Health checks failed with these codes: [404]")


def stopped(*lines, reason="Task failed ELB health checks"):
    return FailedTask("5344f2b6c0de", reason, lines)


@pytest.mark.parametrize(
    ("line", "port"),
    [
        ("[2026-11-26 07:00:35 +0000] [1] [INFO] Listening at: http://0.0.0.0:5000 (1)", 5000),
        ("INFO:     Uvicorn running on http://0.0.0.0:8000 (Press CTRL+C to quit)", 8000),
        ("Example app listening on port 3000", 3000),
        ("07:00:35.120 INFO Tomcat started on port(s): 8080 (http) with context path ''", 8080),
        ("2026/11/26 07:00:35 listening on :8080", 8080),
        ("Server listening at http://[::]:3000", 3000),
        ("Serving HTTP on 0.0.0.0 port 8000 (http://0.0.0.0:8000/) ...", 8000),
        ("Nest application is running on: http://[::1]:3000", 3000),
    ],
)
def test_a_log_that_names_another_port_is_quoted_first(line, port):
    found = cause(REFUSED, stopped("begins", line, "07:00:59 started the pool"))
    first = found.text.splitlines()[0]
    assert first == f"nothing listens on port 9000 of the container (connection refused); its log says: {line}"
    assert found.hint == f"set port: {port} in service.yaml, or listen on $PORT (9000)"


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("12:34:56 started",),
        ("Listening at: http://0.0.0.0:9000",),
        ("connected to the server, started a session on db:5432",),
    ],
)
def test_without_such_a_line_no_more_is_said_than_is_known(lines):
    found = cause(REFUSED, stopped(*lines))
    assert found.text.startswith(
        "nothing listens on port 9000 of the container, or what does speaks no HTTP, or ends the connection without an answer\ntask 5344f2b6 stopped"
    )
    assert "$PORT (9000)" in found.hint


def test_what_listens_on_the_loopback_alone_is_told():
    found = cause(REFUSED, stopped(" * Running on http://127.0.0.1:9000"))
    assert found.text.startswith("only the container itself can reach port 9000")
    assert found.hint == "listen on 0.0.0.0"


def test_an_app_that_ends_at_its_start_is_the_cause_and_not_that_it_does_not_answer():
    task = stopped("no database today", reason="Essential container in task exited; app exited with 1")
    found = cause(REFUSED, task)
    assert found.text == "task 5344f2b6 stopped: Essential container in task exited; app exited with 1\n  | no database today"
    assert "run the same command again" in found.hint


def test_a_wrong_answer_is_told_with_what_was_wanted():
    found = cause(MISMATCH, None)
    assert found.text.endswith("[404] (wanted: 200; http.health in service.yaml)")
    assert found.hint.startswith("see that GET /health gives 200")


def test_where_nothing_is_known_nothing_is_said():
    assert cause(None, None) is None
    assert cause(None, stopped(reason="CannotPullContainerError")).hint is None


@pytest.mark.parametrize(
    ("said", "left"),
    [
        (
            "Resource handler returned message: \"Error occurred during operation 'ECS Deployment Circuit Breaker was triggered'.\" "
            "(RequestToken: 1c2b, HandlerErrorCode: GeneralServiceException)",
            "Error occurred during operation 'ECS Deployment Circuit Breaker was triggered'.",
        ),
        (
            'Resource handler returned message: "The name "web" is taken (Service: Ecs, Status Code: 400, Request ID: 7)" '
            "(RequestToken: 1c2b, HandlerErrorCode: InvalidRequest)",
            'The name "web" is taken',
        ),
        ("Resource creation cancelled", "Resource creation cancelled"),
        ("No role (see the manual) for you (RequestToken: 1c2b, HandlerErrorCode: X)", "No role (see the manual) for you"),
    ],
)
def test_of_what_cloudformation_says_its_own_numbers_are_left_out(said, left):
    assert plain(said) == left


def test_while_the_deploy_goes_on_the_log_is_quoted_as_well():
    assert seen(REFUSED, ["Listening at: http://0.0.0.0:5000"]).endswith("its log says: Listening at: http://0.0.0.0:5000")
    assert seen(MISMATCH, ["Listening at: http://0.0.0.0:5000"]) == MISMATCH.text()
