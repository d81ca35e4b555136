"""CloudFormation resource types that ministack does not know though it has their API: they are made and deleted by it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services.cloudformation import provisioners, stacks

from dockyard.local import own_api
from dockyard.local.extensions.instance import Instance

Properties = dict[str, Any]
Made = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True)
class _Type:
    """By which operations, and where its identifier is: a path into the answer, or else into the properties."""

    service: str
    create: str
    identifier: str
    delete: str
    key: str
    """Parameter of `delete` that takes the identifier; with `[]` a list."""
    update: str = ""
    """Where it is not made anew."""
    attributes: tuple[str, ...] = ()
    """`Fn::GetAtt` names that are the identifier."""


_TYPES = {
    "AWS::Budgets::Budget": _Type("budgets", "CreateBudget", "Budget.BudgetName", "DeleteBudget", "BudgetName"),
    "AWS::CloudWatch::CompositeAlarm": _Type(
        "cloudwatch", "PutCompositeAlarm", "AlarmName", "DeleteAlarms", "AlarmNames[]", update="PutCompositeAlarm"
    ),
    "AWS::ECR::PullThroughCacheRule": _Type(
        "ecr", "CreatePullThroughCacheRule", "EcrRepositoryPrefix", "DeletePullThroughCacheRule", "EcrRepositoryPrefix"
    ),
    "AWS::IAM::OIDCProvider": _Type(
        "iam", "CreateOpenIDConnectProvider", "OpenIDConnectProviderArn", "DeleteOpenIDConnectProvider",
        "OpenIDConnectProviderArn", attributes=("Arn",),
    ),
    "AWS::WAFv2::WebACLAssociation": _Type("wafv2", "AssociateWebACL", "ResourceArn", "DisassociateWebACL", "ResourceArn"),
}  # fmt: skip
_NAMED = ("AWS::Budgets::Budget", "AWS::CloudWatch::CompositeAlarm")
"""They get a name where the template gives none."""


def install(_: Instance) -> None:
    """They run on a thread of their own: the API is that of this very process."""
    on_thread = stacks._runs_on_worker_thread
    stacks._runs_on_worker_thread = lambda type_name: type_name in _TYPES or on_thread(type_name)
    for name, one in _TYPES.items():
        provisioners._RESOURCE_HANDLERS[name] = _handler(name, one)


def _handler(type_name: str, one: _Type) -> dict[str, Any]:
    def create(logical_id: str, props: Properties, stack: str) -> Made:
        if type_name in _NAMED and not _at(props, one.identifier):
            props = _with(props, one.identifier.split("."), provisioners._physical_name(stack, logical_id))
        return _made(type_name, one, _at(_call(one.service, one.create, props), one.identifier) or _at(props, one.identifier))

    def update(physical_id: str, _: Properties, new: Properties, stack: str, logical_id: str) -> Made:
        if one.update:
            return create(logical_id, {**new, one.identifier: physical_id}, stack)
        delete(physical_id, new)
        return create(logical_id, new, stack)

    def delete(physical_id: str, _: Properties) -> None:
        key = one.key.removesuffix("[]")
        _call(one.service, one.delete, {key: [physical_id] if one.key.endswith("[]") else physical_id})

    return {"create": create, "update": update, "update_with_logical_id": True, "delete": delete}


def _made(type_name: str, one: _Type, physical_id: Any) -> Made:
    attributes = dict.fromkeys(one.attributes, physical_id)
    if type_name == "AWS::CloudWatch::CompositeAlarm":
        attributes["Arn"] = f"arn:aws:cloudwatch:{get_region()}:{get_account_id()}:alarm:{physical_id}"
    return str(physical_id), attributes


def _call(service: str, operation: str, props: Properties) -> Mapping[str, Any]:
    """With the properties that the operation knows. Raises ValueError in the service's words."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    client = own_api.client(service, get_account_id(), get_region())
    members = client.meta.service_model.operation_model(operation).input_shape.members
    request = {key: value for key, value in {"AccountId": get_account_id(), **props}.items() if own_api.member(members, key)}
    try:
        return own_api.operation(client, operation, request)()
    except (BotoCoreError, ClientError) as error:
        raise ValueError(f'Resource handler returned message: "{error}"') from error


def _with(props: Properties, path: list[str], value: str) -> Properties:
    return {**props, path[0]: _with(props.get(path[0]) or {}, path[1:], value) if path[1:] else value}


def _at(found: Any, path: str) -> Any:
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found
