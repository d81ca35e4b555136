"""A worker: it takes messages, and finishes the one that it has in hand when it is told to stop."""

import os
import signal

import boto3

VERSION = "1"
QUEUE = os.environ["QUEUE_URL"]
WAIT_SECONDS = 5

stopping: list[int] = []
signal.signal(signal.SIGTERM, lambda number, _: stopping.append(number))
sqs = boto3.client("sqs")
while not stopping:
    answer = sqs.receive_message(QueueUrl=QUEUE, MaxNumberOfMessages=10, WaitTimeSeconds=WAIT_SECONDS)
    for message in answer.get("Messages", []):
        if message["Body"] == "poison":  # what is not deleted comes again, and in the end it is a dead letter
            continue
        print(VERSION, message["Body"], flush=True)
        sqs.delete_message(QueueUrl=QUEUE, ReceiptHandle=message["ReceiptHandle"])
print("stops", flush=True)
