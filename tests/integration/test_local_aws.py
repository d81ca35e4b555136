"""Each extension of the local AWS: the behaviour of AWS that it stands for, and that it is not there without it."""

import subprocess
import sys
from datetime import timedelta

import psutil
import pytest

from dockyard.local.lifecycle import sweep_networks
from tests.integration.account import Account
from tests.integration.behaviours.contract import behaviours
from tests.integration.images import Repository
from tests.integration.local_aws import PACE, Server, service
from tests.integration.support import ROOT, environment

BEHAVIOURS = [pytest.param(one, id=f"{one.area}-{one.check.__name__}") for one in behaviours()]


@pytest.fixture(scope="module")
def server(base_image, tmp_path_factory, request):
    """Shared by the tests."""
    made = Account() if request.config.option.aws else Server(tmp_path_factory.mktemp("server"))
    yield made
    made.stop()


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_it_is_as_on_aws(server, behaviour):
    server.reset()
    behaviour.check(server)


THREE = "an_alarm_minds_its_dimensions or every_tag_of_an_image_is_listed or secrets_and_settings_reach_the_container"


def test_behaviours_can_be_held_against_an_account(server, tmp_path):
    """By `--aws`; the account is this local AWS."""
    server.reset()
    account = {
        "AWS_ENDPOINT_URL": f"http://localhost:{server.port}", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }  # fmt: skip
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        f"--basetemp={tmp_path}/t",
        __file__,
        "--aws",
        "-k",
        THREE,
    ]

    def run(**variables: str) -> tuple[int, str]:
        ended = subprocess.run(
            command, cwd=ROOT, env={**environment(), **variables}, capture_output=True, text=True, timeout=120, check=False
        )
        return ended.returncode, ended.stdout + ended.stderr

    code, told = run(**account)
    assert code == 0, told
    assert "3 passed" in told
    assert server.client("ecr").describe_repositories()["repositories"] == []
    code, told = run(AWS_EC2_METADATA_DISABLED="true", HOME=str(tmp_path))
    assert (code, "--aws: no AWS credentials or no region" in told) == (pytest.ExitCode.USAGE_ERROR, True)


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_it_is_not_without_the_extension(base_image, tmp_path, monkeypatch, behaviour):
    monkeypatch.setattr(PACE, "least", 0)  # what never comes is waited for in vain
    made = Server(tmp_path, without=(behaviour.extension,))
    made.patience = 20  # a stack that never ends is one way not to be as on AWS
    try:
        with pytest.raises((Exception, pytest.fail.Exception)) as caught:
            behaviour.check(made)
        print(f"without {behaviour.extension}: {caught.value!r:.300}")
    finally:
        made.stop()


def test_an_emptied_account_is_empty(server):
    server.reset()
    assert server.deploy("e", service(server.image())) == "CREATE_COMPLETE"
    server.reset()
    assert server.client("cloudformation").describe_stacks()["Stacks"] == []
    assert server.client("ecr").describe_repositories()["repositories"] == []
    assert server.docker.containers(f"dockyard.local={server.name}", ended=True) == []
    assert not list((server.local.folder / "local" / "registry").rglob("*"))


def test_no_layers_are_left_on_disk(tmp_path):
    """Not by one that was killed, once there is another, and not by one that ended."""
    first = Server(tmp_path)
    try:
        Repository(first).push("one", "v1")
        _kill(first)
        layers = tmp_path / "local" / "registry"
        assert list(layers.rglob("*"))
        second = Server(tmp_path)
        assert not list(layers.rglob("*"))
        Repository(second).push("two", "v1")
        second.stop()
        assert not list(layers.rglob("*"))
    finally:
        first.stop()


def test_the_network_of_one_that_was_killed_goes_with_the_next_that_starts(tmp_path):
    """And none of one that runs."""
    killed, running = Server(tmp_path / "a"), Server(tmp_path / "b")
    try:
        _kill(killed)
        for one in (killed, running):
            sweep_networks(one.docker, f"dockyard.local={one.name}", timedelta(0))
        left = [one.docker.idle_networks(f"dockyard.local={one.name}", timedelta(0)) for one in (killed, running)]
        assert [len(networks) for networks in left] == [0, 1]
    finally:
        killed.stop()
        running.stop()


def _kill(server):
    process = psutil.Process(server.local.status(server.docker).pid)
    process.kill()
    process.wait(10)


def test_it_listens_on_loopback_and_its_own_network_only(server):
    pid = server.local.status(server.docker).pid
    listening = {c.laddr.ip for c in psutil.Process(pid).net_connections("tcp") if c.status == psutil.CONN_LISTEN}
    assert listening <= {"127.0.0.1", "::1", server.docker.network_gateway(server.name, {})}
