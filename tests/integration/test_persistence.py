"""An account that is kept comes back as it was: after a stop, and after the process was killed."""

import json
import time

import psutil
import pytest

from dockyard.errors import PrerequisiteError
from tests.integration.behaviours.strategies import Shop
from tests.integration.local_aws import DEAF, Server, in_background, service, until
from tests.integration.support import free_port, get


@pytest.fixture
def kept(base_image, tmp_path):
    """Starts the local AWS of one folder again and again."""
    running: list[Server] = []

    def start() -> Server:
        running.append(Server(tmp_path, persist=True))
        return running[-1]

    yield start
    running[-1].stop()


def _whole(server: Server) -> bool:
    """As many containers as tasks are wanted, and an answer at the address that was given out."""
    found = server.service("k")
    containers = server.docker.containers(f"dockyard.local={server.name}", ended=True)
    tasks = server.client("ecs").list_tasks(cluster="c", desiredStatus="RUNNING")["taskArns"]
    counted = (found["runningCount"], len(tasks), len([name for name in containers if "pause" not in name]))
    return counted == (2, 2, 2) and get(f"http://{server.output('k', 'Address')}/")[0] == 200


def _deployed(server: Server) -> str:
    """A service with two tasks, a value and a file; the service's address."""
    assert server.deploy("k", service(server.image(), count=2)) == "CREATE_COMPLETE"
    server.client("ssm").put_parameter(Name="/k", Type="String", Value="v")
    server.client("s3").create_bucket(Bucket="bucket")
    server.client("s3").put_object(Bucket="bucket", Key="k", Body=b"object")
    assert until(lambda: _whole(server), 10)
    return server.output("k", "Address")


def _assert_same(server: Server, address: str) -> None:
    assert until(lambda: _whole(server), 30)
    assert server.output("k", "Address") == address
    assert server.client("ssm").get_parameter(Name="/k")["Parameter"]["Value"] == "v"
    assert server.client("s3").get_object(Bucket="bucket", Key="k")["Body"].read() == b"object"
    (image,) = server.client("ecr").describe_images(repositoryName="app")["imageDetails"]
    assert image["imageTags"] == ["v1"]
    changed = service(server.image_again(), count=2, Environment=[{"Name": "ANSWER", "Value": "changed"}])
    assert server.deploy("k", changed, update=True) == "UPDATE_COMPLETE"
    assert get(f"http://{address}/") == (200, {"text": "changed"})


def test_an_account_comes_back_after_a_stop_without_a_task_too_many(kept):
    server = kept()
    process = psutil.Process(server.local.status(server.docker).pid)
    address = _deployed(server)
    server.stop()
    assert not process.is_running()
    assert server.docker.containers(f"dockyard.local={server.name}", ended=True) == []
    server = kept()
    _assert_same(server, address)
    time.sleep(2)
    assert _whole(server)


def test_an_account_comes_back_after_its_process_was_killed(kept):
    server = kept()
    address = _deployed(server)
    time.sleep(6)  # it is written down every five seconds
    psutil.Process(server.local.status(server.docker).pid).kill()
    server.local._daemon._child.wait()  # or Python would warn of a child that nobody waited for
    _assert_same(kept(), address)


def test_a_stack_operation_that_was_cut_off_has_failed_and_can_be_cleaned_up(kept):
    server = kept()
    image = server.image()
    in_background(lambda: server.deploy("k", service(image, DEAF, grace=600)))
    until(lambda: server.client("ecs").list_services(cluster="c")["serviceArns"], 20)
    server.stop()
    server = kept()
    client = server.client("cloudformation")
    assert client.describe_stacks(StackName="k")["Stacks"][0]["StackStatus"] == "ROLLBACK_FAILED"
    client.delete_stack(StackName="k")
    client.get_waiter("stack_delete_complete").wait(StackName="k", WaiterConfig={"Delay": 1})
    until(lambda: not server.docker.containers(f"dockyard.local={server.name}", ended=True), 20)


def test_a_deployment_that_was_cut_off_while_it_shifted_goes_on(kept):
    """Both versions come back, and the traffic is shared until its bake time is over again."""
    canary = {"canaryPercent": 50, "canaryBakeTimeInMinutes": 20}
    server = kept()
    shop = Shop(server, {"strategy": "CANARY", "canaryConfiguration": canary})
    arn = shop.deploy("green")
    until(lambda: shop.shares(arn) == (50.0, 50.0), 30)
    server.stop()
    shop.ecs = kept().client("ecs")
    until(lambda: set(shop.answers()) == {"blue", "green"}, 30)
    shop.ends("SUCCESSFUL", 60)
    assert shop.only("green")


def test_what_was_kept_is_given_up_on_wish_only(kept):
    server = kept()
    server.client("ssm").put_parameter(Name="/k", Type="String", Value="v")
    server.stop()
    assert json.loads((server.local.folder / "local/kept.json").read_text())["port"] == server.port
    with pytest.raises(PrerequisiteError, match="was kept with port"):
        server.local.up(server.docker, free_port(), None, print)
    server.local.up(server.docker, server.port, None, print, persist=False)
    assert server.client("ssm").describe_parameters()["Parameters"] == []
