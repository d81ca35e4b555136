"""Runs a command of a new version once, before the version gets requests. It goes into the template as it is."""

import json
import os
import time

import boto3

DONE = {"key": "dockyard:before", "value": "done"}
FOUND_WITHIN = 60  # seconds, as ECS may know a new task a little later
FROM_REVISION = ("capacityProviderStrategy", "launchType", "platformVersion", "networkConfiguration")


def handler(event, context):
    """Asked by a deployment of ECS at one of its stages, or by CloudFormation before it changes the service."""
    return of_stack(event, context) if "ResponseURL" in event else of_deployment(event)


def of_deployment(event):
    """Start the command, then tell each time whether it has ended. Whatever is raised here fails the deployment."""
    ecs, details = boto3.client("ecs"), event.get("hookDetails") or {}
    arn = event["executionDetails"]["targetServiceRevisionArn"]
    (revision,) = ecs.describe_service_revisions(serviceRevisionArns=[arn])["serviceRevisions"]
    cluster, definition = revision["clusterArn"], revision["taskDefinition"]
    if "task" not in details:
        if is_done(ecs, definition):
            return {"hookStatus": "SUCCEEDED"}
        place = {key: revision[key] for key in FROM_REVISION if revision.get(key)}
        task = start(ecs, cluster, definition, place, event["executionId"])
        details = {**details, "task": task, "started": time.time()}
        return {"hookStatus": "IN_PROGRESS", "callBackDelay": 2, "hookDetails": details}
    failure = ended(ecs, cluster, definition, details["task"], details["started"])
    if failure is None:
        return {"hookStatus": "IN_PROGRESS", "callBackDelay": 5, "hookDetails": details}
    print(failure or "succeeded")
    return {"hookStatus": "FAILED" if failure else "SUCCEEDED"}


def of_stack(event, context):
    """Run the command and wait for its end. A rollback to a version whose command has run does not run it again."""
    import cfnresponse

    failure = ""
    try:
        if event["RequestType"] != "Delete":
            failure = run(boto3.client("ecs"), event, context)
    except Exception as error:
        failure = str(error)
    status = cfnresponse.FAILED if failure else cfnresponse.SUCCESS
    cfnresponse.send(event, context, status, {}, "before", reason=failure or None)


def run(ecs, event, context):
    """Run it to its end, or until the function's time is over; why it failed, which is empty where it did not."""
    place = json.loads(event["ResourceProperties"]["Run"])
    cluster, definition = place.pop("cluster"), place.pop("taskDefinition")
    if is_done(ecs, definition):
        return ""
    task, started = start(ecs, cluster, definition, place, event["RequestId"]), time.time()
    while (failure := ended(ecs, cluster, definition, task, started)) is None:
        if context.get_remaining_time_in_millis() < 20_000:
            ecs.stop_task(cluster=cluster, task=task, reason="it took too long")
            return f"the command before took too long (task {task})"
        time.sleep(1)
    return failure


def start(ecs, cluster, definition, place, token):
    """The same token starts it once, however often it is asked for."""
    override = {"name": os.environ["CONTAINER"], "command": json.loads(os.environ["COMMAND"])}
    answer = ecs.run_task(
        cluster=cluster, taskDefinition=definition, clientToken=token, group="before", startedBy=os.environ["STARTED_BY"],
        overrides={"containerOverrides": [override]}, propagateTags="TASK_DEFINITION", **place,
    )  # fmt: skip
    if answer["failures"]:
        raise RuntimeError(f"the command before could not be started: {answer['failures'][0].get('reason')}")
    return answer["tasks"][0]["taskArn"]


def ended(ecs, cluster, definition, task, started):
    """None while it runs, else why it failed, which is empty where it did not."""
    found = ecs.describe_tasks(cluster=cluster, tasks=[task])["tasks"]
    if found[0]["lastStatus"] != "STOPPED" if found else time.time() < started + FOUND_WITHIN:
        return None
    code = next((c.get("exitCode") for t in found for c in t["containers"] if c["name"] == os.environ["CONTAINER"]), None)
    if code == 0:
        ecs.tag_resource(resourceArn=definition, tags=[DONE])
        return ""
    why = f"exit code {code}" if code is not None else found[0].get("stoppedReason") if found else "it is gone"
    return f"the command before failed: {why} (task {task.rsplit('/', 1)[-1]})"


def is_done(ecs, definition):
    """Whether the command has run once for this task definition."""
    return DONE in ecs.list_tags_for_resource(resourceArn=definition)["tags"]
