"""Task definitions and services arrive whole from a template.

- Nested keys of a container definition (`Secrets`, `HealthCheck`, `LinuxParameters` ...) come in CloudFormation's
  spelling and would not be found by ECS: secrets, for one, would silently not be there.
- Properties of the service that the template gives reach the service: grace period, tags, execute command.
- A SecureString parameter is decrypted for the container, and a secret is of the version that is asked for.
  https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-ssm-paramstore.html
  https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
"""

import json
import re
import threading
from collections.abc import Mapping
from typing import Any

from ministack.services import ecs, secretsmanager, ssm
from ministack.services.cloudformation import provisioners

from dockyard.local.extensions.instance import Instance

_FIRST_WORD = re.compile(r"^[A-Z]+(?=[A-Z][a-z])|^[A-Z]")
"""`EFS` of `EFSVolumeConfiguration`, `T` of `TaskRoleArn`."""
_VERBATIM = {"options", "dockerLabels", "hookDetails"}
"""Maps whose keys are the user's own."""
_SERVICE_PROPERTIES = (
    "DeploymentController",
    "EnableECSManagedTags",
    "EnableExecuteCommand",
    "HealthCheckGracePeriodSeconds",
    "PlacementStrategies",
    "PlatformVersion",
    "PropagateTags",
    "SchedulingStrategy",
    "ServiceConnectConfiguration",
    "ServiceRegistries",
)
_TASK_PROPERTIES = {"EphemeralStorage", "IpcMode", "ProxyConfiguration", "RuntimePlatform", "Volumes"}
_from_template = threading.local()


def install(_: Instance) -> None:
    """Carry templates whole."""
    provisioners._normalize_container_defs = camel
    _carry_task_properties()
    _carry_service_properties()
    ecs._resolve_container_secrets = lambda definition: {
        secret["name"]: _resolve_secret(secret) for secret in definition.get("secrets") or []
    }


def camel(value: Any) -> Any:
    """A template's `PascalCase` keys in ECS's `camelCase`, at every depth."""
    if isinstance(value, list):
        return [camel(item) for item in value]
    if not isinstance(value, dict):
        return value
    renamed = {_FIRST_WORD.sub(lambda word: word[0].lower(), key): item for key, item in value.items()}
    return {key: item if key in _VERBATIM else camel(item) for key, item in renamed.items()}


def _carry_task_properties() -> None:
    create = provisioners._ecs_task_def_create

    def create_from_template(logical_id: str, props: dict[str, Any], stack: str) -> Any:
        arn, attributes = create(logical_id, props, stack)
        definition = ecs._task_defs[arn.rsplit("/", 1)[-1]]
        for name in _TASK_PROPERTIES & props.keys():
            definition[name[:1].lower() + name[1:]] = camel(props[name])
        return arn, attributes

    provisioners._ecs_task_def_create = create_from_template
    provisioners._RESOURCE_HANDLERS["AWS::ECS::TaskDefinition"]["create"] = create_from_template


def _carry_service_properties() -> None:
    create, create_service = provisioners._ecs_service_create, ecs._create_service

    def create_from_template(logical_id: str, props: dict[str, Any], stack: str) -> Any:
        _from_template.properties = camel({name: props[name] for name in _SERVICE_PROPERTIES if name in props})
        try:
            return create(logical_id, props, stack)
        finally:
            _from_template.properties = {}

    def create_with_properties(data: dict[str, Any]) -> Any:
        return create_service(with_template(data))

    provisioners._ecs_deployment_configuration = lambda props: camel(props.get("DeploymentConfiguration"))
    provisioners._ecs_service_create = create_from_template
    provisioners._RESOURCE_HANDLERS["AWS::ECS::Service"]["create"] = create_from_template
    ecs._create_service = ecs._ACTION_MAP["CreateService"] = create_with_properties


def with_template(data: dict[str, Any]) -> dict[str, Any]:
    """A call for a service with the properties of the template that it is made for, if it is."""
    return {**getattr(_from_template, "properties", {}), **data}


def _resolve_secret(secret: Mapping[str, Any]) -> str:
    """Raises `_SecretResolutionError` with what stops the task."""
    name, source = secret["name"], secret["valueFrom"]
    if ":secretsmanager:" not in source:
        value = ssm.resolve_parameter_value(source, decrypt=True)
        if value is None:
            raise ecs._SecretResolutionError(f"unable to retrieve secrets from ssm: invalid parameters: {source} for {name}")
        return str(value)
    fields = source.split(":")
    key, stage, version = [*fields[7:10], "", "", ""][:3]
    value = secretsmanager.resolve_secret_string(":".join(fields[:7]), stage or "AWSCURRENT", version or None)
    if value is None:
        raise ecs._SecretResolutionError(
            f"unable to retrieve secret from asm: failed to fetch secret {source} for {name} from secrets manager: "
            "ResourceNotFoundException: Secrets Manager can't find the specified secret value."
        )
    if not key:
        return str(value)
    try:
        return str(json.loads(value)[key])
    except (ValueError, LookupError, TypeError):
        raise ecs._SecretResolutionError(
            f"unable to retrieve secret from asm: retrieved secret from Secrets Manager did not contain json key {key}: {source}"
        ) from None
