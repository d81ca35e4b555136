"""Load balancers answer: each on a port of its own, by its rules, to the targets that are well.

- `DNSName` is `localhost:8080`, so that any template's `http://${DNSName}/` is right here as it is on AWS, and a request goes
  by the listener's rules whatever its `Host` is, never to another service of the local AWS. The listener on port 80, or else
  that on the lowest port, answers there; every other listener has a port of its own, from 8443 where it is HTTPS. So that
  `https://${DNSName}/` is right as well, clients that begin with TLS there are those of the listener for HTTPS on port 443.
- Requests go to healthy targets; if there is none, to the unhealthy ones (fail open); if there is none of either, 503.
  https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
- Round robin or least outstanding requests, weights, stickiness, slow start.
  https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html
- 502 where a target does not take the connection or ends it, 504 where it does not answer in time.
  https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
"""

import asyncio
import logging
import threading
from dataclasses import asdict
from typing import Any

from ministack.services import alb
from ministack.services.cloudformation import provisioners

from dockyard.local.balancer.decisions import Target
from dockyard.local.balancer.front import Front
from dockyard.local.balancer.pool import Pool
from dockyard.local.extensions import https_listeners, load_balancer_targets, target_health
from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.load_balancer_ports import (
    Balancer,
    balancers,
    begin_for,
    listeners,
    loopback_hosts,
    named,
    port_of,
    protocol_of,
)
from dockyard.local.extensions.load_balancer_requests import deciding

_TICK = 0.1
_log = logging.getLogger("dockyard.load_balancers")

_Key = tuple[int, str, str, str]
_fronts: dict[_Key, Front] = {}
"""By port, listener, protocol, and the listener of those who speak TLS where the protocol is HTTP."""
_refused: set[_Key] = set()


def install(instance: Instance) -> None:
    """Open ports where load balancers are made, close them where they are deleted."""
    begin_for(instance.port)
    create, delete = alb._create_lb, alb._delete_lb
    handler = provisioners._RESOURCE_HANDLERS["AWS::ElasticLoadBalancingV2::LoadBalancer"]
    from_template, delete_from_template = handler["create"], handler["delete"]

    def create_by_call(params: dict[str, Any]) -> Any:
        before = set(alb._lbs.keys())
        answer = create(params)
        for arn in set(alb._lbs.keys()) - before:
            made_up = alb._lbs[arn]["DNSName"]
            answer = (*answer[:2], answer[2].replace(made_up.encode(), named(arn).encode()))
        return answer

    def create_by_template(logical_id: str, props: dict[str, Any], stack: str) -> Any:
        arn, attributes = from_template(logical_id, props, stack)
        return arn, {**attributes, "DNSName": named(arn)}

    def delete_by_call(params: dict[str, Any]) -> Any:
        balancers.pop(alb._p(params, "LoadBalancerArn"), None)
        return delete(params)

    def delete_by_template(arn: str, props: dict[str, Any]) -> Any:
        balancers.pop(arn, None)
        return delete_from_template(arn, props)

    alb._create_lb = alb._ACTION_MAP["CreateLoadBalancer"] = create_by_call
    alb._delete_lb = alb._ACTION_MAP["DeleteLoadBalancer"] = delete_by_call
    handler.update(create=create_by_template, delete=delete_by_template)
    threading.Thread(target=lambda: asyncio.run(_serve()), daemon=True, name="dockyard-load-balancers").start()


def reset() -> None:
    """Close all ports."""
    balancers.clear()
    load_balancer_targets.forget()


def kept() -> list[dict[str, Any]]:
    """The ports, which are part of the load balancers' names."""
    return [asdict(balancer) for balancer in balancers.values()]


def restore(kept: list[dict[str, Any]]) -> None:
    """Open them again."""
    balancers.update({one["arn"]: Balancer(**one) for one in kept})


def ports() -> dict[str, int]:
    """Load balancer to its main port."""
    return {arn: balancer.port for arn, balancer in balancers.items() if not balancer.address}


def is_secure(port: int) -> bool:
    """Whether a port speaks TLS."""
    return any(number == port and protocol == "HTTPS" for number, _, protocol, _ in list(_fronts))


async def _serve() -> None:
    """Keep the open ports what the listeners say. In a thread of its own, so that nothing else delays a request."""
    pool = Pool()
    while True:
        try:
            await _open_and_close(pool)
        except Exception:
            _log.exception("ports of load balancers")
        await asyncio.sleep(_TICK)


async def _open_and_close(pool: Pool) -> None:
    wanted = {}
    for balancer in [one for one in list(balancers.values()) if not one.address]:
        found = listeners(balancer)
        arns = [listener["ListenerArn"] for listener in found]
        for gone in balancer.others.keys() - set(arns[1:]):
            del balancer.others[gone]
        for arn in arns or [""]:
            wanted[port_of(balancer, arn, arns), arn, protocol_of(arn), _beside(arn, found)] = balancer
    for key in set(_fronts) - set(wanted):
        _fronts.pop(key).close()
    for key in set(wanted) - set(_fronts):
        await _open(key, wanted[key], pool)
    for target in set(pool.targets) - {Target(address, port) for _, address, port in target_health.known()}:
        pool.drop(target)


def _beside(arn: str, found: list[dict[str, Any]]) -> str:
    """The listener that takes clients with TLS at the port of this one; empty where none does."""
    if not found or found[0]["ListenerArn"] != arn or found[0]["Protocol"] == "HTTPS":
        return ""
    return next((one["ListenerArn"] for one in found if (one["Port"], one["Protocol"]) == (443, "HTTPS")), "")


async def _open(key: _Key, balancer: Balancer, pool: Pool) -> None:
    """Listen; where another program has the port of a load balancer that was kept, it is tried again until it is free."""
    port, listener, protocol, beside = key
    front = Front(deciding(balancer, listener), pool)
    secure = listener if protocol == "HTTPS" else beside
    tls = https_listeners.context(secure, balancer.account, balancer.region) if secure else None
    try:
        if beside and tls:
            await front.listen_to_both(loopback_hosts(), port, Front(deciding(balancer, beside), pool), tls)
        else:
            await front.listen(loopback_hosts(), port, tls)
    except OSError as error:
        front.close()
        if key not in _refused:
            _log.error("load balancer %s cannot listen on port %s: %s", balancer.arn, port, error)
        _refused.add(key)
    else:
        _fronts[key] = front
        _refused.discard(key)
