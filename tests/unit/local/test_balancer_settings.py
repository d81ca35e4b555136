from functools import partial

import pytest

from dockyard.local import balancer_settings as settings
from dockyard.local.api_requests import RefusedError

PATH = {"Field": "path-pattern", "Values": ["/a"]}
FIXED = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": 200}}


def forward(**group):
    return [{"Type": "forward", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": "one", **group}]}}]


actions = partial(settings.check_actions, at="actions", groups={"one"})
protocol = partial(settings.check_protocol, kind="application")


@pytest.mark.parametrize(
    "check, given, code, message",
    [
        (settings.check_priority, 0, "ValidationError", "Value '0' at 'priority' .* greater than or equal to 1"),
        (settings.check_priority, "50001", "ValidationError", "less than or equal to 50000"),
        (settings.check_conditions, [], "ValidationError", "A condition must be specified"),
        (settings.check_conditions, [PATH, {"Field": "colour"}], "ValidationError", "Condition field 'colour' must be one of"),
        (settings.check_conditions, [PATH] * 6, "ValidationError", "can only have '5' condition values and regex values"),
        (
            settings.check_conditions,
            [{"Field": "path-pattern", "PathPatternConfig": {"RegexValues": list("abcdef")}}],
            "ValidationError",
            "can only have '5'",
        ),
        (actions, [], "ValidationError", "An action must be specified"),
        (actions, [{"Type": "forward", "TargetGroupArn": "two"}], "TargetGroupNotFound", "Target group 'two' not found"),
        (actions, [*forward(), {"Type": "jwt-validation"}], "InvalidLoadBalancerAction", "'jwt-validation' are not done"),
        (actions, [FIXED, FIXED], "InvalidLoadBalancerAction", "must include exactly one"),
        (actions, [{"Type": "drop"}], "InvalidLoadBalancerAction", "forward, redirect, fixed-response"),
        (actions, forward(Weight="1000"), "ValidationError", "weight '1000' must be between 0 and 999"),
        (
            actions,
            [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "302"}}],
            "ValidationError",
            "Value '302' at 'actions.1.member.fixedResponseConfig.statusCode'",
        ),
        (settings.check_health, {"HealthCheckIntervalSeconds": "5"}, "ValidationError", "must be greater than the timeout"),
        (
            settings.check_group_attributes,
            [{"Key": "colour", "Value": "red"}],
            "ValidationError",
            "key 'colour' is not recognized",
        ),
        (
            settings.check_group_attributes,
            [{"Key": "deregistration_delay.timeout_seconds", "Value": "3601"}],
            "ValidationError",
            "must be between '0' and '3600'",
        ),
        (
            settings.check_balancer_attributes,
            [{"Key": "idle_timeout.timeout_seconds", "Value": "long"}],
            "ValidationError",
            "must be between '1' and '4000'",
        ),
        (settings.check_kind, "gateway", "InvalidConfigurationRequest", "'gateway' are not done"),
        (protocol, "TLS", "ValidationError", "'TLS' .* of application load balancers: .HTTP, HTTPS"),
        (settings.check_network_actions, [FIXED], "InvalidLoadBalancerAction", "'fixed-response' are not"),
    ],
)
def test_what_cannot_be_is_refused(check, given, code, message):
    with pytest.raises(RefusedError, match=message) as refused:
        check(given)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "check, given",
    [
        (settings.check_priority, "1"),
        (settings.check_priority, 50000),
        (settings.check_conditions, [PATH] * 5),
        (settings.check_conditions, [{"HostHeaderConfig": {"Values": ["a.example.com"]}}]),
        (actions, [FIXED]),
        (actions, forward(Weight=999)),
        (actions, [{"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301"}}]),
        (settings.check_health, {}),
        (settings.check_health, {"HealthCheckIntervalSeconds": 5, "HealthCheckTimeoutSeconds": 2}),
        (settings.check_health, {"TargetType": "lambda", "HealthCheckIntervalSeconds": 30, "HealthCheckTimeoutSeconds": 30}),
        (settings.check_group_attributes, [{"Key": "deregistration_delay.timeout_seconds", "Value": 0}]),
        (settings.check_balancer_attributes, [{"Key": "access_logs.s3.bucket", "Value": ""}]),
        (settings.check_kind, None),
        (protocol, "HTTPS"),
        (partial(settings.check_protocol, kind="network"), "TCP_UDP"),
        (settings.check_network_actions, [{"Type": "forward"}]),
    ],
)
def test_what_can_be_is_not(check, given):
    check(given)
