"""What is wrong with `deploy` seen together with a service's other keys."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from dockyard.config.deployment import Deploy, Deployment
from dockyard.config.http import Http
from dockyard.config.load_balancer import LoadBalancer
from dockyard.config.problems import Problem
from dockyard.config.route import MOST_VALUES, WILDCARDS
from dockyard.config.shown import show

_DEPLOY: TypeAdapter[Deployment] = TypeAdapter(Deploy)


def deployment_problems(raw: Mapping[str, Any], http: Http | None, balancer: LoadBalancer) -> Iterator[Problem]:
    """Alarms of a deployment that the service has not, and what does not go with a second target group."""
    written, alarms = raw.get("deploy"), raw.get("alarms")
    named = written.get("alarms") if isinstance(written, dict) else None
    for index, name in enumerate(named if isinstance(named, list) else []):
        if isinstance(alarms, dict) and isinstance(name, str) and alarms.get(name) == "off":
            yield Problem(
                ("deploy", "alarms", index), f"should be an alarm that is there, got {show(name)}, which is off in alarms"
            )
    deploy = deployment_of(raw)
    volumes = raw.get("volumes")
    for name, one in volumes.items() if deploy and deploy.before and isinstance(volumes, dict) else ():
        if isinstance(one, dict) and one.get("type") == "ebs":
            yield Problem(
                ("deploy", "before"), f"runs in a task of no service, which has no EBS volume, and {name} is one; use efs"
            )
    if deploy and deploy.has_alternate_targets:
        yield from _count_problems(raw.get("count"))
    if http and deploy and deploy.has_alternate_targets:
        yield from _second_group_problems(http, deploy)
    if http and deploy and deploy.smoke:
        yield from _smoke_problems(http, deploy.smoke)
        yield from _smoke_problems_of(balancer, http)


def _count_problems(count: object) -> Iterator[Problem]:
    """What is measured of the first target group alone, where the tasks take turns between two.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-autoscaling-targettracking.html
    """
    for key in ("requests", "response_time"):
        if isinstance(count, dict) and count.get(key) is not None:
            message = "is measured of one target group, and with deploy the tasks take turns between two"
            yield Problem(("count", key), f"{message}: count by cpu, or set deploy: rolling")


def _second_group_problems(http: Http, deploy: Deployment) -> Iterator[Problem]:
    ways = f"{deploy.strategy} shifts requests between two target groups by the one rule of the service"
    another = {"reach": http.reach == "both", "maintenance": http.maintenance is not None, "auth": http.auth is not None}
    wanted = {key: "wants another" for key, is_there in another.items() if is_there}
    if http.stickiness is not None:
        wanted["stickiness"] = "is of a rule with one, as AWS refuses a rule with two that are sticky"
    for key, wants in wanted.items():
        yield Problem(("http", key), f"{ways}, and http.{key} {wants}: remove it, or set deploy: rolling")
    if deploy.has_test_rule and not http.takes_one_more_header:
        message = (
            f"its rule has the header too, and a rule has {MOST_VALUES} values and wildcards in its conditions at most: set off"
        )
        yield Problem(("deploy", "test_header"), message)


def _smoke_problems(http: Http, paths: Sequence[str]) -> Iterator[Problem]:
    """Requests that would reach another service, or none."""
    below = http.path.rstrip("/") + "/"
    for index, path in enumerate(paths):
        if not WILDCARDS & set(below) and not (path.partition("?")[0] + "/").startswith(below):
            yield Problem(("deploy", "smoke", index), f'should be "{http.path}" or below it, as http.path is, got {show(path)}')
    if http.reach != "public":
        yield Problem(("deploy", "smoke"), f"is asked from outside of the network, and http.reach is {http.reach}")
    if http.protocol != "http":
        yield Problem(("deploy", "smoke"), f"is asked by HTTP/1.1, and http.protocol is {http.protocol}")
    if http.conditions:
        yield Problem(("deploy", "smoke"), f"is asked by GET without more, and the rule of the service wants{http.conditions}")


def _smoke_problems_of(balancer: LoadBalancer, http: Http) -> Iterator[Problem]:
    """Requests that the load balancer's TLS would not let in."""
    if balancer.existing and balancer.existing.https and not http.host:
        message = "needs http.host: the listener of load_balancer.existing has HTTPS, and its certificate is of names not known"
        yield Problem(("deploy", "smoke"), message)
    if balancer.mutual_tls and balancer.mutual_tls.verifies:
        message = "is asked without a certificate, which load_balancer.mutual_tls wants of clients: remove it"
        yield Problem(("deploy", "smoke"), message)


def deployment_of(raw: Mapping[str, Any]) -> Deployment | None:
    """What a service has as `deploy`; None where that has faults, which are told."""
    try:
        return _DEPLOY.validate_python(raw.get("deploy", {}))
    except ValidationError:
        return None
