"""When a deploy has nothing to do."""

import time
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from dockyard.deploy import operations, run
from dockyard.deploy.receipt import NONE
from dockyard.deploy.run import Wishes, unchanged
from dockyard.progress import Silent

CHANGED = datetime(2026, 11, 1, tzinfo=UTC)
VERSION = f"{CHANGED.isoformat()} UPDATE_COMPLETE"
STACKS = ("shop-registry", "shop-dev-platform", "shop-dev-web", "shop-dev-api")
DIGESTS = {"web": "sha256:1", "api": "sha256:1"}
LAST = replace(NONE, infrastructure="f", images={"web": "1", "api": "1"}, digests=DIGESTS, stacks=dict.fromkeys(STACKS, VERSION))
IN_ECR = {"1": "sha256:1", "2": "sha256:2"}
SITE = SimpleNamespace(
    environment=SimpleNamespace(services={"web": None, "api": None}, cautions=()), project=None,
    reading=SimpleNamespace(cloudformation=None, ecr=None, image_digest=lambda _, tag: IN_ECR.get(tag)), aws=SimpleNamespace(account="111122223333", region="eu-central-1"), service_stack=lambda name: f"shop-dev-{name}",
)  # fmt: skip


def found(last=LAST, services=(), infrastructure="f", **tags):
    """The receipt, where there is nothing to do for these services."""
    images = [SimpleNamespace(service=name, repository=name, tag=tag) for name, tag in tags.items()]
    intent = SimpleNamespace(
        begun=time.monotonic(), infrastructure=infrastructure, last=last,
        of=lambda services: [one for one in images if not services or one.service in services],
    )  # fmt: skip
    return unchanged(SITE, Silent(), Wishes(services), intent)


@pytest.fixture(autouse=True)
def touched(monkeypatch):
    """Stacks that somebody has changed since."""
    names = set()

    def describe(_, name):
        status = "ROLLBACK" if name in names else "UPDATE_COMPLETE"
        return {
            "CreationTime": CHANGED,
            "StackStatus": status,
            "StackId": "arn:aws:cloudformation:eu-central-1:111122223333:stack",
        }

    monkeypatch.setattr(operations, "describe", describe)
    monkeypatch.setattr(run, "standing", lambda _: {"shop-dev-web"})
    monkeypatch.setattr(run, "tell_cautions", lambda *_: None)
    return names


def test_nothing_is_to_be_done_where_all_is_as_it_was_left():
    receipt = found(web="1", api="1")
    assert (receipt.nothing_changed, receipt.images) == (True, LAST.images)


@pytest.mark.parametrize("case", [
    {"web": "2", "api": "1"}, {"web": "1"}, {"web": "1", "api": "1", "new": "1"}, {"web": "1", "api": "1", "infrastructure": "g"},
    {"web": "1", "api": "1", "last": None}, {"web": "1", "api": "1", "last": replace(LAST, stacks={STACKS[2]: VERSION})},
])  # fmt: skip
def test_something_is_to_be_done(case):
    assert found(**case) is None


def test_what_somebody_has_changed_is_looked_at(touched):
    touched.add("shop-dev-api")
    assert found(web="1", api="1") is None


def test_an_image_that_went_from_ecr_is_brought_there_again(monkeypatch):
    monkeypatch.delitem(IN_ECR, "1")
    assert found(web="1", api="1") is None


def test_of_the_services_that_are_named_and_what_all_share(touched):
    touched.add("shop-dev-api")
    assert found(services=["web"], web="1", api="2").nothing_changed
    assert found(services=["api"], web="1", api="1") is None
    assert found(services=["web"], web="2", api="1") is None
    touched.add("shop-dev-platform")
    assert found(services=["web"], web="1", api="1") is None


def test_what_a_deploy_of_some_left_unknown_is_for_a_whole_one(touched):
    last = replace(LAST, stacks=LAST.stacks | {"shop-dev-api": "", "shop-dev-resources": ""})
    assert found(last=last, services=["web"], web="1", api="1").nothing_changed
    assert found(last=last, services=["api"], web="1", api="1") is None
    assert found(last=last, web="1", api="1") is None


def test_addresses_of_services_whose_stacks_are_gone_are_not_told_with_those_of_the_named():
    last = replace(LAST, addresses={"web": "http://w", "api": "http://a"}, through={"api": "balancer"})
    receipt = found(last=last, services=["web"], web="1", api="1")
    assert (receipt.addresses, receipt.through) == ({"web": "http://w"}, {})
