"""Which target group a request goes to, and which of its targets.

- By weight, or where the client's cookie says that it stays.
  https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html
- Round robin, least outstanding requests, slow start.
"""

import base64
import binascii
import random
import time
from collections import Counter
from collections.abc import Mapping
from email.utils import formatdate
from typing import Any

from ministack.services import alb

from dockyard.local.balancer.decisions import Headers, Target
from dockyard.local.balancer.rules import Request
from dockyard.local.extensions import target_health

_turn: Counter[str] = Counter()


def forget() -> None:
    """Begin anew with the first target of each group."""
    _turn.clear()


def group_of(action: dict[str, Any], cookies: Mapping[str, str]) -> tuple[dict[str, Any] | None, Headers]:
    """The target group, by weight or by the cookie of an earlier choice; and the cookie that keeps the choice."""
    forward = action.get("ForwardConfig") or {}
    weighted = forward.get("TargetGroups") or [{"TargetGroupArn": action.get("TargetGroupArn"), "Weight": 1}]
    sticky = forward.get("TargetGroupStickinessConfig")
    arns = [group["TargetGroupArn"] for group in weighted if group["Weight"] > 0]
    if not arns:
        return None, []
    kept = _unpacked(cookies.get("AWSALBTG")) if sticky else None
    arn = kept if kept in arns else random.choices(arns, [g["Weight"] for g in weighted if g["Weight"] > 0])[0]  # noqa: S311
    cookie = _cookie("AWSALBTG", str(arn), sticky["DurationSeconds"]) if sticky else []
    return alb._tgs.get(arn), cookie


def target_of(group: dict[str, Any], cookies: Mapping[str, str]) -> tuple[Target, Headers] | None:
    """The target, and the cookie that keeps the choice; None where none may be asked."""
    arn = group["TargetGroupArn"]
    attributes = {item["Key"]: item["Value"] for item in alb._tg_attrs.get(arn, [])}
    able = target_health.able(arn, group)
    if not able:
        return None
    if attributes.get("stickiness.enabled") != "true":
        return _next_of(arn, able, attributes), []
    kept = _unpacked(cookies.get("AWSALB"))
    target = next((one for one in able if f"{one.address}:{one.port}" == kept), None) or _next_of(arn, able, attributes)
    seconds = int(attributes.get("stickiness.lb_cookie.duration_seconds") or 86400)
    return target, _cookie("AWSALB", f"{target.address}:{target.port}", seconds)


def cookies_of(request: Request) -> dict[str, str]:
    """By name."""
    if "cookie" not in request.headers:
        return {}
    pairs = (part.strip().partition("=") for part in request.headers["cookie"].split(";"))
    return {name: value for name, _, value in pairs}


def _next_of(group: str, able: list[Target], attributes: Mapping[str, str]) -> Target:
    slow_start = float(attributes.get("slow_start.duration_seconds") or 0)
    if slow_start:
        ages = [target_health.healthy_seconds(group, target) for target in able]
        shares = [max(0.01, min(1.0, age / slow_start)) for age in ages]
        return random.choices(able, shares)[0]  # noqa: S311
    if attributes.get("load_balancing.algorithm.type") == "least_outstanding_requests":
        return min(able, key=lambda target: target_health.in_flight[target])
    _turn[group] += 1
    return able[_turn[group] % len(able)]


def _cookie(name: str, value: str, seconds: int) -> Headers:
    """AWS encrypts what it keeps in the cookie; here it is only made opaque."""
    packed = base64.urlsafe_b64encode(value.encode()).decode().rstrip("=")
    until = formatdate(time.time() + seconds, usegmt=True)
    return [
        (b"set-cookie", f"{name}={packed}; Expires={until}; Path=/".encode()),
        (b"set-cookie", f"{name}CORS={packed}; Expires={until}; Path=/; SameSite=None".encode()),
    ]


def _unpacked(value: str | None) -> str | None:
    try:
        return base64.urlsafe_b64decode((value or "") + "=" * (-len(value or "") % 4)).decode()
    except (binascii.Error, ValueError):
        return None
