"""Rules of previews whose priorities others have at the load balancer that they share."""

from types import SimpleNamespace

import pytest

from dockyard.config import load_project
from dockyard.config.relock import relock
from dockyard.deploy.verify.previews import preview_checks, taken
from dockyard.deploy.verify.scene import Scene

PROJECT = (
    "name: shop\ndomains: {example.com: {hosted_zone: Z0123456789}}\nenvironments: {staging: {}, pr: {preview: {of: staging}}}"
)
CANARY = "kind: web\nhttp: {path: /api}\ndeploy: canary"
OWN = "arn:own"


class FakeAws:
    """An account with these rules at the public load balancer of staging."""

    def __init__(self, rules):
        self.elbv2 = self
        self.rules = rules

    def parameter(self, name):
        return {"/shop/staging/platform/listener-arn": "arn:public"}.get(name)

    def get_paginator(self, _):
        return self

    def paginate(self, *, ListenerArn):  # noqa: N803
        assert ListenerArn == "arn:public"
        default = {"RuleArn": "arn:default", "Priority": "default", "Conditions": []}
        return [{"Rules": [default]}, {"Rules": [rule(*one) for one in self.rules]}]


def rule(arn, priority, host):
    return {"RuleArn": arn, "Priority": str(priority), "Conditions": [{"Field": "host-header", "Values": [host]}]}


@pytest.fixture
def scene(tmp_path, monkeypatch):
    """That of an environment, with these rules at the load balancer."""
    for name, text in {"dockyard.yaml": PROJECT, "services/web/service.yaml": CANARY}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr("dockyard.deploy.verify.previews.deployed_rules", lambda _: {OWN})

    def made(*rules, environment="pr-12"):
        project = load_project(tmp_path)
        found = project.environment(environment)
        return Scene(SimpleNamespace(project=project, environment=found, reading=FakeAws(rules)), found.services)

    return made


def number(scene):
    """That of the rule of web."""
    http = scene.services["web"].http
    return scene.site.project.lock.priority(http, environment=scene.environment, service="web")


@pytest.mark.parametrize("before", [0, 1])
def test_a_number_that_another_preview_has_is_told_with_it_and_with_two_ways_out(scene, before):
    """Also that of test requests."""
    at = number(scene()) - before
    (check,) = preview_checks(scene(("arn:3", at, "shop-pr-9.example.com"), (OWN, at, "pr-12.example.com")))
    assert (check.verdict, check.name) == ("NG", "rule of web")
    assert check.found == f"priority {at} is that of the rule for shop-pr-9.example.com: two hashes have met by chance"
    assert check.hint == (
        "deploy when that preview is gone (dockyard destroy --env pr-9), or move this one: "
        "dockyard lock --preview pr-12, and commit dockyard.lock"
    )


def test_a_number_of_the_environment_that_it_is_of_is_told_as_well(scene):
    (check,) = preview_checks(scene(("arn:3", number(scene()), "shop.example.com")))
    assert check.hint == "move this one: dockyard lock --preview pr-12, and commit dockyard.lock"


def test_others_do_no_harm_and_its_own_rules_are_none_of_them(scene):
    at = number(scene())
    for own in ((OWN, at, "before.example.com"), ("arn:new", at, "PR-12.example.com")):
        (check,) = preview_checks(scene(own, ("arn:3", at + 1, "pr-9.example.com")))
        assert check.verdict == "OK"
    assert list(preview_checks(scene(("arn:3", 1, "a.b"), environment="staging"))) == []


def test_the_lock_moves_it_to_where_nobody_is(scene, tmp_path):
    at = number(scene())
    rules = [(f"arn:{step}", at + step, "pr-9.example.com") for step in (0, 1, 3)] + [
        ("arn:low", 5, "a.b"),
        ("arn:own", at - 1, "pr-12.example.com"),
    ]
    relock(tmp_path, {"pr-12": taken(scene(*rules).site)})
    assert number(scene()) == at + 5  # the rule of test requests has the number before
    assert [check.verdict for check in preview_checks(scene(*rules))] == ["OK"]
    assert number(scene(environment="pr-13")) == at + 7
    assert relock(tmp_path).dropped == []
