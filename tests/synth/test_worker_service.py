"""`WorkerService`: its queues, its rights, its end."""

import json

import pytest
from aws_cdk import Duration
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_sns as sns

from dockyard_constructs import Ec2Capacity, Order, Topic, WorkerService


@pytest.fixture
def make(stack, vpc, template):
    """The template of a worker with these settings."""
    cluster = ecs.Cluster.from_cluster_attributes(stack, "Cluster", cluster_name="shop", vpc=vpc)

    def made(**settings):
        WorkerService(stack, "Mail", cluster=cluster, image=ecs.ContainerImage.from_registry("nginx"), **settings)
        return template()

    return made


def queues(found):
    """Properties of the queue and of the one for dead letters."""
    first, second = sorted((q["Properties"] for q in found.all("SQS::Queue")), key=lambda q: "RedrivePolicy" not in q)
    return first, second


def test_with_all_defaults_messages_wait_four_days_and_dead_letters_two_weeks(make):
    queue, dead = queues(make())
    assert (queue["VisibilityTimeout"], queue["MessageRetentionPeriod"]) == (60, 4 * 86400)
    assert queue["RedrivePolicy"]["maxReceiveCount"] == 5
    assert dead["MessageRetentionPeriod"] == 14 * 86400


def test_both_queues_are_encrypted_and_refuse_what_comes_without_tls(make):
    found = make()
    assert all(queue["SqsManagedSseEnabled"] for queue in queues(found))
    denied = [s for p in found.all("SQS::QueuePolicy") for s in p["Properties"]["PolicyDocument"]["Statement"]]
    assert [(s["Effect"], s["Condition"]) for s in denied] == 2 * [("Deny", {"Bool": {"aws:SecureTransport": "false"}})]


def test_the_container_knows_its_queues_and_may_do_no_more_than_it_must(make):
    found = make()
    (container,) = found.one("ECS::TaskDefinition")["ContainerDefinitions"]
    assert [v["Name"] for v in container["Environment"]] == ["QUEUE_URL", "DEAD_LETTER_QUEUE_URL"]
    rights = [s for s in found.statements() if "sqs" in json.dumps(s["Action"])]
    actions = [sorted(a.removeprefix("sqs:") for a in s["Action"]) for s in rights]
    assert actions == [
        ["ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "GetQueueUrl", "ReceiveMessage"],
        ["GetQueueAttributes", "GetQueueUrl", "SendMessage"],
    ]
    assert [s["Resource"] for s in found.statements() if s["Resource"] == "*"] == []


def test_it_starts_only_when_it_may_take_messages(make):
    found = make()
    (service,) = found.all("ECS::Service")
    policies = {id for id, r in found.json["Resources"].items() if r["Type"] == "AWS::IAM::Policy"}
    assert len(policies) == 2
    assert policies <= set(service["DependsOn"])


@pytest.mark.parametrize(("hidden", "stop"), [(5, 5), (90, 90), (3600, 120)])
def test_a_container_that_stops_has_as_long_as_its_message_is_hidden(make, hidden, stop):
    (container,) = make(visibility_timeout=Duration.seconds(hidden)).one("ECS::TaskDefinition")["ContainerDefinitions"]
    assert container["StopTimeout"] == stop


def test_with_all_set(make, stack):
    topic = sns.Topic.from_topic_arn(stack, "Orders", "arn:aws:sns:eu-west-1:123456789012:orders")
    found = make(
        visibility_timeout=Duration.minutes(10), retention_period=Duration.days(1), max_receive_count=2, desired_count=3,
        topics=[Topic(topic, {"type": ["created"]}, "body")], capacity=Ec2Capacity("servers"), environment={"A": "b"},
    )  # fmt: skip
    queue, _ = queues(found)
    assert (queue["VisibilityTimeout"], queue["MessageRetentionPeriod"], queue["RedrivePolicy"]["maxReceiveCount"]) == (
        600,
        86400,
        2,
    )
    subscription = found.one("SNS::Subscription")
    assert (subscription["FilterPolicy"], subscription["FilterPolicyScope"]) == ({"type": ["created"]}, "MessageBody")
    assert (subscription["Protocol"], subscription["RawMessageDelivery"]) == ("sqs", True)
    allowed = [s for p in found.all("SQS::QueuePolicy") for s in p["Properties"]["PolicyDocument"]["Statement"]]
    (send,) = [s for s in allowed if s["Effect"] == "Allow"]
    assert send["Condition"] == {"ArnEquals": {"aws:SourceArn": "arn:aws:sns:eu-west-1:123456789012:orders"}}
    assert found.one("ECS::Service")["DesiredCount"] == 3


@pytest.mark.parametrize("by_content", [False, True])
def test_a_queue_in_order_has_dead_letters_in_order(make, by_content):
    for queue in queues(make(order=Order(content_based_deduplication=by_content))):
        assert (queue["FifoQueue"], queue.get("ContentBasedDeduplication", False)) == (True, by_content)


def test_a_count_of_receives_that_cannot_be_is_refused(make):
    with pytest.raises(ValueError, match="max_receive_count should be 1 to 1000, got 0"):
        make(max_receive_count=0)
