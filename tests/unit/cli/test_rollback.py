"""What `dockyard rollback --to` a deploy takes back, and what it leaves."""

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from dockyard.cli import rollback as module
from dockyard.cli.rollback import Back
from dockyard.deploy.ledger import Entry
from dockyard.deploy.receipt import Made
from dockyard.errors import DockyardError, UsageError
from dockyard.operate.status import State, Status

ONE, TWO = "1" * 20, "2" * 20
REGISTRY = "1.dkr.ecr.eu-west-1.amazonaws.com/shop/"


def made(**images):
    return Entry(Made(datetime(2026, 11, 26, tzinfo=UTC), "arn", "alice", commit="abcdef0123"), 1.0, images, number=8)


@pytest.fixture
def taken_back(monkeypatch):
    """What goes back of services that run these tags, by a deploy that brought those."""

    def done(entry, services=(), **running):
        found = [Status(name, "web", State.STEADY, images={"app": f"{REGISTRY}{name}:{tag}"}) for name, tag in running.items()]
        monkeypatch.setattr(
            module, "Lookout", lambda _: SimpleNamespace(look=lambda names: [one for one in found if one.service in names])
        )
        monkeypatch.setattr(module, "entries", lambda _: [entry])
        session = SimpleNamespace(
            site=None,
            environment=SimpleNamespace(name="prod", services=running),
            images=lambda names: [SimpleNamespace(service=name, repository=f"shop/{name}") for name in names if name != "theirs"],
        )
        return module._decide(session, services, "8")

    return done


def test_only_those_go_back_that_run_another_version(taken_back):
    (one,) = taken_back(made(web=ONE, api=ONE), web=TWO, api=ONE, new=TWO)
    assert (one.service, one.wanted, one.running) == ("web", {"web": ONE}, {"web": TWO})
    assert one.told == f"{ONE} of deploy 8 (commit abcdef0)"


def test_of_several_one_goes_back_alone_where_it_is_named(taken_back):
    assert [one.service for one in taken_back(made(web=ONE, api=ONE), ["api"], web=TWO, api=TWO)] == ["api"]


def test_what_the_project_has_no_more_stays_and_is_told(taken_back, capsys):
    assert [one.service for one in taken_back(made(web=ONE, old=ONE), web=TWO)] == ["web"]
    assert "old: the project has it no more, so it stays as it is" in capsys.readouterr().err


def test_where_nothing_differs_or_an_image_is_not_ours_that_is_told(taken_back):
    with pytest.raises(DockyardError, match="nothing goes back: what deploy 8 brought runs already"):
        taken_back(made(web=ONE), web=ONE)
    with pytest.raises(UsageError, match="theirs does not take its image from a repository of its own"):
        taken_back(made(theirs=ONE), theirs=TWO)


def test_without_a_service_and_a_deploy_nothing_is_asked(monkeypatch):
    monkeypatch.setattr(module, "Session", lambda *_: SimpleNamespace(check_services=lambda _: None))
    with pytest.raises(UsageError, match="rollback should have a service, or the number of a deploy by --to"):
        module.rollback()


def told_forward(monkeypatch, capsys, *deploys):
    monkeypatch.setattr(module, "entries", lambda _: deploys)
    site = SimpleNamespace(service_stack="shop-prod-{}".format)
    session = SimpleNamespace(site=site, environment=SimpleNamespace(name="prod"))
    chosen = [Back("web", {"web": ONE}, {"web": TWO}, ""), Back("api", {"api": ONE}, {"api": TWO}, "")]
    lock = SimpleNamespace(pins={"prod/api": None, "dev/web": None})
    module._tell_way_forward(session, chosen, lock)
    return capsys.readouterr().err


def test_how_to_go_forward_again_is_told_of_what_is_pinned(monkeypatch, capsys):
    way = "to take that back: dockyard rollback api --to 8 --env prod\n"
    assert told_forward(monkeypatch, capsys, made(web=TWO, api=TWO)) == way


def test_no_way_forward_is_told_to_what_never_was_well(monkeypatch, capsys):
    failed = replace(made(web=TWO, api=TWO), faults={"shop-prod-api": "its tasks end a moment after their start"})
    assert told_forward(monkeypatch, capsys, failed) == ""
    assert told_forward(monkeypatch, capsys, made(web=TWO, api=TWO), failed).startswith("to take that back")
