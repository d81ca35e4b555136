"""Custom resources: functions of the user, and CDK's own."""

import io
import json
import zipfile

import pytest

from tests.integration.behaviours.contract import acts
from tests.integration.local_aws import Server, service, until
from tests.integration.support import get

PROVIDER = "arn:aws:lambda:us-east-1:000000000000:function:provider"
ANSWERS = """
import cfnresponse
def handler(event, context):
    name = event["ResourceProperties"]["Name"]
    cfnresponse.send(event, context, cfnresponse.SUCCESS, {"Loud": name.upper(), "Kind": event["RequestType"]}, "id-" + name)
"""


def _function(aws: Server, code: str, runtime: str = "python3.13") -> dict:
    properties = {
        "Runtime": runtime,
        "Handler": "index.handler",
        "Role": aws.surroundings.role,
        "Timeout": 30,
        "Code": {"ZipFile": code},
    }
    return {"Type": "AWS::Lambda::Function", "Properties": properties}


def _custom(kind: str, **properties: object) -> dict:
    return {"Type": kind, "Properties": {"ServiceToken": PROVIDER, **properties}}


def _kept(name: str, value: dict) -> dict:
    return {"Type": "AWS::SSM::Parameter", "Properties": {"Name": f"/{name}", "Type": "String", "Value": value}}


def _value(aws: Server, name: str) -> str:
    return aws.client("ssm").get_parameter(Name=f"/{name}")["Parameter"]["Value"]


@acts("custom_resources")
def a_function_that_answers_by_cfnresponse_makes_a_custom_resource(aws: Server) -> None:
    """Inline, as in many a template; with its identifier and its data, and again when it is changed and deleted."""

    def resources(name: str) -> dict:
        properties = {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}, "ServiceTimeout": 60, "Name": name}
        return {
            "Function": _function(aws, ANSWERS),
            "Thing": {"Type": "Custom::Thing", "Properties": properties},
            "A": _kept("id", {"Ref": "Thing"}),
            "B": _kept("data", {"Fn::Sub": "${Thing.Loud} ${Thing.Kind}"}),
        }

    assert aws.deploy("c", resources("one")) == "CREATE_COMPLETE"
    assert (_value(aws, "id"), _value(aws, "data")) == ("id-one", "ONE Create")
    assert aws.deploy("c", resources("two"), update=True) == "UPDATE_COMPLETE"
    assert (_value(aws, "id"), _value(aws, "data")) == ("id-two", "TWO Update")
    aws.delete("c")


def _reason_of_failure(aws: Server, code: str, runtime: str) -> str:
    """Why the resource fails, told within seconds."""
    function, token = _function(aws, code, runtime), {"Fn::GetAtt": ["Function", "Arn"]}
    resources = {"Function": function, "Thing": {"Type": "Custom::Thing", "Properties": {"ServiceToken": token}}}
    client = aws.client("cloudformation")
    client.create_stack(StackName="f", TemplateBody=json.dumps({"Resources": resources}))

    def reason() -> str:
        events = client.describe_stack_events(StackName="f")["StackEvents"]
        return next((one["ResourceStatusReason"] for one in events if one["ResourceStatus"] == "CREATE_FAILED"), "")

    told = until(reason, 9)
    until(lambda: client.describe_stacks(StackName="f")["Stacks"][0]["StackStatus"] == "ROLLBACK_COMPLETE", 5)
    client.delete_stack(StackName="f")
    return told


@acts("custom_resources", only_here="AWS waits for an hour")
def a_node_function_that_cannot_run_fails_the_stack_at_once(aws: Server) -> None:
    """With what Node says, instead of after an hour."""
    told = _reason_of_failure(aws, 'require("no-such-module"); exports.handler = async () => {};', "nodejs22.x")
    assert "Cannot find module 'no-such-module'" in told


@acts("custom_resources", only_here="AWS waits for an hour")
def a_function_that_raises_or_does_not_answer_fails_the_stack_at_once(aws: Server) -> None:
    """With the function's own words where it has some."""
    assert "no database" in _reason_of_failure(aws, "def handler(*_): raise ValueError('no database')", "python3.13")
    told = _reason_of_failure(aws, "def handler(*_): return 1", "python3.13")
    assert "did not receive a response from your Custom Resource" in told
    assert "ended without sending a response" in told


@acts("cdk_resources", only_here="CDK's own functions are stood in for")
def buckets_and_log_groups_of_cdk_are_emptied_and_kept_as_they_say(aws: Server) -> None:
    """`auto_delete_objects`, `log_retention`; the functions behind them are not run."""
    tags = [{"Key": "aws-cdk:auto-delete-objects", "Value": "true"}]
    assert aws.deploy("b", {
        "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "mine", "Tags": tags}},
        "Emptied": _custom("Custom::S3AutoDeleteObjects", BucketName={"Ref": "Bucket"}),
        "Logs": _custom("Custom::LogRetention", LogGroupName="/mine", RetentionInDays=7, RemovalPolicy="destroy"),
        "Closed": _custom("Custom::VpcRestrictDefaultSG", DefaultSecurityGroupId="sg-1", Account="000000000000"),
        "Name": _kept("logs", {"Fn::GetAtt": ["Logs", "LogGroupName"]}),
    }) == "CREATE_COMPLETE"  # fmt: skip
    aws.client("s3").put_object(Bucket="mine", Key="a/b", Body=b"x")
    (group,) = aws.client("logs").describe_log_groups(logGroupNamePrefix="/mine")["logGroups"]
    assert (group["retentionInDays"], _value(aws, "logs")) == (7, "/mine")
    aws.delete("b")
    assert aws.client("s3").list_buckets()["Buckets"] == []
    assert aws.client("logs").describe_log_groups(logGroupNamePrefix="/mine")["logGroups"] == []


@acts("cdk_resources", only_here="CDK's own functions are stood in for")
def repositories_of_cdk_are_emptied_with_their_stack(aws: Server) -> None:
    """`empty_on_delete` of old, by a custom resource."""
    aws.image()
    ecr = aws.client("ecr")
    arn = ecr.describe_repositories(repositoryNames=["app"])["repositories"][0]["repositoryArn"]
    emptied = {"Emptied": _custom("Custom::ECRAutoDeleteImages", RepositoryName="app")}
    assert aws.deploy("one", emptied) == "CREATE_COMPLETE"
    aws.delete("one")
    assert ecr.list_images(repositoryName="app")["imageIds"]  # it has not the tag that says so
    ecr.tag_resource(resourceArn=arn, tags=[{"Key": "aws-cdk:auto-delete-images", "Value": "true"}])
    assert aws.deploy("two", emptied) == "CREATE_COMPLETE"
    aws.delete("two")
    assert ecr.list_images(repositoryName="app")["imageIds"] == []


@acts("cdk_resources", only_here="CDK's own functions are stood in for")
def a_call_of_cdk_is_made(aws: Server) -> None:
    """`AwsCustomResource`: what it answers can be used, and what it made is taken away."""
    made = {"service": "SQS", "action": "createQueue", "parameters": {"QueueName": "made"},
            "physicalResourceId": {"responsePath": "QueueUrl"}, "outputPaths": ["QueueUrl"]}  # fmt: skip
    gone = {"service": "@aws-sdk/client-sqs", "action": "DeleteQueueCommand", "parameters": {"QueueUrl": "PHYSICAL:RESOURCEID:"}}
    policy = {"service": "CloudWatchLogs", "action": "putResourcePolicy", "physicalResourceId": {"id": "policy"},
              "parameters": {"policyName": "p", "policyDocument": "{}"}}  # fmt: skip
    failing = {"service": "ecs", "action": "describeServices", "parameters": {"cluster": "none", "services": ["s"]},
               "physicalResourceId": {"id": "x"}}  # fmt: skip
    resources = {
        "Queue": _custom("Custom::AWS", Create=json.dumps(made), Delete=json.dumps(gone), InstallLatestAwsSdk=False),
        "Policy": _custom("Custom::CloudwatchLogResourcePolicy", Create=json.dumps(policy), Update=json.dumps(policy)),
        "Url": _kept("url", {"Fn::GetAtt": ["Queue", "QueueUrl"]}),
        "Id": _kept("id", {"Ref": "Policy"}),
    }
    assert aws.deploy("c", resources) == "CREATE_COMPLETE"
    assert aws.client("sqs").list_queues()["QueueUrls"] == [_value(aws, "url")]
    assert [one["policyName"] for one in aws.client("logs").describe_resource_policies()["resourcePolicies"]] == ["p"]
    assert _value(aws, "id") == "policy"
    aws.delete("c")
    assert aws.client("sqs").list_queues().get("QueueUrls", []) == []
    ignored = {**failing, "ignoreErrorCodesMatching": "ClusterNotFound"}
    assert aws.deploy("ignored", {"Call": _custom("Custom::AWS", Create=json.dumps(ignored))}) == "CREATE_COMPLETE"
    assert aws.deploy("failing", {"Call": _custom("Custom::AWS", Create=json.dumps(failing))}) == "ROLLBACK_COMPLETE"


@acts("cdk_resources", only_here="CDK's own functions are stood in for")
def files_of_cdk_are_put_into_their_bucket(aws: Server) -> None:
    """`BucketDeployment`: unpacked, with what only the deploy knows; what is no longer there goes."""
    s3 = aws.client("s3")
    for bucket in ("assets", "site"):
        s3.create_bucket(Bucket=bucket)

    def asset(key: str, files: dict[str, str]) -> None:
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as opened:
            for name, text in files.items():
                opened.writestr(name, text)
        s3.put_object(Bucket="assets", Key=key, Body=archive.getvalue())

    def resources(key: str) -> dict:
        return {"Files": _custom(
            "Custom::CDKBucketDeployment", SourceBucketNames=["assets"], SourceObjectKeys=[key], DestinationBucketName="site",
            DestinationBucketKeyPrefix="web", Prune=True, SourceMarkers=[{"<<url>>": "http://there"}], RetainOnDelete=False,
        )}  # fmt: skip

    asset("one.zip", {"index.html": "see <<url>>", "old.txt": "old"})
    asset("two.zip", {"index.html": "second"})
    assert aws.deploy("d", resources("one.zip")) == "CREATE_COMPLETE"
    page = s3.get_object(Bucket="site", Key="web/index.html")
    assert (page["Body"].read(), page["ContentType"]) == (b"see http://there", "text/html")
    assert aws.deploy("d", resources("two.zip"), update=True) == "UPDATE_COMPLETE"
    assert [one["Key"] for one in s3.list_objects_v2(Bucket="site")["Contents"]] == ["web/index.html"]
    aws.delete("d")
    assert "Contents" not in s3.list_objects_v2(Bucket="site")


@acts("secrets")
def a_secret_of_a_template_is_its_arn_and_reaches_a_container(aws: Server) -> None:
    """As CDK refers to it; a change keeps it, and it goes with its stack."""
    resources = service(aws.image(), Secrets=[{"Name": "ANSWER", "ValueFrom": {"Fn::Sub": "${Secret}:word::"}}])
    properties = {"Name": f"{aws.name}-mine", "SecretString": '{"word": "sesame"}'}
    resources["Secret"] = {"Type": "AWS::SecretsManager::Secret", "Properties": properties}
    resources["Kept"] = _kept("secret", {"Ref": "Secret"})
    assert aws.deploy("s", resources) == "CREATE_COMPLETE"
    arn = _value(aws, "secret")
    assert arn == aws.client("secretsmanager").describe_secret(SecretId=properties["Name"])["ARN"]
    task = aws.client("ecs").describe_task_definition(taskDefinition="app")["taskDefinition"]["containerDefinitions"][0]
    assert task["secrets"] == [{"name": "ANSWER", "valueFrom": f"{arn}:word::"}]
    assert get(f"http://{aws.output('s', 'Address')}/") == (200, {"text": "sesame"})
    properties["Description"] = "changed"
    assert aws.deploy("s", resources, update=True) == "UPDATE_COMPLETE"
    found = aws.client("secretsmanager").describe_secret(SecretId=arn)
    assert (found["ARN"], found["Description"]) == (arn, "changed")
    aws.delete("s")
    with pytest.raises(aws.client("secretsmanager").exceptions.ResourceNotFoundException):
        aws.client("secretsmanager").describe_secret(SecretId=arn)


@acts("log_events")
def each_line_of_a_function_has_an_id(aws: Server) -> None:
    """Who follows its log tells by it what is new."""
    function = _function(aws, "def handler(*_): print('one'), print('two')")
    function["Properties"]["FunctionName"] = "speaks"
    assert aws.deploy("l", {"Function": function}) == "CREATE_COMPLETE"
    until(lambda: aws.client("lambda").invoke(FunctionName="speaks")["StatusCode"] == 200, 10)
    logs = aws.client("logs")

    def events() -> list[dict]:
        try:
            return logs.filter_log_events(logGroupName="/aws/lambda/speaks")["events"]
        except logs.exceptions.ResourceNotFoundException:
            return []

    found = until(lambda: len(told := events()) >= 4 and told, 30)
    assert {"one", "two"} <= {one["message"].strip() for one in found}
    assert len({one["eventId"] for one in found}) == len(found)
    aws.delete("l")
