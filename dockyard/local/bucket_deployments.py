"""Files of CDK's `BucketDeployment`: archives of assets are unpacked into a bucket.

https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_s3_deployment-readme.html
"""

import fnmatch
import io
import mimetypes
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

_METADATA = {
    "cache-control": "CacheControl", "content-disposition": "ContentDisposition", "content-encoding": "ContentEncoding",
    "content-language": "ContentLanguage", "content-type": "ContentType",
}  # fmt: skip

Properties = Mapping[str, Any]


def deploy(kind: str, physical_id: str, props: Properties, old: Properties, s3: Any) -> tuple[str, dict[str, Any]]:
    """Put, prune or remove the files, as the function of CDK does. Raises botocore's errors."""
    bucket, prefix = props["DestinationBucketName"], _prefix(props)
    keeps = _is_true(props.get("RetainOnDelete", True))
    if kind == "Delete" and not keeps:
        empty(s3, bucket, prefix)
    if kind == "Update" and not keeps and (old.get("DestinationBucketName"), _prefix(old)) != (bucket, prefix):
        empty(s3, old["DestinationBucketName"], _prefix(old))
    if kind != "Delete":
        _put(props, bucket, prefix, s3)
    data = {"DestinationBucketArn": props.get("DestinationBucketArn"), "SourceObjectKeys": props.get("SourceObjectKeys")}
    return physical_id or f"aws.cdk.s3deployment.{uuid4()}", data


def empty(s3: Any, bucket: str, prefix: str = "") -> None:
    """Delete all versions of what begins so."""
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        objects = [
            {"Key": one["Key"], "VersionId": one["VersionId"]} for one in page.get("Versions", []) + page.get("DeleteMarkers", [])
        ]
        if objects:
            s3.delete_objects(Bucket=bucket, Delete={"Objects": objects})


def _put(props: Properties, bucket: str, prefix: str, s3: Any) -> None:
    system = {key.lower(): value for key, value in (props.get("SystemMetadata") or {}).items()}
    metadata = {_METADATA[key]: value for key, value in system.items() if key in _METADATA}
    user = {key.lower(): value for key, value in (props.get("UserMetadata") or {}).items()}
    here = set()
    for name, body in _files(props, s3):
        if _is_wanted(name, props):
            kind = mimetypes.guess_type(name)[0] or "binary/octet-stream"
            s3.put_object(Bucket=bucket, Key=prefix + name, Body=body, Metadata=user, **{"ContentType": kind, **metadata})
            here.add(prefix + name)
    if _is_true(props.get("Prune", True)):
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for one in page.get("Contents", []):
                if one["Key"] not in here and _is_wanted(one["Key"].removeprefix(prefix), props):
                    s3.delete_object(Bucket=bucket, Key=one["Key"])


def _files(props: Properties, s3: Any) -> Iterator[tuple[str, bytes]]:
    """Name and content; tokens that were not known at synth are replaced."""
    sources = zip(props["SourceBucketNames"], props["SourceObjectKeys"], strict=True)
    markers = props.get("SourceMarkers") or [{}] * len(props["SourceObjectKeys"])
    for (bucket, key), replaced in zip(sources, markers, strict=True):
        content = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        if not _is_true(props.get("Extract", True)):
            yield key.rsplit("/", 1)[-1], content
            continue
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                if not name.endswith("/"):
                    yield name, _replaced(archive.read(name), replaced)


def _replaced(content: bytes, markers: Mapping[str, Any]) -> bytes:
    for marker, value in markers.items():
        content = content.replace(marker.encode(), str(value).encode())
    return content


def _is_wanted(name: str, props: Properties) -> bool:
    excluded = any(fnmatch.fnmatch(name, pattern) for pattern in props.get("Exclude") or [])
    return not excluded or any(fnmatch.fnmatch(name, pattern) for pattern in props.get("Include") or [])


def _prefix(props: Properties) -> str:
    prefix = str(props.get("DestinationBucketKeyPrefix") or "").strip("/")
    return f"{prefix}/" if prefix else ""


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"
