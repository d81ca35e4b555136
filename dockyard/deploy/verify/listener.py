"""A listener of others, which services add rules to: whether it is as dockyard.yaml says, and has no rules that clash with ours.

A load balancer asks its rules by priority and takes the first that matches.
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from dockyard.build.plan import side_by_side
from dockyard.config import ExistingListener, Route, path_patterns
from dockyard.deploy.verify.check import Check, ng, ok
from dockyard.deploy.verify.scene import Scene

SUBJECT = "listener"
_RULE = "AWS::ElasticLoadBalancingV2::ListenerRule"
Conditions = Mapping[str, frozenset[str]]
"""What is looked at, such as `path-pattern` or `header x-version`, to the values that it may have."""


@dataclass(frozen=True)
class Asked:
    """A rule, ours or of others."""

    name: str
    priority: int
    conditions: Conditions


def rule_checks(scene: Scene) -> Iterator[Check]:
    """Rules of others on the listener that dockyard.yaml names, beside those that services need."""
    existing = scene.settings.load_balancer.existing
    if existing is None:
        return
    pages = scene.reading.elbv2.get_paginator("describe_rules").paginate(ListenerArn=existing.listener)
    found = [one for page in pages for one in page["Rules"] if one["Priority"] != "default"]
    mine = own_rules(scene)
    suspects = [rule for rule in map(rule_of, found) if any(clash(one, rule) for one in mine)]
    arns = deployed_rules(scene) if suspects else set()
    yield from clash_checks(mine, [rule for rule in suspects if rule.name not in arns])


def listener_checks(scene: Scene) -> Iterator[Check]:
    """The listener, and its load balancer."""
    existing = scene.settings.load_balancer.existing
    if existing is None:
        return
    elbv2: Any = scene.reading.elbv2
    try:
        (listener,) = elbv2.describe_listeners(ListenerArns=[existing.listener])["Listeners"]
        (balancer,) = elbv2.describe_load_balancers(LoadBalancerArns=[listener["LoadBalancerArn"]])["LoadBalancers"]
    except (elbv2.exceptions.ListenerNotFoundException, elbv2.exceptions.LoadBalancerNotFoundException):
        yield ng(
            SUBJECT,
            "there",
            f"no {existing.listener}",
            "set load_balancer.existing.listener in dockyard.yaml to one that is there",
        )
        return
    vpc = scene.settings.network.vpc
    yield settings_check(existing, vpc.id if vpc else None, listener, balancer)


def settings_check(
    existing: ExistingListener, vpc: str | None, listener: Mapping[str, Any], balancer: Mapping[str, Any]
) -> Check:
    """It is as dockyard.yaml tells."""
    port = existing.port or (443 if existing.https else 80)
    told = {
        "https": (existing.https, listener["Protocol"] == "HTTPS"),
        "port": (port, listener["Port"]),
        "dns_name": (existing.dns_name.lower(), balancer["DNSName"].lower().partition(":")[0]),
    }  # fmt: skip
    wrong = [f"{key} is {is_}, and dockyard.yaml says {says}" for key, (says, is_) in told.items() if says != is_]
    if existing.security_group not in balancer.get("SecurityGroups", []):
        groups = ", ".join(balancer.get("SecurityGroups", [])) or "none"
        wrong.append(f"its security groups are {groups}, and dockyard.yaml says {existing.security_group}")
    if vpc and balancer["VpcId"] != vpc:
        wrong.append(f"it is in {balancer['VpcId']}, and network.vpc is {vpc}")
    if wrong:
        return ng(SUBJECT, "settings", "; ".join(wrong), "set load_balancer.existing in dockyard.yaml to what is there")
    return ok(SUBJECT, "settings", f"{listener['Protocol']} on {listener['Port']} of {balancer['LoadBalancerName']}")


def own_rules(scene: Scene) -> list[Asked]:
    """Those that the services that are meant, and the rules of dockyard.yaml, need."""
    lock, others = scene.site.project.lock, scene.site.environment.services.keys() - scene.services.keys()
    return [
        Asked(name, lock.priority(route, environment=scene.environment, service=name), conditions_of(route))
        for name, route in scene.site.environment.routes.items()
        if name not in others
    ]


def conditions_of(route: Route) -> Conditions:
    """As ELB names them; names of hosts and headers have no case."""
    found: dict[str, Iterable[str]] = {
        "path-pattern": path_patterns(route.path),
        "host-header": (host.lower() for host in route.host),
        "http-request-method": route.methods,
        "source-ip": route.source_ips,
    }
    found |= {f"header {name.lower()}": values for name, values in route.headers.items()}
    found |= {f"query {key}": values for key, values in route.query.items()}
    return _plain(found)


def rule_of(told: Mapping[str, Any]) -> Asked:
    """As DescribeRules tells of one."""
    found: dict[str, Iterable[str]] = {}
    for one in told["Conditions"]:
        field = one["Field"]
        details: Mapping[str, Any] = next((value for key, value in one.items() if key.endswith("Config")), {})
        values = details.get("Values") or one.get("Values") or []
        if field == "http-header":
            found[f"header {details['HttpHeaderName'].lower()}"] = values
        elif field == "query-string":
            for pair in values:
                key = f"query {pair.get('Key', '')}"
                found[key] = [*found.get(key, ()), pair["Value"]]
        else:
            found[field] = [value.lower() for value in values] if field == "host-header" else values
    return Asked(told["RuleArn"], int(told["Priority"]), _plain(found))


def _plain(conditions: Mapping[str, Iterable[str]]) -> Conditions:
    """Without those that every request meets."""
    plain = {key: frozenset(values) for key, values in conditions.items()}
    return {key: values for key, values in plain.items() if values and not (key == "path-pattern" and values & {"*", "/*"})}


def clash(mine: Asked, other: Asked) -> str | None:
    """What is wrong with two rules on one listener; None where nothing is."""
    if mine.priority == other.priority:
        return f"priority {mine.priority} is that of {_short(other)}"
    if other.priority < mine.priority and covers(other.conditions, mine.conditions):
        return f"{_short(other)} comes first ({other.priority} before {mine.priority}) and takes all of its requests"
    if mine.priority < other.priority and covers(mine.conditions, other.conditions):
        return f"it comes first ({mine.priority} before {other.priority}) and would take all requests of {_short(other)}"
    return None


def _short(rule: Asked) -> str:
    conditions = " ".join(f"{key}={','.join(sorted(values))}" for key, values in sorted(rule.conditions.items()))
    return f"a rule of others, {rule.name.rpartition('/')[2]} ({conditions or 'all requests'})"


def covers(wide: Conditions, narrow: Conditions) -> bool:
    """Whether every request that meets the one meets the other as well, as far as patterns tell."""
    return all(
        key in narrow and all(any(_matches(value, pattern) for pattern in patterns) for value in narrow[key])
        for key, patterns in wide.items()
    )


def _matches(value: str, pattern: str) -> bool:
    return value == pattern or fnmatchcase(value, pattern.replace("[", "[[]"))


def clash_checks(mine: Sequence[Asked], others: Sequence[Asked]) -> Iterator[Check]:
    """One for each clash; one that is good where there is none."""
    found = [(one, told) for one in mine for other in others if (told := clash(one, other))]
    for one, told in found:
        way = "give the service another http.priority, path or host, or have the owner of the listener change the other rule"
        yield ng(SUBJECT, f"rule of {one.name}", told, way)
    if not found:
        yield ok(SUBJECT, "rules", f"{len(mine)} of ours, and none of others that clashes")


def deployed_rules(scene: Scene) -> set[str]:
    """ARNs of the rules that our stacks have made."""
    names = [scene.site.service_stack(name) for name in (*scene.site.environment.services, "platform")]
    return {arn for found in side_by_side(lambda stack: scene.made(stack, _RULE), names) for arn in found}
