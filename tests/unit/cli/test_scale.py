"""What `dockyard scale` takes for a number of tasks, and what it tells beside it."""

from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from dockyard.cli import scale as module
from dockyard.cli.main import app
from dockyard.config.count import Bounds
from dockyard.operate.scale import Scaled


@pytest.mark.parametrize("given", ["abc", "1.5", "5001", "²"])
def test_what_is_no_number_of_tasks_is_told_with_what_was_got(given):
    ended = CliRunner().invoke(app, ["scale", "shop", given])
    assert ended.exit_code == 2
    assert f"should be 0 to 5000, got '{given}'" in ended.output


@pytest.mark.parametrize("lock", ["locked by ann since 2026-11-26 09:00:00 for dockyard deploy", None])
def test_a_deploy_under_way_is_told_and_not_waited_for(monkeypatch, lock):
    done = []
    environment = SimpleNamespace(name="dev", services={"shop": SimpleNamespace(kind="web")})
    session = SimpleNamespace(site=None, environment=environment, check_services=lambda _: None)
    service = SimpleNamespace(now=lambda: Scaled(1), scale=lambda _, wanted: done.append(wanted.count))
    monkeypatch.setattr(module, "Session", lambda *_: session)
    monkeypatch.setattr(module, "RunningService", lambda *_: service)
    monkeypatch.setattr(module, "told", lambda _, surely: lock)
    ended = CliRunner().invoke(app, ["scale", "shop", "3", "--timeout", "0"])
    assert (ended.exit_code, done) == (0, [3])
    said = f"{lock}; what changes the environment now may set the count of shop again"
    assert (said in ended.stderr) is bool(lock)


@pytest.mark.parametrize(("given", "told"), [("3", True), ("1", False)])
def test_that_scaling_moves_a_count_within_its_bounds_is_told(monkeypatch, given, told):
    environment = SimpleNamespace(name="dev", services={"shop": SimpleNamespace(kind="web")})
    session = SimpleNamespace(site=None, environment=environment, check_services=lambda _: None)
    service = SimpleNamespace(now=lambda: Scaled(1, Bounds(1, 5)), scale=lambda *_: None)
    monkeypatch.setattr(module, "Session", lambda *_: session)
    monkeypatch.setattr(module, "RunningService", lambda *_: service)
    monkeypatch.setattr(module, "told", lambda _, surely: None)
    ended = CliRunner().invoke(app, ["scale", "shop", given, "--timeout", "0"])
    said = "moves it within 1 and 5; to keep 3 at least: dockyard scale shop --min 3 --env dev"
    assert (ended.exit_code, said in ended.stderr) == (0, told)
