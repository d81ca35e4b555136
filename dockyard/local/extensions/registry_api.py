"""How the extensions of ECR answer: its actions, its refusals, its pages."""

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from typing import Any

from ministack.services import ecr

from dockyard.local.registry.blobs import Repository

Data = dict[str, Any]
PAGE = 100
"""https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ListImages.html"""

_more: dict[str, Callable[[Data], Any]] = {}
"""Actions that ministack does not know."""


class RefusedError(Exception):
    """An error of the API; `oci` is what a client of the registry gets in its place."""

    def __init__(self, code: str, message: str, oci: str = "UNKNOWN") -> None:
        super().__init__(message)
        self.code, self.oci = code, oci


def answer(action: str, handler: Callable[[Data], Data]) -> None:
    """Let this function answer an action of the API."""

    def call(data: Data) -> Any:
        try:
            return ecr.json_response(handler(data))
        except RefusedError as refused:
            return ecr.error_response_json(refused.code, str(refused), 400)

    name = re.sub(r"(?=[A-Z])", "_", action).lower()
    if hasattr(ecr, name):
        setattr(ecr, name, call)
    else:
        _know_more()
        _more[action] = call


def _know_more() -> None:
    """Ask `_more` first."""
    if _more:
        return
    original = ecr.handle_request

    async def handle_request(method: str, path: str, headers: dict[str, str], body: bytes, query: Data) -> Any:
        handler = _more.get(headers.get("x-amz-target", "").rpartition(".")[2])
        return handler(ecr.json.loads(body or b"{}")) if handler else await original(method, path, headers, body, query)

    ecr.handle_request = handle_request


def repository(data: Data) -> Data:
    """The repository that a request names. Raises RefusedError where it is not there."""
    name = data.get("repositoryName", "")
    if name not in ecr._repositories:
        raise RefusedError(
            "RepositoryNotFoundException",
            f"The repository with name '{name}' does not exist in the registry with id '{ecr._registry_id()}'",
            "NAME_UNKNOWN",
        )
    found: Data = ecr._repositories[name]
    return found


def scope(name: str) -> Repository:
    """The repository of this name in the account and region of the request."""
    return Repository(ecr.get_account_id(), ecr.get_region(), name)


def within(name: str) -> str:
    """Where it is, as ECR's messages have it."""
    return f"repository with name '{name}' in the registry with id '{ecr._registry_id()}'"


def page(items: Sequence[Any], data: Data) -> tuple[Sequence[Any], Data]:
    """The part of the items that a request asks for, and the token for the next one where there are more."""
    try:
        start = int(base64.b64decode(data.get("nextToken") or b"MA==", validate=True))
    except (ValueError, binascii.Error):
        raise RefusedError("InvalidParameterException", "Invalid parameter at 'nextToken': it is no token of this list") from None
    end = start + (data.get("maxResults") or PAGE)
    return items[start:end], {"nextToken": base64.b64encode(str(end).encode()).decode()} if end < len(items) else {}
