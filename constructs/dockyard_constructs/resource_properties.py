"""Which properties CloudFormation's resources have: aws-cdk-lib's classes are generated from its schemas.

So nothing else is needed at synth, and what is accepted is what this version of aws-cdk-lib knows.
"""

import difflib
import typing
from collections.abc import Iterator, Mapping, Sequence
from types import UnionType
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

from aws_cdk import CfnResource, CfnTag

Hints = Mapping[str, Any]
"""The properties of a resource or a part of one: name in Python to its type."""
_OTHERS = ("scope", "id", "return")


def hints_of(resource: type[CfnResource]) -> Hints | None:
    """The properties of such resources; None where any are possible."""
    return None if resource is CfnResource else _hints(resource)


def property_faults(hints: Hints, path: Sequence[str], value: Any) -> Iterator[str]:
    """What of a property's path, and of the keys in its value, there is not."""
    known: Any = hints
    for number, step in enumerate(path):
        known = _inside(known, step)
        if isinstance(known, str):
            yield f"{'.'.join(path[: number + 1])} {known}"
            return
    yield from _value_faults(known, value, ".".join(path))


def _value_faults(known: Any, value: Any, path: str) -> Iterator[str]:
    if isinstance(value, list):
        of_each = _inside(known, "0")
        for item in value if not isinstance(of_each, str) else ():
            yield from _value_faults(of_each, item, path)
    elif isinstance(value, Mapping) and not any(key == "Ref" or key.startswith("Fn::") for key in value):
        for key, inner in value.items():
            of_key = _inside(known, key)
            if isinstance(of_key, str):
                yield f"{path}.{key} {of_key}"
            else:
                yield from _value_faults(of_key, inner, f"{path}.{key}")


def _inside(known: Any, step: str) -> Any:
    """The type of what is at that key or index; text where there is no such thing."""
    properties: dict[str, Any] = {}
    for one in [known] if isinstance(known, Mapping) else _alternatives(known):
        holder: Any = get_origin(one)
        if one is Any:
            return Any
        if holder and issubclass(holder, Sequence):
            return get_args(one)[0] if step.isdecimal() else "is a list: name one of its items by its number, the first is 0"
        if holder and issubclass(holder, Mapping):
            return get_args(one)[1]
        properties |= one if isinstance(one, Mapping) else _hints(one)
    if not properties:
        return "is no property: what it is in has no parts"
    match = next((name for name in properties if _is_written(name, step)), None)
    return properties[match] if match else _unknown(step, list(properties))


def _unknown(step: str, names: list[str]) -> str:
    known = ["".join(word.capitalize() for word in name.split("_")) for name in names]
    folded = {name.lower(): name for name in known}
    close = [folded[name] for name in difflib.get_close_matches(step.lower(), folded, n=3)]
    return "is no property; " + (f"did you mean {' or '.join(close)}" if close else f"known here: {', '.join(sorted(known))}")


def _is_written(name: str, got: str) -> bool:
    """Whether `vpc_id` is what `VPCId` is called in Python: the same letters, and each word begins with a capital."""
    words = name.rstrip("_").split("_")  # one at the end is of a word that Python keeps for itself
    if "".join(words) != got.lower():
        return False
    return all(not got[sum(map(len, words[:number]))].islower() for number in range(len(words)))


def _alternatives(hint: Any) -> Iterator[Any]:
    """The members of a union, without the mapping that stands for any structure in Python."""
    if get_origin(hint) in (Union, UnionType):
        for one in get_args(hint):
            yield from _alternatives(one)
    elif hint != dict[str, Any] and hint != typing.Dict[str, Any]:  # noqa: UP006  # that is how they are generated
        yield hint


def _hints(structure: Any) -> dict[str, Any]:
    """The properties of a resource, or of a structure within one; none of what is a value."""
    if not isinstance(structure, type):
        return {}
    if not (issubclass(structure, CfnResource | CfnTag) or structure.__name__.endswith("Property")):
        return {}
    return {name: hint for name, hint in get_type_hints(cast("Any", structure).__init__).items() if name not in _OTHERS}
