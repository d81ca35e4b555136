"""ECR's API for layers, which tools use that push without an engine: what they send is the registry's blobs.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_UploadLayerPart.html
"""

import base64
from typing import Any

from ministack.services import ecr

from dockyard.local.extensions import registry_blobs
from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.registry_api import Data, RefusedError, answer, repository, scope, within
from dockyard.local.registry.blobs import DigestError

_PART_BYTES = 10 << 20


def install(_: Instance) -> None:
    """Answer for layers."""
    answer("BatchCheckLayerAvailability", _check)
    answer("InitiateLayerUpload", _initiate)
    answer("UploadLayerPart", _upload_part)
    answer("CompleteLayerUpload", _complete)


def _check(data: Data) -> Data:
    repository(data)
    sizes = {digest: registry_blobs.size_of(data["repositoryName"], digest) for digest in data["layerDigests"]}
    layers = [
        {"layerDigest": digest, "layerAvailability": "UNAVAILABLE" if size is None else "AVAILABLE", "layerSize": size or 0}
        for digest, size in sizes.items()
    ]
    return {"layers": layers, "failures": []}


def _initiate(data: Data) -> Data:
    repository(data)
    return {"uploadId": registry_blobs.store().begin(scope(data["repositoryName"])), "partSize": _PART_BYTES}


def _upload_part(data: Data) -> Data:
    path = _path(data)
    if data["partFirstByte"] != path.stat().st_size:
        message = f"The part's first byte should be {path.stat().st_size}, got {data['partFirstByte']}"
        raise RefusedError("InvalidLayerPartException", message)
    with path.open("ab") as file:
        file.write(base64.b64decode(data["layerPartBlob"]))
    return {**_whose(data), "lastByteReceived": path.stat().st_size - 1}


def _complete(data: Data) -> Data:
    path, (digest, *_) = _path(data), data["layerDigests"]
    name = data["repositoryName"]
    if registry_blobs.size_of(name, digest) is not None:
        raise RefusedError("LayerAlreadyExistsException", f"Layer with digest '{digest}' already exists in the {within(name)}")
    if not path.stat().st_size:
        raise RefusedError("EmptyUploadException", f"The upload with id '{data['uploadId']}' has no parts")
    try:
        registry_blobs.store().finish(scope(name), data["uploadId"], digest)
    except DigestError as error:
        raise RefusedError("InvalidLayerException", f"Layer digest '{digest}' does not match the content's '{error}'") from error
    return {**_whose(data), "layerDigest": digest}


def _path(data: Data) -> Any:
    repository(data)
    try:
        return registry_blobs.store().upload(scope(data["repositoryName"]), data["uploadId"])
    except LookupError as error:
        raise RefusedError(
            "UploadNotFoundException",
            f"Upload with id '{data['uploadId']}' could not be found in the {within(data['repositoryName'])}",
        ) from error


def _whose(data: Data) -> Data:
    return {"registryId": ecr._registry_id(), "repositoryName": data["repositoryName"], "uploadId": data["uploadId"]}
