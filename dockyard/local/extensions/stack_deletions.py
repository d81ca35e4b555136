"""A stack that is deleted while it is being created: the creation is cancelled, then everything that it has made is deleted.

During an update, a rollback or an import a stack cannot be deleted; one that is being deleted already is left to that.
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-cfn-stack-status-codes.html
"""

from typing import Any

from ministack.services.cloudformation import changesets, handlers, stacks
from ministack.services.cloudformation.helpers import _error, _p, _xml

from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.stack_waits import cancelled

_MAY_BE_DELETED = ("CREATE_IN_PROGRESS", "REVIEW_IN_PROGRESS")
"""Though something is under way."""
_being_created: set[str] = set()
"""Stacks, by id."""
_to_be_deleted: set[str] = set()
"""Of those."""


def install(_: Instance) -> None:
    """Let a deletion wait for the creation that it cancels; nothing more is created, and no rollback comes between."""
    answer, deploy, delete = handlers._ACTION_HANDLERS["DeleteStack"], stacks._deploy_stack_async, stacks._delete_stack_async
    provision, roll_back = stacks._provision_resource, stacks._roll_back_operation

    def delete_stack(params: dict[str, Any]) -> Any:
        stack = handlers._resolve_stack(_p(params, "StackName")) or {}
        status = stack.get("StackStatus", "")
        if status == "DELETE_IN_PROGRESS":
            return _xml(200, "DeleteStackResponse", "")
        if status.endswith("_IN_PROGRESS") and status not in _MAY_BE_DELETED:
            return _error("ValidationError", f"Stack [{stack['StackId']}] cannot be deleted while in status {status}")
        return answer(params)

    async def deploy_stack(name: str, stack_id: str, template: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        _being_created.add(stack_id)
        try:
            await deploy(name, stack_id, template, *args, **kwargs)
        finally:
            _being_created.discard(stack_id)
        if stack_id in _to_be_deleted:
            _to_be_deleted.discard(stack_id)
            handlers._resolve_stack(stack_id)["_template"] = template  # it says what is retained
            await delete(name, stack_id)

    async def delete_now_or_then(name: str, stack_id: str, *args: Any, **kwargs: Any) -> None:
        if stack_id not in _being_created:
            await delete(name, stack_id, *args, **kwargs)
            return
        handlers._resolve_stack(stack_id).update(StackStatus="DELETE_IN_PROGRESS", _cancel_requested=True)
        _to_be_deleted.add(stack_id)

    def provision_unless_cancelled(type_name: str, logical_id: str, props: dict[str, Any], stack: str, *args: Any) -> Any:
        if cancelled(stack):
            raise ValueError("Resource creation cancelled")
        return provision(type_name, logical_id, props, stack, *args)

    async def roll_back_unless_deleted(name: str, stack_id: str, *args: Any, **kwargs: Any) -> None:
        if stack_id not in _to_be_deleted:
            await roll_back(name, stack_id, *args, **kwargs)

    handlers._ACTION_HANDLERS["DeleteStack"] = delete_stack
    handlers._deploy_stack_async = changesets._deploy_stack_async = deploy_stack
    handlers._delete_stack_async = delete_now_or_then
    stacks._provision_resource, stacks._roll_back_operation = provision_unless_cancelled, roll_back_unless_deleted


def reset() -> None:
    """Forget the stacks."""
    _being_created.clear()
    _to_be_deleted.clear()
