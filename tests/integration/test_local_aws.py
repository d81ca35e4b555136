"""Each extension of the local AWS: the behaviour of AWS that it stands for, and that it is not there without it."""

import psutil
import pytest

from tests.integration.behaviours.contract import behaviours
from tests.integration.images import Repository
from tests.integration.local_aws import Server, service

BEHAVIOURS = [pytest.param(one, id=f"{one.area}-{one.check.__name__}") for one in behaviours()]


@pytest.fixture(scope="module")
def server(base_image, tmp_path_factory):
    """Shared by the tests."""
    made = Server(tmp_path_factory.mktemp("server"))
    yield made
    made.stop()


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_it_is_as_on_aws(server, behaviour):
    server.local.reset(server.docker)
    behaviour.check(server)


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_it_is_not_without_the_extension(base_image, tmp_path, behaviour):
    made = Server(tmp_path, without=(behaviour.extension,))
    try:
        with pytest.raises((Exception, pytest.fail.Exception)) as caught:
            behaviour.check(made)
        print(f"without {behaviour.extension}: {caught.value!r:.300}")
    finally:
        made.stop()


def test_an_emptied_account_is_empty(server):
    server.local.reset(server.docker)
    assert server.deploy("e", service(server.image())) == "CREATE_COMPLETE"
    server.local.reset(server.docker)
    assert server.client("cloudformation").describe_stacks()["Stacks"] == []
    assert server.client("ecr").describe_repositories()["repositories"] == []
    assert server.docker.containers(f"dockyard.local={server.name}", ended=True) == []
    assert not list((server.local.folder / "local" / "registry").rglob("*"))


def test_no_layers_are_left_on_disk(tmp_path):
    """Not by one that was killed, once there is another, and not by one that ended."""
    first = Server(tmp_path)
    try:
        Repository(first).push("one", "v1")
        process = psutil.Process(first.local.status(first.docker).pid)
        process.kill()
        process.wait(10)
        layers = tmp_path / "local" / "registry"
        assert list(layers.rglob("*"))
        second = Server(tmp_path)
        assert not list(layers.rglob("*"))
        Repository(second).push("two", "v1")
        second.stop()
        assert not list(layers.rglob("*"))
    finally:
        first.stop()


def test_it_listens_on_loopback_and_its_own_network_only(server):
    pid = server.local.status(server.docker).pid
    listening = {c.laddr.ip for c in psutil.Process(pid).net_connections("tcp") if c.status == psutil.CONN_LISTEN}
    assert listening <= {"127.0.0.1", "::1", server.docker.network_gateway(server.name, {})}
