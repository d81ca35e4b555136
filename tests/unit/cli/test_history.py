"""What `dockyard history` shows."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from dockyard.cli import history as module
from dockyard.deploy.ledger import Entry
from dockyard.deploy.receipt import Made
from dockyard.operate.history import Change


@pytest.mark.parametrize("json", [False, True])
def test_where_there_is_nothing_that_is_told(monkeypatch, capsys, json):
    environment = SimpleNamespace(name="dev", services={"web": None})
    site = SimpleNamespace(reading=None, service_stack=None)
    session = SimpleNamespace(site=site, environment=environment, check_services=lambda _: None)
    monkeypatch.setattr(module, "Session", lambda *_: session)
    monkeypatch.setattr(module, "deployed", lambda *_: None)
    module.history(json=json)
    told = capsys.readouterr()
    expected = ("[]\n", "") if json else ("", "ECS knows of no deployment to dev; to make one: dockyard deploy\n")
    assert (told.out, told.err) == expected


def test_of_a_deploy_that_failed_who_made_it_of_what_and_why_is_told():
    begun = datetime(2026, 11, 26, 9, tzinfo=UTC)
    made = Made(begun, "arn", "ann", commit="0123456789")
    deploy = Entry(made, 10.0, {"web": "5f0c"}, number=1, faults={"shop-dev-web": "app exited with 1"})
    failed = Change("web", begun, "failed", ended=begun + timedelta(seconds=10), reason="app exited with 1", deploy=deploy)
    _, row, why = (line.plain for line in module.lines([failed], None, "shop-dev-{}".format))
    when = f"{begun.astimezone():%Y-%m-%d %H:%M}"
    assert row.split() == ["1", *when.split(), "web", "failed", "5f0c", "0123456", "10", "s", "ann"]
    assert why == f"! web {when}: app exited with 1"
