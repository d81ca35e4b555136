"""What `dockyard local status` says of containers and of the account's resources."""

from dockyard.cli.local import _container, _limits
from dockyard.doors.containers import TaskContainer


def test_a_container_is_told_by_its_service_and_task():
    one = TaskContainer(
        "ministack-ecs-5344f2b6-app", "arn:task/demo-dev/5344f2b6c0de", "app", "demo-dev-web-Web9F", may_be_entered=False
    )
    row = {"service": "web", "task": "5344f2b6", "container": "app", "on the engine": one.id}
    assert _container(one.id, [one], "demo-dev") == row
    assert _container("x-pause", [one], "demo-dev") == {"service": "", "task": "", "container": "", "on the engine": "x-pause"}


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
