"""ECR: addresses that exist here, and answers as AWS gives them.

- `repositoryUri` and the token's `proxyEndpoint` name a host that can be reached; images that templates name as
  `<account>.dkr.ecr.<region>.amazonaws.com/...` are pulled from there.
- `DescribeImages` of a tag that is not there answers `ImageNotFoundException`; with an empty list the CDK CLI would
  believe that the image is there.
  https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html
- CloudFormation makes no repository of a name that is there: one that stayed when its stack went is imported, or in the way.
  https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-automatically.html
- Tags of a repository with `IMMUTABLE_WITH_EXCLUSION` do not move, save those that a filter names.
  https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
"""

import base64
import fnmatch
import re
import time
from collections.abc import Callable
from typing import Any

from docker.models.containers import ContainerCollection
from docker.models.images import ImageCollection
from ministack.services import ecr
from ministack.services.cloudformation import changesets, provisioners

from dockyard.local.extensions.instance import Instance

_AWS_HOST = re.compile(r"^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com/")
_TYPE = "AWS::ECR::Repository"
_TOKEN_SECONDS = 12 * 3600


def install(instance: Instance) -> None:
    """Give every ECR address this machine's, and every answer AWS's."""
    ecr._repo_uri = lambda name: f"{instance.registry}/{name}"
    ecr._get_authorization_token = lambda _: _authorization(instance)
    _refuse_missing_images()
    _import_repositories()
    _keep_tags_in_place()
    for owner, methods in ((ImageCollection, ("get", "pull", "get_registry_data")), (ContainerCollection, ("run", "create"))):
        for method in methods:
            _readdress(owner, method, instance.registry)


def _authorization(instance: Instance) -> Any:
    return ecr.json_response(
        {
            "authorizationData": [
                {
                    "authorizationToken": base64.b64encode(b"AWS:local").decode(),
                    "expiresAt": int(time.time()) + _TOKEN_SECONDS,
                    "proxyEndpoint": f"http://{instance.registry}",
                }
            ]
        }
    )


def _refuse_missing_images() -> None:
    original = ecr._describe_images

    def describe_images(data: dict[str, Any]) -> Any:
        name = data.get("repositoryName", "")
        for image in data.get("imageIds") or []:
            if name in ecr._repositories and not ecr._find_image(name, image):
                return ecr.error_response_json(
                    "ImageNotFoundException",
                    f"The image with imageId {image} does not exist within the repository with name '{name}' "
                    f"in the registry with id '{ecr._registry_id()}'",
                    400,
                )
        return original(data)

    ecr._describe_images = describe_images


def _keep_tags_in_place() -> None:
    """Carry the filters from the template, and let a manifest be put under an immutable tag only where one applies."""
    to_api, put_manifest = provisioners._ecr_cfn_to_api, ecr._v2_put_manifest

    def with_filters(props: dict[str, Any]) -> dict[str, Any]:
        filters = [
            {"filterType": f["ImageTagMutabilityExclusionFilterType"], "filter": f["ImageTagMutabilityExclusionFilterValue"]}
            for f in props.get("ImageTagMutabilityExclusionFilters") or []
        ]
        return {**to_api(props), "imageTagMutabilityExclusionFilters": filters}

    def create(logical_id: str, props: dict[str, Any], stack: str) -> Any:
        name = props.get("RepositoryName")
        if name in ecr._repositories:
            raise ValueError(f"The repository with name '{name}' already exists in the registry with id '{ecr._registry_id()}'")
        physical_id, attributes = create_original(logical_id, props, stack)
        ecr._repositories[physical_id].update(with_filters(props))
        return physical_id, attributes

    def put(name: str, reference: str, headers: dict[str, str], body: bytes) -> Any:
        repository = ecr._repositories.get(name) or {}
        if repository.get("imageTagMutability") != "IMMUTABLE_WITH_EXCLUSION":
            return put_manifest(name, reference, headers, body)
        filters = repository.get("imageTagMutabilityExclusionFilters", [])
        free = any(fnmatch.fnmatchcase(reference, f["filter"]) for f in filters)
        repository["imageTagMutability"] = "MUTABLE" if free else "IMMUTABLE"
        try:
            return put_manifest(name, reference, headers, body)
        finally:
            repository["imageTagMutability"] = "IMMUTABLE_WITH_EXCLUSION"

    handler = provisioners._RESOURCE_HANDLERS[_TYPE]
    create_original, handler["create"] = handler["create"], create
    ecr._v2_put_manifest = put


def _import_repositories() -> None:
    """What `ImportExistingResources` adopts; ministack knows other types."""

    def missing(name: str) -> str | None:
        return None if name in ecr._repositories else f"Resource of type '{_TYPE}' with identifier '{name}' was not found."

    def adopt(identifier: dict[str, str]) -> tuple[str, dict[str, str]]:
        found = ecr._repositories[identifier["RepositoryName"]]
        return found["repositoryName"], {"Arn": found["repositoryArn"], "RepositoryUri": found["repositoryUri"]}

    changesets._IMPORT_LOOKUPS[_TYPE] = (("RepositoryName",), missing)
    provisioners._RESOURCE_HANDLERS[_TYPE]["import"] = adopt


def _readdress(owner: type, method: str, registry: str) -> None:
    original: Callable[..., Any] = getattr(owner, method)

    def call(self: Any, image: str, *args: Any, **kwargs: Any) -> Any:
        return original(self, _AWS_HOST.sub(f"{registry}/", image), *args, **kwargs)

    setattr(owner, method, call)
