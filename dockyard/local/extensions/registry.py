"""ECR: addresses that exist here, and answers as AWS gives them.

- `repositoryUri` names a host that can be reached; images that templates name as
  `<account>.dkr.ecr.<region>.amazonaws.com/...` are pulled from there.
- CloudFormation makes no repository of a name that is there: one that stayed when its stack went is imported, or in the way.
  https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-automatically.html
- A repository keeps the filters of tags that are, or are not, immutable: from a template and from the API.
  https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
- `DescribeRepositories` gives its list in pages.
"""

import re
from collections.abc import Callable
from typing import Any

from docker.models.containers import ContainerCollection
from docker.models.images import ImageCollection
from ministack.services import ecr
from ministack.services.cloudformation import changesets, provisioners

from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.registry_api import Data, RefusedError, answer, page
from dockyard.local.extensions.registry_api import repository as known

_AWS_HOST = re.compile(r"^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com/")
_TYPE = "AWS::ECR::Repository"
_FILTERS = "imageTagMutabilityExclusionFilters"


def install(instance: Instance) -> None:
    """Give every ECR address this machine's, and every answer AWS's."""
    ecr._repo_uri = lambda name: f"{instance.registry}/{name}"
    ecr._ensure_repo_exists = _unknown
    _import_repositories()
    _keep_filters()
    _read_filters_of_templates()
    _describe_in_pages()
    for owner, methods in ((ImageCollection, ("get", "pull", "get_registry_data")), (ContainerCollection, ("run", "create"))):
        for method in methods:
            _readdress(owner, method, instance.registry)


def _unknown(name: str) -> Any:
    """What a client of the registry gets for a repository that is not there; None for others."""
    try:
        known({"repositoryName": name})
    except RefusedError as refused:
        return ecr._registry_error(404, refused.oci, str(refused), {"name": name})
    return None


def _keep_filters() -> None:
    """ministack forgets them."""
    make, put, shape = ecr._create_repository, ecr._put_image_tag_mutability, ecr._repo_shape

    def keep(data: Data, answered: Any) -> Any:
        if answered[0] == 200:
            ecr._repositories[data["repositoryName"]][_FILTERS] = data.get(_FILTERS, [])
        return answered

    def with_filters(repository: Data) -> Data:
        filters = repository.get(_FILTERS)
        return {**shape(repository), **({_FILTERS: filters} if filters else {})}

    ecr._create_repository = lambda data: keep(data, make(data))
    ecr._put_image_tag_mutability = lambda data: keep(data, put(data))
    ecr._repo_shape = with_filters


def _read_filters_of_templates() -> None:
    """And make no repository that is there."""
    to_api = provisioners._ecr_cfn_to_api
    handler = provisioners._RESOURCE_HANDLERS[_TYPE]
    create_original, update_original = handler["create"], handler["update"]

    def with_filters(props: Data) -> Data:
        filters = [
            {"filterType": f["ImageTagMutabilityExclusionFilterType"], "filter": f["ImageTagMutabilityExclusionFilterValue"]}
            for f in props.get("ImageTagMutabilityExclusionFilters") or []
        ]
        return {**to_api(props), _FILTERS: filters}

    def create(logical_id: str, props: Data, stack: str) -> Any:
        name = props.get("RepositoryName")
        if name in ecr._repositories:
            raise ValueError(f"The repository with name '{name}' already exists in the registry with id '{ecr._registry_id()}'")
        return create_original(logical_id, props, stack)

    def update(physical_id: str, old: Data, new: Data, *rest: Any) -> Any:
        done = update_original(physical_id, old, new, *rest)
        ecr._repositories[physical_id][_FILTERS] = with_filters(new)[_FILTERS]
        return done

    provisioners._ecr_cfn_to_api = with_filters
    handler.update(create=create, update=update)


def _describe_in_pages() -> None:
    original = ecr._describe_repositories

    def describe(data: Data) -> Data:
        for name in data.get("repositoryNames") or []:
            known({"repositoryName": name})
        everything = ecr.json.loads(original({**data, "maxResults": len(ecr._repositories) or 1})[2])["repositories"]
        shown, more = page(everything, data)
        return {"repositories": shown, **more}

    answer("DescribeRepositories", describe)


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
