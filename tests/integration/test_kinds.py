"""Each kind of service on the local AWS, from source to what it does."""

import concurrent.futures
import itertools
import json
import shutil
import signal
import socket
import subprocess
import threading
import time

import pytest

from tests.integration.local_aws import until
from tests.integration.support import ROOT, environment, get

MESSAGES = {f"message {number}" for number in range(1000)}
POISON = 3
DIES = """import time; time.sleep(1); raise SystemExit("no mail server today")  # noqa
import os"""


SERVICES = {"front": "web", "lines": "tcp", "api": "backend", "mail": "worker", "nightly": "job", "migrate": "task"}
"""Name to the folder of examples/ that it is copied from; callers before those that they call."""
EDITS = (
    ("api/service.yaml", "cpu: 0.25\nmemory: 512", "runs_on: ec2\nmemory: 128"),
    ("mail/service.yaml", "visibility_timeout: 30, max_receives: 5", "visibility_timeout: 5, max_receives: 2"),
    ("mail/main.py", "WAIT_SECONDS = 5", "WAIT_SECONDS = 1"),
    ("nightly/service.yaml", "cron(0 3 * * ? *)", "rate(1 day)"),
    ("nightly/service.yaml", "retries: 2", "sidecars: {beside: {image: {build: {context: .}}, command: [sleep, '600']}}"),
    ("migrate/service.yaml", "kind: task", "kind: task\nfirelens: {options: {Name: s3, bucket: elsewhere}}"),
)
"""What is otherwise in the tests: sooner, with a backend on a server, a job with a sidecar that a signal ends, and a task whose
logs go elsewhere on AWS."""


@pytest.fixture(scope="module")
def kinds(site):
    """The sample project with services of all kinds, which are gone at the end."""
    for name, kind in SERVICES.items():
        shutil.copytree(ROOT / "examples" / kind, site.root / "services" / name)
    for path, old, new in EDITS:
        site.edit(f"services/{path}", old, new)
    try:
        assert "no log router (firelens) runs on the local AWS; dockyard logs shows what these print: migrate" in site.up().stderr
        yield site
    finally:
        for name in SERVICES:
            shutil.rmtree(site.root / "services" / name)
        cloudformation = site.client("cloudformation")
        caller, *others = (f"demo-dev-{name}" for name in SERVICES)
        for stacks in ([caller], others):
            for stack in stacks:
                cloudformation.delete_stack(StackName=stack)
            for stack in stacks:
                cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack, WaiterConfig={"Delay": 1})
        site.up()


def send(sqs, queue, bodies, count):
    """Send so many messages, or those that are left."""
    for _ in range(0, count, 10):
        entries = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(itertools.islice(bodies, 10))]
        if entries:
            sqs.send_message_batch(QueueUrl=queue, Entries=entries)


def output(site, service, key):
    stack = site.client("cloudformation").describe_stacks(StackName=f"demo-dev-{service}")["Stacks"][0]
    return next(o["OutputValue"] for o in stack["Outputs"] if o["OutputKey"] == key)


def printed(site, service):
    """All lines that the containers of a service have printed."""
    logs = site.client("logs")
    found = []
    for group in logs.describe_log_groups()["logGroups"]:
        if f"demo-dev-{service}".replace("-", "") in group["logGroupName"].replace("-", ""):
            pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"])
            found += [event["message"].strip() for page in pages for event in page["events"]]
    return found


def test_services_call_each_other_by_name(kinds):
    """A web service on Fargate calls a backend on a server."""
    status, body = get(kinds.addresses()["front"])
    assert (status, body) == (200, {"prices": {"apple": 3, "pear": 4}})


def test_a_service_that_is_no_http_answers_at_the_address_of_its_network_load_balancer(kinds):
    scheme, host, port = kinds.addresses()["lines"].replace("//", "").split(":")
    assert (scheme, port) == ("tcp", "7000")
    with socket.create_connection((host, int(port)), 5) as connection:
        connection.sendall(b"hello\n")
        assert connection.makefile().readline() == "1 hello\n"


def test_a_worker_that_is_redeployed_loses_no_message_and_poison_becomes_dead_letters(kinds):
    sqs = kinds.client("sqs")
    queue, dead = output(kinds, "mail", "QueueUrl"), output(kinds, "mail", "DeadLetterQueueUrl")
    bodies = iter([*(POISON * ["poison"]), *sorted(MESSAGES)])
    send(sqs, queue, bodies, 200)
    kinds.edit("services/mail/main.py", 'VERSION = "1"', 'VERSION = "2"')
    with concurrent.futures.ThreadPoolExecutor() as pool:
        deployed = pool.submit(kinds.up)
        while not deployed.done():
            send(sqs, queue, bodies, 10)
            time.sleep(0.5)
    deployed.result()
    send(sqs, queue, bodies, len(MESSAGES))
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    until(lambda: {*sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"].values()} == {"0"}, 60)
    lines = [line.split(" ", 1) for line in printed(kinds, "mail") if " " in line]
    assert {body for _, body in lines} == MESSAGES
    assert {version for version, _ in lines} == {"1", "2"}
    assert "stops" in printed(kinds, "mail")
    assert sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=names)["Attributes"][names[0]] == str(POISON)


def test_a_worker_that_ends_a_moment_after_its_start_fails_each_deploy_until_it_is_mended(kinds):
    """ECS and CloudFormation call it a success; who made it asks no more than they tell."""
    kinds.edit("services/mail/main.py", "import os", DIES)
    for _ in range(2):  # the second changes nothing
        told = kinds.up(code=1).stderr
        assert "error: demo-dev-mail: its tasks end a moment after their start: task " in told
        assert "| no mail server today" in told
        assert "dockyard rollback mail --env dev" in told
    asked = {"code": 0, **kinds.in_local_aws()}
    until(lambda: json.loads(kinds.dockyard("status", "mail", "--json", **asked).stdout)[0]["state"] == "keeps ending", 60)
    history = json.loads(kinds.dockyard("history", "mail", "--json", **asked).stdout)
    assert [one["what"] for one in history[:2]] == ["failed", "failed"]
    kinds.edit("services/mail/main.py", DIES, "import os")
    assert "demo-dev-mail: deployed in" in kinds.up().stderr


def machine(site):
    """The state machine of the only job."""
    (found,) = site.client("stepfunctions").list_state_machines()["stateMachines"]
    return found["stateMachineArn"]


def ended(site, execution):
    """How an execution ended, and by which error; None while it is under way."""
    found = site.client("stepfunctions").describe_execution(executionArn=execution)
    return None if found["status"] == "RUNNING" else (found["status"], found.get("error"))


def test_a_job_is_run_by_its_schedule(kinds):
    """A rate begins at once."""
    states = kinds.client("stepfunctions")
    (execution,) = until(lambda: states.list_executions(stateMachineArn=machine(kinds))["executions"], 20)
    assert until(lambda: ended(kinds, execution["executionArn"]), 20) == ("SUCCEEDED", None)
    assert [line for line in printed(kinds, "nightly") if line.startswith("report of ")]


def test_a_run_that_takes_too_long_is_stopped_and_meanwhile_no_other_begins(kinds):
    """By the states of the job, but for its command and its timeout."""
    states, ecs = kinds.client("stepfunctions"), kinds.client("ecs")
    job = states.describe_state_machine(stateMachineArn=machine(kinds))
    definition = json.loads(job["definition"])
    run = definition["States"]["Run"]["Branches"][0]["States"]["Task"]
    run["TimeoutSeconds"] = 6
    run["Parameters"]["Overrides"] = {"ContainerOverrides": [{"Name": "app", "Command": ["sleep", "600"]}]}
    made = states.create_state_machine(name="slow", definition=json.dumps(definition), roleArn=job["roleArn"])["stateMachineArn"]
    try:
        first = states.start_execution(stateMachineArn=made)["executionArn"]
        family = definition["States"]["Before"]["Parameters"]["Family"]
        (task,) = until(lambda: ecs.list_tasks(cluster="demo-dev", family=family)["taskArns"], 10)
        second = states.start_execution(stateMachineArn=made)["executionArn"]
        assert until(lambda: ended(kinds, second), 5) == ("SUCCEEDED", None)
        assert ecs.list_tasks(cluster="demo-dev", family=family)["taskArns"] == [task]
        assert until(lambda: ended(kinds, first), 20) == ("FAILED", "Timeout")
        (stopped,) = ecs.describe_tasks(cluster="demo-dev", tasks=[task])["tasks"]
        assert stopped["stoppedReason"] == "the run took too long"
    finally:
        states.delete_state_machine(stateMachineArn=made)


def test_run_shows_what_a_task_prints_and_ends_with_its_exit_code(kinds):
    here = kinds.account()
    assert kinds.dockyard("run", "migrate", **here).stdout == "the database is up to date\n"
    assert "the database is up to date" in kinds.dockyard("logs", "migrate", **here).stdout
    code = "import os; print(os.environ['MISSING']); raise SystemExit(3)"
    ended = kinds.dockyard(
        "run", "nightly", "--json", "--variable", "MISSING=no paper", "--", "python", "-c", code, code=3, **here
    )
    assert json.loads(ended.stdout)["exit_code"] == 3
    assert "no paper\n" in ended.stderr


def test_run_that_is_interrupted_tells_how_to_stop_the_task_that_goes_on(kinds):
    command = ["dockyard", "run", "migrate", "--", "sleep", "600"]
    begun = subprocess.Popen(command, cwd=kinds.root, env={**environment(), **kinds.account()}, stderr=subprocess.PIPE, text=True)
    ended = threading.Timer(60, begun.kill)
    ended.start()
    task = begun.stderr.readline().split()[-1]
    try:
        assert begun.stderr.readline().startswith("  migrate: ")  # it is followed by now
        begun.send_signal(signal.SIGINT)
        told = begun.communicate(timeout=30)[1]
        assert begun.returncode == 130
        assert "the task goes on; to stop it: aws ecs stop-task --cluster demo-dev --task arn:aws:ecs:" in told
    finally:
        ended.cancel()
        begun.kill()
        kinds.client("ecs").stop_task(cluster="demo-dev", task=task)


def test_run_does_not_wait_where_it_is_told_so_and_a_job_runs_once_at_a_time(kinds):
    here = kinds.account()
    task = kinds.dockyard("run", "nightly", "--detach", "--", "sleep", "600", **here).stdout.strip()
    assert f"nightly runs already: {task}" in kinds.dockyard("run", "nightly", code=1, **here).stderr
    kinds.client("ecs").stop_task(cluster="demo-dev", task=task)
    assert (
        "front is a web, and run is for jobs and tasks; there is migrate, nightly"
        in kinds.dockyard("run", "front", code=2, **here).stderr
    )


def test_status_and_history_are_of_every_kind(kinds):
    here = kinds.account()

    def ask(command):
        return json.loads(kinds.dockyard(command, *SERVICES, "--json", **here).stdout)

    until(lambda: next(one for one in ask("status") if one["service"] == "nightly")["state"] != "running", 60)
    for name in ("migrate", "nightly"):
        kinds.dockyard("run", name, **here)
    found = {one["service"]: one for one in ask("status")}
    assert {name: found[name]["state"] for name in ("front", "api", "mail")} == dict.fromkeys(("front", "api", "mail"), "steady")
    assert found["api"]["health"] == {"healthy": 1, "checked": 1}  # by the health check of its container
    assert found["mail"]["queue"].keys() == {"waiting", "in_flight", "dead"}
    assert [found[name]["state"] for name in ("migrate", "nightly")] == ["succeeded"] * 2
    assert found["migrate"]["runs"]["next"] is None
    assert found["nightly"]["runs"]["next"] > found["nightly"]["runs"]["begun"]
    assert {change["service"] for change in ask("history")} == SERVICES.keys()
