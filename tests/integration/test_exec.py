"""`dockyard local exec`: a command in a container of the local AWS."""

import os
import pty
import subprocess

import pytest

from tests.integration.local_aws import until
from tests.integration.support import environment


@pytest.fixture
def closed(site):
    """Id of a task that may not be entered; not one of a service."""
    ecs = site.client("ecs")
    (cluster,) = ecs.list_clusters()["clusterArns"]
    definition = next(one for one in ecs.list_task_definitions()["taskDefinitionArns"] if "hellopython" in one)
    (started,) = ecs.run_task(cluster=cluster, taskDefinition=definition)["tasks"]
    arn = started["taskArn"]
    until(lambda: ecs.describe_tasks(cluster=cluster, tasks=[arn])["tasks"][0]["lastStatus"] == "RUNNING", 20)
    yield arn.rsplit("/", 1)[-1]
    ecs.stop_task(cluster=cluster, task=arn)


def test_a_command_runs_in_a_service_of_the_project_and_its_exit_code_is_passed_on(site):
    code = "print(6 * 7); raise SystemExit(9)"
    ended = site.dockyard("local", "exec", "hello-python", "--", "python", "-c", code, code=9)
    assert ended.stdout == "42\n"
    assert "container app" in ended.stderr


def test_a_command_has_the_terminal(site):
    """Which `docker exec` gives it only where we have one."""
    ours, theirs = pty.openpty()
    code = "import sys; sys.exit(7 if sys.stdin.isatty() and sys.stdout.isatty() else 1)"
    ended = subprocess.run(
        ["dockyard", "local", "exec", "hello-python", "--", "python", "-c", code], cwd=site.root, env=environment(), stdin=theirs,
        stdout=theirs, stderr=subprocess.PIPE, timeout=60, check=False,
    )  # fmt: skip
    os.close(ours)
    os.close(theirs)
    assert ended.returncode == 7, ended.stderr


def test_what_ecs_exec_would_refuse_is_refused(site, closed):
    told = site.dockyard("local", "exec", closed, "--", "sh", code=1).stderr
    assert "execute command was not enabled" in told
    assert "hello-node" in site.dockyard("local", "exec", "nobody", "sh", code=1).stderr
