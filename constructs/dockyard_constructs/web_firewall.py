"""A web ACL of AWS WAF in front of a load balancer."""

from collections.abc import Sequence
from typing import Literal

from aws_cdk import ArnFormat, RemovalPolicy, Stack
from aws_cdk import aws_logs as logs
from aws_cdk import aws_wafv2 as wafv2

from constructs import Construct

MANAGED_RULES = ("AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet")
"""Addresses that are known to attack, attacks on any web application, and requests that exploit known faults.
https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html"""
COUNTED = {"AWSManagedRulesCommonRuleSet": ("SizeRestrictions_BODY",)}
"""Rules of these groups that count and never block: bodies over 8 KB, such as uploads, are no attack."""

Acl = wafv2.CfnWebACL


class WebFirewall(Construct):
    """A web ACL with rules that AWS manages, and a limit of requests from one address.

    Read `acl`; `protect` puts it in front of a load balancer. Each rule has a metric of its name, and samples of what it met.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        mode: Literal["block", "count"] = "block",
        managed_rules: Sequence[str] = MANAGED_RULES,
        rate_limit: int | None = 2000,
        log_group_name: str | None = None,
        log_retention: logs.RetentionDays = logs.RetentionDays.ONE_MONTH,
    ) -> None:
        """Make it.

        :param mode: `count` lets everything through and counts what would be blocked.
        :param managed_rules: groups of AWS's rules, the first is asked first. Default: `MANAGED_RULES`.
        :param rate_limit: requests from one address in five minutes, 10 or more, above which it is blocked; None: no limit.
        :param log_group_name: where requests that a rule met are logged, without cookies and the header Authorization; must
            begin with `aws-waf-logs-`. Default: nowhere.
        :param log_retention: how long these logs are kept.
        """
        super().__init__(scope, id)
        self._mode = mode
        rules = [self._managed(number, name) for number, name in enumerate(managed_rules)]
        if rate_limit:
            rules.append(self._rate(len(rules), rate_limit))
        self.acl = Acl(
            self,
            "Resource",
            scope="REGIONAL",
            default_action=Acl.DefaultActionProperty(allow={}),
            rules=rules,
            visibility_config=_visible("all"),
        )
        if log_group_name:
            self._log(log_group_name, log_retention)

    def protect(self, load_balancer_arn: str) -> None:
        """Put it in front of a load balancer, which has one web ACL at most."""
        wafv2.CfnWebACLAssociation(self, "Association", resource_arn=load_balancer_arn, web_acl_arn=self.acl.attr_arn)

    def _managed(self, priority: int, name: str) -> Acl.RuleProperty:
        counted = [
            Acl.RuleActionOverrideProperty(name=rule, action_to_use=Acl.RuleActionProperty(count={}))
            for rule in COUNTED.get(name, ())
        ]
        group = Acl.ManagedRuleGroupStatementProperty(vendor_name="AWS", name=name, rule_action_overrides=counted or None)
        action = Acl.OverrideActionProperty(count={}) if self._mode == "count" else Acl.OverrideActionProperty(none={})
        return Acl.RuleProperty(
            name=name,
            priority=priority,
            statement=Acl.StatementProperty(managed_rule_group_statement=group),
            override_action=action,
            visibility_config=_visible(name),
        )

    def _rate(self, priority: int, limit: int) -> Acl.RuleProperty:
        statement = Acl.RateBasedStatementProperty(limit=limit, aggregate_key_type="IP", evaluation_window_sec=300)
        action = Acl.RuleActionProperty(count={}) if self._mode == "count" else Acl.RuleActionProperty(block={})
        return Acl.RuleProperty(
            name="RateLimit",
            priority=priority,
            statement=Acl.StatementProperty(rate_based_statement=statement),
            action=action,
            visibility_config=_visible("RateLimit"),
        )

    def _log(self, name: str, retention: logs.RetentionDays) -> None:
        """https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html."""
        group = logs.LogGroup(self, "Logs", log_group_name=name, retention=retention, removal_policy=RemovalPolicy.DESTROY)
        arn = Stack.of(self).format_arn(
            service="logs", resource="log-group", resource_name=name, arn_format=ArnFormat.COLON_RESOURCE_NAME
        )
        configuration = wafv2.CfnLoggingConfiguration(
            self,
            "Logging",
            resource_arn=self.acl.attr_arn,
            log_destination_configs=[arn],  # without the `:*` of the group's own
            redacted_fields=[
                wafv2.CfnLoggingConfiguration.FieldToMatchProperty(single_header={"Name": header})
                for header in ("authorization", "cookie")
            ],
            logging_filter={
                "DefaultBehavior": "DROP",
                "Filters": [
                    {
                        "Behavior": "KEEP",
                        "Requirement": "MEETS_ANY",
                        "Conditions": [{"ActionCondition": {"Action": action}} for action in ("BLOCK", "COUNT")],
                    }
                ],
            },
        )
        configuration.node.add_dependency(group)


def _visible(name: str) -> Acl.VisibilityConfigProperty:
    return Acl.VisibilityConfigProperty(cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=True)
