"""What becomes of each resource, and why."""

import pytest

from dockyard.deploy.diff.cost import cost_change
from dockyard.deploy.diff.resources import Replacement, ResourceAction, resource_changes
from dockyard.deploy.diff.security import right_changes
from dockyard.deploy.diff.template import Template
from tests.unit.deploy.diff import create_only

GROUP, RULE, TASK, SERVICE, BUCKET = (
    "AWS::ElasticLoadBalancingV2::TargetGroup", "AWS::ElasticLoadBalancingV2::ListenerRule", "AWS::ECS::TaskDefinition",
    "AWS::ECS::Service", "AWS::S3::Bucket",
)  # fmt: skip


def changed(old, new, moved=frozenset()):
    return {one.id: one for one in resource_changes(Template({"Resources": old}), Template({"Resources": new}), moved)}


def of(kind, _more=None, **properties):
    return {"Type": kind, "Properties": properties, **(_more or {})}


def test_the_table_of_properties_that_cannot_be_changed_is_that_of_the_schemas():
    assert create_only.TABLE.read_text() == create_only.written(), "run: python -m tests.unit.deploy.diff.create_only"


def test_the_same_is_no_change_though_what_tells_of_it_changes():
    path = {"Metadata": {"aws:cdk:path": "shop/Files/Resource"}}
    assert changed({"A": of(BUCKET, BucketName="a")}, {"A": of(BUCKET, path, BucketName="a")}) == {}


def test_what_comes_and_goes_is_told_by_its_path_in_the_stack():
    path = {"Metadata": {"aws:cdk:path": "shop/Web/Files/Resource"}}
    found = changed({"Old": of(BUCKET, path), "Kept": of(BUCKET, {"DeletionPolicy": "Retain"})}, {"New": of(BUCKET, path)})
    assert {id: (one.action, one.name, one.stays, one.is_lost) for id, one in found.items()} == {
        "New": (ResourceAction.CREATE, "Web/Files", False, False),
        "Old": (ResourceAction.DELETE, "Web/Files", False, True),
        "Kept": (ResourceAction.RETAIN, "Kept", True, False),
    }


def test_what_can_be_changed_in_place_is():
    found = changed({"S": of(SERVICE, DesiredCount=1)}, {"S": of(SERVICE, DesiredCount=3)})["S"]
    assert (found.action, found.replacement, found.because) == (ResourceAction.UPDATE, Replacement.NO, ("DesiredCount: 1 -> 3",))


def test_what_cannot_is_replaced_and_what_names_it_follows():
    old = {"G": of(GROUP, Port=80), "R": of(RULE, Actions=[{"TargetGroupArn": {"Ref": "G"}}])}
    found = changed(old, {**old, "G": of(GROUP, Port=81)})
    assert (found["G"].action, found["G"].is_lost) == (ResourceAction.REPLACE, True)
    assert found["G"].because == ("Port: 80 -> 81 (cannot be changed in place)",)
    assert (found["R"].action, found["R"].because) == (ResourceAction.UPDATE, ("Actions: G is replaced",))


def test_what_is_kept_of_a_replaced_resource_is_told():
    kept = {"UpdateReplacePolicy": "Retain"}
    found = changed({"B": of(BUCKET, kept, BucketName="a")}, {"B": of(BUCKET, kept, BucketName="b")})["B"]
    assert found.because[1] == "the old one stays, and nothing uses it (UpdateReplacePolicy)"


def test_what_is_made_of_what_is_replaced_is_replaced_as_well():
    old = {
        "V": of("AWS::EC2::VPC", CidrBlock="10.0.0.0/16"),
        "G": of(GROUP, VpcId={"Ref": "V"}),
        "S": of("AWS::EC2::Subnet", VpcId={"Fn::GetAtt": ["V", "VpcId"]}),
    }
    found = changed(old, {**old, "V": of("AWS::EC2::VPC", CidrBlock="10.1.0.0/16")})
    assert {one.action for one in found.values()} == {ResourceAction.REPLACE}
    assert found["G"].because == ("VpcId: V is replaced (cannot be changed in place)",)


def test_a_value_of_ssm_that_is_another_now_is_followed():
    same = {"G": of(GROUP, VpcId={"Ref": "P"}), "R": of(RULE, ListenerArn={"Fn::Sub": "${L}"})}
    found = changed(same, same, moved={"P"})
    assert list(found) == ["G"]
    assert found["G"].because == ("VpcId: P has another value (cannot be changed in place)",)


def test_another_revision_of_a_task_definition_is_no_loss():
    found = changed({"T": of(TASK, Cpu="256")}, {"T": of(TASK, Cpu="512")})["T"]
    assert (found.action, found.is_lost, found.because) == (ResourceAction.REPLACE, False, ("Cpu: 256 -> 512",))


def test_another_type_is_another_resource():
    assert changed({"A": of(BUCKET)}, {"A": of(GROUP)})["A"].because == (f"Type: {BUCKET} -> {GROUP}",)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            [{"Name": "A", "Value": "1"}],
            [{"Name": "B", "Value": "2"}, {"Name": "A", "Value": "1"}],
            "B: 2 is added",
        ),
        ([{"Name": "A", "Value": "1"}], [{"Name": "A", "Value": "2"}], "A: 1 -> 2"),
        ([{"Name": "DB_PASSWORD", "Value": "hush"}], [{"Name": "DB_PASSWORD", "Value": "hush2"}], "DB_PASSWORD changes"),
        ([], [{"Name": "DB_PASSWORD", "Value": "hush"}], "DB_PASSWORD: [REDACTED] is added"),
        (None, [{"Name": "DB_PASSWORD", "Value": "hush"}], "DB_PASSWORD: [REDACTED] is added"),
    ],
)
def test_variables_are_told_by_name_and_never_what_should_be_a_secret(old, new, told):
    one, other = (
        {"T": of(TASK, ContainerDefinitions=[{"Name": "app", **({"Environment": e} if e is not None else {})}])}
        for e in (old, new)
    )
    (because,) = changed(one, other)["T"].because
    assert told in because
    assert "hush" not in because


IF = {"Fn::If": ["IsProd", [{"A": {"Ref": "B"}}], {"Ref": "AWS::NoValue"}]}
TYPES = (
    SERVICE,
    TASK,
    "AWS::AutoScaling::AutoScalingGroup",
    "AWS::IAM::Role",
    "AWS::IAM::Policy",
    "AWS::EC2::SecurityGroup",
    "AWS::S3::BucketPolicy",
)
KEYS = (
    "CapacityProviderStrategy", "TaskDefinition", "DesiredCount", "MixedInstancesPolicy", "MinSize", "Policies", "ManagedPolicyArns",
    "AssumeRolePolicyDocument", "PolicyDocument", "Roles", "Bucket", "SecurityGroupIngress", "SecurityGroupEgress", "RequiresCompatibilities",
)  # fmt: skip


@pytest.mark.parametrize("value", [IF, {"Ref": "P"}, [IF], [{"Ref": "P"}], {"Fn::Transform": {"Name": "a"}}, "text", None, 3])
def test_any_form_of_a_value_can_be_compared(value):
    """Users' own constructs may write what ours do not."""
    made = {kind: of(kind, **dict.fromkeys(KEYS, value)) for kind in TYPES}
    one, other = Template({}), Template({"Resources": made})
    assert {change.type for change in resource_changes(one, other)} == set(TYPES)
    assert {change.type for change in resource_changes(other, one)} == set(TYPES)
    assert resource_changes(other, other) == []
    assert right_changes(other, other) == []
    same = cost_change(other, other)
    assert same is None or same.before == same.after
    for before, after in ((one, other), (other, one)):  # whatever it is, it is told and not stumbled over
        right_changes(before, after)
        cost_change(before, after)
