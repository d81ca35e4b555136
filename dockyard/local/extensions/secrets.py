"""`Ref` of a secret of a template is its ARN.

CDK writes `{Ref}:key::` as what a container gets.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html
"""

from typing import Any

from ministack.services import secretsmanager
from ministack.services.cloudformation import provisioners

from dockyard.local.extensions.instance import Instance


def install(_: Instance) -> None:
    """ministack goes on by the name."""
    handler = provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"]
    create, update, delete = handler["create"], handler["update"], handler["delete"]

    def create_secret(logical_id: str, props: dict[str, Any], stack: str) -> Any:
        _, attributes = create(logical_id, props, stack)
        return attributes["Arn"], attributes

    def update_secret(arn: str, old: dict[str, Any], new: dict[str, Any], stack: str, logical_id: str | None = None) -> Any:
        _, attributes = update(_name(arn), old, new, stack, logical_id)
        return attributes["Arn"], attributes

    def delete_secret(arn: str, props: dict[str, Any]) -> None:
        delete(_name(arn), props)

    handler.update(create=create_secret, update=update_secret, delete=delete_secret)


def _name(arn: str) -> str:
    """Of the secret with this ARN; what is none, or of none that is there, stays."""
    return next((name for name, secret in secretsmanager._secrets.items() if secret["ARN"] == arn), arn)
