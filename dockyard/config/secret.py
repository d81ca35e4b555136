"""The `secrets` part of a service.yaml: where values come from, never the values."""

from typing import Annotated

from pydantic import AfterValidator, Field

from dockyard.config.model import Model


def _parameter(value: str) -> str:
    if not value.startswith("/"):
        raise ValueError(f'should be the name of an SSM parameter, beginning with /, or {{secretsmanager: NAME}}, got "{value}"')
    return value


ParameterName = Annotated[str, AfterValidator(_parameter)]


class ManagedSecret(Model):
    """A secret in AWS Secrets Manager."""

    secretsmanager: str = Field(min_length=1)
    """Name of the secret."""
    key: str | None = None
    """Field of the secret's JSON. Default: the whole secret."""
