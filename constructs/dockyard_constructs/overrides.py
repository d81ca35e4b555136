"""Properties of generated resources, set or taken away by the resource's path or type."""

import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from aws_cdk import CfnResource, Stack

from constructs import Construct
from dockyard_constructs.resource_properties import hints_of, property_faults

Fault = tuple[tuple[str, ...], str]
"""The keys that lead to what is wrong, and what that is."""
Overrides = Mapping[str, Mapping[str, Any]]
"""A resource to the paths of its properties, with dots, to their values."""
_PLAIN = ("Resource", "Default")
"""What CDK calls the one resource of a construct."""


def override(overrides: Overrides, *stacks: Stack) -> list[Fault]:
    """Set properties of what is in the stacks by now; returns what is wrong, and sets nothing then.

    A resource is named by the path of its construct in its stack (`Web/Service`), which stays where an id would change, or
    by its type (`AWS::ECS::Service`) where there is one of it. A property is named by its path, `Tags.0.Value`. A mapping is
    merged into what is there, null takes away, anything else replaces.
    """
    if not overrides:
        return []
    there = _There(stacks)
    found = {id: there.find(id) for id in overrides}
    faults: list[Fault] = [((id,), problem) for id, problem in found.items() if isinstance(problem, str)]
    resources = {id: resource for id, resource in found.items() if isinstance(resource, CfnResource)}
    for id, resource in resources.items():
        faults += _faults(id, resource, overrides[id])
    if not faults:
        for id, resource in resources.items():
            for path, value in overrides[id].items():
                _set(resource, path.split("."), value)
    return faults


class _There:
    """The resources of some stacks, by their names."""

    def __init__(self, stacks: Sequence[Stack]) -> None:
        made = [(stack, one) for stack in stacks for one in stack.node.find_all() if isinstance(one, CfnResource)]
        own = [(stack, one) for stack, one in made if Stack.of(one) == stack]  # not those of a nested stack's template
        self._where = f"the stack {' or '.join(stack.stack_name for stack in stacks)}"
        self._named = {_name(stack, one): one for stack, one in own}
        self._by_path = {_path(stack, one): one for stack, one in own}

    def find(self, id: str) -> CfnResource | str:
        """The resource of that name, or what is wrong with the name."""
        if "::" not in id or "/" in id:
            return self._named.get(id) or self._by_path.get(id) or self._nothing("of that path", id, self._named)
        of_type = {name: resource for name, resource in self._named.items() if resource.cfn_resource_type == id}
        if len(of_type) == 1:
            return next(iter(of_type.values()))
        if of_type:
            return f"names {len(of_type)} resources of {self._where}; supply one of {', '.join(sorted(of_type))}"
        return self._nothing("of that type", id, {resource.cfn_resource_type for resource in self._named.values()})

    def _nothing(self, of: str, got: str, known: Collection[str]) -> str:
        close = difflib.get_close_matches(got, sorted(known), n=3, cutoff=0.5)
        instead = f"did you mean {' or '.join(close)}" if close else f"it has {', '.join(sorted(known))}"
        return f"there is no resource {of} in {self._where}; {instead}"


def _path(stack: Stack, made: Construct) -> str:
    return made.node.path.removeprefix(f"{stack.node.path}/")


def _name(stack: Stack, resource: CfnResource) -> str:
    """The path of the construct whose main resource it is, as far up as that is so; else its own."""
    made: Construct = resource
    while isinstance(holder := made.node.scope, Construct) and holder.node.path != stack.node.path:
        main = holder.node.default_child
        if made.node.id not in _PLAIN and not (main and main.node.path == made.node.path):
            break
        made = holder
    return _path(stack, made)


def _faults(id: str, resource: CfnResource, properties: Mapping[str, Any]) -> Iterator[Fault]:
    hints = hints_of(type(resource))
    if hints is None:  # a custom resource has whatever properties its code reads
        return
    for path, value in properties.items():
        for problem in property_faults(hints, path.split("."), value):
            yield (id, path), problem


def _set(resource: CfnResource, path: list[str], value: Any) -> None:
    if isinstance(value, Mapping) and value and not any(key == "Ref" or key.startswith("Fn::") for key in value):
        for key, inner in value.items():
            _set(resource, [*path, key], inner)
        return
    name = ".".join(step.replace(".", "\\.") for step in path)
    if value is None:
        resource.add_property_deletion_override(name)
    else:
        resource.add_property_override(name, value)
