"""Rules of a preview at the load balancer that it shares: numbers that follow from hashes meet, once in some thousand.

CloudFormation would refuse such a rule in the middle of the deploy, and name neither of the two.
"""

import re
from collections.abc import Iterator

from dockyard.config import Web
from dockyard.deploy.site import Site
from dockyard.deploy.verify.check import Check, ng, ok
from dockyard.deploy.verify.listener import SUBJECT, Asked, conditions_of, deployed_rules, rule_of
from dockyard.deploy.verify.scene import Scene

_LISTENERS = {"public": "listener-arn", "internal": "internal-listener-arn"}
"""Entrance to the parameter with its listener."""


def preview_checks(scene: Scene) -> Iterator[Check]:
    """Numbers of a preview's rules, beside those of the environment that it is of, and of its other previews."""
    wanted = {entrance: numbers(scene, entrance) for entrance in _LISTENERS} if scene.settings.preview else {}
    met = [
        (found[rule.priority], rule)
        for entrance, found in wanted.items()
        if found
        for rule in others(scene, entrance)
        if rule.priority in found
    ]
    mine = deployed_rules(scene) if met else set()  # as after another host was written
    faults = [_met(scene, service, rule) for service, rule in met if rule.name not in mine]
    yield from faults
    if any(wanted.values()) and not faults:
        yield ok(SUBJECT, "priorities", "nobody else has those of its rules")


def numbers(scene: Scene, entrance: str) -> dict[int, str]:
    """Priorities of the rules that services need there, those of test requests too, to the service."""
    lock = scene.site.project.lock
    found: dict[int, str] = {}
    for name, service in scene.services.items():
        if isinstance(service, Web) and service.http and entrance in service.http.entrances:
            number = lock.priority(service.http, environment=scene.environment, service=name)
            found |= dict.fromkeys((number - 1, number) if service.deploy.has_test_rule else (number,), name)
    return found


def others(scene: Scene, entrance: str) -> list[Asked]:
    """Rules at that load balancer for other hosts than this preview's; none where it is not there yet."""
    listener = scene.reading.parameter(f"/{scene.application}/{scene.site.environment.shared}/platform/{_LISTENERS[entrance]}")
    if listener is None:
        return []
    pages = scene.reading.elbv2.get_paginator("describe_rules").paginate(ListenerArn=listener)
    found = [rule_of(one) for page in pages for one in page["Rules"] if one["Priority"] != "default"]
    hosts = [conditions_of(route).get("host-header") for route in scene.site.environment.routes.values()]
    return [rule for rule in found if rule.conditions.get("host-header") not in hosts]


def taken(site: Site) -> set[int]:
    """Priorities that others have at the load balancers of a preview."""
    scene = Scene(site, site.environment.services)
    return {rule.priority for entrance in _LISTENERS for rule in others(scene, entrance)}


def _met(scene: Scene, service: str, rule: Asked) -> Check:
    hosts = ", ".join(sorted(rule.conditions.get("host-header", ())))
    name = re.escape(scene.environment.rpartition("-")[0])
    other = re.search(rf"(?:^|-)({name}-\d+)\.", hosts)
    move = f"move this one: dockyard lock --preview {scene.environment}, and commit dockyard.lock"
    return ng(
        SUBJECT,
        f"rule of {service}",
        f"priority {rule.priority} is that of the rule for {hosts or 'every host'}: two hashes have met by chance",
        f"deploy when that preview is gone (dockyard destroy --env {other[1]}), or {move}" if other else move,
    )
