"""The load balancer asks its targets whether they are well, and sends requests to those that are.

- A target is `initial` until its first good check, `unhealthy` after as many failed ones in a row as the target group
  says, `healthy` again after as many good ones; `DescribeTargetHealth` tells why.
  https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html

AWS does not say when within the first interval a new target is asked. Here it is asked at once, and twice a second until it
answers well: a real load balancer has several nodes, each of which asks on its own.
"""

import asyncio
import math
import threading
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

from ministack.services import alb

from dockyard.local.balancer.decisions import Target
from dockyard.local.extensions.instance import Instance

FIRST_INTERVAL = 0.5
_OF_NETWORK = ("TCP", "TLS", "UDP", "TCP_UDP")
_TICK = 0.1

Key = tuple[str, str, int]
"""Target group, address, port."""


@dataclass
class Health:
    """What is known of one target."""

    state: str = "initial"
    good: int = 0
    bad: int = 0
    reason: tuple[str, str] | None = ("Elb.RegistrationInProgress", "Target registration is in progress")
    due: float = 0.0
    counted: float = 0.0
    asking: bool = False
    since: float = 0.0
    """When it became healthy last, by the monotonic clock."""


_health: dict[Key, Health] = {}
in_flight: Counter[Target] = Counter()
"""Requests that a target has not answered in full yet."""


def install(_: Instance) -> None:
    """Ask, tell and route."""
    alb._ACTION_MAP["DescribeTargetHealth"] = alb._describe_target_health = _describe_target_health
    alb._ACTION_MAP["RegisterTargets"] = alb._register_targets = lambda params: _registration("RegisterTargets", params)
    alb._ACTION_MAP["DeregisterTargets"] = alb._deregister_targets = lambda params: _registration("DeregisterTargets", params)
    threading.Thread(target=lambda: asyncio.run(_watch()), daemon=True, name="dockyard-target-health").start()


def _registration(action: str, params: dict[str, Any]) -> Any:
    """A target is an id and a port: one address may be registered with several."""
    arn = alb._p(params, "TargetGroupArn")
    group = alb._tgs.get(arn)
    if not group:
        return alb._error("TargetGroupNotFound", f"Target group '{arn}' not found.")
    named = alb._parse_targets_param(params)
    keys = {(target["Id"], _port(target, group)) for target in named}
    others = [target for target in alb._targets.get(arn, []) if (target["Id"], _port(target, group)) not in keys]
    alb._targets[arn] = others + (named if action == "RegisterTargets" else [])
    return alb._empty(action)


def reset() -> None:
    """Forget all targets."""
    _health.clear()
    in_flight.clear()


def state(target_group: str, address: str, port: int) -> str:
    """`initial`, `healthy` or `unhealthy`; `unused` where the target is not registered."""
    found = _health.get((target_group, address, port))
    return found.state if found else "unused"


def description(target_group: str, address: str, port: int) -> str:
    """What was wrong at the last check, as `DescribeTargetHealth` tells it."""
    found = _health.get((target_group, address, port))
    return found.reason[1] if found and found.reason else "Health checks failed"


def known() -> list[Key]:
    """All targets of all groups."""
    return list(_health)


def able(target_group: str, group: dict[str, Any]) -> list[Target]:
    """Targets that may be sent requests: the healthy ones, or, where none is, the unhealthy ones (fail open)."""
    registered = [Target(target["Id"], _port(target, group)) for target in alb._targets.get(target_group, [])]
    states = [(target, state(target_group, *target)) for target in registered]
    return [target for target, is_ in states if is_ == "healthy"] or [target for target, is_ in states if is_ == "unhealthy"]


def healthy_seconds(target_group: str, target: Target) -> float:
    """For how long a target has been healthy; 0 where it is not."""
    found = _health.get((target_group, *target))
    return time.monotonic() - found.since if found and found.state == "healthy" else 0.0


async def _watch() -> None:
    while True:
        targets = _registered()
        for key in set(_health) - set(targets):
            _health.pop(key, None)
        for key, group in targets.items():
            health = _health.setdefault(key, Health())
            if not health.asking and time.monotonic() >= health.due:
                health.asking = True
                asyncio.get_running_loop().create_task(_ask(key, group, health))
        await asyncio.sleep(_TICK)


def _registered() -> dict[Key, dict[str, Any]]:
    """Targets of all accounts and regions, with the group that each is in."""
    groups = {key[-1]: group for key, group in list(alb._tgs._data.items()) if group.get("TargetType") != "lambda"}
    return {
        (key[-1], target["Id"], _port(target, groups[key[-1]])): groups[key[-1]]
        for key, registered in list(alb._targets._data.items())
        if key[-1] in groups
        for target in registered
    }


def _port(target: dict[str, Any], group: dict[str, Any]) -> int:
    return int(target.get("Port") or group.get("Port") or 80)


async def _ask(key: Key, group: dict[str, Any], health: Health) -> None:
    interval = float(group.get("HealthCheckIntervalSeconds") or 30)
    reason = await _check(key, group)
    now = time.monotonic()
    if reason is None:
        health.good, health.bad = health.good + 1, 0
        if health.state == "initial" or health.good >= int(group.get("HealthyThresholdCount") or 5):
            if health.state != "healthy":
                # A group's first target is given its whole share at once, however slowly others start.
                alone = not any(one.state == "healthy" for other, one in _health.items() if other[0] == key[0])
                health.since = -math.inf if alone else now
            health.state = "healthy"
    elif health.state != "initial" or now - health.counted >= interval:
        health.good, health.bad, health.counted = 0, health.bad + 1, now
        if health.bad >= int(group.get("UnhealthyThresholdCount") or 2):
            health.state = "unhealthy"
    health.reason = reason
    health.due = now + interval
    if health.state == "initial":
        health.due = min(now + FIRST_INTERVAL, health.counted + interval)
    health.asking = False


async def _check(key: Key, group: dict[str, Any]) -> tuple[str, str] | None:
    """None where the target answers well; else AWS's reason code and description."""
    _, address, traffic_port = key
    asked = group.get("HealthCheckPort", "traffic-port")
    port = traffic_port if asked == "traffic-port" else int(asked)
    try:
        async with asyncio.timeout(float(group.get("HealthCheckTimeoutSeconds") or 5)):
            if group.get("HealthCheckProtocol") == "TCP":
                await _connect(address, port)
                return None
            status = await _get(address, port, group.get("HealthCheckPath") or "/")
    except TimeoutError:
        return "Target.Timeout", "Request timed out"
    except (OSError, ValueError, asyncio.IncompleteReadError):
        return "Target.FailedHealthChecks", "Health checks failed"
    codes = str((group.get("Matcher") or {}).get("HttpCode") or "200")
    if group.get("Protocol") in _OF_NETWORK and codes == "200":  # ministack's default for both types
        codes = "200-399"
    if any(int(part.split("-")[0]) <= status <= int(part.split("-")[-1]) for part in codes.split(",")):
        return None
    return "Target.ResponseCodeMismatch", f"Health checks failed with these codes: [{status}]"


async def _connect(address: str, port: int) -> None:
    """A connection is enough."""
    _, writer = await asyncio.open_connection(address, port)
    writer.close()


async def _get(address: str, port: int, path: str) -> int:
    """Status code of a GET of its own connection."""
    reader, writer = await asyncio.open_connection(address, port)
    try:
        request = (
            f"GET {path} HTTP/1.1\r\nHost: {address}:{port}\r\nUser-Agent: ELB-HealthChecker/2.0\r\nConnection: close\r\n\r\n"
        )
        writer.write(request.encode())
        line = await reader.readline()
        return int(line.split()[1])
    except IndexError:
        raise ValueError("no status line") from None
    finally:
        writer.close()


def _describe_target_health(params: dict[str, Any]) -> Any:
    arn = alb._p(params, "TargetGroupArn")
    group = alb._tgs.get(arn)
    if not group:
        return alb._error("TargetGroupNotFound", f"Target group '{arn}' not found.")
    members = []
    for target in alb._targets.get(arn, []):
        port = _port(target, group)
        health = _health.get((arn, target["Id"], port), Health())
        why = health.reason if health.state != "healthy" else None
        told = f"<Reason>{why[0]}</Reason><Description>{why[1]}</Description>" if why else ""
        members.append(
            f"<member><Target><Id>{target['Id']}</Id><Port>{port}</Port></Target>"
            f"<TargetHealth><State>{health.state}</State>{told}</TargetHealth></member>"
        )
    return alb._xml(200, "DescribeTargetHealth", f"<TargetHealthDescriptions>{''.join(members)}</TargetHealthDescriptions>")
