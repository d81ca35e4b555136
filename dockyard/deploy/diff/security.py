"""What a change of templates means for who may do what: IAM statements, policies of resources, rules of security groups.

Each right is one line of text, so that the change is what one template has and the other has not.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dockyard.deploy.diff.template import Template, entries, only

_POLICIES = {
    "AWS::IAM::Policy": "PolicyDocument",
    "AWS::IAM::ManagedPolicy": "PolicyDocument",
    "AWS::IAM::RolePolicy": "PolicyDocument",
    "AWS::S3::BucketPolicy": "PolicyDocument",
    "AWS::SQS::QueuePolicy": "PolicyDocument",
    "AWS::SNS::TopicPolicy": "PolicyDocument",
    "AWS::KMS::Key": "KeyPolicy",
    "AWS::ECR::Repository": "RepositoryPolicyText",
    "AWS::EFS::FileSystem": "FileSystemPolicy",
    "AWS::SecretsManager::ResourcePolicy": "ResourcePolicy",
    "AWS::EC2::VPCEndpoint": "PolicyDocument",
    "AWS::Logs::ResourcePolicy": "PolicyDocument",
    "AWS::DynamoDB::Table": "ResourcePolicy",
}
"""Types with a policy, and the property that it is in."""
_OF = ("Bucket", "Queues", "Topics", "SecretId", "Roles", "Users", "Groups", "RoleName")
"""Properties of a policy that tell whose it is."""
_WORLD = ("0.0.0.0/0", "::/0")


@dataclass(frozen=True, order=True)
class Right:
    """One right."""

    of: str
    """Whose policy, role or security group it is in."""
    kind: str
    """`role`, `policy`, `managed policy`, `ingress`, `egress` or `permission`."""
    text: str
    """The whole of it, in a line."""
    is_wide: bool = False
    """Whether it is for everyone, or for every action, of a service at least, on all resources."""


@dataclass(frozen=True)
class RightChange:
    """A right that comes or goes."""

    added: bool
    right: Right


def right_changes(before: Template, after: Template) -> list[RightChange]:
    """What goes, and what comes, in order."""
    old, new = set(rights(before)), set(rights(after))
    changes = [*(RightChange(False, one) for one in old - new), *(RightChange(True, one) for one in new - old)]
    return sorted(changes, key=lambda one: (one.right, one.added))


def rights(template: Template) -> Iterator[Right]:
    """All that a template gives."""
    for id, resource in template.resources.items():
        kind, properties = resource["Type"], resource.get("Properties") or {}
        name = template.names[id]
        if kind in ("AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group"):
            yield from _identity(template, name, properties)
        elif kind in _POLICIES and (document := properties.get(_POLICIES[kind])):
            of = _of(template, properties) or name
            for one in _statements(only(document).get("PolicyDocument", document)):
                yield _statement(template, of, "policy", one)
        elif kind == "AWS::Lambda::Permission":
            yield _permission(template, properties)
        elif kind.startswith("AWS::EC2::SecurityGroup"):
            yield from _group(template, name, kind, properties)


def _identity(template: Template, name: str, properties: Mapping[str, Any]) -> Iterator[Right]:
    for one in _statements(properties.get("AssumeRolePolicyDocument")):
        yield _statement(template, name, "role", one)
    for policy in entries(properties.get("Policies")):
        for one in _statements(policy.get("PolicyDocument")):
            yield _statement(template, name, "policy", one)
    for arn in _several(properties.get("ManagedPolicyArns")):
        text = template.text(arn)
        yield Right(name, "managed policy", text.rpartition(":policy/")[2] or text, text.endswith("/AdministratorAccess"))


def _of(template: Template, properties: Mapping[str, Any]) -> str:
    told = [template.text(one).strip("${}") for key in _OF for one in _several(properties.get(key))]
    return ", ".join(told)


def _statements(document: Any) -> list[Mapping[str, Any]]:
    return entries(only(document).get("Statement"))


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _statement(template: Template, of: str, kind: str, one: Mapping[str, Any]) -> Right:
    """`allow s3:GetObject on ${Files.Arn}/* if {…}`, and of a policy of a resource `by` whom."""
    parts = [str(one.get("Effect", "Allow")).lower()]
    for negation in ("", "Not"):
        parts += _listed(template, f"{'all but ' if negation else ''}", one.get(f"{negation}Action"))
        parts += _listed(template, f"on {'all but ' if negation else ''}", one.get(f"{negation}Resource"))
        parts += _listed(template, f"by {'all but ' if negation else ''}", _principals(one.get(f"{negation}Principal")))
    if condition := one.get("Condition"):
        parts.append(f"if {template.text(condition)}")
    return Right(of, kind, " ".join(parts), parts[0] == "allow" and _is_wide(one))


def _is_wide(one: Mapping[str, Any]) -> bool:
    actions, on = map(str, _several(one.get("Action"))), _several(one.get("Resource"))
    everything = "*" in on and any(action == "*" or action.endswith(":*") for action in actions)
    everyone = "*" in _several(_principals(one.get("Principal"))) and not one.get("Condition")
    return everything or everyone or "NotAction" in one


def _listed(template: Template, word: str, value: Any) -> list[str]:
    texts = sorted(map(template.text, _several(value)))
    return [f"{word}{', '.join(texts)}"] if texts else []


def _principals(value: Any) -> Any:
    """Names alone: a service, an account or a role tells by itself what it is."""
    return [one for names in value.values() for one in _several(names)] if isinstance(value, Mapping) else value


def _permission(template: Template, properties: Mapping[str, Any]) -> Right:
    principal = template.text(properties.get("Principal", ""))
    source = properties.get("SourceArn")
    text = f"allow {template.text(properties.get('Action', ''))} by {principal}" + (
        f" from {template.text(source)}" if source else ""
    )
    return Right(template.text(properties.get("FunctionName", "")).strip("${}"), "permission", text, principal == "*")


def _group(template: Template, name: str, kind: str, properties: Mapping[str, Any]) -> Iterator[Right]:
    if kind == "AWS::EC2::SecurityGroup":
        for way in ("Ingress", "Egress"):
            for one in entries(properties.get(f"SecurityGroup{way}")):
                yield _rule(template, name, way, one)
    else:
        of = template.text(properties.get("GroupId", name)).removesuffix(".GroupId}").strip("${}")
        yield _rule(template, of, kind.removeprefix("AWS::EC2::SecurityGroup"), properties)


def _rule(template: Template, of: str, way: str, one: Mapping[str, Any]) -> Right:
    """`tcp 8080 from ${Front.GroupId}`."""
    peers = [
        value for key, value in sorted(one.items()) if key.startswith(("Cidr", "Source", "Destination")) and "Owner" not in key
    ]
    peer = ", ".join(map(template.text, peers)) or "nobody"
    protocol = {"-1": "all"}.get(protocol := str(one.get("IpProtocol", "-1")), protocol)
    first, last = one.get("FromPort"), one.get("ToPort")
    ports = "" if protocol == "all" or first is None else f" {first}" if first == last else f" {first}-{last}"
    text = f"{protocol}{ports} {'from' if way == 'Ingress' else 'to'} {peer}"
    return Right(of, way.lower(), text, way == "Ingress" and peer in _WORLD)
