"""Service Quotas: those of Fargate and Elastic Load Balancing that an environment may meet, with the values that AWS begins with.

They can be raised, which is granted at once. They are told alone: nothing here is refused for being above one.
https://docs.aws.amazon.com/general/latest/gr/ecs-service.html#service-quotas-fargate
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-limits.html
"""

import json
from collections.abc import Mapping
from typing import Any

import ministack.app as gateway
from ministack.core import router
from ministack.core.responses import AccountRegionScopedDict, get_account_id, get_region, new_uuid

from dockyard.local.api_requests import RefusedError, checked
from dockyard.local.extensions.instance import Instance

SERVICE = "service-quotas"
DEFAULTS = {
    "fargate": {
        "L-3032A538": ("Fargate On-Demand vCPU resource count", 6.0),
        "L-36FBB829": ("Fargate Spot vCPU resource count", 6.0),
    },
    "elasticloadbalancing": {
        "L-53DA6B97": ("Application Load Balancers per Region", 50.0),
        "L-69A177A2": ("Network Load Balancers per Region", 50.0),
        "L-7EED9B64": ("Rules per Application Load Balancer", 100.0),
    },
}
"""Service and code to name and value."""

_raised = AccountRegionScopedDict()
"""Code to value."""


def install(_: Instance) -> None:
    """Answer the API."""
    router.SERVICE_PATTERNS[SERVICE] = {
        "target_prefixes": ["ServiceQuotasV20190624"], "host_patterns": [r"servicequotas\."], "credential_scope": "servicequotas",
    }  # fmt: skip
    gateway.SERVICE_HANDLERS[SERVICE] = _handle


def reset() -> None:
    """Forget what was raised."""
    _raised._data.clear()


def kept() -> list[list[Any]]:
    """What was raised."""
    return [[list(key), value] for key, value in _raised._data.items()]


def restore(kept: list[list[Any]]) -> None:
    """Have it again."""
    _raised._data.update({tuple(key): value for key, value in kept})


async def _handle(_: str, __: str, headers: Mapping[str, str], body: bytes, ___: Any) -> tuple[int, dict[str, str], bytes]:
    action = headers.get("x-amz-target", "").rpartition(".")[2]
    told = {"Content-Type": "application/x-amz-json-1.1"}
    try:
        if action not in _ACTIONS:
            raise RefusedError("UnknownOperationException", f"The local AWS does not know {action} of Service Quotas")
        answer = _ACTIONS[action](checked(SERVICE, action, json.loads(body or b"{}")))
    except RefusedError as error:
        return 400, told, json.dumps({"__type": error.code, "message": str(error)}).encode()
    return 200, told, json.dumps(answer).encode()


def _listed(request: dict[str, Any]) -> dict[str, Any]:
    return {"Quotas": [_quota(request["ServiceCode"], code) for code in _of(request["ServiceCode"])]}


def _defaults(request: dict[str, Any]) -> dict[str, Any]:
    return {"Quotas": [_quota(request["ServiceCode"], code, raised=False) for code in _of(request["ServiceCode"])]}


def _one(request: dict[str, Any]) -> dict[str, Any]:
    return {"Quota": _quota(request["ServiceCode"], request["QuotaCode"])}


def _raise(request: dict[str, Any]) -> dict[str, Any]:
    quota, wanted = _quota(request["ServiceCode"], request["QuotaCode"]), request["DesiredValue"]
    if wanted <= quota["Value"]:
        raise RefusedError("IllegalArgumentException", "You must provide a quota value greater than the current quota value")
    _raised[request["QuotaCode"]] = wanted
    names = {key: quota[key] for key in ("ServiceCode", "ServiceName", "QuotaCode", "QuotaName", "QuotaArn")}
    return {"RequestedQuota": {**names, "Id": new_uuid(), "DesiredValue": wanted, "Status": "APPROVED"}}


def _of(service: str) -> dict[str, tuple[str, float]]:
    if service not in DEFAULTS:
        raise RefusedError("NoSuchResourceException", f"The local AWS knows quotas of {', '.join(DEFAULTS)}, not of {service}")
    return DEFAULTS[service]


def _quota(service: str, code: str, *, raised: bool = True) -> dict[str, Any]:
    if code not in _of(service):
        raise RefusedError("NoSuchResourceException", f"The local AWS knows no quota {code} of {service}")
    name, value = DEFAULTS[service][code]
    return {
        "ServiceCode": service, "ServiceName": {"fargate": "AWS Fargate"}.get(service, "Elastic Load Balancing (ELB)"),
        "QuotaArn": f"arn:aws:servicequotas:{get_region()}:{get_account_id()}:{service}/{code}", "QuotaCode": code,
        "QuotaName": name, "Value": _raised.get(code, value) if raised else value, "Unit": "None", "Adjustable": True,
        "GlobalQuota": False,
    }  # fmt: skip


_ACTIONS = {
    "ListServiceQuotas": _listed,
    "ListAWSDefaultServiceQuotas": _defaults,
    "GetServiceQuota": _one,
    "RequestServiceQuotaIncrease": _raise,
}
