"""A template of CloudFormation, as far as it is compared with another."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

_IN_SUB = re.compile(r"\$\{([^!}]+)\}")


@dataclass(frozen=True)
class Template:
    """One template; the empty one is that of a stack that is not there."""

    content: Mapping[str, Any]

    @classmethod
    def of(cls, body: Any) -> "Template":
        """From what GetTemplate answers, or from the text that synth wrote."""
        return cls(json.loads(body) if isinstance(body, str) else body or {})

    @property
    def resources(self) -> Mapping[str, Mapping[str, Any]]:
        """By logical id."""
        return self.content.get("Resources") or {}

    def of_type(self, type_name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Logical id and properties of each resource of a type."""
        for id, resource in self.resources.items():
            if resource["Type"] == type_name:
                yield id, resource.get("Properties") or {}

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Logical id to what it is called to people: its path in the stack, or the name in SSM of a parameter."""
        parameters = self.content.get("Parameters") or {}
        in_ssm = {
            id: str(one["Default"]) for id, one in parameters.items() if "SSM" in str(one.get("Type")) and one.get("Default")
        }
        return in_ssm | {id: name_of(id, resource) for id, resource in self.resources.items()}

    def text(self, value: Any) -> str:
        """A value as people read it: `arn:aws:s3:::${Files}/*`."""
        if not is_intrinsic(value):
            return value if isinstance(value, str) else json.dumps(value, sort_keys=True)
        ((function, argument),) = value.items()
        return self._told(function, argument)

    def _told(self, function: str, argument: Any) -> str:
        if function == "Ref" and isinstance(argument, str):
            return f"${{{self.names.get(argument, argument)}}}"
        if function == "Fn::GetAtt":
            id, _, attribute = ".".join(map(str, argument if isinstance(argument, list) else [argument])).partition(".")
            return f"${{{self.names.get(id, id)}.{attribute}}}"
        if function == "Fn::Join":
            separator, parts = argument
            return separator.join(map(self.text, parts)) if isinstance(parts, list) else self.text(parts)
        if function == "Fn::Sub":
            return argument if isinstance(argument, str) else str(argument[0])
        if function == "Fn::ImportValue":
            return f"${{{self.text(argument)}}}"
        return json.dumps({function: argument}, sort_keys=True)


def entries(value: Any) -> list[Mapping[str, Any]]:
    """The mappings of a list, or the only one; what CloudFormation computes, as by a condition, left out."""
    found = value if isinstance(value, list) else [value]
    return [one for one in found if isinstance(one, Mapping) and not is_intrinsic(one)]


def only(value: Any) -> Mapping[str, Any]:
    """The mapping that it is, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def is_intrinsic(value: Any) -> bool:
    """Whether CloudFormation computes it."""
    return isinstance(value, Mapping) and len(value) == 1 and all(key == "Ref" or key.startswith("Fn::") for key in value)


def name_of(id: str, resource: Mapping[str, Any]) -> str:
    """Path of a resource within its stack, without what the CDK puts at its end; the logical id where no path is told."""
    path = str((resource.get("Metadata") or {}).get("aws:cdk:path", ""))
    return path.partition("/")[2].removesuffix("/Resource") or id


def references(value: Any) -> set[str]:
    """Logical ids of resources and parameters that a value takes something from."""
    if isinstance(value, list):
        return set().union(*map(references, value))
    if not isinstance(value, Mapping):
        return set()
    if not is_intrinsic(value):
        return set().union(*map(references, value.values()))
    ((function, argument),) = value.items()
    if function == "Ref":
        return {str(argument)}
    if function == "Fn::GetAtt":
        return {str(argument[0] if isinstance(argument, list) else argument.partition(".")[0])}
    if function == "Fn::Sub":
        text, given = (argument, {}) if isinstance(argument, str) else argument
        return {name.partition(".")[0] for name in _IN_SUB.findall(text)} - given.keys() | references(given)
    return references(argument)
