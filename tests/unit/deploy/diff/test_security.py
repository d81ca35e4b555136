"""The change of rights that a change of templates is."""

import pytest

from dockyard.deploy.diff.security import right_changes
from dockyard.deploy.diff.template import Template


def told(old, new):
    made = (
        Template({"Resources": {id: {"Type": kind, "Properties": properties} for id, (kind, properties) in one.items()}})
        for one in (old, new)
    )
    return [
        f"{'+' if one.added else '-'} {one.right.of}: {one.right.kind}: {one.right.text}{' !' * one.right.is_wide}"
        for one in right_changes(*made)
    ]


def policy(*statements):
    return "AWS::IAM::Policy", {"Roles": [{"Ref": "Role"}], "PolicyDocument": {"Statement": list(statements)}}


READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": {"Fn::Join": ["", [{"Fn::GetAtt": ["Files", "Arn"]}, "/*"]]}}


def test_the_same_rights_in_another_order_or_form_are_no_change():
    write = {"Effect": "Allow", "Action": ["a:C", "a:B"], "Resource": "*"}
    assert (
        told({"P": policy(READ, write)}, {"Q": policy({**write, "Action": ["a:B", "a:C"]}, {**READ, "Action": ["s3:GetObject"]})})
        == []
    )


def test_a_statement_that_comes_and_one_that_goes_are_told():
    assert told({"P": policy(READ)}, {"P": policy({**READ, "Condition": {"Bool": {"a": "b"}}})}) == [
        "- Role: policy: allow s3:GetObject on ${Files.Arn}/*",
        '+ Role: policy: allow s3:GetObject on ${Files.Arn}/* if {"Bool": {"a": "b"}}',
    ]


@pytest.mark.parametrize(
    ("one", "line"),
    [
        (policy({"Effect": "Allow", "Action": "s3:*", "Resource": "*"}), "+ Role: policy: allow s3:* on * !"),
        (policy({"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"}), "+ Role: policy: allow ecr:GetAuthorizationToken on *"),
        (policy({"Effect": "Deny", "Action": "*", "Resource": "*"}), "+ Role: policy: deny * on *"),
        (policy({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}), "+ Role: policy: allow on * all but iam:* !"),
        (
            ("AWS::IAM::Role", {"ManagedPolicyArns": [{"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/AdministratorAccess"}]}),
            "+ X: managed policy: AdministratorAccess !",
        ),
        (
            ("AWS::IAM::Role", {"AssumeRolePolicyDocument": {"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ecs-tasks.amazonaws.com"}}}}),
            "+ X: role: allow sts:AssumeRole by ecs-tasks.amazonaws.com",
        ),
        (
            ("AWS::S3::BucketPolicy", {"Bucket": {"Ref": "Files"}, "PolicyDocument": {"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Principal": "*"}]}}),
            "+ Files: policy: allow s3:GetObject on * by * !",
        ),
        (
            ("AWS::EC2::SecurityGroup", {"SecurityGroupIngress": [{"CidrIp": "0.0.0.0/0", "IpProtocol": "tcp", "FromPort": 80, "ToPort": 80}]}),
            "+ X: ingress: tcp 80 from 0.0.0.0/0 !",
        ),
        (
            ("AWS::EC2::SecurityGroupEgress", {"GroupId": {"Fn::GetAtt": ["G", "GroupId"]}, "DestinationSecurityGroupId": {"Ref": "D"}, "IpProtocol": "tcp", "FromPort": 1, "ToPort": 9}),
            "+ G: egress: tcp 1-9 to ${D}",
        ),
        (
            ("AWS::Lambda::Permission", {"FunctionName": {"Ref": "F"}, "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com", "SourceArn": "arn:b"}),
            "+ F: permission: allow lambda:InvokeFunction by s3.amazonaws.com from arn:b",
        ),
    ],
)  # fmt: skip
def test_each_kind_of_right_is_told(one, line):
    assert told({}, {"X": one}) == [line]
