"""CloudWatch has the metrics of load balancers: requests, response times, status codes, healthy targets.

What the load balancer answers by itself (502, 503, 504) counts apart from what targets answer. A count is published only where
there was something to count, as on AWS.
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
"""

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import alb

from dockyard.local.balancer.decisions import Answer, Forward, Head
from dockyard.local.balancer.rules import Request
from dockyard.local.extensions import load_balancer_requests, target_health
from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.metrics import every, publish

_NAMESPACE = "AWS/ApplicationELB"
_SECONDS = 1.0

Pair = tuple[str, str]
"""Load balancer and target group; the latter is empty where no target was chosen."""

_lock = threading.Lock()
_counts: Counter[tuple[Pair, str]] = Counter()
_times: defaultdict[Pair, Counter[float]] = defaultdict(Counter)


def install(_: Instance) -> None:
    """Count where a request is forwarded, and publish."""
    forward = load_balancer_requests._forward

    def counted(
        listener: dict[str, Any], action: dict[str, Any], rule: dict[str, Any], request: Request, head: Head
    ) -> Answer | Forward:
        decision = forward(listener, action, rule, request, head)
        balancer = listener["LoadBalancerArn"]
        if isinstance(decision, Answer):
            _count((balancer, ""), _of_its_own(decision.status))
            return decision
        return _followed(decision, (balancer, decision.group))

    load_balancer_requests._forward = counted
    alb._target_group_full_name_from_arn = short  # `Fn::GetAtt` of TargetGroupFullName, which alarms name
    every(_SECONDS, _publish, "load-balancer-metrics")


def reset() -> None:
    """Forget what was counted."""
    with _lock:
        _counts.clear()
        _times.clear()


def short(arn: str) -> str:
    """A load balancer or target group as dimensions name it: `app/front/0123`, `targetgroup/web/4567`."""
    return arn.rsplit(":", 1)[-1].removeprefix("loadbalancer/")


def _count(pair: Pair, *names: str) -> None:
    with _lock:
        _counts.update((pair, name) for name in names)


def _of_its_own(status: int) -> str:
    return f"HTTPCode_ELB_{status // 100}XX_Count"


def _followed(forward: Forward, pair: Pair) -> Forward:
    """Count the request, and what becomes of it."""
    begun, answered, done = time.monotonic(), False, forward.done
    _count(pair, "RequestCount")

    def target_answered(status: int) -> None:
        nonlocal answered
        answered = True
        with _lock:
            _times[pair][round(time.monotonic() - begun, 3)] += 1
            if status >= 200:
                _counts[pair, f"HTTPCode_Target_{status // 100}XX_Count"] += 1

    def over(status: int) -> None:
        if not answered and status >= 400:
            _count(pair, _of_its_own(status))
        done(status)

    return replace(forward, answered=target_answered, done=over)


def _publish() -> None:
    global _counts, _times  # what is counted next counts anew
    with _lock:
        counts, times, _counts, _times = _counts, _times, Counter(), defaultdict(Counter)
    for (pair, name), count in counts.items():
        with _scope(pair[0]):
            for dimensions in _dimensions(pair):
                publish(_NAMESPACE, name, dimensions, {1.0: count})
            if name == "RequestCount":
                _publish_share(pair, count)
    for pair, seen in times.items():
        with _scope(pair[0]):
            for dimensions in _dimensions(pair):
                publish(_NAMESPACE, "TargetResponseTime", dimensions, seen, "Seconds")
    _publish_health()


def _scope(arn: str) -> Any:
    _, _, _, region, account, _ = arn.split(":", 5)
    return request_scope(account, region)


def _dimensions(pair: Pair) -> Iterator[Mapping[str, str]]:
    """All sets of dimensions that AWS has, but those with an availability zone."""
    balancer = {"LoadBalancer": short(pair[0])}
    yield balancer
    if pair[1]:
        yield {**balancer, "TargetGroup": short(pair[1])}


def _publish_share(pair: Pair, count: int) -> None:
    healthy = sum(state == "healthy" for state in _states(pair[1]))
    group = {"TargetGroup": short(pair[1])}
    for dimensions in (group, {**group, "LoadBalancer": short(pair[0])}):
        publish(_NAMESPACE, "RequestCountPerTarget", dimensions, count / max(1, healthy))


def _publish_health() -> None:
    for pair in _used_pairs():
        if states := _states(pair[1]):
            with _scope(pair[0]):
                dimensions = {"TargetGroup": short(pair[1]), "LoadBalancer": short(pair[0])}
                publish(_NAMESPACE, "HealthyHostCount", dimensions, states.count("healthy"))
                publish(_NAMESPACE, "UnHealthyHostCount", dimensions, states.count("unhealthy"))


def _used_pairs() -> set[Pair]:
    """Load balancers with the target groups that their rules forward to; the default actions are a rule too."""
    balancers = {key[-1]: listener["LoadBalancerArn"] for key, listener in list(alb._listeners._data.items())}
    actions = [
        (balancers[rule["ListenerArn"]], action)
        for rule in list(alb._rules._data.values())
        if rule["ListenerArn"] in balancers
        for action in rule["Actions"]
        if action["Type"] == "forward"
    ]
    return {
        (balancer, group["TargetGroupArn"])
        for balancer, action in actions
        for group in (action.get("ForwardConfig") or {}).get("TargetGroups") or [action]
        if group.get("TargetGroupArn")
    }


def _states(group: str) -> list[str]:
    state: Callable[..., str] = target_health.state
    return [state(*key) for key in target_health.known() if key[0] == group]
