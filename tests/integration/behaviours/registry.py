"""ECR: what it tells, what it keeps."""

import json
import tarfile
import tempfile
from pathlib import Path
from urllib.error import HTTPError

import pytest

from dockyard.local.archive import make_archive
from tests.integration.behaviours.contract import acts
from tests.integration.local_aws import Server


@acts("registry")
def tags_stay_but_for_those_of_caches(aws: Server) -> None:
    """registry: `IMMUTABLE_WITH_EXCLUSION`."""
    folder = Path(tempfile.mkdtemp())
    assert aws.deploy("r", {"Repository": {"Type": "AWS::ECR::Repository", "Properties": {
        "RepositoryName": "app", "ImageTagMutability": "IMMUTABLE_WITH_EXCLUSION", "ImageTagMutabilityExclusionFilters": [
            {"ImageTagMutabilityExclusionFilterType": "WILDCARD", "ImageTagMutabilityExclusionFilterValue": "cache-*"}]}}})  # fmt: skip
    registry, repository = aws.registry(), "app"
    assert (
        aws.client("ecr").describe_repositories(repositoryNames=["app"])["repositories"][0]["repositoryUri"]
        == f"{registry.host}/{repository}"
    )
    one, two = (make_archive(_tar(folder / name), folder / f"{name}-image", {}, {}) for name in ("one", "two"))
    for tag in ("v1", "cache-1"):
        one.upload(registry, repository, tag)
    with pytest.raises(HTTPError) as refused:
        two.upload(registry, repository, "v1")
    refused.value.close()
    two.upload(registry, repository, "cache-1")


@acts("registry")
def a_repository_that_stayed_is_imported_and_never_made_anew(aws: Server) -> None:
    """Or the way back after a service was removed would work here alone."""
    aws.client("ecr").create_repository(repositoryName="app")
    repository = {"Type": "AWS::ECR::Repository", "DeletionPolicy": "Retain", "Properties": {"RepositoryName": "app"}}
    assert aws.deploy("one", {"Repository": repository}) == "ROLLBACK_COMPLETE"
    cloudformation = aws.client("cloudformation")
    cloudformation.create_change_set(
        StackName="two", ChangeSetName="c", ChangeSetType="CREATE", ImportExistingResources=True,
        TemplateBody=json.dumps({"Resources": {"Repository": repository}}),
    )  # fmt: skip
    cloudformation.get_waiter("change_set_create_complete").wait(StackName="two", ChangeSetName="c", WaiterConfig={"Delay": 1})
    cloudformation.execute_change_set(StackName="two", ChangeSetName="c")
    cloudformation.get_waiter("stack_create_complete").wait(StackName="two", WaiterConfig={"Delay": 1})


def _tar(path: Path) -> Path:
    """A tar with one file of that name, so that two of them make two images."""
    path.write_text(path.name)
    with tarfile.open(f"{path}.tar", "w") as tar:
        tar.add(path, path.name)
    return Path(f"{path}.tar")
