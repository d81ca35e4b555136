"""A plan as JSON, as text and as Markdown."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import jsonschema
import pytest

from dockyard.capacity.estimate import Estimate
from dockyard.cli.plan_document import (
    SCHEMA,
    Cost,
    Document,
    ResourceEntry,
    SecurityEntry,
    ServiceEntry,
    StackCost,
    StackEntry,
    schema,
)
from dockyard.cli.plan_markdown import MOST, markdown
from dockyard.cli.plan_text import lines
from dockyard.deploy.diff.resources import Replacement, ResourceAction
from dockyard.deploy.plan import Action, PlannedImage
from dockyard.deploy.planned_stack import StackAction

ACCOUNT = "123456789012"
REPLACED = ResourceEntry(
    "G",
    "Web/Targets",
    "AWS::ELB::TargetGroup",
    ResourceAction.REPLACE,
    Replacement.YES,
    False,
    False,
    ("Port: 80 -> 81 (cannot be changed in place)",),
)
REVISION = ResourceEntry(
    "T",
    "Web/Task",
    "AWS::ECS::TaskDefinition",
    ResourceAction.REPLACE,
    Replacement.YES,
    True,
    False,
    (f"Image: {ACCOUNT}.dkr/a:1 -> b|c",),
)
KEPT = ResourceEntry(
    "B",
    "Files",
    "AWS::S3::Bucket",
    ResourceAction.RETAIN,
    Replacement.NO,
    False,
    True,
    ("it leaves the stack, and stays (DeletionPolicy)",),
)
NEW = ResourceEntry("Q", "Queue", "AWS::SQS::Queue", ResourceAction.CREATE, Replacement.NO, False, False, ())
PLAN = Document(
    version=1, application="shop", environment="prod", account=ACCOUNT, region="eu-west-1", nothing_to_do=False,
    services=(ServiceEntry("web", "web", "shop-prod-web", StackAction.UPDATE), ServiceEntry("old", None, "shop-prod-old", "orphan")),
    images=(PlannedImage("web", "shop/web", "1", Action.BUILD), PlannedImage("api", "shop/api", "1", Action.NONE)),
    stacks=(
        StackEntry("shop-prod-platform", StackAction.NONE, (), ()),
        StackEntry("shop-prod-web", StackAction.UPDATE, ("deploy refuses this without --allow-interruption: …",), (REPLACED, REVISION, KEPT)),
        StackEntry("shop-prod-jobs", StackAction.CREATE, (), (NEW,)),
    ),
    orphans=("shop-prod-old",),
    security=(SecurityEntry("shop-prod-web", "added", "Web/Role", "policy", "allow s3:* on * by @everyone", True),),
    cost=Cost("USD", "us-east-1", (9.01, 9.01), (9.01, 18.02), (StackCost("shop-prod-web", (9.01, 9.01), (9.01, 18.02)),), ("1 x NAT gateway",)),
    capacity=Estimate("us-east-1", (), False, (), (), None, False, ()),
)  # fmt: skip


def test_the_committed_schema_is_current():
    committed = json.loads((Path(__file__).parents[3] / "schemas" / SCHEMA).read_text())
    assert committed == schema(), "run: python -m dockyard.cli.plan_document"


def test_what_is_printed_is_by_the_schema():
    validator = jsonschema.Draft202012Validator(schema())
    printed = json.loads(json.dumps(asdict(PLAN)))
    assert validator.is_valid(printed)
    assert not validator.is_valid({**printed, "version": 2})


def test_people_see_what_is_replaced_in_red_with_why():
    told = list(lines(PLAN, None))
    text = [one.plain for one in told]
    assert text[:4] == [
        "stack               to do    resources",
        "shop-prod-platform  nothing",
        "shop-prod-web       update   1 replaced, 1 new revision, 1 kept",
        "shop-prod-jobs      create   1 created",
    ]
    red = [one.plain.strip() for one in told if str(one.style) == "red"]
    assert red == [
        "! deploy refuses this without --allow-interruption: …",
        "-/+ Web/Targets  AWS::ELB::TargetGroup  replaced",
        "+ shop-prod-web: Web/Role: policy: allow s3:* on * by @everyone",
    ]
    assert [one.plain for one in told if str(one.style) == "yellow"][-1] == "  - Files  AWS::S3::Bucket  kept"
    assert "      Port: 80 -> 81 (cannot be changed in place)" in text
    assert (
        "a month of tasks on Fargate and of servers, in USD by list prices of us-east-1: 9.01 -> 9.01-18.02 (+0.00 to +9.01)"
        in text
    )
    assert text[-1].endswith("not priced here: 1 x NAT gateway")


def test_a_comment_has_a_table_with_details_and_tells_no_account():
    text = markdown(PLAN)
    assert text == markdown(PLAN)
    assert "| `shop-prod-web` | update | build and push | 1 replaced, 1 new revision, 1 kept |" in text
    assert "platform" not in text
    assert "> - `shop-prod-web`: `Web/Targets` (AWS::ELB::TargetGroup) replaced" in text
    assert "<summary>Rights: 1 come, 0 go, 1 wide</summary>" in text
    assert "<summary>Cost: 9.01 → 9.01-18.02 USD a month</summary>" in text
    assert "`shop-prod-old` is still there" in text
    assert "(AWS::S3::Bucket)" not in text, "what is kept is no warning"
    assert text.count("<details>") == text.count("</details>") == 3
    assert ACCOUNT not in text
    assert "Image: ACCOUNT.dkr/a:1 -&gt; b&#124;c" in text, "a cell stays a cell"
    assert "@" not in text, "nobody is called"


def test_nothing_to_do_is_said():
    none = replace(PLAN, nothing_to_do=True, stacks=PLAN.stacks[:1], security=(), orphans=())
    assert markdown(none).startswith("### Plan: shop to prod (eu-west-1)\n\nNothing to do.\n")


@pytest.mark.parametrize("many", [400, 4000])
def test_a_comment_is_never_longer_than_it_may_be(many):
    long = replace(PLAN, security=PLAN.security * many)
    text = markdown(long)
    assert len(text) <= MOST + 200
    assert text.count("<details>") == text.count("</details>")
