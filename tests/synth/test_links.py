"""Links: what is made or found, which access is given, which variables tell where it is."""

import json

import pytest

from tests.synth.projects import resources, stacks

PROJECT = "name: shop\nenvironments: {dev: {account: '111122223333', region: eu-west-1}}\ncluster: {ec2: {instance_types: [t3.small]}}\n"
IMAGE = "image: {from: nginx, mirror: false}"


@pytest.fixture
def read(tmp_path):
    """The templates of a project with these resources and services, by the last part of their names."""

    def made(shared="", **services):
        files = {f"services/{name}/service.yaml": f"{text}\n{IMAGE}" for name, text in services.items()}
        artifacts, template = stacks(tmp_path, files={"dockyard.yaml": PROJECT + shared, **files})
        made.dependencies = {name: artifact.get("dependencies", []) for name, artifact in artifacts.items()}
        return lambda stack: template(f"shop-dev-{stack}")

    return made


def container(template):
    return resources(template, "ECS::TaskDefinition")[0]["ContainerDefinitions"][0]


def variables(template):
    return {one["Name"]: one["Value"] for one in container(template).get("Environment", [])}


def actions(template):
    """What the task role may do."""
    statements = [
        statement
        for policy in resources(template, "IAM::Policy") if "TaskRole" in json.dumps(policy["Roles"])
        for statement in policy["PolicyDocument"]["Statement"]
    ]  # fmt: skip
    return {action for one in statements for action in ([one["Action"]] if isinstance(one["Action"], str) else one["Action"])}


OWN = "links: {orders: {kind: table}, jobs: {kind: queue}, uploads: {kind: bucket}, events: {kind: topic}}"


def test_resources_of_a_services_own_are_kept_encrypted_and_recoverable(read):
    found = read(web=f"kind: web\n{OWN}")("web")
    (table,) = [r for r in found["Resources"].values() if r["Type"] == "AWS::DynamoDB::GlobalTable"]
    assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert table["Properties"]["BillingMode"] == "PAY_PER_REQUEST"
    assert table["Properties"]["KeySchema"] == [{"AttributeName": "id", "KeyType": "HASH"}]
    assert table["Properties"]["Replicas"][0]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    (bucket,) = [r for r in found["Resources"].values() if r["Type"] == "AWS::S3::Bucket"]
    assert bucket["DeletionPolicy"] == "Retain"
    assert set(bucket["Properties"]["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["Properties"]["VersioningConfiguration"] == {"Status": "Enabled"}
    assert "aws:SecureTransport" in json.dumps(resources(found, "S3::BucketPolicy"))
    queues = resources(found, "SQS::Queue")
    assert [queue["SqsManagedSseEnabled"] for queue in queues] == [True, True]
    assert [queue["RedrivePolicy"]["maxReceiveCount"] for queue in queues if "RedrivePolicy" in queue] == [5]
    assert variables(found).keys() >= {"ORDERS_TABLE", "JOBS_QUEUE_URL", "UPLOADS_BUCKET", "EVENTS_TOPIC_ARN"}
    assert {"dynamodb:PutItem", "sqs:SendMessage", "sqs:ReceiveMessage", "s3:PutObject", "sns:Publish"} <= actions(found)


def test_the_service_waits_for_the_rights_of_its_task_role(read):
    found = read(web=f"kind: web\n{OWN}")("web")
    (service,) = [r for r in found["Resources"].values() if r["Type"] == "AWS::ECS::Service"]
    assert any("TaskRoleDefaultPolicy" in name and "TaskTaskRole" in name for name in service["DependsOn"])


def test_all_that_can_be_set(read):
    links = (
        "links: {orders: {kind: table, partition_key: customer, sort_key: created number, removal: delete, access: read}, "
        "jobs: {kind: queue, visibility_timeout: 9, max_receives: 2, access: write}, uploads: {kind: bucket, removal: delete, "
        "access: read}}"
    )
    found = read(web=f"kind: worker\n{links}")("web")
    (table,) = [r for r in found["Resources"].values() if r["Type"] == "AWS::DynamoDB::GlobalTable"]
    assert table["DeletionPolicy"] == "Delete"
    assert {"AttributeName": "created", "AttributeType": "N"} in table["Properties"]["AttributeDefinitions"]
    assert [queue["VisibilityTimeout"] for queue in resources(found, "SQS::Queue") if queue.get("VisibilityTimeout") == 9]
    assert resources(found, "Lambda::Function"), "the bucket is emptied when it goes"
    assert not {"dynamodb:PutItem", "s3:PutObject"} & actions(found)
    assert {"dynamodb:Query", "s3:GetObject*"} <= actions(found)


def test_two_services_use_one_resource_of_the_environment(read):
    shared = "resources: {orders: {kind: table}, jobs: {kind: queue}, files: {kind: bucket}, events: {kind: topic}}"
    template = read(shared, web="kind: web\nlinks: {orders: write, jobs: write, files: read, events: write}",
                    mail="kind: worker\nlinks: {orders: read, jobs: read}")  # fmt: skip
    assert len(resources(template("resources"), "DynamoDB::GlobalTable")) == 1
    for name in ("web", "mail"):
        assert resources(template(name), "DynamoDB::GlobalTable") == []
        assert "shop-dev-resources" in read.dependencies[f"shop-dev-{name}"]
    assert "dynamodb:PutItem" in actions(template("web"))
    assert "dynamodb:PutItem" not in actions(template("mail"))
    assert "sqs:ReceiveMessage" not in actions(template("web"))
    names = {one["Name"] for one in resources(template("resources"), "SSM::Parameter")}
    assert "/shop/dev/resources/orders/arn" in names
    assert "shop-dev-platform" not in read.dependencies["shop-dev-resources"], "it needs no network"


def test_a_worker_takes_what_another_service_publishes_to_a_topic_of_dockyard_yaml(read):
    shared = "resources: {orders: {kind: topic}, news: {kind: topic, existing: legacy}}"
    worker = "kind: worker\ntopics: [{name: orders}, {name: news}, {name: elsewhere}]"
    template = read(shared, web="kind: web\nlinks: {orders: write}", mail=worker)
    topics = [one["TopicArn"] for one in resources(template("mail"), "SNS::Subscription")]
    values = {id: one["Default"] for id, one in template("mail")["Parameters"].items() if "Default" in one}
    assert [values[topic["Ref"]] for topic in topics[:2]] == [f"/shop/dev/resources/{name}/arn" for name in ("orders", "news")]
    assert topics[2] == "arn:aws:sns:eu-west-1:111122223333:elsewhere"
    assert "shop-dev-resources" in read.dependencies["shop-dev-mail"]


def test_queues_and_topics_are_fifo_where_it_is_said(read):
    ordered = "fifo: true, content_based_deduplication: true"
    shared = f"resources: {{orders: {{kind: topic, {ordered}}}, jobs: {{kind: queue, {ordered}}}}}"
    template = read(shared, mail=f"kind: worker\nqueue: {{{ordered}}}\ntopics: [{{name: orders}}]")
    (topic,) = resources(template("resources"), "SNS::Topic")
    assert (topic["FifoTopic"], topic["ContentBasedDeduplication"], topic["TopicName"][-5:]) == (True, True, ".fifo")
    for queue in [*resources(template("resources"), "SQS::Queue"), *resources(template("mail"), "SQS::Queue")]:
        assert (queue["FifoQueue"], queue["ContentBasedDeduplication"]) == (True, True)


def test_what_is_there_already_is_named_and_not_made(read):
    links = (
        "links: {orders: {kind: table, existing: legacy}, jobs: {kind: queue, existing: 'arn:aws:sqs:us-east-1:444455556666:j'}, "
        "uploads: {kind: bucket, existing: my.files, access: read}, events: {kind: topic, existing: news}}"
    )
    found = read(web=f"kind: web\n{links}")("web")
    made = {resource["Type"] for resource in found["Resources"].values()}
    assert not made & {"AWS::DynamoDB::GlobalTable", "AWS::SQS::Queue", "AWS::S3::Bucket", "AWS::SNS::Topic"}
    told = variables(found)
    assert (told["ORDERS_TABLE"], told["UPLOADS_BUCKET"]) == ("legacy", "my.files")
    assert "/444455556666/j" in json.dumps(told["JOBS_QUEUE_URL"])
    assert ":sns:eu-west-1:111122223333:news" in json.dumps(told["EVENTS_TOPIC_ARN"])


def test_a_database_of_a_services_own_lets_in_just_this_service(read):
    found = read(web="kind: web\nlinks: {db: {kind: database}}")("web")
    (cluster,) = [r for r in found["Resources"].values() if r["Type"] == "AWS::RDS::DBCluster"]
    assert cluster["DeletionPolicy"] == "Snapshot"
    properties = cluster["Properties"]
    assert properties["ServerlessV2ScalingConfiguration"] == {"MinCapacity": 0.5, "MaxCapacity": 4}
    assert (properties["StorageEncrypted"], properties["Port"], properties["DatabaseName"]) == (True, 5432, "app")
    (instance,) = resources(found, "RDS::DBInstance")
    assert (instance["DBInstanceClass"], instance["PubliclyAccessible"]) == ("db.serverless", False)
    (rule,) = [r for r in resources(found, "EC2::SecurityGroupIngress") if r["FromPort"] == 5432]
    assert "Client" in json.dumps(rule["SourceSecurityGroupId"])
    (service,) = resources(found, "ECS::Service")
    (group,) = service["NetworkConfiguration"]["AwsvpcConfiguration"]["SecurityGroups"]
    assert group == rule["SourceSecurityGroupId"]
    assert {"DB_HOST", "DB_PORT", "DB_NAME"} <= variables(found).keys()
    assert {one["Name"] for one in container(found)["Secrets"]} == {"DB_USER", "DB_PASSWORD"}


def test_a_service_begins_when_its_database_is_there(read):
    found = read(web="kind: web\nlinks: {db: {kind: database}}")("web")
    (task,) = [r for r in found["Resources"].values() if r["Type"] == "AWS::ECS::TaskDefinition"]
    (writer,) = [id for id, r in found["Resources"].items() if r["Type"] == "AWS::RDS::DBInstance"]
    assert writer in task["DependsOn"]


@pytest.mark.parametrize(("removal", "policy", "protected"), [("keep", "Retain", True), ("delete", "Delete", False)])
def test_what_becomes_of_a_database(read, removal, policy, protected):
    found = read(web=f"kind: web\nlinks: {{db: {{kind: database, min: 0, max: 16, version: '16.9', removal: {removal}}}}}")("web")
    (cluster,) = [r for r in found["Resources"].values() if r["Type"] == "AWS::RDS::DBCluster"]
    assert cluster["DeletionPolicy"] == policy
    assert cluster["Properties"].get("DeletionProtection", False) is protected
    assert cluster["Properties"]["EngineVersion"] == "16.9"


def test_a_shared_database_has_a_rule_for_each_service_and_one_for_the_servers(read):
    template = read("resources: {db: {kind: database}}", web="kind: web\nlinks: {db: read-write}",
                    api="kind: backend\nruns_on: ec2\nlinks: {db: read-write}",
                    nightly="kind: job\nschedule: rate(1 day)\nlinks: {db: read-write}")  # fmt: skip
    assert "shop-dev-platform" in read.dependencies["shop-dev-resources"]
    (from_servers,) = resources(template("resources"), "EC2::SecurityGroupIngress")
    assert from_servers["FromPort"] == 5432
    for name, rules in (("web", 1), ("api", 0), ("nightly", 1)):
        found = [r for r in resources(template(name), "EC2::SecurityGroupIngress") if r.get("FromPort") == 5432]
        assert len(found) == rules, name
    assert "Client" in json.dumps(template("nightly")["Resources"])


def test_a_database_that_is_there_already_lets_the_service_in(read):
    existing = "{host: db.example.com, port: 6432, secret: shop/db, security_group: sg-0a1b2c3d, name: shop}"
    found = read(web=f"kind: web\nlinks: {{db: {{kind: database, existing: {existing}}}}}")("web")
    told = variables(found)
    assert (told["DB_HOST"], told["DB_PORT"], told["DB_NAME"]) == ("db.example.com", "6432", "shop")
    (rule,) = [r for r in resources(found, "EC2::SecurityGroupIngress") if r["FromPort"] == 6432]
    assert rule["GroupId"] == "sg-0a1b2c3d"
    assert resources(found, "RDS::DBCluster") == []


def test_no_links_no_stack_and_no_group(read):
    template = read(web="kind: web")
    assert "shop-dev-resources" not in read.dependencies
    assert resources(template("web"), "RDS::DBCluster") == []


def test_a_web_service_with_a_database_is_still_reached_by_the_load_balancer_alone(read):
    found = read(web="kind: web\nlinks: {db: {kind: database}}")("web")
    rules = [r for r in resources(found, "EC2::SecurityGroupIngress") if "Client" in json.dumps(r["GroupId"])]
    (rule,) = rules
    assert (rule["FromPort"], "loadbalancersecuritygroup" in json.dumps(rule["SourceSecurityGroupId"])) == (8080, True)


def test_services_may_read_the_secret_of_a_shared_database_that_is_there_already(read):
    """A policy on the name alone would not match: Secrets Manager adds six characters to it."""
    existing = "{host: db.example.com, secret: shop/db, security_group: sg-0a1b2c3d, name: shop}"
    template = read(f"resources: {{db: {{kind: database, existing: {existing}}}}}", web="kind: web\nlinks: {db: read-write}")
    policies = json.dumps([policy["PolicyDocument"] for policy in resources(template("web"), "IAM::Policy")])
    assert "secret:shop/db-??????" in policies
    (rule,) = [r for r in resources(template("web"), "EC2::SecurityGroupIngress") if r["FromPort"] == 5432]
    assert rule["GroupId"] == "sg-0a1b2c3d"
    (servers,) = resources(template("resources"), "EC2::SecurityGroupIngress")
    assert servers["GroupId"] == "sg-0a1b2c3d"
