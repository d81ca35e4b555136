"""The cloud assembly, read from the files that synth writes."""

import json

from dockyard.deploy.assembly import read_assembly

TEMPLATE = {
    "Parameters": {
        "Vpc": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/shop/vpc"},
        "Bootstrap": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/cdk-bootstrap/x/version"},
        "Plain": {"Type": "String", "Default": "x"},
    },
    "Resources": {
        "A": {"Type": "AWS::ECS::Service", "Properties": {"Name": "web"}},
        "C": {"Type": "AWS::ECS::Service"},
        "B": {"Type": "AWS::SNS::Topic"},
    },
}
ROLE = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/deploy-${AWS::Region}"


def artifact(name, *dependencies, **properties):
    return {
        "type": "aws:cloudformation:stack",
        "properties": {"templateFile": "t.json", "stackName": f"shop-{name}", **properties},
        "dependencies": list(dependencies),
    }


def assembly(folder):
    artifacts = {
        "web": artifact("web", "web.assets", "platform", tags={"a": "b"}, terminationProtection=True, assumeRoleArn=ROLE,
                        stackTemplateAssetObjectUrl="s3://bucket-${AWS::AccountId}/key.json",
                        bootstrapStackVersionSsmParameter="/cdk-bootstrap/x/version", requiresBootstrapStackVersion=6),
        "platform": artifact("platform"),
        "web.assets": {"type": "cdk:asset-manifest", "properties": {"file": "assets.json"}},
        "Tree": {"type": "cdk:tree"},
    }  # fmt: skip
    destination = {"bucketName": "bucket-${AWS::AccountId}", "objectKey": "key.json", "assumeRoleArn": ROLE}
    files = {"x": {"source": {"path": "t.json", "packaging": "file"}, "destinations": {"here": destination}}}
    (folder / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    (folder / "assets.json").write_text(json.dumps({"files": files}))
    (folder / "t.json").write_text(json.dumps(TEMPLATE))
    return read_assembly(folder, partition="aws", account="123456789012", region="eu-west-1")


def test_stacks_come_after_those_that_they_need(tmp_path):
    assert [stack.name for stack in assembly(tmp_path)] == ["shop-platform", "shop-web"]
    assert assembly(tmp_path)[1].depends_on == ("shop-platform",)


def test_placeholders_are_filled_in(tmp_path):
    web = assembly(tmp_path)[1]
    assert web.deploy_role == "arn:aws:iam::123456789012:role/deploy-eu-west-1"
    assert web.template_asset == ("bucket-123456789012", "key.json")
    assert [(file.bucket, file.key, file.role) for file in web.files] == [("bucket-123456789012", "key.json", web.deploy_role)]


def test_what_cloudformation_is_sent_is_the_artifacts(tmp_path):
    web = assembly(tmp_path)[1]
    assert (web.tags, web.termination_protection, web.bootstrap_version) == ({"a": "b"}, True, 6)


def test_parameters_from_ssm_are_told_from_others(tmp_path):
    assert assembly(tmp_path)[0].parameter_defaults() == {"Vpc": "/shop/vpc", "Bootstrap": "/cdk-bootstrap/x/version"}


def test_properties_are_found_by_type(tmp_path):
    assert assembly(tmp_path)[0].properties("AWS::ECS::Service", "Name") == ["web"]
