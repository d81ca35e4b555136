"""`ImageRepository` and `PublishingRole`."""

import json

import pytest
from aws_cdk import Duration
from aws_cdk import aws_kms as kms

from dockyard_constructs import ImageRepository, PublishingRole


def rules(properties):
    return json.loads(properties["LifecyclePolicy"]["LifecyclePolicyText"])["rules"]


def test_with_all_defaults_tags_stay_and_images_are_scanned_encrypted_and_kept(stack, template):
    ImageRepository(stack, "Repository")
    (resource,) = template().all("ECR::Repository")
    properties = resource["Properties"]
    assert properties["ImageTagMutability"] == "IMMUTABLE_WITH_EXCLUSION"
    assert [f["ImageTagMutabilityExclusionFilterValue"] for f in properties["ImageTagMutabilityExclusionFilters"]] == ["cache-*"]
    assert properties["ImageScanningConfiguration"] == {"ScanOnPush": True}
    assert properties["EmptyOnDelete"] is False
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


def test_no_rule_expires_an_image_that_may_be_in_use(stack, template):
    """Only images without a tag and build caches may expire: no rule knows what is deployed."""
    ImageRepository(stack, "Repository")
    selections = [rule["selection"] for rule in rules(template().one("ECR::Repository"))]
    assert all(s["tagStatus"] == "untagged" or s.get("tagPrefixList") == ["cache-"] for s in selections)
    assert len(selections) == 2


def test_with_all_set(stack, template):
    role = PublishingRole(stack, "Publisher", application="shop")
    ImageRepository(
        stack, "Repository", repository_name="shop/web", publishers=[role.role], encryption_key=kms.Key(stack, "Key"),
        untagged_after=Duration.days(3), caches_after=Duration.days(9), empty_on_delete=True,
    )  # fmt: skip
    (resource,) = template().all("ECR::Repository")
    properties = resource["Properties"]
    assert properties["RepositoryName"] == "shop/web"
    assert properties["EncryptionConfiguration"]["EncryptionType"] == "KMS"
    assert (properties["EmptyOnDelete"], resource["DeletionPolicy"]) == (True, "Delete")
    assert [rule["selection"]["countNumber"] for rule in rules(properties)] == [9, 3]


def test_an_imported_key_is_taken(stack, template):
    key = kms.Key.from_key_arn(stack, "Key", "arn:aws:kms:eu-west-1:123456789012:key/abc")
    ImageRepository(stack, "Repository", encryption_key=key)
    configuration = template().one("ECR::Repository")["EncryptionConfiguration"]
    assert configuration["KmsKey"] == "arn:aws:kms:eu-west-1:123456789012:key/abc"


def test_the_publisher_may_push_to_this_repository_and_nowhere_else(stack, template):
    role = PublishingRole(stack, "Publisher", application="shop")
    ImageRepository(stack, "Repository", publishers=[role.role])
    wide = [s["Action"] for s in template().statements() if s["Resource"] == "*"]
    assert wide == ["ecr:GetAuthorizationToken"]  # which can have no other resource
    assert template().one("IAM::Role")["RoleName"] == "cdk-shop-publish-123456789012-eu-west-1"


def test_the_arn_for_a_synthesizer_is_that_of_the_role():
    assert PublishingRole.arn_of("shop") == (
        "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/cdk-shop-publish-${AWS::AccountId}-${AWS::Region}"
    )


def test_a_name_too_long_for_a_role_is_refused(stack):
    with pytest.raises(ValueError, match="application should have at most 20 characters, got 21"):
        PublishingRole(stack, "Publisher", application="a" * 21)
