"""CDK's own custom resources act without their functions, which are Node and want the SDK that Lambda has and this machine lacks.

- `AwsCustomResource`, of whatever `Custom::` type: the call is made.
- `Custom::S3AutoDeleteObjects`, `Custom::ECRAutoDeleteImages`: bucket and repository are emptied when they are deleted.
- `Custom::LogRetention`: the log group is made and keeps its logs so long.
- `Custom::AWSCDKOpenIdConnectProvider`: the provider is made. `Custom::CDKBucketDeployment`: the archives are unpacked.
- `Custom::VpcRestrictDefaultSG` is stored: no packet is filtered here.
  https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.custom_resources.AwsCustomResource.html
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services.cloudformation import provisioners

from dockyard.local import bucket_deployments, own_api
from dockyard.local.extensions.instance import Instance
from dockyard.local.sdk_calls import is_sdk_call, make_sdk_call

Properties = dict[str, Any]
Made = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Request:
    """What the function would be asked."""

    kind: str
    """Create, Update or Delete."""
    logical_id: str
    physical_id: str
    props: Properties
    old: Properties = field(default_factory=dict)

    def client(self, service: str, region: str | None = None) -> Any:
        """For the account and region of the stack."""
        return own_api.client(service, get_account_id(), region or get_region())


def install(_: Instance) -> None:
    """Ahead of the way to the function, in the thread where custom resources wait."""
    create, update, delete = (getattr(provisioners, f"_custom_resource_{kind}") for kind in ("create", "update", "delete"))

    def create_custom(logical_id: str, props: Properties, stack: str, resource_type: str = "") -> Made:
        act = _native(resource_type, props)
        made: Made = act(Request("Create", logical_id, "", props)) if act else create(logical_id, props, stack, resource_type)
        return made

    def update_custom(
        id: str, old: Properties, new: Properties, stack: str, logical_id: str | None = None, resource_type: str = ""
    ) -> Made:
        act = _native(resource_type, new)
        made: Made = (
            act(Request("Update", logical_id or id, id, new, old))
            if act
            else update(id, old, new, stack, logical_id=logical_id, resource_type=resource_type)
        )
        return made

    def delete_custom(
        id: str, props: Properties, stack_name: str | None = None, logical_id: str | None = None, resource_type: str = ""
    ) -> None:
        if act := _native(resource_type, props):
            act(Request("Delete", logical_id or id, id, props))
        else:
            delete(id, props, stack_name=stack_name, logical_id=logical_id, resource_type=resource_type)

    provisioners._custom_resource_create = create_custom
    provisioners._custom_resource_update = update_custom
    provisioners._custom_resource_delete = delete_custom
    provisioners._RESOURCE_HANDLERS["AWS::CloudFormation::CustomResource"]["create"] = create_custom


def _native(resource_type: str, props: Properties) -> Callable[[Request], Made] | None:
    if is_sdk_call(props):
        return _sdk_call
    return _NATIVE.get(resource_type)


def _sdk_call(request: Request) -> Made:
    return make_sdk_call(request.kind, request.logical_id, request.physical_id, request.props, request.client)


def _empty_bucket(request: Request) -> Made:
    name = request.props["BucketName"]
    s3 = request.client("s3")
    if request.kind == "Delete":
        tags = _unless_gone(lambda: s3.get_bucket_tagging(Bucket=name)["TagSet"], ("NoSuchBucket", "NoSuchTagSet")) or []
        if {"Key": "aws-cdk:auto-delete-objects", "Value": "true"} in tags:
            bucket_deployments.empty(s3, name)
    return request.physical_id or name, {}


def _empty_repository(request: Request) -> Made:
    name = request.props["RepositoryName"]
    ecr = request.client("ecr")
    if request.kind == "Delete":
        found = _unless_gone(
            lambda: ecr.describe_repositories(repositoryNames=[name])["repositories"], ("RepositoryNotFoundException",)
        )
        tags = ecr.list_tags_for_resource(resourceArn=found[0]["repositoryArn"])["tags"] if found else []
        if {"Key": "aws-cdk:auto-delete-images", "Value": "true"} in tags:
            digests = {image["imageDigest"] for image in ecr.list_images(repositoryName=name, maxResults=1000)["imageIds"]}
            if digests:
                ecr.batch_delete_image(repositoryName=name, imageIds=[{"imageDigest": digest} for digest in sorted(digests)])
    return request.physical_id or name, {}


def _keep_logs(request: Request) -> Made:
    name, days = request.props["LogGroupName"], request.props.get("RetentionInDays")
    logs = request.client("logs", request.props.get("LogGroupRegion"))
    if request.kind != "Delete":
        _unless_gone(lambda: logs.create_log_group(logGroupName=name), ("ResourceAlreadyExistsException",))
        if days:
            logs.put_retention_policy(logGroupName=name, retentionInDays=int(days))
        else:
            logs.delete_retention_policy(logGroupName=name)
    elif request.props.get("RemovalPolicy") == "destroy":
        _unless_gone(lambda: logs.delete_log_group(logGroupName=name), ("ResourceNotFoundException",))
    return name, {"LogGroupName": name}


def _trust_provider(request: Request) -> Made:
    iam, props = request.client("iam"), request.props
    thumbprints = props.get("ThumbprintList") or ["0" * 40]
    if request.kind != "Create":
        _unless_gone(lambda: iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=request.physical_id), ("NoSuchEntity",))
    if request.kind == "Delete":
        return request.physical_id, {}
    made = iam.create_open_id_connect_provider(
        Url=props["Url"], ClientIDList=props.get("ClientIDList") or ["sts.amazonaws.com"], ThumbprintList=thumbprints
    )
    return made["OpenIDConnectProviderArn"], {"Thumbprints": json.dumps(thumbprints)}


def _deploy_files(request: Request) -> Made:
    return bucket_deployments.deploy(request.kind, request.physical_id, request.props, request.old, request.client("s3"))


def _store(request: Request) -> Made:
    return request.physical_id or request.logical_id, {}


def _unless_gone(work: Callable[[], Any], codes: tuple[str, ...]) -> Any:
    """None where it fails with one of the codes."""
    from botocore.exceptions import ClientError  # noqa: PLC0415

    try:
        return work()
    except ClientError as error:
        if error.response["Error"]["Code"].removesuffix("Exception") not in {code.removesuffix("Exception") for code in codes}:
            raise
        return None


_NATIVE: dict[str, Callable[[Request], Made]] = {
    "Custom::AWSCDKOpenIdConnectProvider": _trust_provider,
    "Custom::CDKBucketDeployment": _deploy_files,
    "Custom::ECRAutoDeleteImages": _empty_repository,
    "Custom::LogRetention": _keep_logs,
    "Custom::S3AutoDeleteObjects": _empty_bucket,
    "Custom::VpcRestrictDefaultSG": _store,
}
