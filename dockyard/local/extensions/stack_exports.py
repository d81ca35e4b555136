"""An export that another stack imports neither changes nor goes; one that its stack gives up is gone.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
"""

from typing import Any

from ministack.services import cloudformation
from ministack.services.cloudformation import handlers, stacks

from dockyard.local.extensions.instance import Instance

_GONE = ("DELETE_COMPLETE", "REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE")


def install(_: Instance) -> None:
    """Look when the outputs of a stack are known: what fails there is rolled back."""
    resolve = stacks._resolve_stack_outputs

    def resolve_outputs(
        definitions: Any, conditions: Any, resources: Any, parameters: Any, mappings: Any, name: str, stack_id: str
    ) -> tuple[list[Any], dict[str, Any]]:
        outputs, exports = resolve(definitions, conditions, resources, parameters, mappings, name, stack_id)
        _refuse_taken(exports, stack_id)
        before = [one for one in cloudformation._exports.values() if one["StackId"] == stack_id]
        changed = [one for one in before if exports.get(one["Name"], {}).get("Value") != one["Value"]]
        for one in changed:
            if user := _user(one["Name"], name):
                what = "updated" if one["Name"] in exports else "deleted"
                raise ValueError(f"Export {one['Name']} cannot be {what} as it is in use by {user}")
        for one in changed:
            cloudformation._exports.pop(one["Name"], None)
        return outputs, exports

    stacks._resolve_stack_outputs = resolve_outputs


def _refuse_taken(exports: dict[str, Any], stack_id: str) -> None:
    for name in exports:
        owner = (cloudformation._exports.get(name) or {}).get("StackId", stack_id)
        if owner != stack_id:
            raise ValueError(f"Export with name {name} is already exported by stack {owner.split('/')[1]}")


def _user(export: str, exporter: str) -> str | None:
    """A stack that imports it."""
    for name, stack in list(cloudformation._stacks.items()):
        if name != exporter and stack["StackStatus"] not in _GONE and export in handlers._imported_export_names(stack, name):
            return str(name)
    return None
