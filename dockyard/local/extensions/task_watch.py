"""A task is looked at when the engine tells that a container of it has ended or changed its health.

So that a task at rest costs nothing: asking the engine ten times a second for each took half a processor for twenty of them.
"""

import logging
import threading
import time
from typing import Any

from ministack.core.concurrency import spawn_background
from ministack.core.responses import request_scope
from ministack.services import ecs

from dockyard.local.extensions.draining import service_key
from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.task_network import LABEL

_ARN = "com.amazonaws.ecs.task-arn"
_LOOK_SECONDS = 10.0
"""A task is looked at so often in any case."""
_RETRY_SECONDS = 1.0
_log = logging.getLogger("dockyard.task_watch")
_news: dict[str, threading.Event] = {}
"""By the ARN of each task that is watched."""


def follow(instance: Instance) -> None:
    """Listen to the engine instead of asking it."""
    ecs._watch_task_lifecycle = _watch
    threading.Thread(target=_listen, args=(instance.name,), daemon=True, name="dockyard-container-events").start()


def _watch(task: dict[str, Any], client: Any, account: str, region: str) -> None:
    """As ministack's, which also sees to the deployment that the task may complete."""
    spawn_background(_look, task, client, account, region, thread_name="dockyard-task-watch")
    if task.get("group", "").startswith("service:"):
        key = service_key(task)
        ecs._schedule_service_deployment_completion(key.split("/", maxsplit=1)[0], key, account, region, healthy_task=task)


def _look(task: dict[str, Any], client: Any, account: str, region: str) -> None:
    """Look at the task at first, and at all news, as long as it is there."""
    arn = task["taskArn"]
    news = _news[arn] = threading.Event()
    try:
        with request_scope(account, region):
            while ecs._task_is_active(arn, task):
                news.clear()
                ecs._maybe_mark_stopped(task, client)
                if task.get("lastStatus") == "STOPPED":
                    return
                news.wait(_LOOK_SECONDS)
    finally:
        _news.pop(arn, None)


def _listen(name: str) -> None:
    """Hear what happens to the containers of this local AWS; what was missed while the engine was away is looked for then."""
    filters = {"type": "container", "label": f"{LABEL}={name}", "event": ["die", "health_status"]}
    while True:
        try:
            events = ecs._get_docker().events(decode=True, filters=filters)
            for news in list(_news.values()):
                news.set()
            for event in events:
                if found := _news.get(event["Actor"]["Attributes"].get(_ARN)):
                    found.set()
        except Exception as error:  # the engine is away: each way to say so has an error of its own
            _log.warning("events of the engine: %s", error)
        time.sleep(_RETRY_SECONDS)
