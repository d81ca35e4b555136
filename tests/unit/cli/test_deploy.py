"""What is asked during a deploy, and which command is told where nobody can be asked."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from dockyard.cli import deploying as module
from dockyard.cli.dev import _Bench
from dockyard.deploy.receipt import NONE
from dockyard.deploy.replacements import NOTHING_LOST
from dockyard.deploy.run import Wishes
from dockyard.errors import UsageError
from tests.unit.cli.page import commands

SESSION = SimpleNamespace(environment=SimpleNamespace(name="dev"))


@pytest.fixture
def asking(monkeypatch):
    """A deploy that asks before it does something, and the answers that it got."""
    answers = []
    monkeypatch.setattr(module, "deployed", lambda *given, **_: answers.append(given[4]("delete what is left of web")))
    monkeypatch.setattr(module, "tell", lambda *_, **__: None)
    monkeypatch.setattr("dockyard.cli.screen.is_terminal", lambda: False)
    return answers


def test_where_nobody_can_be_asked_the_hint_is_the_command_that_was_given(asking):
    with pytest.raises(UsageError) as caught:
        module.deploy_under(None, SESSION, Wishes(), "dockyard rollback web --env dev", json=False, yes=False)
    assert caught.value.hint == "supply --yes: dockyard rollback web --env dev --yes"


def test_who_said_yes_is_not_asked(asking):
    module.deploy_under(None, SESSION, Wishes(), "dockyard promote", json=False, yes=True)
    assert asking == [True]


def test_what_is_pruned_is_deleted_before_it_is_told_what_is_left(monkeypatch):
    told, receipt = [], replace(NONE, orphans=["shop-dev-old", "shop-dev-new"])
    monkeypatch.setattr(module, "deployed", lambda *_, **__: receipt)
    monkeypatch.setattr("dockyard.cli.orphans.delete", lambda _, going, __: sorted({*receipt.orphans} - {*going}))
    monkeypatch.setattr(module, "tell", lambda _, __, receipt, **___: told.extend(receipt.orphans))
    module.deploy_under(None, SESSION, Wishes(prune=True), "dockyard deploy", json=False, yes=True, going=["shop-dev-old"])
    assert told == ["shop-dev-new"]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        *((name, {"--yes", "--allow-interruption", "--allow-data-loss"}) for name in ("deploy", "up", "promote", "rollback")),
        ("dev", {"--allow-data-loss"}),
    ],
)
def test_each_command_that_deploys_has_the_options_that_are_told_by_its_faults(name, options):
    found = dict(commands())[f"dockyard {name}"]
    assert options <= {option for param in found.params for option in param.opts}


def test_dev_asks_nobody_and_tells_who_does():
    bench = _Bench(SESSION, Wishes(["web"], allowed=NOTHING_LOST), None)
    with pytest.raises(UsageError, match="dev does not ask") as caught:
        bench._refuse("delete what is left of web")
    assert caught.value.hint == "run: dockyard up --env dev"


@pytest.mark.parametrize(
    ("address", "authority", "way"),
    [
        ("https://a.example.com/cart", "/my cache/a.pem",
         "curl -L --cacert '/my cache/a.pem' --connect-to ::localhost: http://a.example.com:10080/cart"),
        ("https://a.example.com/cart", None, "curl -L --connect-to ::localhost: http://a.example.com:10080/cart"),
        ("http://a.example.com/cart", "/a.pem", "curl -L --connect-to ::localhost: http://a.example.com:10080/cart"),
    ],
)  # fmt: skip
def test_how_to_ask_before_the_name_leads_there_names_who_signed_the_certificate(address, authority, way):
    told = module._pointing(SimpleNamespace(), address, "localhost:10080", authority)
    assert told == f"a.example.com must point at localhost:10080; until then: {way}"
