"""Services that use what they are linked with, of the standard library alone."""

SHARED = """
resources:
  orders: {kind: table, partition_key: customer, sort_key: created number, removal: delete}
  uploads: {kind: bucket, removal: delete}
  jobs: {kind: queue}
  events: {kind: topic}
"""

_AWS = """
import json, os, urllib.parse, urllib.request
at = os.environ["AWS_ENDPOINT_URL"]
def call(url, service, body=None, method="POST", **headers):
    headers["Authorization"] = f"AWS4-HMAC-SHA256 Credential={os.environ['AWS_ACCESS_KEY_ID']}/20260101/us-east-1/{service}/aws4_request"
    with urllib.request.urlopen(urllib.request.Request(url, body, headers, method=method), timeout=10) as answer:
        return answer.read()
def api(service, target, **parameters):
    headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.0"}
    return json.loads(call(at, service, json.dumps(parameters).encode(), **headers) or "{}")
def publish(topic, message):
    form = urllib.parse.urlencode({"Action": "Publish", "Version": "2010-03-31", "TopicArn": topic, "Message": message})
    call(at, "sns", form.encode(), **{"Content-Type": "application/x-www-form-urlencoded"})
table, bucket, queue = os.environ["ORDERS_TABLE"], os.environ["UPLOADS_BUCKET"], os.environ["JOBS_QUEUE_URL"]
key = {"customer": {"S": "a"}, "created": {"N": "1"}}
"""

_WRITE = """
api("dynamodb", "DynamoDB_20120810.PutItem", TableName=table, Item={**key, "value": {"N": "42"}})
call(f"{at}/{bucket}/file", "s3", b"content", "PUT")
publish(os.environ["EVENTS_TOPIC_ARN"], "published")
api("sqs", "AmazonSQS.SendMessage", QueueUrl=queue, MessageBody="sent")
own = {"id": {"S": "x"}, "value": {"S": "kept"}}
api("dynamodb", "DynamoDB_20120810.PutItem", TableName=os.environ["NOTES_TABLE"], Item=own)
found = api("dynamodb", "DynamoDB_20120810.GetItem", TableName=os.environ["NOTES_TABLE"], Key={"id": own["id"]})
print(json.dumps({"own": found["Item"]["value"]["S"]}))
"""

_READ = """
item = api("dynamodb", "DynamoDB_20120810.GetItem", TableName=table, Key=key)["Item"]["value"]["N"]
content = call(f"{at}/{bucket}/file", "s3", method="GET").decode()
bodies = []
while len(bodies) < 2:
    messages = api("sqs", "AmazonSQS.ReceiveMessage", QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", [])
    bodies += [message["Body"] for message in messages]
print(json.dumps({"item": item, "object": content, "messages": sorted(bodies)}))
"""

SERVICES = {
    "writer": (
        "kind: task\nlinks: {orders: write, uploads: write, jobs: write, events: write, notes: {kind: table}}",
        _AWS + _WRITE,
    ),
    "reader": ("kind: task\nlinks: {orders: read, uploads: read, jobs: read}", _AWS + _READ),
}
"""Name to service.yaml and main.py."""
