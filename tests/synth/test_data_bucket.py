"""A bucket and a queue for an application: all defaults, and everything set."""

import json

from aws_cdk import Duration

from dockyard_constructs import DataBucket, MessageQueue


def test_a_bucket_is_private_encrypted_versioned_and_kept(stack, template):
    DataBucket(stack, "Bucket")
    made = template()
    (bucket,) = made.all("S3::Bucket")
    assert bucket["DeletionPolicy"] == "Retain"
    assert set(bucket["Properties"]["PublicAccessBlockConfiguration"].values()) == {True}
    assert "AES256" in json.dumps(bucket["Properties"]["BucketEncryption"])
    (rule,) = bucket["Properties"]["LifecycleConfiguration"]["Rules"]
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 90}
    (statement,) = made.one("S3::BucketPolicy")["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_a_bucket_that_is_not_kept_is_emptied_first(stack, template):
    DataBucket(stack, "Bucket", keep=False)
    made = template().json["Resources"].values()
    assert {one["DeletionPolicy"] for one in made if one["Type"] in ("AWS::S3::Bucket", "Custom::S3AutoDeleteObjects")} == {
        "Delete"
    }


def test_a_queue_has_dead_letters(stack, template):
    MessageQueue(stack, "Queue", visibility_timeout=Duration.seconds(9), max_receive_count=2)
    queues = [queue["Properties"] for queue in template().all("SQS::Queue")]
    (queue,) = [queue for queue in queues if "RedrivePolicy" in queue]
    (dead,) = [queue for queue in queues if "RedrivePolicy" not in queue]
    assert (queue["VisibilityTimeout"], queue["RedrivePolicy"]["maxReceiveCount"]) == (9, 2)
    assert dead["MessageRetentionPeriod"] == 14 * 24 * 3600
    assert queue["SqsManagedSseEnabled"] is dead["SqsManagedSseEnabled"] is True
