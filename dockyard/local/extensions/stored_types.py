"""CloudFormation resource types that are taken, told with the right `Ref` and `Fn::GetAtt`, and do nothing.

Without a handler the whole stack is refused. What `Ref` and the attributes are called is in the schemas of CloudFormation's
registry, as cfn-lint carries them: the primary identifier, and the properties that are only read. Their values are made
from the resource's own identifier, so that they never change.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
"""

import hashlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from ministack.core.responses import get_account_id, get_region, new_uuid
from ministack.services.cloudformation import provisioners

from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.resource_properties import schema_of

TYPES = {
    "ApplicationInsights": ("Application",),
    "AutoScaling": ("WarmPool",),
    "Backup": ("BackupSelection",),
    "CertificateManager": ("Account",),
    "Chatbot": ("MicrosoftTeamsChannelConfiguration", "SlackChannelConfiguration"),
    "CloudFront": ("VpcOrigin",),
    "CloudTrail": ("Trail",),
    "CloudWatch": ("AnomalyDetector", "InsightRule"),
    "CodeDeploy": ("Application", "DeploymentConfig", "DeploymentGroup"),
    "Config": ("ConfigRule",),
    "EC2": (
        "CustomerGateway", "DHCPOptions", "EIP", "EIPAssociation", "EgressOnlyInternetGateway", "FlowLog", "KeyPair",
        "NatGateway", "NetworkAcl", "NetworkAclEntry", "NetworkInterface", "PlacementGroup", "PrefixList", "SecurityGroupEgress",
        "SecurityGroupIngress", "SecurityGroupVpcAssociation", "SubnetCidrBlock", "SubnetNetworkAclAssociation", "TransitGateway",
        "TransitGatewayAttachment", "VPCCidrBlock", "VPCDHCPOptionsAssociation", "VPCEndpointService",
        "VPCEndpointServicePermissions", "VPCPeeringConnection", "VPNGateway",
    ),
    "ECR": (
        "PublicRepository", "RegistryPolicy", "RegistryScanningConfiguration", "ReplicationConfiguration",
        "RepositoryCreationTemplate",
    ),
    "ElasticLoadBalancingV2": ("TrustStoreRevocation",),
    "GuardDuty": ("Detector",),
    "IAM": ("Group", "RolePolicy", "ServiceLinkedRole", "UserPolicy", "UserToGroupAddition"),
    "Logs": ("AccountPolicy", "DeliveryDestination", "DeliverySource", "Delivery", "LogAnomalyDetector", "QueryDefinition"),
    "ResourceGroups": ("Group",),
    "Route53": ("HealthCheck",),
    "SSM": ("Association", "Document", "MaintenanceWindow", "MaintenanceWindowTarget", "MaintenanceWindowTask"),
    "SecretsManager": ("ResourcePolicy", "RotationSchedule"),
    "Synthetics": ("Canary",),
    "VpcLattice": ("Listener", "Rule", "Service", "ServiceNetwork", "ServiceNetworkServiceAssociation", "TargetGroup"),
    "WAFv2": ("IPSet", "LoggingConfiguration", "RegexPatternSet", "RuleGroup"),
    "XRay": ("Group", "SamplingRule"),
}  # fmt: skip
"""By service. What is not here, and not known to ministack, is refused with the whole stack, as CloudFormation refuses what it
does not know."""

_REF = {
    "AWS::CodeDeploy::DeploymentGroup": "DeploymentGroupName",
    "AWS::EC2::EIP": "PublicIp",
    "AWS::EC2::VPCCidrBlock": "Id",
    "AWS::IAM::RolePolicy": "PolicyName",
    "AWS::IAM::UserPolicy": "PolicyName",
    "AWS::SecretsManager::ResourcePolicy": "SecretId",
    "AWS::SecretsManager::RotationSchedule": "SecretId",
}
"""Where `Ref` is not the primary identifier."""
_PREFIX = {
    "AllocationId": "eipalloc", "EniId": "eni", "VpcId": "vpc", "CustomerGateway": "cgw",
    "DHCPOptions": "dopt", "EIPAssociation": "eipassoc", "EgressOnlyInternetGateway": "eigw", "FlowLog": "fl", "KeyPair": "key",
    "NatGateway": "nat", "NetworkAcl": "acl", "NetworkAclEntry": "acle", "NetworkInterface": "eni", "PrefixList": "pl",
    "SecurityGroupEgress": "sgr", "SecurityGroupIngress": "sgr", "SubnetCidrBlock": "subnet-cidr-assoc", "TransitGateway": "tgw",
    "SubnetNetworkAclAssociation": "aclassoc", "TransitGatewayAttachment": "tgw-attach", "VPCCidrBlock": "vpc-cidr-assoc",
    "VPCEndpointService": "vpce-svc", "VPCPeeringConnection": "pcx", "VPNGateway": "vgw",
}  # fmt: skip
"""Of identifiers of EC2, by attribute or by type."""
_IN_ARNS = {"ElasticLoadBalancingV2": "elasticloadbalancing", "ResourceGroups": "resource-groups"}
_LONG_AGO = "2020-01-01T00:00:00Z"

Properties = dict[str, Any]
Made = tuple[str, Mapping[str, Any]]


def install(_: Instance) -> None:
    """Register those that nobody else has."""
    for name in _names():
        provisioners._RESOURCE_HANDLERS.setdefault(name, handler(name))


def _names() -> Iterator[str]:
    """Their full names."""
    return (f"AWS::{service}::{kind}" for service, kinds in TYPES.items() for kind in kinds)


def are_stored() -> set[str]:
    """Those of all types that are registered and do nothing."""
    return {name for name, one in provisioners._RESOURCE_HANDLERS.items() if one.get("stored_only")}


def handler(type_name: str) -> dict[str, Any]:
    """Create, update and delete of one type, as ministack wants them. A change of what only creation sets makes another."""

    def create(logical_id: str, props: Properties, stack: str) -> Made:
        physical_id = _identifier(type_name, f"{stack}-{logical_id}-{new_uuid()[:8]}", props)
        return physical_id, attributes(type_name, physical_id, props)

    def update(physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str) -> Made:
        fixed = _top(schema_of(type_name) or {}, "createOnlyProperties")
        if any(old.get(name) != new.get(name) for name in fixed):
            return create(logical_id, new, stack)
        return physical_id, attributes(type_name, physical_id, new)

    return {"create": create, "update": update, "update_with_logical_id": True, "delete": lambda *_: None, "stored_only": True}


def _identifier(type_name: str, name: str, props: Properties) -> str:
    schema = schema_of(type_name) or {}
    wanted = [_REF[type_name]] if type_name in _REF else _top(schema, "primaryIdentifier")
    read_only = _top(schema, "readOnlyProperties")
    return "|".join(
        str(_made(type_name, part, name)) if part in read_only else str(props.get(part) or _name(name, part)) for part in wanted
    )


def _name(name: str, part: str) -> str:
    """Of a resource that the template does not name."""
    return name.lower() if part in {"Name", "Prefix"} else name


def attributes(type_name: str, physical_id: str, props: Properties) -> dict[str, Any]:
    """What `Fn::GetAtt` knows of it: all that its type says is only read."""
    schema = schema_of(type_name) or {}
    identifier = _REF.get(type_name) or "|".join(_top(schema, "primaryIdentifier"))
    found = {}
    for name in _paths(schema, "readOnlyProperties"):
        own = dict(zip(identifier.split("|"), physical_id.split("|"), strict=False))
        found[name.replace("/", ".")] = own.get(name) or _made(type_name, name, str(props.get("Name") or physical_id))
    return found


def _made(type_name: str, path: str, name: str) -> Any:
    """A value that looks as AWS's, the same for the same name."""
    _, service, kind = type_name.split("::")
    part = path.rsplit("/", 1)[-1]
    digest = hashlib.sha256(f"{type_name} {name} {path}".encode()).hexdigest()
    shape = _kind(type_name, path)
    if shape in {"array", "boolean", "integer", "number", "object"}:
        return {"array": [], "boolean": False, "object": {}}.get(str(shape), 1)
    if part in {"RegistryId", "AccountId", "OwnerId"}:
        return get_account_id()
    if part.lower().endswith("arn"):
        owner = f"{_IN_ARNS.get(service, service.lower())}:{get_region()}:{get_account_id()}"
        return f"arn:aws:{owner}:{kind.lower()}/{name.partition('|')[0]}"
    if part.lower().endswith(("ip", "ipaddress")):
        return f"203.0.113.{int(digest[:4], 16) % 254 + 1}"
    if part.endswith(("At", "Time")):
        return _LONG_AGO
    if part in {"Status", "State"}:
        return "ACTIVE"
    if service == "EC2":
        return f"{_PREFIX.get(part) or _PREFIX.get(kind) or kind.lower()}-0{digest[:16]}"
    return f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:32]}"


@lru_cache
def _kind(type_name: str, path: str) -> Any:
    schema: Any = schema_of(type_name)
    root = schema
    for part in path.split("/"):
        schema = (schema.get("properties") or {}).get(part, {})
        while "$ref" in schema:
            schema = root["definitions"][schema["$ref"].rsplit("/", 1)[-1]]
    return schema["type"] if isinstance(schema.get("type"), str) else None


def _paths(schema: Mapping[str, Any], key: str) -> list[str]:
    return [path.removeprefix("/properties/") for path in schema.get(key, []) if "*" not in path]


def _top(schema: Mapping[str, Any], key: str) -> list[str]:
    return list(dict.fromkeys(path.split("/")[0] for path in _paths(schema, key)))
