"""CloudFormation: what it takes, what it waits for, what it tells."""

from tests.integration.behaviours.contract import acts
from tests.integration.local_aws import DYING, Server, service, until
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
