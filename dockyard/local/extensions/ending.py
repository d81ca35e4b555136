"""The end of the local AWS: its containers go, and what goes is made up for by nobody.

No extension: on AWS there is no such end. What services, deployments and servers start, they start by one of these two.
"""

from ministack.services import ecs


def end() -> None:
    """From now on no service starts or stops tasks, and no task that is to start gets a container."""
    ecs._reconcile_service_tasks = ecs._start_task_worker = _nothing


def _nothing(*_: object) -> None:
    pass
