"""Limits of AWS: names of our own at their longest, and stacks that are too large."""

import pytest

from dockyard.errors import ConfigError
from tests.synth.projects import stacks

APP, ENVIRONMENT, NAME = 20 * "a", 11 * "e", 30 * "s"
LIMITS = {
    "CloudWatch::Alarm": {"AlarmName": 255},
    "CloudWatch::Dashboard": {"DashboardName": 255},
    "DynamoDB::GlobalTable": {"TableName": 255},
    "EC2::SecurityGroup": {"GroupName": 255, "GroupDescription": 255},
    "EC2::SecurityGroupIngress": {"Description": 255},
    "ECR::Repository": {"RepositoryName": 256},
    "ECS::CapacityProvider": {"Name": 255},
    "ECS::Cluster": {"ClusterName": 255},
    "ECS::Service": {"ServiceName": 255},
    "ECS::TaskDefinition": {"Family": 255},
    "ElasticLoadBalancingV2::LoadBalancer": {"Name": 32},
    "ElasticLoadBalancingV2::TargetGroup": {"Name": 32},
    "Events::Rule": {"Name": 64},
    "IAM::Role": {"RoleName": 64},
    "IAM::InstanceProfile": {"InstanceProfileName": 128},
    "Logs::LogGroup": {"LogGroupName": 512},
    "RDS::DBCluster": {"DBClusterIdentifier": 63},
    "S3::Bucket": {"BucketName": 63},
    "Scheduler::Schedule": {"Name": 64},
    "SNS::Topic": {"TopicName": 256},
    "SQS::Queue": {"QueueName": 80},
    "SSM::Parameter": {"Name": 1011},
    "ServiceDiscovery::HttpNamespace": {"Name": 1024},
    "StepFunctions::StateMachine": {"StateMachineName": 80},
}
"""Type to its names, and how long AWS lets them be (the pages of each service's API)."""
KINDS = {
    "a": "kind: web\ncount: {min: 1, max: 9, cpu: 50}",
    "b": "kind: backend\nruns_on: ec2",
    "c": "kind: worker",
    "d": "kind: job\nschedule: rate(1 day)",
    "e": f"kind: task\nlinks: {{{NAME}: read-write}}",
}


def test_names_of_ours_are_within_the_limits_at_their_longest(tmp_path):
    """All others are made by CloudFormation, which shortens them and adds something random."""
    project = (
        f"name: {APP}\nenvironments: {{{ENVIRONMENT}: {{account: '111122223333', region: ap-southeast-1}}}}\n"
        f"cluster: {{ec2: {{instance_types: [t3.small]}}}}\nresources: {{{NAME}: {{kind: database}}}}"
    )
    names = {letter: f"{letter}{NAME[1:]}" for letter in KINDS}
    files = {f"services/{names[letter]}/service.yaml": f"{text}\nimage: {{from: nginx}}" for letter, text in KINDS.items()}
    artifacts, read = stacks(tmp_path, files={"dockyard.yaml": project, **files})
    made = [name for name, artifact in artifacts.items() if artifact["type"] == "aws:cloudformation:stack"]
    assert max(map(len, made)) <= 128
    seen = set()
    for resource in (one for name in made for one in read(name)["Resources"].values()):
        for key, limit in LIMITS.get(resource["Type"].removeprefix("AWS::"), {}).items():
            value = resource.get("Properties", {}).get(key)
            if value is not None:
                seen.add(key)
                assert len(_text(value)) <= limit, (resource["Type"], key, value)
    assert {"AlarmName", "ClusterName", "RepositoryName", "RoleName"} <= seen, "names of ours are looked at"


def _text(value):
    """A name with a region and an account in it, as long as they can be."""
    if isinstance(value, str):
        return value
    if "Fn::Join" in value:
        separator, parts = value["Fn::Join"]
        return separator.join(map(_text, parts))
    return {"AWS::AccountId": 12 * "1", "AWS::Region": "ap-southeast-1"}.get(value.get("Ref"), "")


def test_a_stack_with_too_much_is_refused_with_the_way_out(tmp_path):
    shared = ", ".join(f"q{number}: {{kind: queue}}" for number in range(101))
    project = f"name: shop\nenvironments: {{dev: {{}}}}\nresources: {{{shared}}}"
    with pytest.raises(ConfigError) as caught:
        stacks(tmp_path, files={"dockyard.yaml": project})
    assert caught.value.problems == (
        "dockyard.yaml: resources: make 505 resources in the stack shop-dev-resources, and CloudFormation takes 500; make what "
        "only one service uses a resource of its own, by a mapping in the links of its service.yaml",
    )


def test_a_service_with_too_many_links_is_refused_with_the_way_out(tmp_path):
    links = ", ".join(f"q{number}: {{kind: queue}}" for number in range(130))
    with pytest.raises(ConfigError) as caught:
        stacks(tmp_path, files={
            "dockyard.yaml": "name: shop\nenvironments: {dev: {}}",
            "services/web/service.yaml": f"kind: web\nimage: {{from: nginx}}\nlinks: {{{links}}}",
        })  # fmt: skip
    (told,) = caught.value.problems
    assert told.startswith("services/web/service.yaml: links: make ")
    assert told.endswith(
        "resources in the stack shop-dev-web, and CloudFormation takes 500; move some to resources in dockyard.yaml, or split "
        "the service in two"
    )
