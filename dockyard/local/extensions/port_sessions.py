"""A session of Systems Manager reaches a port of a task's container, where ECS Exec is enabled.

Of Session Manager that alone: `AWS-StartPortForwardingSession` for a target `ecs:<cluster>_<task>_<runtime id>`. It is joined by
the `session-manager-plugin` that the local AWS brings.
https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartSession.html
"""

import json
import re
import secrets
from typing import Any

from ministack.core.responses import error_response_json, json_response
from ministack.services import ecs, ssm

from dockyard.local.extensions.instance import Instance
from dockyard.local.sessions import Session

DOCUMENT = "AWS-StartPortForwardingSession"
_TARGET = re.compile(r"ecs:(?P<cluster>.+)_(?P<task>[0-9a-f-]+)_(?P<runtime>[0-9a-zA-Z-]+)")


def install(_: Instance) -> None:
    """Begin sessions."""
    original = ssm.handle_request

    async def handle_request(method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]) -> Any:
        if headers.get("x-amz-target", "") == "AmazonSSM.StartSession":
            return _start(json.loads(body))
        return await original(method, path, headers, body, query)

    ssm.handle_request = handle_request


def _start(data: dict[str, Any]) -> Any:
    if data.get("DocumentName") != DOCUMENT:
        return error_response_json("InvalidDocument", f"Document with name {data.get('DocumentName')} does not exist.", 400)
    session = _session(data.get("Target", ""), data.get("Parameters", {}))
    if session is None:
        return error_response_json("TargetNotConnected", f"{data.get('Target')} is not connected.", 400)
    id = f"dockyard-{secrets.token_hex(8)}"
    return json_response({"SessionId": id, "StreamUrl": f"wss://localhost/v1/data-channel/{id}", "TokenValue": session.token})


def _session(target: str, parameters: dict[str, list[str]]) -> Session | None:
    """None where no such container runs, or its task may not be entered: then no agent is in it."""
    match = _TARGET.fullmatch(target)
    task = ecs._resolve_task(match["task"], match["cluster"]) if match else None
    if not match or not task or not task.get("enableExecuteCommand") or task["lastStatus"] != "RUNNING":
        return None
    name = next((one["name"] for one in task["containers"] if one.get("runtimeId") == match["runtime"]), None)
    (port,) = parameters["portNumber"]
    (here,) = parameters.get("localPortNumber", [port])
    return Session(task["taskArn"], name, "", (int(here), int(port))) if name else None
