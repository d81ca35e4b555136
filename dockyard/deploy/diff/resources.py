"""What a change of a template does to each resource of the stack, and why."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dockyard.config.likely_secret import looks_secret
from dockyard.deploy.diff.create_only import Path, is_create_only, may_be_create_only
from dockyard.deploy.diff.template import Template, is_intrinsic, name_of, references

SHOWN = 60
"""Characters of a value."""
_BY = ("Name", "Key", "Id")
"""Keys by which the entries of a list are told apart."""
_REDACTED = "[REDACTED]"
_REVISIONS = ("AWS::ECS::TaskDefinition", "AWS::Lambda::Version", "AWS::Lambda::LayerVersion", "AWS::ApiGateway::Deployment")
"""Types of which another one with each change is what is wanted."""
_NOT_MADE = ("AWS::CDK::Metadata",)
"""Types of which there is nothing but in the template."""
_NO_EFFECT = ("Metadata", "DependsOn")
"""What of a resource is no property of it, and changes nothing that runs."""


class ResourceAction(StrEnum):
    """What happens to a resource."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    RETAIN = "retain"
    """It leaves the stack, and stays: CloudFormation's word for it, as PolicyAction of a change set."""


class Replacement(StrEnum):
    """Whether another takes its place."""

    NO = "no"
    PERHAPS = "perhaps"
    YES = "yes"


@dataclass(frozen=True)
class ResourceChange:
    """One resource that is not left as it is."""

    id: str
    """Logical id."""
    name: str
    """Its path in the stack."""
    type: str
    action: ResourceAction
    replacement: Replacement = Replacement.NO
    because: tuple[str, ...] = ()
    """What of it changes, a line each: `Port: 80 -> 8080`; or what becomes of it."""

    @property
    def is_revision(self) -> bool:
        """Whether that another takes its place is how it is meant to change, as of a task definition."""
        return self.type in _REVISIONS

    @property
    def is_lost(self) -> bool:
        """Whether what runs, or what it holds, goes with this change, or may go."""
        going = self.replacement is not Replacement.NO or self.action is ResourceAction.DELETE
        return going and not self.is_revision

    @property
    def stays(self) -> bool:
        """Whether it leaves the stack and is kept."""
        return self.action is ResourceAction.RETAIN


@dataclass(frozen=True)
class _Difference:
    path: Path
    text: str


def resource_changes(before: Template, after: Template, moved: Set[str] = frozenset()) -> list[ResourceChange]:
    """All changes, in the order of the templates: what stays or comes first, then what goes.

    :param moved: parameters that have another value now, though the templates do not tell.
    """
    old, new = before.resources, after.resources
    new = {id: resource for id, resource in new.items() if resource["Type"] not in _NOT_MADE}
    found = {id: _changed(id, before, after, frozenset()) for id in new}
    moving = moved
    while True:
        replaced = moved | {id for id, one in found.items() if one and one.action is ResourceAction.REPLACE}
        if replaced == moving and moving is not moved:
            break
        moving = replaced
        found = {id: _changed(id, before, after, moving) for id in new}
    gone = [_gone(id, resource) for id, resource in old.items() if id not in new and resource["Type"] not in _NOT_MADE]
    return [*filter(None, found.values()), *gone]


def _changed(id: str, before: Template, after: Template, moving: Set[str]) -> ResourceChange | None:
    new, old = after.resources[id], before.resources.get(id)
    name, type_name = name_of(id, new), new["Type"]
    if old is None:
        return ResourceChange(id, name, type_name, ResourceAction.CREATE)
    if old["Type"] != type_name:
        other = f"Type: {old['Type']} -> {type_name}"
        return ResourceChange(id, name, type_name, ResourceAction.REPLACE, Replacement.YES, (other,))
    differences = [*_differences(old.get("Properties"), new.get("Properties"), (), before, after)]
    differences += _followed(new.get("Properties") or {}, after, moving - {id}, {one.path for one in differences})
    others = sorted(key for key in {*old, *new} - {"Type", "Properties", *_NO_EFFECT} if old.get(key) != new.get(key))
    if not differences and not others:
        return None
    must = [one for one in differences if is_create_only(type_name, one.path)]
    may = [one for one in differences if may_be_create_only(type_name, one.path)]
    replacement = Replacement.YES if must else Replacement.PERHAPS if may else Replacement.NO
    action = ResourceAction.REPLACE if must else ResourceAction.UPDATE
    cannot = {one.path for one in must} if type_name not in _REVISIONS else ()
    because = [one.text + (" (cannot be changed in place)" if one.path in cannot else "") for one in differences]
    if must and old.get("UpdateReplacePolicy") == "Retain":
        because.append("the old one stays, and nothing uses it (UpdateReplacePolicy)")
    return ResourceChange(id, name, type_name, action, replacement, (*because, *(f"{key} changes" for key in others)))


def _gone(id: str, resource: Mapping[str, Any]) -> ResourceChange:
    stays = resource.get("DeletionPolicy") in ("Retain", "RetainExceptOnCreate")
    because = ("it leaves the stack, and stays (DeletionPolicy)",) if stays else ()
    action = ResourceAction.RETAIN if stays else ResourceAction.DELETE
    return ResourceChange(id, name_of(id, resource), resource["Type"], action, because=because)


def _differences(old: Any, new: Any, path: Path, before: Template, after: Template) -> Iterator[_Difference]:
    """Where two values differ, as deep as they can be compared."""
    entries = isinstance(old or [], list) and isinstance(new or [], list)
    old, new = _by_name(old), _by_name(new)
    if old == new:
        return
    named = entries and _is_plain_mapping(old or {}) and _is_plain_mapping(new or {})
    if not path or named or (_is_plain_mapping(old) and _is_plain_mapping(new)):
        left, right = old or {}, new or {}
        for key in [*left, *(key for key in right if key not in left)]:
            yield from _differences(left.get(key), right.get(key), (*path, key), before, after)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _differences(one, other, (*path, str(number)), before, after)
    else:
        yield _Difference(path, _told(path, old, new, before, after))


def _by_name(value: Any) -> Any:
    """A list of entries that have names, such as variables of a container, by these."""
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        return value
    for key in _BY:
        names = [one.get(key) for one in value]
        if value and all(isinstance(name, str) for name in names) and len({*names}) == len(names):
            plain = all({key, "Value"} == one.keys() for one in value)
            return {name: one["Value"] if plain else one for name, one in zip(names, value, strict=True)}
    return value


def _is_plain_mapping(value: Any) -> bool:
    return isinstance(value, Mapping) and not is_intrinsic(value)


def _told(path: Path, old: Any, new: Any, before: Template, after: Template) -> str:
    where = "/".join(path)
    if old is None:
        return f"{where}: {_short(path, new, after)} is added"
    if new is None:
        return f"{where}: {_short(path, old, before)} is taken away"
    one, other = _short(path, old, before), _short(path, new, after)
    return f"{where}: {one} -> {other}" if one != other else f"{where} changes"


def _short(path: Path, value: Any, template: Template) -> str:
    text = template.text(_hidden(value))
    if path[-1] != "ValueFrom" and any(looks_secret(name, text) for name in path[-2:]):
        return _REDACTED
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def _hidden(value: Any) -> Any:
    """The same, without the values of variables that should be secrets."""
    if isinstance(value, list):
        return [_hidden(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    if {"Name", "Value"} == value.keys() and looks_secret(str(value["Name"]), str(value["Value"])):
        return {**value, "Value": _REDACTED}
    return {key: _hidden(one) for key, one in value.items()}


def _followed(properties: Mapping[str, Any], after: Template, moving: Set[str], told: Set[Path]) -> Iterator[_Difference]:
    """Properties that take something from what gets another value, or is replaced, and are the same but for that."""
    for key, value in properties.items():
        for source in sorted(references(value) & moving):
            if not any(path[0] == key for path in told):
                what = "is replaced" if source in after.resources else "has another value"
                yield _Difference((key,), f"{key}: {after.names.get(source, source)} {what}")
