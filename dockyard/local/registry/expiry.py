"""Which images a lifecycle policy expires.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html#lp_evaluation_rules
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dockyard.local.registry.policy import Rule


@dataclass(frozen=True)
class Image:
    """What a policy looks at."""

    digest: str
    tags: tuple[str, ...]
    pushed: float
    """Seconds since 1970."""
    held: bool = False
    """An index lists it: it is seen and counted, and does not expire before that."""


@dataclass(frozen=True)
class Expiring:
    """An image, and the priority of the rule that expires it."""

    image: Image
    priority: int


def expiring(rules: Iterable[Rule], images: Iterable[Image], now: float) -> list[Expiring]:
    """What expires, oldest first.

    The first rule that sees an image decides on it. A later one still counts it, and leaves it alone.
    """
    youngest_first = sorted(images, key=lambda image: image.pushed, reverse=True)
    decided, found = set[str](), list[Expiring]()
    for rule in rules:
        seen = [image for image in youngest_first if rule.sees(image.tags)]
        for image in _beyond(rule, seen, now):
            if image.digest not in decided and not image.held:
                found.append(Expiring(image, rule.priority))
        decided.update(image.digest for image in seen)
    return sorted(found, key=lambda one: one.image.pushed)


def _beyond(rule: Rule, youngest_first: Sequence[Image], now: float) -> Sequence[Image]:
    if rule.count is not None:
        return youngest_first[rule.count :]
    return [image for image in youngest_first if now - image.pushed > rule.seconds]
