"""What `dockyard history` shows."""

from types import SimpleNamespace

import pytest

from dockyard.cli import history as module


@pytest.mark.parametrize("json", [False, True])
def test_where_there_is_nothing_that_is_told(monkeypatch, capsys, json):
    environment = SimpleNamespace(name="dev", services={"web": None})
    session = SimpleNamespace(site=SimpleNamespace(reading=None), environment=environment, check_services=lambda _: None)
    monkeypatch.setattr(module, "Session", lambda *_: session)
    monkeypatch.setattr(module, "deployed", lambda *_: None)
    module.history(json=json)
    told = capsys.readouterr()
    expected = ("[]\n", "") if json else ("", "ECS knows of no deployment to dev; to make one: dockyard deploy\n")
    assert (told.out, told.err) == expected
