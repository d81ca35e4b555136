"""What belongs to an image, such as its signature: the OCI referrers API, and ECR's `ListImageReferrers`.

- A pushed manifest with a `subject` is told that it was taken as such, by `OCI-Subject`; the subject may come later.
- `GET /v2/<name>/referrers/<digest>` lists what has this subject, all of it or of one `artifactType`.
  https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers
  https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ListImageReferrers.html
"""

import json
import re
from collections.abc import Collection
from typing import Any

from ministack import app as gateway
from ministack.services import ecr

from dockyard.build import manifests
from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.registry_api import Data, answer, page, repository
from dockyard.local.extensions.registry_images import images, manifest_of

_PATH = re.compile(r"/v2/(?P<name>.+)/referrers/(?P<digest>sha256:[0-9a-f]{64})")


def install(_: Instance) -> None:
    """Answer for referrers."""
    answer("ListImageReferrers", _list_image_referrers)
    _tell_subject()
    is_ours, handle = gateway._is_ecr_registry_path, ecr.handle_registry_request
    gateway._is_ecr_registry_path = lambda path: bool(_PATH.fullmatch(path)) or is_ours(path)

    async def handle_request(method: str, path: str, headers: dict[str, str], body: bytes, query: Data) -> Any:
        match = _PATH.fullmatch(path)
        if not match or method != "GET":
            return await handle(method, path, headers, body, query)
        ecr._select_registry_request_scope(match["name"], headers, query)
        return ecr._ensure_repo_exists(match["name"]) or _index(match["name"], match["digest"], query.get("artifactType") or [])

    ecr.handle_registry_request = handle_request


def referrers(name: str, digest: str, types: Collection[str] = ()) -> list[Data]:
    """Descriptors of what has this subject, of these types or of all."""
    found = [
        {
            "mediaType": image["imageManifestMediaType"],
            "digest": image["imageDigest"],
            "size": len(image["imageManifest"].encode()),
            "artifactType": manifest_of(image).artifact_type,
            "annotations": manifest_of(image).annotations,
        }
        for image in images(name)
        if manifest_of(image).subject == digest
    ]
    return [one for one in found if not types or one["artifactType"] in types]


def _index(name: str, digest: str, types: list[str]) -> Any:
    content = {"schemaVersion": 2, "mediaType": manifests.INDEX, "manifests": referrers(name, digest, types)}
    headers = {"Content-Type": manifests.INDEX, **({"OCI-Filters-Applied": "artifactType"} if types else {})}
    return ecr._registry_ok(200, headers, json.dumps(content).encode())


def _list_image_referrers(data: Data) -> Data:
    repository(data)
    types = (data.get("filter") or {}).get("artifactTypes") or []
    found = referrers(data["repositoryName"], data["subjectId"]["imageDigest"], types)
    shown, more = page([{**one, "artifactStatus": "ACTIVE"} for one in found], data)
    return {"referrers": shown, **more}


def _tell_subject() -> None:
    original = ecr._v2_put_manifest

    def put(name: str, reference: str, headers: dict[str, str], body: bytes) -> Any:
        status, answered, content = original(name, reference, headers, body)
        subject = manifests.read(body).subject if status == 201 else None
        return status, {**answered, **({"OCI-Subject": subject} if subject else {})}, content

    ecr._v2_put_manifest = put
