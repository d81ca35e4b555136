"""CloudFormation resource types: which are taken, what `Ref` and `Fn::GetAtt` say of them."""

from tests.integration.behaviours.contract import acts, stored_only
from tests.integration.local_aws import Server
from tests.integration.support import get

ROLE = "arn:aws:iam::000000000000:role/any"


def _output(aws: Server, stack: str, key: str) -> str:
    """By a parameter, which keeps what a reference gave."""
    return aws.client("ssm").get_parameter(Name=f"/{stack}/{key}")["Parameter"]["Value"]


def _kept(stack: str, key: str, value: dict | str) -> dict:
    return {"Type": "AWS::SSM::Parameter", "Properties": {"Name": f"/{stack}/{key}", "Type": "String", "Value": value}}


@stored_only("stored_types")
def types_around_an_application_are_taken_and_told_as_on_aws(aws: Server) -> None:
    """Networks, registries, budgets of attention: each with the references that a template uses."""
    vpc = {"Ref": "Vpc"}
    assert aws.deploy("t", {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
        "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": vpc, "CidrBlock": "10.0.0.0/24"}},
        "Ipv6": {"Type": "AWS::EC2::VPCCidrBlock", "Properties": {"VpcId": vpc, "AmazonProvidedIpv6CidrBlock": True}},
        "Egress": {"Type": "AWS::EC2::EgressOnlyInternetGateway", "Properties": {"VpcId": vpc}},
        "Address": {"Type": "AWS::EC2::EIP"},
        "Nat": {"Type": "AWS::EC2::NatGateway", "Properties": {
            "SubnetId": {"Ref": "Subnet"}, "AllocationId": {"Fn::GetAtt": ["Address", "AllocationId"]}}},
        "Flow": {"Type": "AWS::EC2::FlowLog", "Properties": {"ResourceId": vpc, "ResourceType": "VPC"}},
        "Acl": {"Type": "AWS::EC2::NetworkAcl", "Properties": {"VpcId": vpc}},
        "Entry": {"Type": "AWS::EC2::NetworkAclEntry", "Properties": {
            "NetworkAclId": {"Ref": "Acl"}, "RuleNumber": 100, "Protocol": -1, "RuleAction": "allow"}},
        "Prefixes": {"Type": "AWS::EC2::PrefixList", "Properties": {"PrefixListName": "p", "AddressFamily": "IPv4"}},
        "Set": {"Type": "AWS::WAFv2::IPSet", "Properties": {
            "Name": "s", "Scope": "REGIONAL", "IPAddressVersion": "IPV4", "Addresses": []}},
        "App": {"Type": "AWS::CodeDeploy::Application", "Properties": {"ComputePlatform": "ECS"}},
        "Query": {"Type": "AWS::Logs::QueryDefinition", "Properties": {"Name": "q", "QueryString": "fields @message"}},
        "Cache": {"Type": "AWS::ECR::RepositoryCreationTemplate", "Properties": {
            "Prefix": "docker-hub", "AppliedFor": ["PULL_THROUGH_CACHE"]}},
        "A": _kept("t", "ip", {"Ref": "Address"}),
        "B": _kept("t", "set", {"Ref": "Set"}),
        "C": _kept("t", "set-arn", {"Fn::GetAtt": ["Set", "Arn"]}),
        "D": _kept("t", "nat", {"Ref": "Nat"}),
        "E": _kept("t", "cache", {"Ref": "Cache"}),
        "F": _kept("t", "ipv6", {"Fn::Select": [0, {"Fn::GetAtt": ["Vpc", "Ipv6CidrBlocks"]}]}),
    }) == "CREATE_COMPLETE"  # fmt: skip
    assert _output(aws, "t", "ip").startswith("203.0.113.")
    name, id, scope = _output(aws, "t", "set").split("|")
    assert (name, scope, len(id)) == ("s", "REGIONAL", 36)
    assert _output(aws, "t", "set-arn").startswith("arn:aws:wafv2:us-east-1:000000000000:ipset/")
    assert _output(aws, "t", "nat").startswith("nat-0")
    assert _output(aws, "t", "cache") == "docker-hub"
    assert _output(aws, "t", "ipv6").endswith("/56")


@stored_only("stored_types")
def a_stored_resource_keeps_its_identity_until_what_makes_it_changes(aws: Server) -> None:
    """So that nobody sees a new one where AWS would change it in place."""

    def resources(text: str, prefix: str) -> dict:
        return {
            "Query": {"Type": "AWS::Logs::QueryDefinition", "Properties": {"Name": "q", "QueryString": text}},
            "Cache": {
                "Type": "AWS::ECR::RepositoryCreationTemplate",
                "Properties": {"Prefix": prefix, "AppliedFor": ["PULL_THROUGH_CACHE"]},
            },
            "A": _kept("k", "query", {"Ref": "Query"}),
            "B": _kept("k", "cache", {"Ref": "Cache"}),
        }

    assert aws.deploy("k", resources("fields @message", "one")) == "CREATE_COMPLETE"
    before = _output(aws, "k", "query")
    assert aws.deploy("k", resources("fields @timestamp", "two"), update=True) == "UPDATE_COMPLETE"
    assert _output(aws, "k", "query") == before
    assert _output(aws, "k", "cache") == "two"


@acts("api_types")
def types_whose_api_is_there_are_made_by_it(aws: Server) -> None:
    """And deleted with their stack."""
    one = {"AlarmName": "one", "MetricName": "m", "Namespace": "n", "ComparisonOperator": "GreaterThanThreshold",
           "EvaluationPeriods": 1, "Period": 60, "Statistic": "Sum", "Threshold": 1}  # fmt: skip
    budget = {"BudgetName": "b", "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": {"Amount": 10, "Unit": "USD"}}
    assert aws.deploy("a", {
        "One": {"Type": "AWS::CloudWatch::Alarm", "Properties": one},
        "Alarm": {"Type": "AWS::CloudWatch::CompositeAlarm", "DependsOn": "One", "Properties": {"AlarmRule": 'ALARM("one")'}},
        "Budget": {"Type": "AWS::Budgets::Budget", "Properties": {"Budget": budget}},
        "Provider": {"Type": "AWS::IAM::OIDCProvider", "Properties": {
            "Url": "https://token.actions.githubusercontent.com", "ClientIdList": ["sts.amazonaws.com"]}},
        "Arn": _kept("a", "provider", {"Fn::GetAtt": ["Provider", "Arn"]}),
    }) == "CREATE_COMPLETE"  # fmt: skip
    (alarm,) = aws.client("cloudwatch").describe_alarms(AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
    assert alarm["AlarmRule"] == 'ALARM("one")'
    assert aws.client("budgets").describe_budget(AccountId=aws.account, BudgetName="b")["Budget"]["BudgetType"] == "COST"
    (provider,) = aws.client("iam").list_open_id_connect_providers()["OpenIDConnectProviderList"]
    assert provider["Arn"] == _output(aws, "a", "provider")
    aws.delete("a")
    assert aws.client("cloudwatch").describe_alarms(AlarmTypes=["CompositeAlarm"])["CompositeAlarms"] == []
    assert aws.client("iam").list_open_id_connect_providers()["OpenIDConnectProviderList"] == []


@acts("resource_types", only_here="its role and profile are but names")
def capacity_providers_of_managed_instances_are_made(aws: Server) -> None:
    """They have no Auto Scaling group."""
    template = {
        "Ec2InstanceProfileArn": "arn:aws:iam::000000000000:instance-profile/any",
        "NetworkConfiguration": {"Subnets": ["subnet-1"], "SecurityGroups": ["sg-1"]},
    }
    assert aws.deploy("m", {
        "Cluster": {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": "c"}},
        "Provider": {"Type": "AWS::ECS::CapacityProvider", "DependsOn": "Cluster", "Properties": {
            "Name": "managed", "ClusterName": "c", "ManagedInstancesProvider": {
                "InfrastructureRoleArn": ROLE, "InstanceLaunchTemplate": template}}},
    }) == "CREATE_COMPLETE"  # fmt: skip
    (found,) = aws.client("ecs").describe_capacity_providers(capacityProviders=["managed"])["capacityProviders"]
    assert found["managedInstancesProvider"]["infrastructureRoleArn"] == ROLE
    assert "autoScalingGroupProvider" not in found


@acts("inventory", only_here="it is told to this machine")
def the_account_tells_which_resources_do_nothing(aws: Server) -> None:
    """To this machine alone; `dockyard local status` shows it."""
    group = {"MinSize": "0", "MaxSize": "1", "LaunchConfigurationName": "l", "AvailabilityZones": ["us-east-1a"]}
    assert aws.deploy("i", {
        "One": {"Type": "AWS::EC2::EIP"},
        "Two": {"Type": "AWS::EC2::EIP"},
        "Group": {"Type": "AWS::AutoScaling::AutoScalingGroup", "Properties": group},
        "Queue": {"Type": "AWS::SQS::Queue"},
    }) == "CREATE_COMPLETE"  # fmt: skip
    found = aws.local.resources()
    assert found["stored_only"] == {"AWS::EC2::EIP": 2}
    assert found["simulated"] == {"AWS::AutoScaling::AutoScalingGroup": {"count": 1, "how": "starts no servers"}}
    assert found["acting"] == {"AWS::SQS::Queue": 1}
    gateway = aws.docker.network_gateway(aws.name, {})
    assert get(f"http://{gateway}:{aws.port}/_dockyard/status")[0] == 403
    aws.delete("i")
    assert aws.local.resources()["stored_only"] == {}
