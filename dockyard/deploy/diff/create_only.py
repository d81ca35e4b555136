"""Which properties of a resource CloudFormation cannot change: it makes another in its place. The table is create_only.json.

Written from the schemas of resource types that cfn-lint has: python -m tests.unit.deploy.diff.create_only.
https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
"""

import functools
import json
from collections.abc import Sequence
from importlib import resources
from typing import Any

Path = tuple[str, ...]


@functools.cache
def _table() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(resources.files(__package__).joinpath("create_only.json").read_text(encoding="utf-8"))
    return found


def is_create_only(type_name: str, path: Path) -> bool:
    """Whether another value at this path of a resource's properties means another resource."""
    return _has(_table()["create_only"].get(type_name, ()), path)


def may_be_create_only(type_name: str, path: Path) -> bool:
    """Whether it depends on the values, or on what else the resource has."""
    return _has(_table()["sometimes"].get(type_name, ()), path)


def _has(listed: Sequence[str], path: Path) -> bool:
    return any(_covers(tuple(one.split("/")), path) for one in listed)


def _covers(listed: Path, path: Path) -> bool:
    """`*` stands for the place in a list. A path above the listed one changes it as well."""
    return all(one in ("*", part) for one, part in zip(listed, path, strict=False))
