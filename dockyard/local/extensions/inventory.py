"""What the resources of the account's stacks do here: which act, which only look as on AWS, which are stored and nothing more.

`dockyard local status` asks for it, by a path of this local AWS that answers to this machine alone.
"""

import json
from collections import Counter
from typing import Any

from ministack import app
from ministack.core.responses import get_request_client_ip
from ministack.services.cloudformation import _stacks

from dockyard.local.extensions import load_balancer_ports, log_routers, stored_types
from dockyard.local.extensions.instance import Instance

PATH = "/_dockyard/status"
_FIRELENS = "FireLens of AWS::ECS::TaskDefinition"
SIMULATED = {
    "AWS::AutoScaling::AutoScalingGroup": "starts no servers",
    "AWS::Budgets::Budget": "nothing costs anything",
    "AWS::CertificateManager::Certificate": "issued at once",
    "AWS::ECS::CapacityProvider": "tasks run on this machine, whatever the capacity",
    "AWS::EFS::FileSystem": "a volume of the Docker engine",
    "AWS::IAM::OIDCProvider": "nobody signs in by it",
    "AWS::WAFv2::WebACL": "no request is refused",
    "AWS::WAFv2::WebACLAssociation": "no request is refused",
    _FIRELENS: "no log router runs, and what containers print is in its log group",
}
"""Types that can be asked and changed as on AWS, and what of AWS is not behind them."""
STORED = {
    "AWS::AutoScaling": ("LaunchConfiguration", "LifecycleHook", "ScalingPolicy", "ScheduledAction"),
    "AWS::Backup": ("BackupPlan", "BackupVault"),
    "AWS::CloudWatch": ("Dashboard",),
    "AWS::EC2": (
        "InternetGateway", "LaunchTemplate", "Route", "RouteTable", "SecurityGroup", "Subnet", "SubnetRouteTableAssociation",
        "VPC", "VPCEndpoint", "VPCGatewayAttachment",
    ),
    "AWS::EFS": ("AccessPoint", "MountTarget"),
    "AWS::IAM": ("InstanceProfile", "ManagedPolicy", "Policy", "Role", "User"),
    "AWS::Lambda": ("Permission",),
    "AWS::Logs": ("ResourcePolicy",),
    "AWS::S3": ("BucketPolicy",),
    "AWS::SNS": ("TopicPolicy",),
    "AWS::SQS": ("QueuePolicy",),
    "Custom": ("VpcRestrictDefaultSG",),
}  # fmt: skip
"""What ministack takes and does nothing with: no packet is filtered here, no right is asked for."""
_SILENT = {"AWS::CDK::Metadata"}


def install(_: Instance) -> None:
    """Answer before any service is looked for."""
    original = app._handle_health_request

    def handle(path: str, request_id: str) -> Any:
        return _answer() if path == PATH else original(path, request_id)

    app._handle_health_request = handle


def _answer() -> tuple[int, dict[str, str], bytes]:
    if get_request_client_ip() not in {*load_balancer_ports.loopback_hosts(), "127.0.0.1"}:
        return 403, {"Content-Type": "application/json"}, b'{"message": "only this machine may ask"}'
    return 200, {"Content-Type": "application/json"}, json.dumps(_inventory()).encode()


def _inventory() -> dict[str, Any]:
    stored = {*stored_types.are_stored(), *(f"{service}::{kind}" for service, kinds in STORED.items() for kind in kinds)}
    resources = [
        resource
        for stack in list(_stacks._data.values())
        for resource in list(stack.get("_resources", {}).values())
        if stack["StackStatus"] != "DELETE_COMPLETE"
    ]
    found = Counter(resource["ResourceType"] for resource in resources)
    found[_FIRELENS] += log_routers.routed(resources)
    kinds = sorted((name, count) for name, count in found.items() if count and name not in _SILENT)
    return {
        "acting": {name: count for name, count in kinds if name not in stored and name not in SIMULATED},
        "simulated": {name: {"count": count, "how": SIMULATED[name]} for name, count in kinds if name in SIMULATED},
        "stored_only": {name: count for name, count in kinds if name in stored and name not in SIMULATED},
    }
