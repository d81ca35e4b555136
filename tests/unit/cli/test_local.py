"""What `dockyard local status` says of the account's resources."""

from dockyard.cli.local import _limits


def test_what_is_not_as_on_aws_is_a_line_each():
    resources = {
        "acting": {"AWS::SQS::Queue": 3},
        "simulated": {"AWS::AutoScaling::AutoScalingGroup": {"count": 1, "how": "starts no servers"}},
        "stored_only": {"AWS::EC2::EIP": 2, "AWS::EC2::NatGateway": 1},
    }
    assert list(_limits(resources)) == [
        "stored only: AWS::EC2::EIP (2), AWS::EC2::NatGateway (1)",
        "simulated: AWS::AutoScaling::AutoScalingGroup (1): starts no servers",
    ]


def test_nothing_is_said_where_all_acts():
    assert list(_limits({"acting": {"AWS::SQS::Queue": 3}, "simulated": {}, "stored_only": {}})) == []
