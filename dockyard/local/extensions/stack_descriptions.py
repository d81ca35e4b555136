"""`DescribeStacks` tells where a stack's values came from, and which role deploys it.

- A parameter from SSM has the name in SSM as `ParameterValue` and what it meant at the last deploy as `ResolvedValue`; by
  these a deploy knows whether a stack is current without a change set.
  https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Parameter.html
- `RoleARN` is the role of the stack's last operation.
  https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Stack.html
"""

from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from ministack.services.cloudformation import _stacks
from ministack.services.cloudformation.handlers import _ACTION_HANDLERS

from dockyard.local.extensions.instance import Instance

_NAMESPACE = "http://cloudformation.amazonaws.com/doc/2010-05-15/"
_roles: dict[str, str] = {}


def install(_: Instance) -> None:
    """Complete the answers."""
    ElementTree.register_namespace("", _NAMESPACE)
    describe, create_change_set = _ACTION_HANDLERS["DescribeStacks"], _ACTION_HANDLERS["CreateChangeSet"]

    def describe_stacks(params: dict[str, Any]) -> Any:
        status, headers, body = describe(params)
        return (status, headers, _completed(body)) if status == 200 else (status, headers, body)

    def remember_role(params: dict[str, Any]) -> Any:
        role = _first(params.get("RoleARN"))
        if role:
            _roles[_first(params.get("StackName"))] = role
        return create_change_set(params)

    _ACTION_HANDLERS.update(DescribeStacks=describe_stacks, CreateChangeSet=remember_role)


def reset() -> None:
    """Forget the roles."""
    _roles.clear()


def _completed(body: bytes) -> bytes:
    root = ElementTree.fromstring(body)  # noqa: S314  # the local AWS's own answer
    for member in root.iterfind(f".//{{{_NAMESPACE}}}Stacks/{{{_NAMESPACE}}}member"):
        name = member.findtext(f"{{{_NAMESPACE}}}StackName", "")
        resolved = (_stacks.get(name) or {}).get("_resolved_params") or {}
        for key, value, parameter in _parameters(member):
            from_ssm = (resolved.get(key) or {}).get("SsmName")
            if from_ssm:
                ElementTree.SubElement(parameter, f"{{{_NAMESPACE}}}ResolvedValue").text = value.text
                value.text = from_ssm
        if name in _roles:
            ElementTree.SubElement(member, f"{{{_NAMESPACE}}}RoleARN").text = _roles[name]
    return ElementTree.tostring(root)


def _parameters(member: ElementTree.Element) -> Iterator[tuple[str, ElementTree.Element, ElementTree.Element]]:
    for parameter in member.iterfind(f"{{{_NAMESPACE}}}Parameters/{{{_NAMESPACE}}}member"):
        value = parameter.find(f"{{{_NAMESPACE}}}ParameterValue")
        if value is not None:
            yield parameter.findtext(f"{{{_NAMESPACE}}}ParameterKey", ""), value, parameter


def _first(value: Any) -> str:
    return str(value[0] if isinstance(value, list) else value or "")
