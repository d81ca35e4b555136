"""A service's own secrets: parameters of SSM, encrypted, below `/<app>/<env>/<service>/`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import SecretStr

from dockyard.config import parameter_name
from dockyard.doors.aws import Aws
from dockyard.errors import UsageError

MOST_BYTES = 4096
"""Of a parameter that costs nothing.
https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html"""


@dataclass(frozen=True)
class Stored:
    """A secret that is there; never its value."""

    service: str
    name: str
    version: int
    changed: datetime


@dataclass(frozen=True)
class OwnSecrets:
    """Those of one application in one environment."""

    application: str
    environment: str
    aws: Aws

    def put(self, service: str, values: Mapping[str, SecretStr]) -> list[str]:
        """Store all of them, or none where one cannot be stored; the names of the parameters. Raises UsageError."""
        for name, value in values.items():
            size = len(value.get_secret_value().encode())
            if not size:
                raise UsageError(
                    f"{name}: no value, got nothing", hint=f"printf %s VALUE | dockyard secrets set {name} {service}"
                )
            if size > MOST_BYTES:
                raise UsageError(
                    f"{name}: a value should have 1 to {MOST_BYTES} bytes, got {size}",
                    hint="put a longer one into Secrets Manager, and name it in service.yaml: {secretsmanager: NAME}",
                )
        names = {name: parameter_name(self.application, self.environment, service, name) for name in values}
        for name, value in values.items():
            self.aws.secrets.put(names[name], value.get_secret_value())
        return list(names.values())

    def listed(self, reading: Aws) -> list[Stored]:
        """What is there, in order."""
        below = f"/{self.application}/{self.environment}"
        found = []
        for one in reading.secrets.below(below):
            service, _, name = one["Name"].removeprefix(f"{below}/").partition("/")
            if one["Type"] == "SecureString" and name and "/" not in name:
                found.append(Stored(service, name, one["Version"], one["LastModifiedDate"]))
        return sorted(found, key=lambda one: (one.service, one.name))

    def remove(self, service: str, name: str) -> bool:
        """Whether it was there."""
        return self.aws.secrets.delete(parameter_name(self.application, self.environment, service, name))
