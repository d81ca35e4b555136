"""A push to ECR is whole, and moves no tag that must stay.

- An image whose layers are not there, or an index whose images are not, is refused: `LayersNotFoundException`,
  `ReferencedImagesNotFoundException`, and `MANIFEST_BLOB_UNKNOWN` for `docker push`.
  https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImage.html
- The digest must be that of the manifest; what is there already is `ImageAlreadyExistsException`.
- Tags do not move where the repository forbids it, but for those that a filter names.
  https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
"""

import fnmatch
import time
from collections.abc import Callable
from typing import Any

from ministack.services import ecr

from dockyard.build import manifests
from dockyard.build.manifests import Manifest
from dockyard.local.extensions import registry_blobs
from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.registry_api import Data, RefusedError, answer, repository, within
from dockyard.local.extensions.registry_images import images, shape

PUSHED: list[Callable[[str, Data], None]] = []
"""What is done with a repository's name and an image that was just pushed."""


def install(_: Instance) -> None:
    """Take images in ministack's place; its records stay where they are."""
    answer("PutImage", _put_image)
    ecr._v2_put_manifest = _v2_put_manifest


def _put_image(data: Data) -> Data:
    repository(data)
    name, tag, raw = data["repositoryName"], data.get("imageTag"), data["imageManifest"].encode()
    digest = ecr._content_digest(raw)
    if data.get("imageDigest", digest) != digest:
        message = f"The specified digest '{data['imageDigest']}' does not match the digest '{digest}' of the image manifest"
        raise RefusedError("ImageDigestDoesNotMatchException", message)
    if any(i["imageDigest"] == digest and (not tag or tag in i["imageTags"]) for i in images(name)):
        shown = f"digest '{digest}'" + (f" and tag '{tag}'" if tag else "")
        raise RefusedError("ImageAlreadyExistsException", f"Image with {shown} already exists in the {within(name)}")
    image = _put(name, raw, data.get("imageManifestMediaType"), tag)
    return {"image": shape(image, tag)}


def _v2_put_manifest(name: str, reference: str, headers: dict[str, str], body: bytes) -> Any:
    digest = ecr._content_digest(body)
    tag = None if ":" in reference else reference
    if not tag and reference != digest:
        return ecr._registry_error(400, "DIGEST_INVALID", "the manifest has another digest", {"actual": digest})
    try:
        _put(name, body, headers.get("content-type"), tag)
    except RefusedError as refused:
        return ecr._registry_error(404 if refused.oci == "NAME_UNKNOWN" else 400, refused.oci, str(refused))
    place = f"/v2/{name}/manifests/{digest}"
    return ecr._registry_ok(201, {"Location": place, "Docker-Content-Digest": digest, "Content-Length": "0"}, b"")


def _put(name: str, raw: bytes, media_type: str | None, tag: str | None) -> Data:
    """Add an image, or a tag to it. Raises RefusedError."""
    owner = repository({"repositoryName": name})
    manifest = _read(raw)
    media_type = media_type or manifest.media_type
    if not media_type:
        message = "Invalid parameter at 'imageManifestMediaType': it is needed where the manifest has no mediaType"
        raise RefusedError("InvalidParameterException", message, "MANIFEST_INVALID")
    _check_parts(name, manifest)
    digest = ecr._content_digest(raw)
    holder = next((image for image in images(name) if tag in image["imageTags"]), None)
    if tag and holder and holder["imageDigest"] != digest:
        _check_tag(name, owner, tag)
        holder["imageTags"].remove(tag)
    image = next((image for image in images(name) if image["imageDigest"] == digest), None) or _new(name, raw, media_type)
    if tag and tag not in image["imageTags"]:
        image["imageTags"].append(tag)
    image["hadTag"] = bool(tag) or image["hadTag"]
    registry_blobs.settle(name, manifest.blobs)
    for done in PUSHED:
        done(name, image)
    return image


def _read(raw: bytes) -> Manifest:
    try:
        return manifests.read(raw)
    except ValueError as error:
        message = f"Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax' ({error})"
        raise RefusedError("InvalidParameterException", message, "MANIFEST_INVALID") from error


def _check_parts(name: str, manifest: Manifest) -> None:
    """Raise RefusedError where layers are missing, or images that an index lists."""
    there = {image["imageDigest"] for image in images(name)}
    missing_layers = [digest for digest in manifest.blobs if registry_blobs.size_of(name, digest) is None]
    missing_images = [digest for digest in manifest.images if digest not in there]
    for what, code, missing in (
        ("Layers", "LayersNotFoundException", missing_layers),
        ("Images", "ReferencedImagesNotFoundException", missing_images),
    ):
        if missing:
            message = f"{what} with digests '[{', '.join(missing)}]' required for pushing image into {within(name)} do not exist"
            raise RefusedError(code, message, "MANIFEST_BLOB_UNKNOWN")


def _check_tag(name: str, owner: Data, tag: str) -> None:
    """Raise RefusedError where the tag must stay where it is."""
    kind = owner.get("imageTagMutability", "MUTABLE")
    filters = owner.get("imageTagMutabilityExclusionFilters") or []
    excepted = kind.endswith("_WITH_EXCLUSION") and any(fnmatch.fnmatchcase(tag, f["filter"]) for f in filters)
    if kind.startswith("IMMUTABLE") != excepted:
        message = (
            f"The image tag '{tag}' already exists in the '{name}' repository and cannot be overwritten "
            "because the tag is immutable."
        )
        raise RefusedError("ImageTagAlreadyExistsException", message, "TAG_INVALID")


def _new(name: str, raw: bytes, media_type: str) -> Data:
    digest = ecr._content_digest(raw)
    image = {
        "registryId": ecr._registry_id(),
        "repositoryName": name,
        "imageId": {"imageDigest": digest},
        "imageDigest": digest,
        "imageManifest": raw.decode(),
        "imageManifestMediaType": media_type,
        "imageTags": [],
        "imagePushedAt": time.time(),
        "hadTag": False,
    }
    ecr._manifest_blobs.setdefault(name, {})[digest] = raw
    ecr._images.setdefault(name, []).append(image)
    return image
