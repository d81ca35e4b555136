"""Work at a service: what a failed deploy leaves, and what it does not end."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from dockyard.cli import dev
from dockyard.config import Web
from dockyard.deploy.run import Wishes
from dockyard.errors import ConfigError, DeployError
from dockyard.operate.dev import Saved

FAULTS = [
    ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, "DescribeStacks"),
    EndpointConnectionError(endpoint_url="http://localhost:4566"),
    DeployError("web was not deployed"),
    ConfigError(["dockyard.yaml: one", "dockyard.yaml: two"]),
]


def test_no_fault_of_a_deploy_ends_it(monkeypatch, capsys):
    bench = dev._Bench(SimpleNamespace(root=Path("/shop")), Wishes(["web"]), None)
    faults = iter([*FAULTS, KeyboardInterrupt()])

    def deploy(_):
        raise next(faults)

    bench._what, bench._watch = "runs", SimpleNamespace(wait=lambda: Saved(("/shop/main.py",), 0.0))
    monkeypatch.setattr(bench, "_deploy", deploy)
    with pytest.raises(KeyboardInterrupt):
        bench.work()
    told = capsys.readouterr().err
    assert told.count("web: the version before runs on; save again") == len(FAULTS)
    for text in ("slow down", "AWS does not answer", "web was not deployed", "dockyard.yaml: one", "dockyard.yaml: two"):
        assert text in told


def test_an_interrupt_of_the_first_deploy_is_that_of_a_deploy(monkeypatch):
    def interrupted(_):
        raise KeyboardInterrupt("shop-dev-web is being changed")

    service = SimpleNamespace(kind="web")
    environment = SimpleNamespace(name="dev", services={"web": service})
    session = SimpleNamespace(environment=environment, check_services=lambda _: None)
    monkeypatch.setattr(dev, "Session", lambda *_: session)
    monkeypatch.setattr(dev, "in_local_aws", lambda given: given)
    monkeypatch.setattr(dev._Bench, "start", interrupted)
    with pytest.raises(KeyboardInterrupt, match="shop-dev-web is being changed"):
        dev.dev("web")


@pytest.mark.parametrize(("http", "told"), [({"path": "/", "maintenance": True}, True), ({"path": "/"}, False)])
def test_that_the_page_answers_in_its_place_is_told(capsys, http, told):
    services = {"web": Web.model_validate({"kind": "web", "port": 80, "http": http})}
    bench = dev._Bench(SimpleNamespace(environment=SimpleNamespace(services=services)), Wishes(["web"]), None)
    bench._tell_maintenance()
    assert ("web: in maintenance: its address answers with the page" in capsys.readouterr().err) is told
