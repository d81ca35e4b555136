"""Which of a service's two target groups a deployment has, and what share of the traffic a listener's rule sends there.

No extension: it is what `strategies` shifts by, and what others tell of it. The deployments of a service take turns between its
target group and the alternate one. A rule keeps its conditions, its stickiness and its place; its weights are changed.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/alb-resources-for-blue-green.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AdvancedConfiguration.html
"""

from collections.abc import Iterator
from typing import Any

from ministack.services import alb

from dockyard.local.extensions import service_history
from dockyard.local.extensions.service_history import Deployment, Service
from dockyard.local.extensions.service_revisions import revision
from dockyard.local.strategies import Traffic, is_staged, weights

RULES: dict[Traffic, str] = {"production": "productionListenerRule", "test": "testListenerRule"}


def predecessor(service: Service, deployment: Deployment) -> Deployment | None:
    """The last other deployment that was good: blue, where this one is green."""
    others = (one for one in service_history.deployments(service) if one is not deployment)
    return next((one for one in others if service_history.record(one)["good"]), None)


def take_side(service: Service, deployment: Deployment) -> None:
    """Give a new deployment the target groups that its predecessor has not; the same ones where it is a rolling update."""
    record = service_history.record(deployment)
    if "alternate" not in record:
        blue = predecessor(service, deployment)
        before = bool(blue and service_history.record(blue).get("alternate"))
        record["alternate"] = before != bool(blue and is_staged(record["configuration"]))


def begin(service: Service, deployment: Deployment) -> None:
    """Note that all traffic is with the predecessor."""
    shifted = {traffic for traffic, rule in RULES.items() for _, advanced in _advanced(service, deployment) if advanced.get(rule)}
    if shifted:
        service_history.record(deployment)["traffic"] = dict.fromkeys(shifted, 0.0)
        if blue := predecessor(service, deployment):
            known = service_history.record(blue).setdefault("traffic", {})
            known.update({traffic: known.get(traffic, 100.0) for traffic in shifted})


def share(deployment: Deployment, traffic: Traffic) -> float | None:
    """What a deployment was given of this traffic, in percent; None where nothing shifts it."""
    return (service_history.record(deployment).get("traffic") or {}).get(traffic)


def shift(service: Service, deployment: Deployment, traffic: Traffic, percent: float) -> None:
    """Give a deployment so much of the traffic, and the rest to what is in the other target group.

    Raises LookupError where the listener's rule is not there any more.
    """
    alternate = service_history.record(deployment).get("alternate", False)
    new, old = weights(percent)
    for balancer, advanced in _advanced(service, deployment):
        groups = (balancer["targetGroupArn"], advanced["alternateTargetGroupArn"])
        if rule := advanced.get(RULES[traffic]):
            _forward(rule, {groups[alternate]: new, groups[not alternate]: old})
    for one in service_history.deployments(service):
        known = service_history.record(one).get("traffic") or {}
        if traffic in known:
            is_blue = one is not deployment and one is predecessor(service, deployment)
            known[traffic] = percent if one is deployment else 100.0 - percent if is_blue else 0.0


def shares(service: Service, deployment: Deployment, traffic: Traffic) -> dict[str, float]:
    """What a deployment and its predecessor were given, by the number of their revision."""
    found = [deployment, predecessor(service, deployment)]
    told = {service_history.record(one)["revision"]: share(one, traffic) for one in found if one}
    return {number: percent for number, percent in told.items() if percent is not None}


def missing(load_balancers: list[dict[str, Any]]) -> Iterator[str]:
    """ARNs of rules and target groups that are named and not there."""
    for balancer in load_balancers:
        advanced = balancer.get("advancedConfiguration") or {}
        yield from (advanced[key] for key in RULES.values() if advanced.get(key) and not _rule(advanced[key]))
        group = advanced.get("alternateTargetGroupArn")
        yield from ([group] if group and group not in alb._tgs else [])


def has_alternate(service: Service) -> bool:
    """Whether a service names alternate target groups."""
    return any(balancer.get("advancedConfiguration") for balancer in service.get("loadBalancers") or [])


def _advanced(service: Service, deployment: Deployment) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for balancer in revision(service, deployment).get("loadBalancers") or []:
        if advanced := balancer.get("advancedConfiguration"):
            yield balancer, advanced


def _rule(arn: str) -> dict[str, Any] | None:
    """A rule by its ARN, or the default rule of a listener by the listener's."""
    found: dict[str, Any] | None = alb._rules.get(arn)
    defaults = (rule for rule in list(alb._rules.values()) if rule.get("IsDefault") and rule["ListenerArn"] == arn)
    return found or next(defaults, None)


def _forward(arn: str, weighted: dict[str, int]) -> None:
    rule = _rule(arn)
    if not rule:
        raise LookupError(arn)
    groups = [{"TargetGroupArn": group, "Weight": weight} for group, weight in weighted.items()]
    before: dict[str, Any] = next((action for action in rule["Actions"] if action["Type"] == "forward"), {"Type": "forward"})
    kept = {key: value for key, value in before.items() if key != "TargetGroupArn"}
    forward = {**kept, "ForwardConfig": {**(before.get("ForwardConfig") or {}), "TargetGroups": groups}}
    rule["Actions"] = [forward]
    if rule.get("IsDefault") and rule["ListenerArn"] in alb._listeners:
        alb._listeners[rule["ListenerArn"]]["DefaultActions"] = rule["Actions"]
