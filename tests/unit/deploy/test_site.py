"""Where the bootstrap keeps its things."""

import json

import pytest

from dockyard.deploy.site import bootstrap_bucket
from tests.unit.deploy.bucket import Bucket

USUAL = "cdk-hnb659fds-assets-111111111111-eu-west-1"


def stack(name="CDKToolkit", qualifier="hnb659fds", bucket="ours"):
    parameters = [{"ParameterKey": "Qualifier", "ParameterValue": qualifier}]
    return {"StackName": name, "Parameters": parameters, "Outputs": [{"OutputKey": "BucketName", "OutputValue": bucket}]}


@pytest.mark.parametrize(("settings", "stacks", "bucket"), [
    (None, [stack()], "ours"),
    (None, [], USUAL),
    (None, [stack(qualifier="another")], USUAL),
    (None, [{"StackName": "CDKToolkit"}], USUAL),
    ({"toolkitStackName": "Tools"}, [stack(), stack("Tools", bucket="theirs")], "theirs"),
    ({"context": {"@aws-cdk/core:bootstrapQualifier": "mine"}}, [stack(qualifier="mine")], "ours"),
    ({"context": {"@aws-cdk/core:bootstrapQualifier": "mine"}}, [stack()], "cdk-mine-assets-111111111111-eu-west-1"),
])  # fmt: skip
def test_the_bucket_is_that_of_the_bootstraps_stack(tmp_path, settings, stacks, bucket):
    if settings:
        (tmp_path / "cdk.json").write_text(json.dumps(settings))
    account = Bucket()
    account.stacks = stacks
    assert bootstrap_bucket(account, tmp_path) == bucket
