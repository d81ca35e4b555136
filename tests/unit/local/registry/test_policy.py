"""Lifecycle policies: what is refused, and what expires."""

import json

import pytest

from dockyard.local.registry.expiry import Image, expiring
from dockyard.local.registry.policy import DAY, PolicyError, parse

NOW = 100 * DAY


def _rule(priority=1, **selection):
    counted = {"countType": "imageCountMoreThan", "countNumber": 1}
    return {"rulePriority": priority, "selection": {"tagStatus": "any", **counted, **selection}, "action": {"type": "expire"}}


def _tagged(priority=1, **selection):
    return _rule(priority, tagStatus="tagged", **selection)


def _aged(days, **selection):
    return _rule(countType="sinceImagePushed", countUnit="days", countNumber=days, **selection)


def _images(**tags):
    """Images by digest, the first one 10 days old, each next one a day younger."""
    return [Image(name, tuple(t), NOW - (10 - number) * DAY) for number, (name, t) in enumerate(tags.items())]


def _gone(rules, images):
    return [(one.image.digest, one.priority) for one in expiring(parse(json.dumps({"rules": rules})), images, NOW)]


@pytest.mark.parametrize(("rules", "words"), [
    ([], "array is too short"),
    (["x"], "instance type (string)"),
    ([{**_rule(), "extra": 1}], 'not allowed by the schema: (["extra"])'),
    ([{"rulePriority": 1}], 'missing required properties (["action", "selection"])'),
    ([{**_rule(), "action": {"type": "transition", "targetStorageClass": "archive"}}], 'instance value ("transition")'),
    ([_rule(tagStatus="old")], 'instance value ("old") not found in enum'),
    ([_rule(countNumber="1")], '(allowed: ["integer"])'),
    ([_rule(priority=0)], "minimum: 1, found: 0"),
    ([_rule(countUnit="days")], "matched 0 out of 2"),
    ([_rule(countType="sinceImagePushed")], "matched 0 out of 2"),
    ([_tagged()], "tagPrefixList or tagPatternList must be specified"),
    ([_rule(tagPrefixList=["a"])], "can only be specified when tagStatus is tagged"),
    ([_tagged(tagPrefixList=["a"], tagPatternList=["a"])], "only one of"),
    ([_tagged(tagPatternList=["*1*2*3*4*"])], "more than 4 wildcards"),
    ([_rule(), _rule(tagStatus="untagged")], "rulePriority must be unique"),
    ([_rule(), _rule(2, tagStatus="untagged")], "must have the highest rulePriority"),
    ([_rule(tagStatus="untagged"), _rule(2, tagStatus="untagged")], "only one rule"),
    ([_tagged(tagPrefixList=["a"]), _tagged(2, tagPrefixList=["a"])], "unique set"),
])  # fmt: skip
def test_a_wrong_policy_is_refused(rules, words):
    with pytest.raises(PolicyError) as refused:
        parse(json.dumps({"rules": rules}))
    assert words in str(refused.value)


def test_the_oldest_go_beyond_the_count():
    assert _gone([_rule(countNumber=2)], _images(a=["1"], b=[], c=["2"], d=["3"])) == [("a", 1), ("b", 1)]


def test_images_go_by_age():
    assert _gone([_aged(9)], _images(a=["1"], b=["2"])) == [("a", 1)]
    assert _gone([_aged(8, tagStatus="untagged")], _images(a=["1"], b=[], c=[])) == [("b", 1)]


def test_each_prefix_or_pattern_must_be_that_of_a_tag():
    images = _images(a=["alpha", "beta"], b=["alpha"], c=["alphabet", "beta-1"], d=["alpha", "beta"])
    assert _gone([_tagged(tagPrefixList=["alpha", "beta"])], images) == [("a", 1), ("c", 1)]
    assert _gone([_tagged(tagPatternList=["alpha", "be*"])], images) == [("a", 1)]
    assert _gone([_tagged(tagPatternList=["a[l]pha"])], images) == []


def test_the_first_rule_that_sees_an_image_decides_on_it():
    """AWS's own example: B is seen by the first rule, and would go by the second one."""
    images = _images(a=["beta-1", "prod-1"], b=["beta-2", "prod-2"], c=["beta-3"])
    assert _gone([_tagged(2, tagPrefixList=["beta"]), _tagged(1, tagPrefixList=["prod"])], images) == [("a", 1)]


def test_a_later_rule_counts_what_an_earlier_one_decided_on():
    images = _images(a=[], b=["prod-1"], c=["prod-2"])
    assert _gone([_tagged(tagPrefixList=["prod"]), _rule(2, countNumber=2)], images) == [("a", 2), ("b", 1)]


def test_what_an_index_lists_is_counted_and_stays():
    held = Image("a", (), NOW - 20 * DAY, held=True)
    assert _gone([_rule(countNumber=1)], [held, *_images(b=["1"], c=["2"])]) == [("b", 1)]
