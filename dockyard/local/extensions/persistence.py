"""An account that is kept: what the extensions hold goes to disk with what ministack saves, and comes back with it.

An extension that has something to keep has `kept()`, which returns what JSON can hold, and `restore(kept)`. Saved is when the
process is told to end; and every few seconds where something changed, so that a killed one loses little.
Containers never outlive the process: services come back with new tasks, as many as were wanted.
"""

import asyncio
import hashlib
import json
import logging
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import ministack.app as gateway
from ministack.core import persistence
from ministack.services import cloudformation, ecs

EVERY_SECONDS = 5.0
_KEY = "dockyard"
_log = logging.getLogger("dockyard.persistence")


def install(extensions: tuple[ModuleType, ...]) -> None:
    """Save and restore these too. Without PERSIST_STATE nothing is ever written."""
    holders = {module.__name__.rpartition(".")[2]: module for module in extensions if hasattr(module, "kept")}
    _also_sets()
    load, build = gateway._load_persisted_state, gateway._build_persistence_save_dict

    def load_all() -> None:
        load()
        for name, kept in (persistence.load_state(_KEY) or {}).items():
            if name in holders:
                holders[name].restore(kept)
        _give_up_what_was_under_way()
        _nothing_runs_yet()
        asyncio.get_running_loop().create_task(_save_now_and_then())

    def build_all() -> dict[str, Any]:
        return {**build(), _KEY: lambda: {name: module.kept() for name, module in holders.items()}}

    gateway._load_persisted_state = load_all
    gateway._build_persistence_save_dict = build_all


def _also_sets() -> None:
    """JSON has no sets, and what the extensions note in ministack's tables has."""
    encode, decode = persistence._json_default, persistence._json_object_hook

    def default(thing: Any) -> Any:
        return {"__set__": sorted(thing)} if isinstance(thing, set | frozenset) else encode(thing)

    def hook(thing: dict[str, Any]) -> Any:
        return set(thing["__set__"]) if "__set__" in thing else decode(thing)

    persistence._json_default, persistence._json_object_hook = default, hook


def _nothing_runs_yet() -> None:
    """Tasks went with the process; services are told so until new ones are there."""
    for service in list(ecs._services._data.values()):
        for counted in (service, *service["deployments"]):
            counted.update(runningCount=0, pendingCount=0)
            counted.pop("_throttle", None)  # by a clock that may have begun anew
    for task in list(ecs._tasks._data.values()):
        task.setdefault("stoppedReason", "The local AWS ended.")
        task["desiredStatus"] = "STOPPED"


def _give_up_what_was_under_way() -> None:
    """Nobody goes on with a stack operation that the process took with it: it has failed, and can be repeated or deleted."""
    for stack in list(cloudformation._stacks._data.values()):
        status = stack["StackStatus"]
        if status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS":
            stack["StackStatus"] = "ROLLBACK_FAILED" if status.startswith(("CREATE", "ROLLBACK")) else "UPDATE_ROLLBACK_FAILED"
            stack["StackStatusReason"] = "the local AWS ended while this went on"


async def _save_now_and_then() -> None:
    saved: dict[str, str] = {}
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        _save(gateway._build_persistence_save_dict(), saved)


def _save(states: Mapping[str, Any], saved: dict[str, str]) -> None:
    """Write the services whose state differs from what was written last."""
    for service, state_of in states.items():
        try:
            state = state_of()
            text = json.dumps(state, default=persistence._json_default)
        except Exception:
            _log.exception("what %s holds cannot be saved", service)
            continue
        digest = hashlib.sha256(text.encode()).hexdigest()
        if state is not None and saved.get(service) != digest:
            persistence.save_state(service, state)
            saved[service] = digest
