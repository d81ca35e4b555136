"""What a load balancer, its listeners, rules and target groups cannot be told; in the form that templates and calls have.

Each function raises RefusedError with the code and the words of Elastic Load Balancing where something is wrong.
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from dockyard.local.api_requests import RefusedError

Given = Mapping[str, Any]

_FIELDS = {
    "http-header": "HttpHeaderConfig", "http-request-method": "HttpRequestMethodConfig", "host-header": "HostHeaderConfig",
    "query-string": "QueryStringConfig", "source-ip": "SourceIpConfig", "path-pattern": "PathPatternConfig",
}  # fmt: skip
"""Field of a condition to the member that may hold its values."""
_DONE, _UNDONE = ("forward", "redirect", "fixed-response"), ("authenticate-oidc", "authenticate-cognito", "jwt-validation")
_MOST_VALUES, _LAST_PRIORITY, _MOST_WEIGHT = 5, 50000, 999
_PROTOCOLS = {"application": ("HTTP", "HTTPS"), "network": ("TCP", "TLS", "UDP", "TCP_UDP")}
"""Type of a load balancer to the protocols of its listeners."""
_NUMBERS = {
    "deregistration_delay.timeout_seconds": (0, 3600),
    "slow_start.duration_seconds": (0, 900),
    "stickiness.lb_cookie.duration_seconds": (1, 604800),
    "stickiness.app_cookie.duration_seconds": (1, 604800),
    "idle_timeout.timeout_seconds": (1, 4000),
    "client_keep_alive.seconds": (60, 604800),
}
_OF_GROUPS = frozenset([
    "deregistration_delay.connection_termination.enabled", "deregistration_delay.timeout_seconds",
    "lambda.multi_value_headers.enabled", "load_balancing.algorithm.anomaly_mitigation", "load_balancing.algorithm.type",
    "load_balancing.cross_zone.enabled", "preserve_client_ip.enabled", "proxy_protocol_v2.enabled",
    "send_tcp_reset.on_deregistration.enabled", "send_tcp_reset.on_unhealthy.enabled", "slow_start.duration_seconds",
    "stickiness.app_cookie.cookie_name", "stickiness.app_cookie.duration_seconds", "stickiness.enabled",
    "stickiness.lb_cookie.duration_seconds", "stickiness.type", "target_failover.on_deregistration",
    "target_failover.on_unhealthy", "target_group_health.dns_failover.minimum_healthy_targets.count",
    "target_group_health.dns_failover.minimum_healthy_targets.percentage",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage",
    "target_health_state.unhealthy.connection_termination.enabled",
    "target_health_state.unhealthy.draining_interval_seconds",
])  # fmt: skip
"""https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html"""
_OF_BALANCERS = frozenset([
    "access_logs.s3.bucket", "access_logs.s3.enabled", "access_logs.s3.prefix", "client_keep_alive.seconds",
    "connection_logs.s3.bucket", "connection_logs.s3.enabled", "connection_logs.s3.prefix", "deletion_protection.enabled",
    "health_check_logs.s3.bucket", "health_check_logs.s3.enabled", "health_check_logs.s3.prefix",
    "idle_timeout.timeout_seconds", "ipv6.deny_all_igw_traffic", "load_balancing.cross_zone.enabled",
    "routing.http.desync_mitigation_mode", "routing.http.drop_invalid_header_fields.enabled",
    "routing.http.preserve_host_header.enabled", "routing.http.x_amzn_tls_version_and_cipher_suite.enabled",
    "routing.http.xff_client_port.enabled", "routing.http.xff_header_processing.mode", "routing.http2.enabled",
    "waf.fail_open.enabled", "zonal_shift.config.enabled",
])  # fmt: skip
"""Of application load balancers: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html"""


def check_priority(priority: Any) -> None:
    """1 to 50000."""
    for wrong, bound in (
        (int(priority) < 1, "greater than or equal to 1"),
        (int(priority) > _LAST_PRIORITY, "less than or equal to 50000"),
    ):
        if wrong:
            raise _invalid(priority, "priority", f"Member must have value {bound}")


def check_conditions(conditions: list[Given]) -> None:
    """One or more, of fields that there are, with five values in all."""
    if not conditions:
        raise RefusedError("ValidationError", "A condition must be specified")
    for condition in conditions:
        if "Field" in condition and condition["Field"] not in _FIELDS:
            raise RefusedError(
                "ValidationError", f"Condition field '{condition['Field']}' must be one of '[{', '.join(_FIELDS)}]'"
            )
    if sum(len(list(_values(condition))) for condition in conditions) > _MOST_VALUES:
        raise RefusedError("ValidationError", f"A rule can only have '{_MOST_VALUES}' condition values and regex values")


def _values(condition: Given) -> Iterator[Any]:
    for holder in (condition, *(condition.get(config) or {} for config in _FIELDS.values())):
        yield from [*(holder.get("Values") or []), *(holder.get("RegexValues") or [])]


def check_actions(actions: list[Given], at: str, groups: Collection[str]) -> None:
    """One, that is done here, with target groups that are among `groups`; `at` is the name of the parameter."""
    if not actions:
        raise RefusedError("ValidationError", "An action must be specified")
    if undone := next((action["Type"] for action in actions if action["Type"] in _UNDONE), None):
        raise RefusedError("InvalidLoadBalancerAction", f"Actions of type '{undone}' are not done by the local AWS")
    if len(actions) > 1 or actions[0]["Type"] not in _DONE:
        message = f"A rule must include exactly one of the following types of actions: {', '.join(_DONE)}"
        raise RefusedError("InvalidLoadBalancerAction", message)
    (action,) = actions
    if action["Type"] == "fixed-response":
        _check_status((action.get("FixedResponseConfig") or {}).get("StatusCode"), f"{at}.1.member")
    if action["Type"] == "forward":
        _check_weights(action)
        if unknown := next((arn for arn in groups_of(action) if arn not in groups), None):
            raise RefusedError("TargetGroupNotFound", f"Target group '{unknown}' not found")


def groups_of(action: Given) -> list[str]:
    """ARNs of the target groups that an action forwards to."""
    weighted = (action.get("ForwardConfig") or {}).get("TargetGroups") or []
    found = [action.get("TargetGroupArn"), *(group.get("TargetGroupArn") for group in weighted)]
    return [arn for arn in found if arn]


def _check_status(status: Any, where: str) -> None:
    if not re.fullmatch(r"[245]\d\d", str(status)):
        pattern = r"^(2|4|5)\d\d$"
        raise _invalid(
            status, f"{where}.fixedResponseConfig.statusCode", f"Member must satisfy regular expression pattern: {pattern}"
        )


def _check_weights(action: Given) -> None:
    for group in (action.get("ForwardConfig") or {}).get("TargetGroups") or []:
        if not 0 <= int(group.get("Weight") or 0) <= _MOST_WEIGHT:
            raise RefusedError("ValidationError", f"Target group weight '{group['Weight']}' must be between 0 and {_MOST_WEIGHT}")


def check_health(group: Given) -> None:
    """A check is over before the next one begins; without both, the defaults are 30 and 5 seconds."""
    if group.get("TargetType") == "lambda":
        return  # it has other defaults, and no checks unless they are wanted
    if int(group.get("HealthCheckTimeoutSeconds") or 5) >= int(group.get("HealthCheckIntervalSeconds") or 30):
        raise RefusedError("ValidationError", "Health check interval must be greater than the timeout.")


def check_protocol_version(version: Any) -> None:
    """Containers are spoken with by HTTP/1.1."""
    if version in ("HTTP2", "GRPC"):
        raise RefusedError("UnsupportedProtocol", f"Target groups of protocol version '{version}' are not done by the local AWS")


def check_group_attributes(attributes: Iterable[Given]) -> None:
    """Known ones, with numbers within their bounds."""
    _check_attributes(attributes, "Target group", _OF_GROUPS)


def check_balancer_attributes(attributes: Iterable[Given]) -> None:
    """Known ones, with numbers within their bounds."""
    _check_attributes(attributes, "Load balancer", _OF_BALANCERS)


def _check_attributes(attributes: Iterable[Given], what: str, known: Collection[str]) -> None:
    for attribute in attributes:
        key, value = attribute["Key"], str(attribute.get("Value", ""))
        if key not in known:
            raise RefusedError("ValidationError", f"{what} attribute key '{key}' is not recognized")
        if key in _NUMBERS and not (value.isdecimal() and _NUMBERS[key][0] <= int(value) <= _NUMBERS[key][1]):
            low, high = _NUMBERS[key]
            raise RefusedError("ValidationError", f"'{key}' must be between '{low}' and '{high}' inclusive")


def check_kind(kind: Any) -> None:
    """Application and network load balancers are done here, gateway load balancers are not."""
    if kind == "gateway":
        raise RefusedError("InvalidConfigurationRequest", f"Load balancers of type '{kind}' are not done by the local AWS")


def check_protocol(protocol: Any, kind: str) -> None:
    """Those that listeners of a type of load balancer have."""
    known = _PROTOCOLS[kind]
    if protocol not in (None, *known):
        raise _invalid(protocol, "protocol", f"Member must satisfy enum value set of {kind} load balancers: [{', '.join(known)}]")


def check_network_actions(actions: Iterable[Given]) -> None:
    """Listeners of network load balancers forward."""
    if wrong := next((action["Type"] for action in actions if action["Type"] != "forward"), None):
        raise RefusedError("InvalidLoadBalancerAction", f"Actions of type '{wrong}' are not those of network load balancers")


def _invalid(value: Any, at: str, constraint: str) -> RefusedError:
    message = f"1 validation error detected: Value '{value}' at '{at}' failed to satisfy constraint: {constraint}"
    return RefusedError("ValidationError", message)
