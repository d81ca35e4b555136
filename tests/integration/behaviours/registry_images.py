"""ECR: images, their tags, and what is told of them."""

import json

import pytest

from tests.integration.behaviours.contract import acts
from tests.integration.images import Repository
from tests.integration.local_aws import Server


@acts("registry_images")
def missing_images_are_told(aws: Server) -> None:
    """Or the CDK CLI would believe that the image is there."""
    ecr = Repository(aws, "empty").ecr
    with pytest.raises(ecr.exceptions.ImageNotFoundException, match=r"imageTag:'v1'.*repository with name 'empty'"):
        ecr.describe_images(repositoryName="empty", imageIds=[{"imageTag": "v1"}])


@acts("registry_images")
def every_tag_of_an_image_is_listed(aws: Server) -> None:
    """`ListImages` has an entry a tag, `BatchGetImage` answers with the tag that was asked for."""
    repository = Repository(aws)
    digest = repository.push("one", "v1", "v2")
    repository.push("other")
    assert repository.tags() == {"v1", "v2", "none"}
    assert repository.describe(imageTag="v1")["imageTags"] == ["v1", "v2"]
    for tag in ("v1", "v2"):
        image = repository.ecr.batch_get_image(repositoryName="app", imageIds=[{"imageTag": tag}])["images"][0]
        assert image["imageId"] == {"imageDigest": digest, "imageTag": tag}


@acts("registry_images")
def a_deleted_tag_leaves_the_image_to_its_other_tags(aws: Server) -> None:
    """The image goes with its last tag, and by its digest with all of them."""
    repository = Repository(aws)
    digest = repository.push("one", "v1", "v2")
    assert repository.delete(imageTag="v1")["imageIds"] == [{"imageDigest": digest, "imageTag": "v1"}]
    assert repository.describe(imageDigest=digest)["imageTags"] == ["v2"]
    repository.delete(imageTag="v2")
    assert repository.tags() == set()
    repository.push("one", "v1", "v2")
    assert [gone["imageTag"] for gone in repository.delete(imageDigest=digest)["imageIds"]] == ["v1", "v2"]
    assert repository.tags() == set()


@acts("registry_images")
def an_image_that_cannot_be_deleted_is_named_with_the_reason(aws: Server) -> None:
    repository = Repository(aws)
    one, two = repository.push("one", "v1"), repository.push("two")
    index = repository.push_index([two], "all")
    wanted = {
        "ImageNotFound": {"imageTag": "v9"},
        "InvalidImageDigest": {"imageDigest": "one"},
        "ImageTagDoesNotMatchDigest": {"imageDigest": one, "imageTag": "all"},
        "ImageReferencedByManifestList": {"imageDigest": two},
        "MissingDigestAndTag": {},
    }
    for code, image_id in wanted.items():
        failure = repository.delete(**image_id)["failures"][0]
        assert (failure["failureCode"], failure["imageId"]) == (code, image_id)
    repository.delete(imageDigest=index)
    assert repository.delete(imageDigest=two)["failures"] == []


@acts("registry_images")
def lists_of_images_come_in_pages_by_tag_status(aws: Server) -> None:
    repository = Repository(aws)
    for number in range(3):
        repository.push(f"tagged {number}", f"v{number}")
    untagged = repository.push("untagged")
    for action, key in (("list_images", "imageIds"), ("describe_images", "imageDetails")):
        pages = repository.ecr.get_paginator(action).paginate(repositoryName="app", PaginationConfig={"PageSize": 3})
        assert [len(page[key]) for page in pages] == [3, 1]
        found = getattr(repository.ecr, action)(repositoryName="app", filter={"tagStatus": "UNTAGGED"})[key]
        assert [image["imageDigest"] for image in found] == [untagged]


@acts("registry_images")
def an_image_has_the_size_of_its_layers_and_an_index_that_of_its_largest(aws: Server) -> None:
    """With its type."""
    repository = Repository(aws)
    small, large = repository.push("small"), repository.push("large" * 100)
    repository.push_index([small, large], "all")
    manifest = json.loads(repository.ask("GET", f"manifests/{large}").body)
    size = manifest["config"]["size"] + manifest["layers"][0]["size"]
    told = repository.describe(imageDigest=large)
    assert told["imageSizeInBytes"] == size > repository.describe(imageDigest=small)["imageSizeInBytes"]
    assert told["artifactMediaType"] == "application/vnd.oci.image.config.v1+json"
    index = repository.describe(imageTag="all")
    assert (index["imageSizeInBytes"], "artifactMediaType" in index) == (size, False)


@acts("registry_images", only_here="AWS tells it within a day")
def an_image_tells_when_it_was_pulled_last(aws: Server) -> None:
    """By this one sees what can go."""
    repository = Repository(aws)
    pulled = repository.push("one", "v1")
    repository.push("two", "v2")
    repository.ask("GET", f"manifests/{pulled}")
    told = repository.describe(imageTag="v1")
    assert told["lastRecordedPullTime"] >= told["imagePushedAt"]
    assert "lastRecordedPullTime" not in repository.describe(imageTag="v2")


@acts("registry_pushes")
def an_image_whose_layers_are_not_there_is_refused(aws: Server) -> None:
    """And an index whose images are not; by the API as by `docker push`."""
    repository = Repository(aws)
    manifest = repository.image("one")
    missing = f"sha256:{'0' * 64}"
    manifest["layers"][0]["digest"] = missing
    refused = repository.put(manifest, "v1")
    assert (refused.status, refused.error) == (400, "MANIFEST_BLOB_UNKNOWN")
    exceptions = repository.ecr.exceptions
    with pytest.raises(exceptions.LayersNotFoundException, match=f"Layers with digests '\\[{missing}\\]' required for pushing"):
        repository.ecr.put_image(repositoryName="app", imageManifest=json.dumps(manifest), imageTag="v1")
    index = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [{"digest": missing}]}
    with pytest.raises(exceptions.ReferencedImagesNotFoundException):
        repository.ecr.put_image(repositoryName="app", imageManifest=json.dumps(index), imageTag="all")
    assert repository.tags() == set()


@acts("registry_pushes")
def an_image_is_put_once_and_given_more_tags(aws: Server) -> None:
    """The CDK CLI and promotions tag what is there with `PutImage`."""
    repository = Repository(aws, imageTagMutability="IMMUTABLE")
    repository.push("one", "v1")
    manifest = repository.ecr.batch_get_image(repositoryName="app", imageIds=[{"imageTag": "v1"}])["images"][0]["imageManifest"]
    repository.ecr.put_image(repositoryName="app", imageManifest=manifest, imageTag="v2")
    assert repository.tags() == {"v1", "v2"}
    with pytest.raises(repository.ecr.exceptions.ImageAlreadyExistsException):
        repository.ecr.put_image(repositoryName="app", imageManifest=manifest, imageTag="v1")
    other = json.dumps(repository.image("two"))
    with pytest.raises(repository.ecr.exceptions.ImageTagAlreadyExistsException, match="the tag is immutable"):
        repository.ecr.put_image(repositoryName="app", imageManifest=other, imageTag="v1")


@acts("registry_referrers")
def signatures_are_found_by_their_image(aws: Server) -> None:
    """By the OCI referrers API, all or by type, and by `ListImageReferrers`."""
    repository = Repository(aws)
    image = repository.push("one", "v1")
    subject = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": image, "size": 1}
    answer = repository.put(repository.image("signature", subject=subject, artifactType="sig"), None)
    assert answer.headers["oci-subject"] == image
    repository.push("bill of materials", subject=subject)
    assert len(json.loads(repository.ask("GET", f"referrers/{image}").body)["manifests"]) == 2
    filtered = repository.ask("GET", f"referrers/{image}?artifactType=application/vnd.oci.image.config.v1%2Bjson")
    assert filtered.headers["oci-filters-applied"] == "artifactType"
    assert len(json.loads(repository.ask("GET", f"referrers/{image}?artifactType=none").body)["manifests"]) == 0
    assert len(repository.ecr.list_image_referrers(repositoryName="app", subjectId={"imageDigest": image})["referrers"]) == 2


@acts("pull_through_caches", only_here="AWS cannot reach a registry that is on this machine")
def an_image_comes_by_a_pull_through_cache(aws: Server) -> None:
    """Whole, at the first pull, with the credentials of the rule's secret; what is not behind it is missing here, too."""
    behind = Repository(aws, "behind/app")
    child = behind.push("one")
    index = behind.push_index([child], "v1")
    login = json.dumps({"username": behind.registry.username, "accessToken": behind.registry.password})
    secret = aws.client("secretsmanager").create_secret(Name="ecr-pullthroughcache/here", SecretString=login)["ARN"]
    rule = {"EcrRepositoryPrefix": "cached", "UpstreamRegistryUrl": behind.registry.host, "CredentialArn": secret}
    assert aws.deploy("c", {"Rule": {"Type": "AWS::ECR::PullThroughCacheRule", "Properties": rule}}) == "CREATE_COMPLETE"
    (told,) = behind.ecr.describe_pull_through_cache_rules()["pullThroughCacheRules"]
    assert (told["ecrRepositoryPrefix"], told["upstreamRegistryUrl"]) == ("cached", behind.registry.host)
    cached = Repository(aws, "cached/behind/app", make=False)
    assert cached.ask("GET", "manifests/v2").status == 404
    assert cached.ask("GET", "manifests/v1").headers["docker-content-digest"] == index
    assert cached.tags() == {"v1", "none"}
    assert cached.ask("GET", f"manifests/{child}").status == 200
    assert Repository(aws, "cached/nobody", make=False).ask("GET", "manifests/v1").status == 404
    aws.delete("c")
    assert behind.ecr.describe_pull_through_cache_rules()["pullThroughCacheRules"] == []
