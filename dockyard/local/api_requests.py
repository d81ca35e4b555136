"""Requests of AWS's APIs, checked by the models that botocore has of them."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NoReturn

import botocore.session


class RefusedError(Exception):
    """An error that a client gets."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def checked(service: str, action: str, request: dict[str, Any]) -> dict[str, Any]:
    """What a request says, typed: templates may have numbers as text. Raises RefusedError as AWS validates."""
    shape = _model(service).operation_model(action).input_shape
    typed: dict[str, Any] = _typed(request, shape, "")
    return typed


@lru_cache
def _model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


def _typed(value: Any, shape: Any, path: str) -> Any:
    if shape.type_name == "structure":
        return _members(value, shape, path)
    if shape.type_name == "list":
        return [_typed(one, shape.member, path) for one in value]
    if shape.type_name == "boolean":
        return str(value).lower() == "true"
    if shape.type_name == "timestamp":
        return _epoch(value) if isinstance(value, str) else value
    if shape.type_name in ("integer", "double"):
        return _number(value, shape, path)
    if shape.type_name == "string" and shape.enum and value not in shape.enum:
        _invalid(f"Value '{value}' at '{path.rstrip('.')}'", f"Member must satisfy enum value set: [{', '.join(shape.enum)}]")
    return value


def _members(value: dict[str, Any], shape: Any, path: str) -> dict[str, Any]:
    for name in shape.required_members:
        if value.get(name) is None:
            _invalid(f"Value null at '{path}{_lower(name)}'", "Member must not be null")
    known = {name: one for name, one in value.items() if name in shape.members and one is not None}
    return {name: _typed(one, shape.members[name], f"{path}{_lower(name)}.") for name, one in known.items()}


def _number(value: Any, shape: Any, path: str) -> float:
    try:
        return (int if shape.type_name == "integer" else float)(value)
    except (TypeError, ValueError):
        _invalid(f"Value '{value}' at '{path.rstrip('.')}'", f"Member must be of type {shape.type_name}")


def _epoch(moment: str) -> float:
    read = datetime.fromisoformat(moment)
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()


def _lower(name: str) -> str:
    return name[0].lower() + name[1:]


def _invalid(what: str, constraint: str) -> NoReturn:
    raise RefusedError("ValidationException", f"1 validation error detected: {what} failed to satisfy constraint: {constraint}")
