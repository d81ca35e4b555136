"""CloudFormation: what it takes, what it waits for, what it tells."""

import json
import uuid

import pytest
from botocore.exceptions import ClientError

from tests.integration.behaviours.contract import acts
from tests.integration.local_aws import DEAF, DYING, Server, service, until
from tests.integration.support import get


@acts("resource_properties")
def a_property_that_is_not_known_or_is_missing_fails_the_stack(aws: Server) -> None:
    """Or a template would work here alone."""
    assert aws.deploy("one", {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"NoSuch": 1}}}) == "ROLLBACK_COMPLETE"
    rule = {"Type": "AWS::ElasticLoadBalancingV2::TargetGroup", "Properties": {"TargetGroupAttributes": [{"Kee": "x"}]}}
    assert aws.deploy("two", {"Targets": rule}) == "ROLLBACK_COMPLETE"
    assert (
        aws.deploy("three", {"Repository": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String"}}})
        == "ROLLBACK_COMPLETE"
    )
    events = [
        aws.client("cloudformation").describe_stack_events(StackName=name)["StackEvents"] for name in ("one", "two", "three")
    ]
    told = "".join(event.get("ResourceStatusReason", "") for one in events for event in one)
    assert "#: extraneous key [NoSuch] is not permitted" in told
    assert "#/TargetGroupAttributes/0: extraneous key [Kee] is not permitted" in told
    assert "#: required key [Value] not found" in told


@acts("resource_types", only_here="its group has no template of a server")
def stacks_with_servers_are_taken(aws: Server) -> None:
    """Or the whole stack would be refused."""
    assert aws.deploy("t", {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
        "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": {"Fn::GetAtt": ["Vpc", "CidrBlock"]}}},
        "Address": {"Type": "AWS::EC2::EIP"},
        "Nat": {"Type": "AWS::EC2::NatGateway", "Properties": {
            "SubnetId": {"Ref": "Subnet"}, "AllocationId": {"Fn::GetAtt": ["Address", "AllocationId"]}}},
        "Cluster": {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": "c"}},
        "Group": {"Type": "AWS::AutoScaling::AutoScalingGroup", "Properties": {"MinSize": "0", "MaxSize": "2"}},
        "Provider": {"Type": "AWS::ECS::CapacityProvider", "Properties": {"AutoScalingGroupProvider": {
            "AutoScalingGroupArn": {"Ref": "Group"}}}},
        "Providers": {"Type": "AWS::ECS::ClusterCapacityProviderAssociations", "Properties": {
            "Cluster": {"Ref": "Cluster"}, "CapacityProviders": ["FARGATE", {"Ref": "Provider"}], "DefaultCapacityProviderStrategy": []}},
    }) == "CREATE_COMPLETE"  # fmt: skip
    providers = aws.client("ecs").describe_clusters(clusters=["c"])["clusters"][0]["capacityProviders"]
    assert len(providers) == 2


@acts("resource_types")
def a_network_tells_its_addresses_after_an_update_too(aws: Server) -> None:
    """Or a new tag on all that there is would fail."""

    def network(tag: str) -> dict:
        tagged = [{"Key": "team", "Value": tag}]
        return {
            "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16", "Tags": tagged}},
            "Group": {"Type": "AWS::EC2::SecurityGroup", "Properties": {
                "GroupDescription": "inside", "VpcId": {"Ref": "Vpc"}, "Tags": tagged, "SecurityGroupIngress": [
                    {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "CidrIp": {"Fn::GetAtt": ["Vpc", "CidrBlock"]}}]}},
        }  # fmt: skip

    assert aws.deploy("net", network("one")) == "CREATE_COMPLETE"
    assert aws.deploy("net", network("two"), update=True) == "UPDATE_COMPLETE"


@acts("stack_requests")
def a_change_of_outputs_alone_is_one(aws: Server) -> None:
    """Or a deploy would say that nothing changed."""
    client, template = aws.client("cloudformation"), {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    assert aws.deploy("out", template["Resources"]) == "CREATE_COMPLETE"
    template["Outputs"] = {"Name": {"Value": {"Fn::GetAtt": ["Topic", "TopicName"]}}}
    asked = {"StackName": "out", "ChangeSetName": "more"}
    client.create_change_set(**asked, TemplateBody=json.dumps(template))
    client.get_waiter("change_set_create_complete").wait(**asked, WaiterConfig={"Delay": 1})
    client.execute_change_set(**asked)
    client.get_waiter("stack_update_complete").wait(StackName="out", WaiterConfig={"Delay": 1})
    assert client.describe_stacks(StackName="out")["Stacks"][0]["Outputs"][0]["OutputKey"] == "Name"


@acts("stack_waits")
def a_stack_fails_with_its_service_and_leaves_nothing(aws: Server) -> None:
    """Or a broken image would be a successful deploy."""
    assert aws.deploy("w", service(aws.image(), DYING)) == "ROLLBACK_COMPLETE"
    assert aws.client("ecs").list_services(cluster="c")["serviceArns"] == []
    events = aws.client("cloudformation").describe_stack_events(StackName="w")["StackEvents"]
    assert any("ECS Deployment Circuit Breaker was triggered" in event.get("ResourceStatusReason", "") for event in events)


@acts("stack_waits")
def an_update_right_after_a_rollback_works(aws: Server) -> None:
    """A bad version, then a good one, without a pause."""
    image = aws.image()
    assert aws.deploy("a", service(image)) == "CREATE_COMPLETE"
    assert aws.deploy("a", service(image, DYING), update=True) == "UPDATE_ROLLBACK_COMPLETE"
    changed = service(image, Environment=[{"Name": "ANSWER", "Value": "again"}])
    assert aws.deploy("a", changed, update=True) == "UPDATE_COMPLETE"
    assert get(f"http://{aws.output('a', 'Address')}/") == (200, {"text": "again"})
    until(lambda: aws.running() == 1, 5)


@acts("stack_descriptions")
def a_stack_tells_where_its_values_came_from(aws: Server) -> None:
    """By these a deploy knows whether a stack is current."""
    aws.client("ssm").put_parameter(Name="/v", Type="String", Value="seen")
    parameters = {"P": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/v"}}
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "P"}}}
    assert aws.deploy("p", {"Topic": topic}, parameters) == "CREATE_COMPLETE"
    (parameter,) = aws.client("cloudformation").describe_stacks(StackName="p")["Stacks"][0]["Parameters"]
    assert parameter == {"ParameterKey": "P", "ParameterValue": "/v", "ResolvedValue": "seen"}


def _begin(aws: Server, name: str, resources: dict, *, update: bool = False) -> str:
    """Create or update a stack until its service has a task that runs; the stack's id."""
    client, ecs = aws.client("cloudformation"), aws.client("ecs")
    began = client.update_stack if update else client.create_stack
    began(
        StackName=name,
        TemplateBody=json.dumps({"Resources": aws.surroundings.complete(resources)}),
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    (family,) = (one["Properties"]["Family"] for one in resources.values() if one["Type"] == "AWS::ECS::TaskDefinition")
    until(lambda: ecs.list_tasks(cluster="c", family=family)["taskArns"], 30)
    stack: str = client.describe_stacks(StackName=name)["Stacks"][0]["StackId"]
    return stack


def _status(aws: Server, stack: str) -> str:
    status: str = aws.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
    return status


def _ended(aws: Server, stack: str) -> str:
    """The status of a stack once nothing is under way any more."""
    found: str = until(lambda: not (status := _status(aws, stack)).endswith("_IN_PROGRESS") and status, aws.patience)
    return found


@acts("stack_deletions")
def a_stack_that_is_deleted_while_it_is_created_leaves_nothing(aws: Server) -> None:
    """Ctrl-C in a deploy, then a destroy."""
    stack = _begin(aws, "d", service(aws.image(), DEAF, grace=600))
    aws.client("cloudformation").delete_stack(StackName="d")
    assert _ended(aws, stack) == "DELETE_COMPLETE"
    assert aws.client("ecs").list_clusters()["clusterArns"] == []
    assert aws.client("elbv2").describe_load_balancers()["LoadBalancers"] == []
    assert until(lambda: not aws.docker.containers(f"dockyard.local={aws.name}"), 10)
    events = aws.client("cloudformation").describe_stack_events(StackName=stack)["StackEvents"]
    told = [event["ResourceStatus"] for event in events if event["LogicalResourceId"] in {"d", "Service"}]
    assert told == ["DELETE_COMPLETE", "DELETE_IN_PROGRESS", "CREATE_FAILED", "CREATE_IN_PROGRESS", "CREATE_IN_PROGRESS"]


@acts("stack_deletions")
def a_stack_that_is_updated_is_not_deleted(aws: Server) -> None:
    """Or the service would be lost, and the stack come back without it."""
    image, client = aws.image(), aws.client("cloudformation")
    assert aws.deploy("d", service(image)) == "CREATE_COMPLETE"
    slow = service(image, DEAF, grace=600)
    slow["Task"]["Properties"]["Family"] = "slow"
    stack = _begin(aws, "d", slow, update=True)
    with pytest.raises(ClientError, match="cannot be deleted while in status UPDATE_IN_PROGRESS"):
        client.delete_stack(StackName="d")
    client.cancel_update_stack(StackName="d")
    assert _ended(aws, stack) == "UPDATE_ROLLBACK_COMPLETE"


@acts("stack_waits")
def an_update_that_is_cancelled_is_rolled_back(aws: Server) -> None:
    """Without waiting for a version that is never healthy."""
    image, client = aws.image(), aws.client("cloudformation")
    assert aws.deploy("c", service(image)) == "CREATE_COMPLETE"
    address, before = aws.output("c", "Address"), aws.service("c")["taskDefinition"]
    slow = service(image, DEAF, grace=600)
    slow["Task"]["Properties"]["Family"] = "slow"
    stack = _begin(aws, "c", slow, update=True)
    client.cancel_update_stack(StackName="c")
    assert _ended(aws, stack) == "UPDATE_ROLLBACK_COMPLETE"
    assert aws.service("c")["taskDefinition"] == before
    assert get(f"http://{address}/") == (200, {"text": "hello"})
    events = client.describe_stack_events(StackName="c")["StackEvents"]
    assert "User Initiated" in [
        event.get("ResourceStatusReason") for event in events if event["ResourceStatus"] == "UPDATE_ROLLBACK_IN_PROGRESS"
    ]


@acts("resource_names")
def a_name_that_another_stack_has_fails_and_leaves_that_stack_alone(aws: Server) -> None:
    """Or the second stack would take the first one's cluster, and delete it with itself."""
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "ecs.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    named = {
        "Cluster": {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": "c"}},
        "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/app"}},
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "r", "AssumeRolePolicyDocument": trust}},
        "Balancer": {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "Properties": {"Name": "b"}},
        "Targets": {"Type": "AWS::ElasticLoadBalancingV2::TargetGroup", "Properties": {"Name": "t"}},
    }
    assert aws.deploy("one", named) == "CREATE_COMPLETE"
    for key, resource in named.items():
        assert aws.deploy(f"two{key}", {"Other": resource}) == "ROLLBACK_COMPLETE"
        aws.delete(f"two{key}")
    assert [one["status"] for one in aws.client("ecs").describe_clusters(clusters=["c"])["clusters"]] == ["ACTIVE"]
    assert len(aws.client("logs").describe_log_groups(logGroupNamePrefix="/app")["logGroups"]) == 1
    assert aws.client("iam").get_role(RoleName="r")["Role"]["RoleName"] == "r"
    assert len(aws.client("elbv2").describe_load_balancers(Names=["b"])["LoadBalancers"]) == 1
    assert (
        aws.deploy("three", {"Cluster": {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": "d"}}}) == "CREATE_COMPLETE"
    )
    assert aws.deploy("three", {"Cluster": named["Cluster"]}, update=True) == "UPDATE_ROLLBACK_COMPLETE"
    events = aws.client("cloudformation").describe_stack_events(StackName="three")["StackEvents"]
    assert any("c already exists in stack arn:" in event.get("ResourceStatusReason", "") for event in events)


@acts("service_replacements")
def a_service_with_another_name_is_another_service(aws: Server) -> None:
    """The new one is there before the old one goes."""
    resources = service(aws.image())
    resources["Service"]["Properties"]["ServiceName"] = "old"
    assert aws.deploy("r", resources) == "CREATE_COMPLETE"
    resources["Service"]["Properties"]["ServiceName"] = "new"
    assert aws.deploy("r", resources, update=True) == "UPDATE_COMPLETE"
    ecs = aws.client("ecs")
    (left,) = until(lambda: len(found := ecs.list_services(cluster="c")["serviceArns"]) == 1 and found, 20)
    assert left.endswith("/new")
    assert aws.output("r", "Service") == left
    assert get(f"http://{aws.output('r', 'Address')}/") == (200, {"text": "hello"})


@acts("stack_exports")
def an_export_in_use_stays(aws: Server) -> None:
    """The stacks that import it would be wrong."""
    client = aws.client("cloudformation")

    def deploy(name: str, value: str | None, queue: dict, *, update: bool = False) -> str:
        exports = {"X": {"Value": value, "Export": {"Name": "x"}}} if value else {}
        body = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": queue}}, "Outputs": exports}
        (client.update_stack if update else client.create_stack)(StackName=name, TemplateBody=json.dumps(body))
        return _ended(aws, name)

    assert deploy("from", "v1", {}) == "CREATE_COMPLETE"
    assert deploy("to", None, {"QueueName": {"Fn::ImportValue": "x"}}) == "CREATE_COMPLETE"
    assert deploy("from", "v2", {}, update=True) == "UPDATE_ROLLBACK_COMPLETE"
    assert deploy("from", None, {}, update=True) == "UPDATE_ROLLBACK_COMPLETE"
    assert [(one["Name"], one["Value"]) for one in client.list_exports()["Exports"]] == [("x", "v1")]
    told = [event.get("ResourceStatusReason") for event in client.describe_stack_events(StackName="from")["StackEvents"]]
    assert "Export x cannot be updated as it is in use by to" in told
    assert "Export x cannot be deleted as it is in use by to" in told
    assert deploy("again", "v1", {}) == "ROLLBACK_COMPLETE"
    aws.delete("to")
    assert deploy("from", None, {}, update=True) == "UPDATE_COMPLETE"
    assert client.list_exports()["Exports"] == []


@acts("stack_requests")
def a_template_that_names_what_it_has_not_is_refused(aws: Server) -> None:
    """A Ref with a typing mistake would be a name of nothing."""
    client = aws.client("cloudformation")

    def body(resource: dict, outputs: dict | None = None) -> str:
        queue, gone = {"Type": "AWS::SQS::Queue"}, {"Type": "AWS::SQS::Queue", "Condition": "No"}
        conditions = {"No": {"Fn::Equals": ["yes", "no"]}}
        return json.dumps(
            {"Conditions": conditions, "Resources": {"Queue": {**queue, **resource}, "Gone": gone}, "Outputs": outputs or {}}
        )

    def refused(told: str, *parts: dict) -> None:
        with pytest.raises(ClientError, match=told):
            client.create_stack(StackName="t", TemplateBody=body(*parts))

    for value in ({"Ref": "Nobody"}, {"Fn::GetAtt": ["Nobody", "Arn"]}, {"Fn::Sub": "${AWS::Region}-${Nobody}"}):
        refused(r"Unresolved resource dependencies \[Nobody\] in the Resources block", {"Properties": {"QueueName": value}})
        refused(r"Unresolved resource dependencies \[Nobody\] in the Outputs block", {}, {"X": {"Value": value}})
    refused(r"Unresolved resource dependencies \[Nobody\] in the Resources block", {"DependsOn": "Nobody"})
    refused("Unresolved condition dependency Never in the Resources block", {"Condition": "Never"})
    refused("unresolved condition dependency Never in Fn::If", {"Properties": {"QueueName": {"Fn::If": ["Never", "a", "b"]}}})
    refused(r"Unresolved resource dependencies \[Gone\]", {"Properties": {"QueueName": {"Ref": "Gone"}}})
    assert client.describe_stacks()["Stacks"] == []
    name = {"Fn::If": ["No", {"Ref": "Gone"}, {"Fn::Sub": "${AWS::Region}-q"}]}
    client.create_stack(StackName="t", TemplateBody=body({"Properties": {"QueueName": name}, "DependsOn": "Gone"}))
    assert _ended(aws, "t") == "CREATE_COMPLETE"


@acts("stack_requests")
def a_large_template_comes_from_a_bucket(aws: Server) -> None:
    """Whose name is in that of the host."""
    s3, cloudformation = aws.client("s3"), aws.client("cloudformation")
    bucket = f"templates-{uuid.uuid4().hex}"
    where = {} if aws.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": aws.region}}
    s3.create_bucket(Bucket=bucket, **where)
    try:
        s3.put_object(Bucket=bucket, Key="a/b.json", Body=json.dumps({"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}))
        url = f"https://{bucket}.s3.{aws.region}.amazonaws.com/a/b.json"
        cloudformation.create_stack(StackName="large", TemplateURL=url)
        cloudformation.get_waiter("stack_create_complete").wait(StackName="large", WaiterConfig={"Delay": 1})
    finally:
        s3.delete_object(Bucket=bucket, Key="a/b.json")
        s3.delete_bucket(Bucket=bucket)


@acts("stack_requests")
def resources_of_iam_are_acknowledged(aws: Server) -> None:
    """Or a deploy would fail on AWS alone."""
    client, trust = aws.client("cloudformation"), {"Statement": []}
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}}
    named = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust, "RoleName": "r"}}
    for resource, capabilities, wanted in ((role, [], "CAPABILITY_IAM"), (named, ["CAPABILITY_IAM"], "CAPABILITY_NAMED_IAM")):
        body = json.dumps({"Resources": {"Role": resource}})
        with pytest.raises(ClientError, match=rf"InsufficientCapabilitiesException.*\[{wanted}\]"):
            client.create_stack(StackName="i", TemplateBody=body, Capabilities=capabilities)
        with pytest.raises(ClientError, match=rf"InsufficientCapabilitiesException.*\[{wanted}\]"):
            client.create_change_set(
                StackName="i", ChangeSetName="s", ChangeSetType="CREATE", TemplateBody=body, Capabilities=capabilities
            )


@acts("stack_requests")
def a_stack_that_was_rolled_back_is_deleted_before_it_is_created_again(aws: Server) -> None:
    """It holds its name until then."""
    client, good = aws.client("cloudformation"), {"Queue": {"Type": "AWS::SQS::Queue"}}
    body = json.dumps({"Resources": good})
    assert aws.deploy("s", {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"NoSuch": 1}}}) == "ROLLBACK_COMPLETE"
    with pytest.raises(client.exceptions.AlreadyExistsException):
        client.create_stack(StackName="s", TemplateBody=body)
    with pytest.raises(ClientError, match="already exists and cannot be created again"):
        client.create_change_set(StackName="s", ChangeSetName="c", ChangeSetType="CREATE", TemplateBody=body)
    aws.delete("s")
    assert aws.deploy("s", good) == "CREATE_COMPLETE"


@acts("stack_waits")
def a_failed_update_goes_back_to_the_target_group_before(aws: Server) -> None:
    """Also where the listener is not back yet when the service is."""
    image = aws.image()
    assert aws.deploy("g", service(image)) == "CREATE_COMPLETE"
    address, before = aws.output("g", "Address"), aws.service("g")
    bad = service(image, DYING)
    bad["Targets"]["Properties"]["Port"] = 8081
    assert aws.deploy("g", bad, update=True) == "UPDATE_ROLLBACK_COMPLETE"
    after = aws.service("g")
    assert (after["taskDefinition"], after["loadBalancers"]) == (before["taskDefinition"], before["loadBalancers"])
    assert until(lambda: get(f"http://{address}/") == (200, {"text": "hello"}), 15)


@acts("stack_waits")
def a_failed_update_brings_the_tasks_back_that_its_health_check_has_stopped(aws: Server) -> None:
    """Once the target group has its old path: those of the version before failed by the new one, too."""
    image = aws.image()
    assert aws.deploy("g", service(image, grace=1)) == "CREATE_COMPLETE"
    before = aws.service("g")["taskDefinition"]
    bad = service(image, path="/sick", grace=1, Environment=[{"Name": "ANSWER", "Value": "bad"}])
    assert aws.deploy("g", bad, update=True) == "UPDATE_ROLLBACK_COMPLETE"
    found = aws.service("g")
    assert (found["taskDefinition"], found["runningCount"]) == (before, 1)
    assert [(one["status"], one["rolloutState"]) for one in found["deployments"]] == [("PRIMARY", "COMPLETED")]
    assert get(f"http://{aws.output('g', 'Address')}/") == (200, {"text": "hello"})
