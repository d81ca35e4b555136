from aws_cdk import aws_iam as iam

from dockyard_constructs import CachedImage, PullThroughCache


def test_the_rule_has_a_prefix_and_a_registry_and_nobody_logs_in(stack, template):
    PullThroughCache(stack, "Cache", repository_prefix="quay", upstream_registry="quay.io")
    assert template().one("ECR::PullThroughCacheRule") == {"EcrRepositoryPrefix": "quay", "UpstreamRegistryUrl": "quay.io"}


def test_with_everything_set(stack, template):
    arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ecr-pullthroughcache/hub"
    PullThroughCache(stack, "Cache", repository_prefix="docker-hub", upstream_registry="registry-1.docker.io", credential_arn=arn)
    assert template().one("ECR::PullThroughCacheRule")["CredentialArn"] == arn


def test_who_pulls_may_be_the_first(stack, template):
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"))
    image = CachedImage(stack, "Image", repository_prefix="docker-hub", repository_name="library/nginx", version="1.29")
    image.grant_pull(role)
    (statement,) = [s for s in template().statements() if "ecr:CreateRepository" in s["Action"]]
    assert statement["Action"] == ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"]
    assert "repository/docker-hub/library/nginx" in str(statement["Resource"])
