"""Lifecycle policies: their rules, and what ECR refuses in them.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
"""

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

DAY = 24 * 3600
_NO_SCHEMA = "instance failed to match exactly one schema (matched 0 out of 2)"
_MANY_WILDCARDS = 4
_TAG_STATUS = ("any", "tagged", "untagged")
_COUNT_TYPES = ("imageCountMoreThan", "sinceImagePushed")


class PolicyError(ValueError):
    """The policy is none, in ECR's words."""


@dataclass(frozen=True)
class Rule:
    """Which images a rule sees, and how many or how old ones of them may stay."""

    priority: int
    tag_status: Literal["any", "tagged", "untagged"]
    prefixes: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    count: int | None = None
    """So many of the youngest stay; None where `seconds` says how old they may be."""
    seconds: int = 0

    def sees(self, tags: Sequence[str]) -> bool:
        """Whether it is about an image with these tags: each prefix or pattern must be that of one of them."""
        if self.tag_status != "tagged":
            return self.tag_status == "any" or not tags
        wanted = (*self.patterns, *(f"{prefix}*" for prefix in self.prefixes))
        return all(any(_matches(pattern, tag) for tag in tags) for pattern in wanted)


def parse(text: str) -> list[Rule]:
    """The rules by priority. Raises PolicyError."""
    try:
        content = json.loads(text)
    except ValueError as error:
        raise PolicyError("Could not map policyString into LifecyclePolicy.") from error
    _object(content, required={"rules"})
    if not isinstance(content["rules"], list) or not content["rules"]:
        raise PolicyError("array is too short: must have at least 1 elements but instance has 0 elements")
    rules = sorted((_rule(entry) for entry in content["rules"]), key=lambda rule: rule.priority)
    _check_together(rules)
    return rules


def _rule(entry: Any) -> Rule:
    _object(entry, required={"action", "rulePriority", "selection"}, optional={"description"})
    selection, action = entry["selection"], entry["action"]
    _object(action, required={"type"}, optional={"targetStorageClass"})
    _one_of(action["type"], ("expire",))
    optional = {"countUnit", "tagPatternList", "tagPrefixList", "storageClass"}
    _object(selection, required={"countNumber", "countType", "tagStatus"}, optional=optional)
    _one_of(selection["tagStatus"], _TAG_STATUS)
    _one_of(selection.get("storageClass", "standard"), ("standard",))
    for number in (entry["rulePriority"], selection["countNumber"]):
        _positive(number)
    prefixes, patterns = tuple(selection.get("tagPrefixList") or ()), tuple(selection.get("tagPatternList") or ())
    _check_selection(selection, prefixes, patterns)
    by_age = selection["countType"] == "sinceImagePushed"
    return Rule(
        entry["rulePriority"], selection["tagStatus"], prefixes, patterns,
        None if by_age else selection["countNumber"], selection["countNumber"] * DAY if by_age else 0,
    )  # fmt: skip


def _check_selection(selection: dict[str, Any], prefixes: tuple[str, ...], patterns: tuple[str, ...]) -> None:
    """Tags are named for tagged images alone, by prefixes or patterns, and a unit with an age alone."""
    by_age = selection["countType"] == "sinceImagePushed"
    tagged = selection["tagStatus"] == "tagged"
    if selection["countType"] not in _COUNT_TYPES or by_age != ("countUnit" in selection):
        raise PolicyError(_NO_SCHEMA)
    if by_age:
        _one_of(selection["countUnit"], ("days",))
    if tagged and not prefixes and not patterns:
        raise PolicyError("tagPrefixList or tagPatternList must be specified when tagStatus is tagged")
    if not tagged and (prefixes or patterns):
        raise PolicyError("tagPrefixList and tagPatternList can only be specified when tagStatus is tagged")
    if prefixes and patterns:
        raise PolicyError("only one of tagPrefixList and tagPatternList can be specified")
    for pattern in patterns:
        if pattern.count("*") > _MANY_WILDCARDS:
            raise PolicyError(f"tag pattern '{pattern}' has more than {_MANY_WILDCARDS} wildcards")


def _check_together(rules: Sequence[Rule]) -> None:
    if twice := [str(number) for number, times in Counter(rule.priority for rule in rules).items() if times > 1]:
        raise PolicyError(f"rulePriority must be unique; found duplicates: {', '.join(twice)}")
    if any(rule.tag_status == "any" for rule in rules[:-1]):
        raise PolicyError("a rule with tagStatus any must have the highest rulePriority")
    if sum(rule.tag_status == "untagged" for rule in rules) > 1:
        raise PolicyError("only one rule can select untagged images")
    wanted = Counter((rule.prefixes, rule.patterns) for rule in rules if rule.tag_status == "tagged")
    if any(times > 1 for times in wanted.values()):
        raise PolicyError("each rule must have a unique set of tag prefixes or patterns")


def _object(value: Any, required: set[str], optional: set[str] | None = None) -> None:
    if not isinstance(value, dict):
        kind = {str: "string", list: "array", bool: "boolean", type(None): "null"}.get(type(value), "number")
        raise PolicyError(f'instance type ({kind}) does not match any allowed primitive type (allowed: ["object"])')
    if missing := sorted(required - value.keys()):
        raise PolicyError(f"object has missing required properties ({json.dumps(missing)})")
    if unknown := sorted(value.keys() - required - (optional or set())):
        raise PolicyError(f"object instance has properties which are not allowed by the schema: ({json.dumps(unknown)})")


def _one_of(value: Any, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise PolicyError(f'instance value ("{value}") not found in enum (possible values: {json.dumps(list(allowed))})')


def _positive(value: Any) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        raise PolicyError('instance type (string) does not match any allowed primitive type (allowed: ["integer"])')
    if value < 1:
        raise PolicyError(f"numeric instance is lower than the required minimum (minimum: 1, found: {value})")


def _matches(pattern: str, tag: str) -> bool:
    """Only `*` is a wildcard."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), tag) is not None
