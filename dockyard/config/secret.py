"""The `secrets` part of a service.yaml: where values come from, never the values."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, GetJsonSchemaHandler, Tag
from pydantic_core import CoreSchema

from dockyard.config.model import Model, VariableName
from dockyard.config.shown import show


def _parameter(value: str) -> str:
    if not value.startswith("/"):
        raise ValueError(
            "should be true, the name of an SSM parameter, beginning with /, or {secretsmanager: NAME}, "
            f'got "{value}"'
        )  # fmt: skip
    return value


ParameterName = Annotated[str, AfterValidator(_parameter)]


class ManagedSecret(Model):
    """A secret in AWS Secrets Manager."""

    secretsmanager: str = Field(min_length=1)
    """Name of the secret."""
    key: str | None = None
    """Field of the secret's JSON. Default: the whole secret."""


def _form(value: Any) -> str:
    if isinstance(value, bool):
        return "<own>"
    return "<mapping>" if isinstance(value, dict | ManagedSecret) else "<name>"


Source = Literal[True] | str | ManagedSecret
"""`true`: the service's own parameter, as `dockyard secrets set` names it. A name: that parameter."""
Secret = Annotated[
    Annotated[Literal[True], Tag("<own>")] | Annotated[ParameterName, Tag("<name>")] | Annotated[ManagedSecret, Tag("<mapping>")],
    Discriminator(_form),
]


def named(value: Any) -> Any:
    """A list of names as the mapping that it stands for; anything else as it is."""
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return dict.fromkeys(value, True)
    return value


def _mapping(value: Any) -> Any:
    value = named(value)
    if not isinstance(value, dict):
        raise ValueError(f"should be a list of names, or a mapping of names, got {show(value)}")
    return value


class _OrNames:
    """In the schema: a list of names will do."""

    def __get_pydantic_json_schema__(self, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [handler(core_schema), {"type": "array", "items": {"type": "string"}}]}


Secrets = Annotated[dict[VariableName, Secret], BeforeValidator(_mapping), _OrNames()]


def parameter_name(application: str, environment: str, service: str, variable: str) -> str:
    """Name of the SSM parameter that a service's own secret is in."""
    return f"/{application}/{environment}/{service}/{variable}"
