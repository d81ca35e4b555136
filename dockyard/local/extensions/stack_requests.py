"""What CloudFormation refuses before it begins, and where it reads a template.

- A name in a template that is no resource, parameter or condition of it.
  https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html
- Resources of IAM that the caller does not acknowledge.
  https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
- A stack with the name of one that has been rolled back, and has to be deleted first.
- It does not refuse what changes outputs alone.
- A template of more than 51,200 bytes comes from a bucket, which is in the name of the host.
  https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ministack.services.cloudformation import changesets, handlers, helpers
from ministack.services.cloudformation.engine import _intrinsic_references
from ministack.services.cloudformation.helpers import _error, _p

from dockyard.local.extensions.instance import Instance

_IN_HOST = re.compile(r"https://(?P<bucket>[^/]+)\.s3[.-][a-z0-9-]+\.amazonaws\.com/(?P<key>.+)")


def install(_: Instance) -> None:
    """Look at the requests."""
    resolve = helpers._resolve_document

    def resolve_document(params: dict[str, Any], body_key: str, url_key: str, label: str) -> Any:
        found = _IN_HOST.fullmatch(_p(params, url_key))
        in_path = {url_key: [f"https://s3.amazonaws.com/{found['bucket']}/{found['key']}"]} if found else {}
        return resolve({**params, **in_path}, body_key, url_key, label)

    helpers._resolve_document = resolve_document
    check, actions = handlers.validate_template_support, handlers._ACTION_HANDLERS
    create, change = actions["CreateStack"], actions["CreateChangeSet"]

    def check_template(template: dict[str, Any], conditions: dict[str, bool], **kwargs: Any) -> None:
        check(template, conditions, **kwargs)
        if not template.get("Transform"):
            for block in ("Resources", "Outputs"):
                _check_names(block, template, conditions)

    def create_stack(params: dict[str, Any]) -> Any:
        if _rolled_back(params):
            return _error("AlreadyExistsException", f"Stack [{_p(params, 'StackName')}] already exists")
        return create(params)

    def create_change_set(params: dict[str, Any]) -> Any:
        if _p(params, "ChangeSetType") == "CREATE" and _rolled_back(params):
            stack, name = _p(params, "StackName"), _p(params, "ChangeSetName")
            return _error(
                "ValidationError", f"Stack [{stack}] already exists and cannot be created again with the changeSet [{name}]"
            )
        answer = change(params)
        _take_outputs(*changesets._find_change_set(_p(params, "ChangeSetName"), _p(params, "StackName")))
        return answer

    handlers.validate_template_support = changesets.validate_template_support = check_template
    handlers._capabilities_enforced = lambda: True
    actions.update(CreateStack=create_stack, CreateChangeSet=create_change_set)


def _take_outputs(_: str | None, made: dict[str, Any] | None) -> None:
    """A change set is good that changes nothing but outputs."""
    stack = made and handlers._resolve_stack(made["StackName"])
    if made and stack and made["ChangeSetType"] == "UPDATE" and "didn't contain changes" in made["StatusReason"]:
        before, after = (one.get("_template", {}).get("Outputs") or {} for one in (stack, made))
        if before != after:
            made.update(Status="CREATE_COMPLETE", ExecutionStatus="AVAILABLE", StatusReason="")


def _rolled_back(params: dict[str, Any]) -> bool:
    """Whether there is a stack of that name whose creation was rolled back."""
    stack = handlers._resolve_stack(_p(params, "StackName")) or {}
    return bool(stack.get("StackStatus") == "ROLLBACK_COMPLETE")


def _check_names(block: str, template: Mapping[str, Any], conditions: Mapping[str, bool]) -> None:
    """What a condition leaves out is not there, and needs nothing. Raises ValueError in CloudFormation's words."""
    resources, declared = template.get("Resources") or {}, template.get("Conditions") or {}
    parts = [one for one in (template.get(block) or {}).values() if isinstance(one, dict)]
    for one in parts:
        if one.get("Condition", "") not in {"", *declared}:
            raise ValueError(
                f"Template format error: Unresolved condition dependency {one['Condition']} in the {block} block of the template"
            )
        for name in _ifs(one):
            if name not in declared:
                raise ValueError(f"Template error: unresolved condition dependency {name} in Fn::If")
    taken = [_taken(one, conditions) for one in parts if _holds(one, conditions)]
    there = {*(template.get("Parameters") or {}), *(name for name, one in resources.items() if _holds(one, conditions))}
    missing = {name for name, _ in _intrinsic_references(taken) if not name.startswith("AWS::")} - there
    missing |= {name for one in taken for name in _listed(one.get("DependsOn"))} - set(resources)
    if missing:
        names = ", ".join(sorted(missing))
        raise ValueError(
            f"Template format error: Unresolved resource dependencies [{names}] in the {block} block of the template"
        )


def _holds(part: Any, conditions: Mapping[str, bool]) -> bool:
    return not isinstance(part, dict) or conditions.get(part.get("Condition", ""), True)


def _ifs(value: Any) -> Iterator[str]:
    """Names of the conditions of all `Fn::If`."""
    if isinstance(value, list):
        for item in value:
            yield from _ifs(item)
    elif isinstance(value, dict):
        if isinstance(value.get("Fn::If"), list):
            yield value["Fn::If"][0]
        yield from _ifs(list(value.values()))


def _taken(value: Any, conditions: Mapping[str, bool]) -> Any:
    """With the branch of each `Fn::If` that its condition takes; with both where that is not known."""
    if isinstance(value, list):
        return [_taken(item, conditions) for item in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("Fn::If"), list) and value["Fn::If"][0] in conditions:
        name, then, otherwise = value["Fn::If"]
        return _taken(then if conditions[name] else otherwise, conditions)
    return {key: _taken(item, conditions) for key, item in value.items()}


def _listed(names: Any) -> list[str]:
    return [names] if isinstance(names, str) else list(names or [])
