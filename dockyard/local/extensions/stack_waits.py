"""CloudFormation waits for a service to be steady, and fails the stack when it is not to be.

It waits until the deployment that it began is completed, as many tasks run as are wanted, and the old ones are gone. When
the circuit breaker or an alarm fails the deployment, or it is stopped, the resource fails and the stack rolls back; a service
that was being created is deleted with it, one that was being updated gets its old properties again, and is waited for again.
What it depends on, as its target group, goes back before it: until then the tasks of the old deployment may fail as well. So it
is when the update is cancelled, or the stack deleted, while it waits.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-service.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CancelUpdateStack.html
"""

import time
from collections.abc import Callable
from typing import Any

from ministack.core.concurrency import resource_lock
from ministack.core.responses import new_uuid
from ministack.services import cloudformation, ecs
from ministack.services.cloudformation import provisioners, stacks

from dockyard.local.extensions import draining, service_history
from dockyard.local.extensions.instance import Instance

TYPE = "AWS::ECS::Service"
LIMIT_SECONDS = 3 * 3600
"""As long as CloudFormation itself waits."""
_TICK = 0.05
_FAILURES = {
    "deploymentCircuitBreaker": "ECS Deployment Circuit Breaker was triggered",
    "alarms": "ECS Deployment Alarm was triggered",
}


def install(_: Instance) -> None:
    """Wait, on a thread of its own: where most handlers run, a wait would hold up the whole of the local AWS."""
    on_thread = stacks._runs_on_worker_thread
    stacks._runs_on_worker_thread = lambda type_name: type_name == TYPE or on_thread(type_name)
    handler = provisioners._RESOURCE_HANDLERS[TYPE]
    create, update, delete = handler["create"], handler["update"], handler["delete"]

    def create_and_wait(logical_id: str, props: dict[str, Any], stack: str) -> Any:
        physical_id, attributes = create(logical_id, props, stack)
        try:
            _wait(physical_id, known=set(), given_up=lambda: cancelled(stack))
        except Exception:
            delete(physical_id, props)
            _wait_until(lambda: not draining.stopping(_key(physical_id)))
            raise
        return physical_id, attributes

    def update_and_wait(physical_id: str, old: dict[str, Any], new: dict[str, Any], stack: str) -> Any:
        known = {deployment["id"] for deployment in _service(physical_id)["deployments"]}
        result = update(physical_id, old, new, stack)
        if (cloudformation._stacks.get(stack) or {}).get("StackStatus") == "UPDATE_ROLLBACK_IN_PROGRESS":
            _begin_again(physical_id)
        _wait(physical_id, known=known, given_up=lambda: cancelled(stack))
        return result

    def delete_and_wait(physical_id: str, props: dict[str, Any]) -> None:
        delete(physical_id, props)
        _wait_until(lambda: not draining.stopping(_key(physical_id)))

    handler.update(create=create_and_wait, update=update_and_wait, delete=delete_and_wait)
    sends_back = stacks._sends_back_failed_update
    stacks._sends_back_failed_update = lambda type_name: type_name == TYPE or sends_back(type_name)
    roll_back = stacks._roll_back_operation

    async def roll_back_as_asked(
        name: str, stack_id: str, stack: Any, operation: dict[str, Any], *args: Any, **kwargs: Any
    ) -> None:
        by_user = stack.pop("_cancel_requested", False) or operation.get("cancelled", False)
        await roll_back(name, stack_id, stack, {**operation, "cancelled": by_user}, *args, **kwargs)

    stacks._roll_back_operation = roll_back_as_asked


def cancelled(stack: str) -> bool:
    """Whether what is under way is to end: an update by CancelUpdateStack, a creation by DeleteStack."""
    record = cloudformation._stacks.get(stack) or {}
    return "_cancel_requested" in record and record["StackStatus"] in {"UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"}


def _key(physical_id: str) -> str:
    return "/".join(physical_id.split("/")[-2:])


def _service(physical_id: str) -> dict[str, Any]:
    service: dict[str, Any] = ecs._services[_key(physical_id)]
    return service


def _wait(physical_id: str, *, known: set[str], given_up: Callable[[], bool] = lambda: False) -> None:
    """Wait for the deployment that was not `known` before, or else for the current one.

    Raises ValueError when it failed, or the stack's operation is given up.
    """
    service = _service(physical_id)
    begun = next((d["id"] for d in service["deployments"] if d["id"] not in known), None)
    awaited = begun or (ecs._primary_deployment(service) or {}).get("id")

    def over() -> bool:
        if given_up():
            raise ValueError("Resource operation cancelled")
        with resource_lock("ecs-service", _key(physical_id)):  # who fails a deployment goes back within it
            deployment = next((d for d in service_history.deployments(service) if d["id"] == awaited), None)
            state = deployment["rolloutState"] if deployment else "FAILED"
        if state == "FAILED":
            monitor = service_history.record(deployment).get("triggered") if deployment else None
            raise ValueError(
                'Resource handler returned message: "Error occurred during operation '
                f"'{_FAILURES.get(str(monitor), 'ECS Deployment was stopped')}'.\" "
                f"(RequestToken: {new_uuid()}, HandlerErrorCode: GeneralServiceException)"
            )
        steady = state == "COMPLETED" and service["runningCount"] == service["desiredCount"]
        return service["status"] != "ACTIVE" or (steady and not draining.stopping(_key(physical_id)))

    _wait_until(over)


def _begin_again(physical_id: str) -> None:
    """Begin a new deployment where what the circuit breaker went back to has failed, too: no task would be started any more."""
    service = _service(physical_id)
    if (ecs._primary_deployment(service) or {}).get("rolloutState") == "FAILED":
        cluster, name = _key(physical_id).split("/")
        ecs._update_service({"cluster": cluster, "service": name, "forceNewDeployment": True})


def _wait_until(over: Callable[[], bool]) -> None:
    end = time.monotonic() + LIMIT_SECONDS
    while not over():
        if time.monotonic() > end:
            raise ValueError("Resource timed out waiting for the service to be steady")
        time.sleep(_TICK)
