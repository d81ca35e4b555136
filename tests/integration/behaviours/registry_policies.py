"""ECR: lifecycle policies and scans."""

import json

import pytest

from tests.integration.behaviours.contract import acts, refused, simulated
from tests.integration.images import Repository
from tests.integration.local_aws import Server


def _policy(*selections: dict) -> str:
    rules = [
        {"rulePriority": number, "selection": {"countType": "imageCountMoreThan", **selection}, "action": {"type": "expire"}}
        for number, selection in enumerate(selections, 1)
    ]
    return json.dumps({"rules": rules})


@acts("registry_lifecycle", only_here="AWS takes up to a day")
def a_lifecycle_policy_expires_images(aws: Server) -> None:
    """The oldest go beyond the count, when the policy is put and after each push; those of an index stay with it."""
    repository = Repository(aws)
    for number in range(3):
        repository.push(f"{number}", f"dev-{number}", f"build-{number}")
    repository.push("kept", "prod-1")
    repository.push_index([repository.push("part", "dev-part")], "all")
    policy = _policy({"tagStatus": "tagged", "tagPrefixList": ["dev-"], "countNumber": 2})
    repository.ecr.put_lifecycle_policy(repositoryName="app", lifecyclePolicyText=policy)
    assert repository.tags() == {"dev-2", "build-2", "prod-1", "dev-part", "all"}
    repository.push("new", "dev-new")
    assert repository.tags() == {"dev-new", "prod-1", "dev-part", "all"}


@acts("registry_lifecycle", only_here="AWS takes up to a day")
def untagged_images_expire_but_not_those_that_an_index_may_want_soon(aws: Server) -> None:
    """An image that lost its tag goes; one that was pushed without a tag may be part of a push that is under way."""
    repository = Repository(aws)
    policy = _policy({"tagStatus": "untagged", "countNumber": 1})
    repository.ecr.put_lifecycle_policy(repositoryName="app", lifecyclePolicyText=policy)
    waiting = [repository.push("arm"), repository.push("x86")]
    for content in ("one", "two", "three"):
        repository.push(content, "latest")
    found = repository.ecr.list_images(repositoryName="app", filter={"tagStatus": "UNTAGGED"})["imageIds"]
    assert {image["imageDigest"] for image in found} >= set(waiting)
    assert len(found) == 3
    repository.push_index(waiting, "all")


@acts("registry_lifecycle")
def a_preview_tells_what_a_lifecycle_policy_would_expire(aws: Server) -> None:
    """By rules in order of priority: the first one that sees an image decides on it."""
    repository = Repository(aws)
    old = repository.push("old", "beta-1", "prod-1")
    repository.push("middle", "beta-2", "prod-2")
    repository.push("young", "beta-3")
    repository.push("none")
    policy = _policy(
        {"tagStatus": "tagged", "tagPatternList": ["prod*"], "countNumber": 1},
        {"tagStatus": "tagged", "tagPrefixList": ["beta"], "countNumber": 1},
    )
    with pytest.raises(repository.ecr.exceptions.LifecyclePolicyPreviewNotFoundException):
        repository.ecr.get_lifecycle_policy_preview(repositoryName="app")
    repository.ecr.start_lifecycle_policy_preview(repositoryName="app", lifecyclePolicyText=policy)
    repository.ecr.get_waiter("lifecycle_policy_preview_complete").wait(repositoryName="app", WaiterConfig={"Delay": 1})
    preview = repository.ecr.get_lifecycle_policy_preview(repositoryName="app")
    assert [(one["imageDigest"], one["appliedRulePriority"]) for one in preview["previewResults"]] == [(old, 1)]
    assert preview["summary"]["expiringImageTotalCount"] == 1
    assert len(repository.tags()) == 6


@acts("registry_lifecycle")
def a_wrong_lifecycle_policy_is_refused(aws: Server) -> None:
    """By the API, and with the stack whose template has it."""
    repository = Repository(aws)
    wrong = {
        "Could not map policyString": "{",
        r'missing required properties \(\["rules"\]\)': "{}",
        "instance failed to match exactly one schema": _policy({"tagStatus": "any", "countType": "age", "countNumber": 1}),
        "minimum: 1, found: 0": _policy({"tagStatus": "any", "countNumber": 0}),
    }
    for words, text in wrong.items():
        with pytest.raises(repository.ecr.exceptions.InvalidParameterException, match=words):
            repository.ecr.put_lifecycle_policy(repositoryName="app", lifecyclePolicyText=text.ljust(100))
    properties = {"RepositoryName": "other", "LifecyclePolicy": {"LifecyclePolicyText": "{}".ljust(100)}}
    assert aws.deploy("w", {"Other": {"Type": "AWS::ECR::Repository", "Properties": properties}}) == "ROLLBACK_COMPLETE"
    assert "other" not in {one["repositoryName"] for one in repository.ecr.describe_repositories()["repositories"]}


@simulated("registry_scans")
def scans_are_made_on_push_or_when_asked_for_and_find_nothing(aws: Server) -> None:
    """Where none was made, there is none."""
    repository = Repository(aws, imageScanningConfiguration={"scanOnPush": True})
    other = Repository(aws, "other")
    for each in (repository, other):
        each.push("one", "v1")
    ecr, image = repository.ecr, {"imageTag": "v1"}
    assert repository.describe(imageTag="v1")["imageScanFindingsSummary"]["findingSeverityCounts"] == {}
    with pytest.raises(ecr.exceptions.ScanNotFoundException):
        ecr.describe_image_scan_findings(repositoryName="other", imageId=image)
    ecr.start_image_scan(repositoryName="other", imageId=image)
    ecr.get_waiter("image_scan_complete").wait(repositoryName="other", imageId=image, WaiterConfig={"Delay": 1})
    found = ecr.describe_image_scan_findings(repositoryName="other", imageId=image)["imageScanFindings"]
    assert (found["findings"], found["findingSeverityCounts"]) == ([], {})
    with pytest.raises(ecr.exceptions.LimitExceededException):
        ecr.start_image_scan(repositoryName="other", imageId=image)


@simulated("registry_scans")
def the_registry_says_which_repositories_are_scanned(aws: Server) -> None:
    rule = {"scanFrequency": "SCAN_ON_PUSH", "repositoryFilters": [{"filter": "shop*", "filterType": "WILDCARD"}]}
    shop, other = Repository(aws, "shop/web"), Repository(aws, "other")
    shop.ecr.put_registry_scanning_configuration(scanType="BASIC", rules=[rule])
    assert shop.ecr.get_registry_scanning_configuration()["scanningConfiguration"] == {"scanType": "BASIC", "rules": [rule]}
    for repository, scanned in ((shop, True), (other, False)):
        repository.push("one", "v1")
        assert ("imageScanStatus" in repository.describe(imageTag="v1")) is scanned


@refused("registry_scans")
def enhanced_scanning_is_refused(aws: Server) -> None:
    ecr = aws.client("ecr")
    with pytest.raises(ecr.exceptions.ValidationException, match="no enhanced scanning"):
        ecr.put_registry_scanning_configuration(scanType="ENHANCED", rules=[])
