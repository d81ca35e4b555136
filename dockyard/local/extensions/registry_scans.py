"""ECR's image scans: they end at once and find nothing, but are there only where AWS would have made one.

- An image is scanned when it is pushed, if its repository (`scanOnPush`) or the registry's configuration says so, and by
  `StartImageScan`, once in 24 hours; else there is `ScanNotFoundException`.
  https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-basic.html
- `DescribeImages` has the summary. Indexes and artifacts cannot be scanned. Enhanced scanning, which is Amazon Inspector's,
  is refused. https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutRegistryScanningConfiguration.html
"""

import fnmatch
import time
from typing import Any

from ministack.services import ecr

from dockyard.local.extensions import registry_images, registry_pushes
from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.registry_api import Data, RefusedError, answer, repository, within

_EVERY_SECONDS = 24 * 3600
_CONFIGS = ("application/vnd.docker.container.image.v1+json", "application/vnd.oci.image.config.v1+json")

_configurations: Any = ecr.AccountRegionScopedDict()
"""Of the registry: under one key, an account and region each."""
_KEY = "scanning"


def install(_: Instance) -> None:
    """Answer for scans."""
    answer("StartImageScan", _start)
    answer("DescribeImageScanFindings", _describe)
    answer("GetRegistryScanningConfiguration", _get_configuration)
    answer("PutRegistryScanningConfiguration", _put_configuration)
    answer("BatchGetRepositoryScanningConfiguration", _repository_configurations)
    registry_pushes.PUSHED.append(_scan_on_push)
    registry_images.DETAILS.append(_summary)


def reset() -> None:
    """Forget the configurations."""
    _configurations._data.clear()


def _scan_on_push(name: str, image: Data) -> None:
    if "scannedAt" not in image and _can_be_scanned(image) and _scans_on_push(ecr._repositories[name]):
        image["scannedAt"] = time.time()


def _scans_on_push(owner: Data) -> bool:
    own = (owner.get("imageScanningConfiguration") or {}).get("scanOnPush", False)
    return bool(own or _filters(owner))


def _filters(owner: Data) -> list[Data]:
    """The filters of the registry's configuration that are about this repository."""
    rules = [rule for rule in _configuration()["rules"] if rule["scanFrequency"] == "SCAN_ON_PUSH"]
    filters = [entry for rule in rules for entry in rule["repositoryFilters"]]
    return [entry for entry in filters if fnmatch.fnmatchcase(owner["repositoryName"], entry["filter"])]


def _can_be_scanned(image: Data) -> bool:
    return registry_images.manifest_of(image).artifact_type in _CONFIGS


def _start(data: Data) -> Data:
    repository(data)
    image = registry_images.found(data["repositoryName"], data["imageId"])
    if not _can_be_scanned(image):
        kind = image["imageManifestMediaType"]
        raise RefusedError(
            "UnsupportedImageTypeException", f"The operation cannot be performed on image with media type '{kind}'"
        )
    if time.time() - image.get("scannedAt", 0) < _EVERY_SECONDS:
        raise RefusedError("LimitExceededException", "The scan quota per image has been exceeded. Wait and try again.")
    image["scannedAt"] = time.time()
    return {**_whose(data, image), "imageScanStatus": {"status": "IN_PROGRESS"}}


def _describe(data: Data) -> Data:
    repository(data)
    name = data["repositoryName"]
    image = registry_images.found(name, data["imageId"])
    if "scannedAt" not in image:
        tag = data["imageId"].get("imageTag", "null")
        shown = f"{{imageDigest:'{image['imageDigest']}', imageTag:'{tag}'}}"
        raise RefusedError(
            "ScanNotFoundException", f"Image scan does not exist for the image with '{shown}' in the {within(name)}"
        )
    findings = {**_summary(image)["imageScanFindingsSummary"], "findings": []}
    return {**_whose(data, image), "imageScanStatus": _summary(image)["imageScanStatus"], "imageScanFindings": findings}


def _whose(data: Data, image: Data) -> Data:
    return {
        "registryId": image["registryId"],
        "repositoryName": data["repositoryName"],
        "imageId": {**data["imageId"], "imageDigest": image["imageDigest"]},
    }


def _summary(image: Data) -> Data:
    if "scannedAt" not in image:
        return {}
    when = {"imageScanCompletedAt": image["scannedAt"], "vulnerabilitySourceUpdatedAt": image["scannedAt"]}
    return {
        "imageScanStatus": {"status": "COMPLETE", "description": "The scan was completed successfully."},
        "imageScanFindingsSummary": {**when, "findingSeverityCounts": {}},
    }


# the registry's configuration


def _configuration() -> Data:
    found: Data = _configurations.get(_KEY) or {"scanType": "BASIC", "rules": []}
    return found


def _get_configuration(_: Data) -> Data:
    return {"registryId": ecr._registry_id(), "scanningConfiguration": _configuration()}


def _put_configuration(data: Data) -> Data:
    if data.get("scanType", "BASIC") != "BASIC":
        raise RefusedError("ValidationException", "The local AWS has no enhanced scanning, which is Amazon Inspector's")
    rules = data.get("rules") or []
    if any(rule["scanFrequency"] == "CONTINUOUS_SCAN" for rule in rules):
        raise RefusedError("ValidationException", "Scan frequency CONTINUOUS_SCAN is not supported for scan type BASIC")
    _configurations[_KEY] = {"scanType": "BASIC", "rules": rules}
    return {"registryScanningConfiguration": _configuration()}


def _repository_configurations(data: Data) -> Data:
    names = data["repositoryNames"]
    there = [ecr._repositories[name] for name in names if name in ecr._repositories]
    found = [
        {
            "repositoryArn": owner["repositoryArn"],
            "repositoryName": owner["repositoryName"],
            "scanOnPush": _scans_on_push(owner),
            "scanFrequency": "SCAN_ON_PUSH" if _scans_on_push(owner) else "MANUAL",
            "appliedScanFilters": _filters(owner),
        }
        for owner in there
    ]
    missing = {"failureCode": "REPOSITORY_NOT_FOUND", "failureReason": "The repository was not found"}
    failures = [{"repositoryName": name, **missing} for name in names if name not in ecr._repositories]
    return {"scanningConfigurations": found, "failures": failures}
