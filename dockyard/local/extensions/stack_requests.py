"""What CloudFormation refuses before it begins.

- A name in a template that is no resource, parameter or condition of it.
  https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html
- Resources of IAM that the caller does not acknowledge.
  https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
- A stack with the name of one that has been rolled back, and has to be deleted first.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ministack.services.cloudformation import changesets, handlers
from ministack.services.cloudformation.engine import _intrinsic_references
from ministack.services.cloudformation.helpers import _error, _p

from dockyard.local.extensions.instance import Instance


def install(_: Instance) -> None:
    """Look at the requests."""
    check, actions = handlers.validate_template_support, handlers._ACTION_HANDLERS
    create, change = actions["CreateStack"], actions["CreateChangeSet"]

    def check_template(template: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        check(template, *args, **kwargs)
        if not template.get("Transform") and (fault := next(_faults(template), None)):
            raise ValueError(f"Template format error: {fault}")

    def create_stack(params: dict[str, Any]) -> Any:
        if _rolled_back(params):
            return _error("AlreadyExistsException", f"Stack [{_p(params, 'StackName')}] already exists")
        return create(params)

    def create_change_set(params: dict[str, Any]) -> Any:
        if _p(params, "ChangeSetType") == "CREATE" and _rolled_back(params):
            stack, name = _p(params, "StackName"), _p(params, "ChangeSetName")
            return _error(
                "ValidationError", f"Stack [{stack}] already exists and cannot be created again with the changeSet [{name}]"
            )
        return change(params)

    handlers.validate_template_support = changesets.validate_template_support = check_template
    handlers._capabilities_enforced = lambda: True
    actions.update(CreateStack=create_stack, CreateChangeSet=create_change_set)


def _rolled_back(params: dict[str, Any]) -> bool:
    """Whether there is a stack of that name whose creation was rolled back."""
    stack = handlers._resolve_stack(_p(params, "StackName")) or {}
    return bool(stack.get("StackStatus") == "ROLLBACK_COMPLETE")


def _faults(template: Mapping[str, Any]) -> Iterator[str]:
    resources, conditions = template.get("Resources") or {}, template.get("Conditions") or {}
    named = {*resources, *(template.get("Parameters") or {})}
    for block in ("Resources", "Outputs"):
        parts = [one for one in (template.get(block) or {}).values() if isinstance(one, dict)]
        for one in parts:
            condition = one.get("Condition")
            if condition and condition not in conditions:
                yield f"Unresolved condition dependency {condition} in the {block} block of the template"
        found = {name for one in parts for name, _ in _intrinsic_references(one)}
        missing = sorted(name for name in found - named if not name.startswith("AWS::"))
        missing += sorted({name for one in parts for name in _listed(one.get("DependsOn"))} - set(resources))
        if missing:
            yield f"Unresolved resource dependencies [{', '.join(missing)}] in the {block} block of the template"


def _listed(names: Any) -> list[str]:
    return [names] if isinstance(names, str) else list(names or [])
