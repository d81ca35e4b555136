"""ECR's images: one digest with any number of tags.

- `ListImages` has an entry a tag, `BatchGetImage` the tag that was asked for; both kinds of lists come in pages.
- A tag that is deleted is taken from its image, which goes with its last one; deleted by digest it goes with all of them.
  What an index lists stays as long as that. https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchDeleteImage.html
- `DescribeImages` tells the size of config and layers (of an index, that of its largest image), the type, and the last pull;
  a tag that is not there is `ImageNotFoundException`: with an empty list the CDK CLI would believe that the image is there.
  https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageDetail.html
"""

import re
import time
from collections.abc import Callable
from typing import Any

from ministack.services import ecr

from dockyard.build import manifests
from dockyard.build.manifests import Manifest
from dockyard.local.extensions import registry_blobs
from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.registry_api import Data, RefusedError, answer, page, repository, within

_DIGEST = re.compile(r"[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+")
_TAG = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}")

DETAILS: list[Callable[[Data], Data]] = []
"""What others have to say of an image in `DescribeImages`."""


class _LeftOutError(Exception):
    """Why an action leaves out one of its images."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def install(_: Instance) -> None:
    """Answer for images in ministack's place; its records stay where they are."""
    answer("BatchGetImage", _batch_get_image)
    answer("BatchDeleteImage", _batch_delete_image)
    answer("ListImages", _list_images)
    answer("DescribeImages", _describe_images)
    ecr._v2_delete_manifest = _v2_delete_manifest
    get_manifest = ecr._v2_get_manifest

    def get(name: str, reference: str) -> Any:
        found = get_manifest(name, reference)
        for image in images(name):
            if found[1].get("Docker-Content-Digest") == image["imageDigest"]:
                image["lastRecordedPullTime"] = time.time()
        return found

    ecr._v2_get_manifest = get


def images(name: str) -> list[Data]:
    """The images of a repository."""
    return list(ecr._images.get(name) or [])


def manifest_of(image: Data) -> Manifest:
    """Its manifest."""
    return manifests.read(image["imageManifest"].encode())


def indexes_with(name: str, digest: str) -> list[str]:
    """Digests of the indexes that list this image."""
    return [image["imageDigest"] for image in images(name) if digest in manifest_of(image).images]


def found(name: str, image_id: Data) -> Data:
    """The image that a request names. Raises RefusedError where it is not there."""
    try:
        return _lookup(name, image_id)
    except _LeftOutError as failure:
        if failure.code != "ImageNotFound":
            raise RefusedError("InvalidParameterException", str(failure)) from failure
        shown = ", ".join(f"{key}:'{image_id.get(key, 'null')}'" for key in ("imageDigest", "imageTag"))
        message = f"The image with imageId {{{shown}}} does not exist within the {within(name)}"
        raise RefusedError("ImageNotFoundException", message) from failure


def remove(name: str, image: Data) -> None:
    """Delete an image, and the blobs that only it has."""
    ecr._images[name].remove(image)
    (ecr._manifest_blobs.get(name) or {}).pop(image["imageDigest"], None)
    registry_blobs.sweep(name)


def selected(data: Data) -> list[Data]:
    """The images of a request's repository whose tags are as its filter wants them."""
    repository(data)
    wanted = (data.get("filter") or {}).get("tagStatus", "ANY")
    return [i for i in images(data["repositoryName"]) if wanted == "ANY" or bool(i["imageTags"]) == (wanted == "TAGGED")]


def _lookup(name: str, image_id: Data) -> Data:
    digest, tag = image_id.get("imageDigest"), image_id.get("imageTag")
    if not digest and not tag:
        raise _LeftOutError("MissingDigestAndTag", "Invalid request parameters: both tag and digest cannot be null")
    for value, pattern, code, what in ((digest, _DIGEST, "InvalidImageDigest", "digest"), (tag, _TAG, "InvalidImageTag", "tag")):
        if value and not pattern.fullmatch(value):
            raise _LeftOutError(code, f"Invalid request parameters: image {what} should satisfy the regex '{pattern.pattern}'")
    image = next((i for i in images(name) if (i["imageDigest"] == digest if digest else tag in i["imageTags"])), None)
    if image is None:
        raise _LeftOutError("ImageNotFound", "Requested image not found")
    if tag and tag not in image["imageTags"]:
        raise _LeftOutError("ImageTagDoesNotMatchDigest", f"Requested image tag '{tag}' does not match digest '{digest}'")
    return image


# what is there


def _list_images(data: Data) -> Data:
    entries = [entry for image in selected(data) for entry in _ids(image)]
    shown, more = page(entries, data)
    return {"imageIds": shown, **more}


def _describe_images(data: Data) -> Data:
    repository(data)
    name = data["repositoryName"]
    if data.get("imageIds"):
        if data.get("maxResults") or data.get("nextToken"):
            raise RefusedError("InvalidParameterException", "maxResults and nextToken cannot be used together with imageIds")
        wanted = {image["imageDigest"]: image for image in (found(name, image_id) for image_id in data["imageIds"])}
        return {"imageDetails": [_detail(name, image) for image in wanted.values()]}
    shown, more = page(selected(data), data)
    return {"imageDetails": [_detail(name, image) for image in shown], **more}


def _detail(name: str, image: Data) -> Data:
    manifest = manifest_of(image)
    facts = {
        "registryId": image["registryId"],
        "repositoryName": name,
        "imageDigest": image["imageDigest"],
        "imageTags": list(image["imageTags"]) or None,
        "imageSizeInBytes": _size(name, manifest),
        "imagePushedAt": image["imagePushedAt"],
        "imageManifestMediaType": image["imageManifestMediaType"],
        "artifactMediaType": manifest.artifact_type,
        "subjectManifestDigest": manifest.subject,
        "lastRecordedPullTime": image.get("lastRecordedPullTime"),
        "imageStatus": "ACTIVE",
    }
    for more in DETAILS:
        facts.update(more(image))
    return {key: value for key, value in facts.items() if value is not None}


def _size(name: str, manifest: Manifest) -> int:
    if not manifest.is_index:
        return manifest.size
    listed = [image for image in images(name) if image["imageDigest"] in manifest.images]
    return max((_size(name, manifest_of(image)) for image in listed), default=0)


def _batch_get_image(data: Data) -> Data:
    def get(name: str, image_id: Data) -> list[Data]:
        image = _lookup(name, image_id)
        image["lastRecordedPullTime"] = time.time()
        return [shape(image, image_id.get("imageTag"))]

    done, failures = _each(data, get)
    return {"images": done, "failures": failures}


def shape(image: Data, tag: str | None) -> Data:
    """An image as the API gives it, under the tag that it was asked for by."""
    return {
        "registryId": image["registryId"],
        "repositoryName": image["repositoryName"],
        "imageId": _id(image, tag),
        "imageManifest": image["imageManifest"],
        "imageManifestMediaType": image["imageManifestMediaType"],
    }


def _id(image: Data, tag: str | None) -> Data:
    return {"imageDigest": image["imageDigest"], **({"imageTag": tag} if tag else {})}


def _ids(image: Data) -> list[Data]:
    return [_id(image, tag) for tag in image["imageTags"] or [None]]


# deletions


def _batch_delete_image(data: Data) -> Data:
    done, failures = _each(data, _delete)
    return {"imageIds": done, "failures": failures}


def _delete(name: str, image_id: Data) -> list[Data]:
    """Take a tag away, or delete the image; what is gone. Raises _LeftOutError."""
    image, tag = _lookup(name, image_id), image_id.get("imageTag")
    if tag and len(image["imageTags"]) > 1:
        image["imageTags"].remove(tag)
        return [_id(image, tag)]
    if indexes := indexes_with(name, image["imageDigest"]):
        reason = f"Requested image referenced by manifest list: [{', '.join(indexes)}]"
        raise _LeftOutError("ImageReferencedByManifestList", reason)
    remove(name, image)
    return _ids(image)


def _v2_delete_manifest(name: str, reference: str) -> Any:
    if name not in ecr._repositories:
        return ecr._ensure_repo_exists(name)
    try:
        _delete(name, {"imageDigest" if ":" in reference else "imageTag": reference})
    except _LeftOutError as failure:
        missing = failure.code == "ImageNotFound"
        return ecr._registry_error(404 if missing else 400, "MANIFEST_UNKNOWN" if missing else "DENIED", str(failure))
    return ecr._registry_ok(202, {}, b"")


def _each(data: Data, work: Callable[[str, Data], list[Data]]) -> tuple[list[Data], list[Data]]:
    """What was done for each image of a request, and the failures."""
    repository(data)
    done, failures = list[Data](), list[Data]()
    for image_id in data.get("imageIds") or []:
        try:
            done += work(data["repositoryName"], image_id)
        except _LeftOutError as failure:
            failures.append({"imageId": image_id, "failureCode": failure.code, "failureReason": str(failure)})
    return done, failures
