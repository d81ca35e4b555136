"""A resource with a property that its type does not have, or without one that it must have, fails, and its stack rolls back.

By the schemas of CloudFormation's registry, as cfn-lint carries them. Values are not checked: that is cfn-lint's own work.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ministack.services.cloudformation import stacks

from dockyard.local.extensions.instance import Instance

_REGION = "us-east-1"
"""The region whose types are the most."""


def install(_: Instance) -> None:
    """Check before a resource is made or changed."""
    provision, update = stacks._provision_resource, stacks._update_resource

    def provision_checked(type_name: str, logical_id: str, props: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        _check(type_name, logical_id, props)
        return provision(type_name, logical_id, props, *args, **kwargs)

    def update_checked(
        type_name: str, physical_id: str, old: dict[str, Any], new: dict[str, Any], stack: str, logical_id: Any = None, *args: Any
    ) -> Any:
        if old != new:
            _check(type_name, logical_id or physical_id, new)
        return update(type_name, physical_id, old, new, stack, logical_id, *args)

    stacks._provision_resource, stacks._update_resource = provision_checked, update_checked


def _check(type_name: str, logical_id: str, props: Mapping[str, Any]) -> None:
    schema = schema_of(type_name)
    props = {key: value for key, value in props.items() if key != "Tags"}  # ministack has put the stack's own among them
    if schema and (faults := list(_faults(schema, schema, props, "#"))):
        raise ValueError(f"Properties validation failed for resource {logical_id} with message:\n" + "\n".join(faults))


def schema_of(type_name: str) -> dict[str, Any] | None:
    """A type as the registry has it; None where it has none, as for a custom resource."""
    from cfnlint.schema import ResourceNotFoundError  # noqa: PLC0415  # takes half a second
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # noqa: PLC0415

    try:
        schema: dict[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema(_REGION, type_name).schema
    except ResourceNotFoundError:
        return None
    return schema


def _faults(root: Mapping[str, Any], schema: Mapping[str, Any], value: Any, where: str) -> Iterator[str]:
    """Keys that are too much or missing, at every depth."""
    while "$ref" in schema:
        schema = _at(root, schema["$ref"])
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _faults(root, schema.get("items") or {}, item, f"{where}/{index}")
    elif isinstance(value, Mapping) and "properties" in schema:
        known = schema["properties"]
        if schema.get("additionalProperties") is False and not schema.get("patternProperties"):
            yield from (f"{where}: extraneous key [{key}] is not permitted" for key in value if key not in known)
        yield from (f"{where}: required key [{key}] not found" for key in schema.get("required", []) if key not in value)
        for key in value.keys() & known.keys():
            yield from _faults(root, known[key], value[key], f"{where}/{key}")


def _at(root: Mapping[str, Any], reference: str) -> Mapping[str, Any]:
    found: Any = root
    for part in reference.removeprefix("#/").split("/"):
        found = found[part.replace("~1", "/").replace("~0", "~")]
    return found if isinstance(found, Mapping) else {}
