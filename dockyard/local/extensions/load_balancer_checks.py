"""Load balancers, listeners, rules and target groups that AWS refuses are refused, by call and by template.

- A priority and a port are given once: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html
  and https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html
- A port that another program of this machine has is no network load balancer's: clients would reach that one.
- A target group that a rule forwards to stays, as does a load balancer with deletion protection.
  https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteTargetGroup.html
- What is not done here says so, rather than to leave a client without an answer.
- A target group tells the load balancers whose rules forward to it, not only those whose listeners do.

A rule of a template may get the priority of another that gets a new one in the same update, but two cannot be exchanged; one
that the update removes has its priority until the end.
"""

from collections.abc import Callable, Iterable
from typing import Any

from ministack.services import alb
from ministack.services.cloudformation import _stacks, engine, provisioners

from dockyard.doors.ports import holder_at
from dockyard.local import balancer_settings as settings
from dockyard.local.api_requests import RefusedError
from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.load_balancer_ports import balancers
from dockyard.local.extensions.load_balancer_rules import members

Given = dict[str, Any]
Check = Callable[[Given], None]

_TYPE = "AWS::ElasticLoadBalancingV2::"


def install(_: Instance) -> None:
    """Check before anything is made, changed or deleted."""
    for action, check in _OF_CALLS.items():
        alb._ACTION_MAP[action] = _checked(alb._ACTION_MAP[action], check)
    alb._ACTION_MAP["DescribeTargetGroups"] = _telling_balancers(alb._ACTION_MAP["DescribeTargetGroups"])
    for name, check in _OF_TYPES.items():
        _check_type(provisioners._RESOURCE_HANDLERS[_TYPE + name], check)


def _checked(work: Callable[[Given], Any], check: Check) -> Callable[[Given], Any]:
    def checked(params: Given) -> Any:
        try:
            check(_read(params))
        except RefusedError as refused:
            return alb._error(refused.code, str(refused))
        return work(params)

    return checked


def _read(params: Given) -> Given:
    """A Query call as a template would have it."""
    lists = {name.partition(".member.")[0] for name in params if ".member." in name}
    return {name: alb._p(params, name) for name in params if "." not in name} | {name: members(params, name) for name in lists}


def _check_type(handler: dict[str, Any], check: Callable[[Given, str, str], None]) -> None:
    create, update, delete = handler["create"], handler["update"], handler["delete"]

    def create_checked(logical_id: str, props: Given, stack: str) -> Any:
        _in_template(lambda: check(props, "", stack))
        return create(logical_id, props, stack)

    def update_checked(physical_id: str, old: Given, new: Given, stack: str, logical_id: str | None = None) -> Any:
        if "ROLLBACK" not in _stacks[stack]["StackStatus"]:  # what it goes back to was good
            _in_template(lambda: check(new, physical_id, stack))
        return update(physical_id, old, new, stack, logical_id)

    def delete_checked(physical_id: str, props: Given) -> Any:
        _in_template(lambda: _check_deletion(physical_id))
        return delete(physical_id, props)

    handler.update(create=create_checked, update=update_checked, update_with_logical_id=True, delete=delete_checked)


def _in_template(check: Callable[[], None]) -> None:
    try:
        check()
    except RefusedError as refused:
        raise provisioners._elbv2_handler_error(str(refused)) from None


def _check_rule(given: Given, arn: str = "", stack: str = "") -> None:
    settings.check_conditions(given.get("Conditions") or [])
    settings.check_actions(given.get("Actions") or [], "actions", alb._tgs)
    settings.check_priority(given["Priority"])
    listener, priority = given["ListenerArn"], str(given["Priority"])
    holder = _holder(listener, priority)
    if holder not in (None, arn) and not (arn and _is_freed(listener, priority, arn, stack)):
        raise RefusedError("PriorityInUse", f"Priority '{priority}' is currently in use")


def _holder(listener: str, priority: str) -> str | None:
    """ARN of the rule that has a priority."""
    mine = (rule for rule in list(alb._rules.values()) if rule["ListenerArn"] == listener)
    return next((rule["RuleArn"] for rule in mine if rule["Priority"] == priority), None)


def _is_freed(listener: str, priority: str, arn: str, stack: str) -> bool:
    """Whether the update of a stack, which changes the rule `arn`, gives the holder of a priority another one that is free."""
    wanted = engine._parse_template(_stacks[stack]["_template_body"])["Resources"]
    names = {record["PhysicalResourceId"]: name for name, record in _stacks[stack]["_resources"].items()}
    seen = {arn}
    while (holder := _holder(listener, priority)) and holder not in seen:
        seen.add(holder)
        following = str(wanted.get(names.get(holder), {}).get("Properties", {}).get("Priority", priority))
        if following == priority:
            return False
        priority = following
    return holder is None


def _check_rules_are_there(given: Given) -> None:
    if any(arn not in alb._rules for arn in given.get("RuleArns") or []):
        raise RefusedError("RuleNotFound", "One or more rules not found")


def _check_rule_change(given: Given) -> None:
    if conditions := given.get("Conditions"):
        settings.check_conditions(conditions)
    if actions := given.get("Actions"):
        settings.check_actions(actions, "actions", alb._tgs)


def _check_priorities(given: Given) -> None:
    """Those that are set together may be exchanged."""
    pairs = {pair["RuleArn"]: str(pair["Priority"]) for pair in given.get("RulePriorities") or []}
    for arn, priority in pairs.items():
        settings.check_priority(priority)
        rule = alb._rules.get(arn)
        holder = rule and _holder(rule["ListenerArn"], priority)
        if (holder and holder not in pairs) or list(pairs.values()).count(priority) > 1:
            raise RefusedError("PriorityInUse", f"Priority '{priority}' is currently in use")


def _check_listener(given: Given, arn: str = "", _: str = "") -> None:
    _check_protocol(given, given["LoadBalancerArn"])
    settings.check_actions(given.get("DefaultActions") or [], "defaultActions", alb._tgs)
    _check_port(given["LoadBalancerArn"], given.get("Port") or 80, arn)


def _check_listener_change(given: Given) -> None:
    listener = alb._listeners.get(given.get("ListenerArn"))
    if listener:
        _check_protocol(given, listener["LoadBalancerArn"])
    if actions := given.get("DefaultActions"):
        settings.check_actions(actions, "defaultActions", alb._tgs)
    if listener and given.get("Port"):
        _check_port(listener["LoadBalancerArn"], given["Port"], listener["ListenerArn"])


def _check_protocol(given: Given, balancer: str) -> None:
    kind = (alb._lbs.get(balancer) or {}).get("Type", "application")
    settings.check_protocol(given.get("Protocol"), kind)
    if kind == "network":
        settings.check_network_actions(given.get("DefaultActions") or [])


def _check_port(balancer: str, port: Any, arn: str) -> None:
    others = [one for one in list(alb._listeners.values()) if one["LoadBalancerArn"] == balancer and one["ListenerArn"] != arn]
    if int(port) in [one["Port"] for one in others]:
        raise RefusedError("DuplicateListener", f"A listener already exists on this port for this load balancer '{balancer}'")
    address = balancers[balancer].address if balancer in balancers else ""
    if address and not arn and (holder := holder_at(address, int(port))):
        raise RefusedError("UnsupportedOperation", f"port {port} of this machine is taken, also at {address}: {holder} listens")


def _check_group(given: Given, _: str = "", __: str = "") -> None:
    settings.check_health(given)
    settings.check_protocol_version(given.get("ProtocolVersion"))
    settings.check_group_attributes(given.get("TargetGroupAttributes") or [])


def _check_balancer(given: Given, _: str = "", __: str = "") -> None:
    settings.check_kind(given.get("Type"))
    settings.check_balancer_attributes(given.get("LoadBalancerAttributes") or [])


def _check_deletion(arn: str) -> None:
    if _balancers_of(arn):
        raise RefusedError("ResourceInUse", f"Target group '{arn}' is currently in use by a listener or a rule")
    attributes = {attribute["Key"]: attribute["Value"] for attribute in alb._lb_attrs.get(arn, [])}
    if attributes.get("deletion_protection.enabled", "").lower() == "true":
        raise RefusedError(
            "OperationNotPermitted", f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
        )


def _balancers_of(group: str) -> list[str]:
    """The load balancers that forward to a target group, by a listener's default rule or by another."""
    return sorted({balancer for balancer, rule in _rules() for action in rule["Actions"] if group in settings.groups_of(action)})


def _rules() -> Iterable[tuple[str, Given]]:
    for rule in list(alb._rules.values()):
        balancer = str((alb._listeners.get(rule["ListenerArn"]) or {}).get("LoadBalancerArn"))
        if balancer in alb._lbs:
            yield balancer, rule


def _telling_balancers(describe: Callable[[Given], Any]) -> Callable[[Given], Any]:
    def telling(params: Given) -> Any:
        for arn, group in list(alb._tgs.items()):
            group["LoadBalancerArns"] = _balancers_of(arn)
        return describe(params)

    return telling


_OF_CALLS: dict[str, Check] = {
    "CreateLoadBalancer": _check_balancer,
    "ModifyLoadBalancerAttributes": lambda given: settings.check_balancer_attributes(given.get("Attributes") or []),
    "DeleteLoadBalancer": lambda given: _check_deletion(given.get("LoadBalancerArn", "")),
    "CreateTargetGroup": _check_group,
    "ModifyTargetGroup": lambda given: settings.check_health({**alb._tgs.get(given.get("TargetGroupArn"), {}), **given}),
    "ModifyTargetGroupAttributes": lambda given: settings.check_group_attributes(given.get("Attributes") or []),
    "DeleteTargetGroup": lambda given: _check_deletion(given.get("TargetGroupArn", "")),
    "CreateListener": _check_listener,
    "ModifyListener": _check_listener_change,
    "CreateRule": _check_rule,
    "DescribeRules": _check_rules_are_there,
    "ModifyRule": _check_rule_change,
    "SetRulePriorities": _check_priorities,
}
_OF_TYPES = {
    "LoadBalancer": _check_balancer,
    "TargetGroup": _check_group,
    "Listener": _check_listener,
    "ListenerRule": _check_rule,
}
