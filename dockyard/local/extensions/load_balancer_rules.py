"""Listeners and rules keep all that is given: weights, stickiness of groups, queries, regular expressions, pages.

- A `forward` to several target groups with weights, and how long a client stays with one of them.
  https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ForwardActionConfig.html
- Conditions on the query string, the source address, and by `RegexValues`.
  https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RuleCondition.html
- Fixed answers with any text, HTML too.
  https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_FixedResponseActionConfig.html
"""

from collections.abc import Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape

from ministack.services import alb
from ministack.services.cloudformation import provisioners

from dockyard.local.extensions.instance import Instance

_CONFIGS = {
    "path-pattern": "PathPatternConfig",
    "host-header": "HostHeaderConfig",
    "http-header": "HttpHeaderConfig",
    "http-request-method": "HttpRequestMethodConfig",
    "query-string": "QueryStringConfig",
    "source-ip": "SourceIpConfig",
}
"""Field of a condition to the member that holds its values."""


def install(_: Instance) -> None:
    """Parse, store and describe them whole."""
    actions_of_call, actions_of_template = alb._parse_actions, provisioners._elbv2_listener_actions
    xml_of_action = alb._action_xml

    def parse_actions(params: Mapping[str, Any], prefix: str = "DefaultActions") -> list[dict[str, Any]]:
        parsed, given = actions_of_call(params, prefix), members(params, prefix)
        return [_with_forward(*pair) for pair in zip(parsed, given, strict=True)]

    def template_actions(props: Mapping[str, Any], lb_arn: str | None, prop: str = "DefaultActions") -> list[dict[str, Any]]:
        given = [action for action in props.get(prop) or [] if isinstance(action, dict)]
        return [_with_forward(*pair) for pair in zip(actions_of_template(props, lb_arn, prop), given, strict=True)]

    def action_xml(action: dict[str, Any]) -> str:
        inner: str = xml_of_action(_escaped(action))
        forward = action.get("ForwardConfig")
        return inner.replace("</member>", f"<ForwardConfig>{_xml(forward)}</ForwardConfig></member>") if forward else inner

    alb._parse_actions, alb._action_xml = parse_actions, action_xml
    alb._parse_conditions = lambda params, prefix="Conditions": [_condition(given) for given in members(params, prefix)]
    alb._condition_xml = lambda condition: f"<member>{_xml(condition)}</member>"
    provisioners._elbv2_listener_actions = template_actions
    provisioners._flatten_listener_rule_conditions = lambda given: [_condition(condition) for condition in given or []]


def _escaped(action: dict[str, Any]) -> dict[str, Any]:
    """With a page that is text in XML."""
    fixed = action.get("FixedResponseConfig")
    body = escape(str((fixed or {}).get("MessageBody") or ""))
    return {**action, "FixedResponseConfig": {**fixed, "MessageBody": body}} if fixed else action


def members(params: Mapping[str, Any], prefix: str) -> list[dict[str, Any]]:
    """A list of a Query call (`Actions.member.1.Type=forward` ...) as dicts and lists."""
    tree: dict[str, Any] = {}
    for name in params:
        if name.startswith(f"{prefix}.member."):
            *path, last = name.removeprefix(f"{prefix}.member.").split(".")
            node = tree
            for part in path:
                node = node.setdefault(part, {})
            node[last] = alb._p(params, name)
    return list(_listed(tree))


def _listed(tree: dict[str, Any]) -> Iterator[Any]:
    for number in sorted(tree, key=int):
        yield _plain(tree[number])


def _plain(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    if set(node) == {"member"}:
        return list(_listed(node["member"]))
    return {name: _plain(value) for name, value in node.items()}


def _with_forward(action: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    forward = given.get("ForwardConfig") or {}
    groups = forward.get("TargetGroups")
    if not groups:
        return action
    weighted = [{"TargetGroupArn": group["TargetGroupArn"], "Weight": int(group.get("Weight", 1))} for group in groups]
    stickiness = forward.get("TargetGroupStickinessConfig") or {}
    kept: dict[str, Any] = {"TargetGroups": weighted}
    if str(stickiness.get("Enabled")).lower() == "true":
        kept["TargetGroupStickinessConfig"] = {
            "Enabled": "true",
            "DurationSeconds": int(stickiness.get("DurationSeconds") or 3600),
        }
    # With one group the call's answer has it beside the configuration; with several there is no such member.
    single = {"TargetGroupArn": weighted[0]["TargetGroupArn"]} if len(weighted) == 1 else {}
    return {**{key: value for key, value in action.items() if key != "TargetGroupArn"}, **single, "ForwardConfig": kept}


def _condition(given: Mapping[str, Any]) -> dict[str, Any]:
    """One form for both ways to write a condition: `Values`, `RegexValues`, and the header's name."""
    field = given.get("Field") or next((f for f, config in _CONFIGS.items() if config in given), "")
    config = given.get(_CONFIGS.get(field, "")) or {}
    condition: dict[str, Any] = {"Field": field, "Values": list(given.get("Values") or config.get("Values") or [])}
    if regexes := list(given.get("RegexValues") or config.get("RegexValues") or []):
        condition["RegexValues"] = regexes
    if field in _CONFIGS:
        names = {"HttpHeaderName": config["HttpHeaderName"]} if "HttpHeaderName" in config else {}
        condition[_CONFIGS[field]] = {**names, **{key: condition[key] for key in ("Values", "RegexValues") if condition.get(key)}}
    if field in ("http-header", "query-string"):
        condition["Values"] = []  # these two have no plain form
    return condition


def _xml(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(f"<{name}>{_xml(item)}</{name}>" for name, item in value.items())
    if isinstance(value, list):
        return "".join(f"<member>{_xml(item)}</member>" for item in value)
    return escape(str(value))
