"""What runs is looked at, entered and restarted, with the commands for every day."""

import json
import re
import select
import signal
import subprocess
import time

import docker
import psutil
import pytest

from tests.integration.local_aws import until
from tests.integration.rights import only_roles
from tests.integration.support import Requests, environment, free_port, get

NAME = "hello-python"


@pytest.fixture
def ask(site):
    """What a command prints as JSON. The whole environment of `eval "$(dockyard local env)"` is there."""
    here = site.in_local_aws()
    return lambda *arguments: json.loads(site.dockyard(*arguments, "--json", **here).stdout)


def test_status_tells_the_version_that_runs_and_that_it_is_healthy(site, ask):
    (tag,) = (row["tag"] for row in ask("tags") if row["service"] == NAME)
    (found,) = ask("status", NAME)
    assert (found["state"], found["version"]["tag"], found["alarms"]) == ("steady", tag, [])
    assert (found["tasks"], found["health"]) == ({"desired": 1, "running": 1, "pending": 0}, {"healthy": 1, "checked": 1})
    table = site.dockyard("status", **site.account()).stdout.splitlines()
    assert [line.split()[0] for line in table[:3]] == ["service", "hello-node", "hello-python"]


def test_a_task_that_is_killed_is_told_by_status_and_logs_with_its_last_lines(site, ask):
    (before,) = ask("status", NAME)
    engine = docker.from_env()
    containers = [engine.containers.get(name) for name in site.containers()]
    next(one for one in containers if NAME in one.attrs["Config"]["Image"]).kill()
    failure = until(lambda: (now := ask("status", NAME)[0]["failure"]) != before["failure"] and now, 30)
    assert failure["reason"] == "Essential container in task exited; app exited with 137"
    until(lambda: ask("status", NAME)[0]["health"] == {"healthy": 1, "checked": 1}, 60)
    here = site.account()
    lines = [json.loads(line) for line in site.dockyard("logs", NAME, "--stopped", "--json", **here).stdout.splitlines()]
    of_task = [line for line in lines if line["task"] == failure["task"]]
    assert "hello-python 1 is ready" in [line["text"] for line in of_task]
    assert (of_task[-1]["is_end"], of_task[-1]["text"]) == (True, f"stopped: {failure['reason']}")
    assert ask("status", NAME)[0]["since"] == before["since"]


def test_logs_are_of_all_services_by_time_and_follow_what_comes(site):
    here = site.in_local_aws()
    printed = site.dockyard("logs", "--since", "1d", "--filter", "is ready", "--json", **here).stdout.splitlines()
    lines = [json.loads(line) for line in printed]
    assert {line["service"] for line in lines} == {"hello-node", NAME}
    assert [line["at"] for line in lines] == sorted(line["at"] for line in lines)
    following = subprocess.Popen(
        ["dockyard", "logs", NAME, "--follow", "--since", "1s", "--json"],
        cwd=site.root,
        env=here,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert select.select([following.stdout], [], [], 60)[0], "nothing was printed"
        line = json.loads(following.stdout.readline())  # a health check
        assert (line["service"], "GET /health" in line["text"]) == (NAME, True)
    finally:
        following.send_signal(2)
        assert following.wait(20) == 0
        following.stdout.close()


def test_exec_runs_a_command_by_a_session_of_ecs(site):
    here = site.in_local_aws()
    ended = site.dockyard("exec", NAME, "--", "python", "-c", "print(6 * 7)", **here)
    assert (ended.stdout, "container app" in ended.stderr) == ("42\n", True)
    told = site.dockyard("exec", NAME, code=1, **{**here, "PATH": environment()["PATH"]})
    assert "no program session-manager-plugin on PATH" in told.stderr


def test_exec_opens_a_port_of_a_task_on_this_machine(site):
    port = free_port()
    opened = subprocess.Popen(
        ["dockyard", "exec", NAME, "--forward", f"{port}:8080"], cwd=site.root, env=site.in_local_aws(), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert opened.stdout.readline() == "Waiting for connections...\n"
        assert get(f"http://localhost:{port}/{NAME}")[0] == 200
        taken = site.dockyard("exec", NAME, "--forward", f"{port}:8080", code=1, **site.in_local_aws()).stderr
        assert f"port {port} of this machine cannot be opened" in taken
    finally:
        for program in psutil.Process(opened.pid).children(recursive=True):
            program.send_signal(signal.SIGINT)  # as Ctrl-C does: it is for the program that joins
        _, told = opened.communicate(timeout=20)
    assert (opened.returncode, f"localhost:{port} leads to its port 8080" in told) == (0, True)


def test_a_restart_fails_no_request_and_is_in_the_history_with_the_commit_of_the_image(site, ask):
    before = site.client("ecs").list_tasks(cluster="demo-dev", desiredStatus="RUNNING")["taskArns"]
    with Requests(site.addresses()[NAME]) as requests:
        assert ask("restart", NAME)["tasks"] == 1
        time.sleep(0.5)
    assert requests.failed == {}
    after = site.client("ecs").list_tasks(cluster="demo-dev", desiredStatus="RUNNING")["taskArns"]
    assert len(set(after) - set(before)) == 1
    newest, *others = ask("history", NAME, "--last", "20")
    (status,) = ask("status", NAME)
    assert (newest["what"], newest["version"]) == ("restarted", status["version"])
    assert "deployed" in {one["what"] for one in others}
    assert 0 < newest["seconds"] < 120


def test_a_diagram_shows_what_is_deployed(site, tmp_path):
    file = tmp_path / "demo.svg"
    assert site.dockyard("diagram", "-o", str(file), **site.account()).stdout == f"{file}\n"
    text = file.read_text()
    assert (text.count("1 of 1 tasks, steady"), "demo in dev (account 000000000000, us-east-1)" in text) == (2, True)
    elsewhere = {**site.account(), "AWS_REGION": "eu-west-1"}
    assert "nothing is deployed to dev" in site.dockyard("diagram", code=1, **elsewhere).stderr


def test_what_is_not_there_is_told(site):
    here = site.account()
    elsewhere = {**here, "AWS_REGION": "eu-west-1"}
    assert "hello-python is not deployed to dev" in site.dockyard("restart", NAME, code=1, **elsewhere).stderr
    assert "not deployed" in site.dockyard("status", NAME, **elsewhere).stdout
    assert "nothing is deployed to dev" in site.dockyard("logs", code=1, **elsewhere).stderr
    assert site.dockyard("open", NAME, **here, DISPLAY="").stdout == site.dockyard("url", NAME, **here).stdout


@pytest.fixture
def lock(site):
    """The path of the site's dockyard.lock, which goes with the test."""
    file = site.root / "dockyard.lock"
    yield file
    file.unlink(missing_ok=True)


def test_a_rollback_fails_no_request_and_is_kept_until_the_sources_change(site, lock, source, ask):
    """To the version before, and then to a deploy by its number."""
    here = site.in_local_aws()
    address = site.addresses()[NAME]
    before = next(one["deploy"]["number"] for one in ask("history", NAME) if one["deploy"])
    site.edit(source, 'VERSION = "1"', 'VERSION = "bad"')
    site.up()
    with Requests(address) as requests:
        told = site.dockyard("rollback", NAME, **here).stderr
    assert (requests.failed, get(address)[1]["version"]) == ({}, "1")
    assert "dockyard.lock is written; commit it" in told
    warning = f"{NAME} stays rolled back to "
    assert warning.replace(" stays", ": stays") in site.dockyard("deploy", **here).stderr
    synthesized = site.cdk("deploy", f"demo-dev-{NAME}", "--require-approval", "never")
    assert warning in synthesized.stderr
    assert get(address)[1]["version"] == "1"
    site.edit(source, 'VERSION = "bad"', 'VERSION = "good"')
    assert "its pin is taken out of dockyard.lock" in site.up().stderr
    assert get(address)[1]["version"] == "good"
    assert "pins" not in lock.read_text()
    told = site.dockyard("rollback", "--to", str(before), **here).stderr
    assert (f" of deploy {before}" in told, get(address)[1]["version"]) == (True, "1")
    (last,) = re.findall(r"there is (\d+) \(", site.dockyard("rollback", "--to", "999", code=2, **here).stderr)
    assert int(last) == ask("history", NAME)[0]["deploy"]["number"] > before


def test_who_looks_needs_the_lookup_role_and_who_acts_a_right_of_their_own(site):
    here = site.in_local_aws()
    with only_roles(site.port) as account:
        here["AWS_ENDPOINT_URL"] = f"http://localhost:{account.server_port}"
        for command in ("status", "history", "logs"):
            assert NAME in site.dockyard(command, **here).stdout
        for command, refused in (("restart", "UpdateService"), ("exec", "ExecuteCommand")):
            told = site.dockyard(command, NAME, code=1, **here).stderr
            assert f"AWS refused {refused}" in told
            assert "docs/permissions.md" in told
