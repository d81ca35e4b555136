"""Behaviours of tasks and containers, held over boto3 and the containers' own words."""

import json

import docker
import pytest
from botocore.exceptions import ClientError

from tests.integration.behaviours.contract import acts, refused, stored_only
from tests.integration.local_aws import APP, Server, service, task, until
from tests.integration.support import get

CLUSTER = {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": "c"}}
LOGS = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "app"}}


def run(aws: Server, definition: dict, **also: dict) -> dict:
    """Deploy a task definition, run it once, and wait for its end; the task."""
    assert aws.deploy("d", {"Logs": LOGS, "Task": definition, "Cluster": CLUSTER, **also}) == "CREATE_COMPLETE"
    ecs = aws.client("ecs")
    around = aws.surroundings.service if definition["Properties"]["NetworkMode"] == "awsvpc" else {}
    (started,) = ecs.run_task(cluster="c", taskDefinition="app", **around)["tasks"]
    return until(lambda: _ended(ecs, started["taskArn"]), 20)


def _ended(ecs, arn: str) -> dict | None:
    (found,) = ecs.describe_tasks(cluster="c", tasks=[arn])["tasks"]
    return found if found["lastStatus"] == "STOPPED" else None


def printed(aws: Server, count: int = 1) -> list[str]:
    """What the containers have printed, once there are so many lines."""

    def lines() -> list[str] | None:
        found = [event["message"] for event in aws.client("logs").filter_log_events(logGroupName="app")["events"]]
        return found if len(found) >= count else None

    return until(lines, 10)


def container(name: str, image: str, code: str, **more) -> dict:
    made = task(image, ["python", "-c", code], **more)["Properties"]["ContainerDefinitions"][0]
    return {**made, "Name": name, "PortMappings": more.get("PortMappings", [])}


def together(*containers: dict, **more) -> dict:
    return {
        "Type": "AWS::ECS::TaskDefinition",
        "Properties": {"Family": "app", "NetworkMode": "awsvpc", "ContainerDefinitions": list(containers), **more},
    }


@acts("container_settings", only_here="Fargate has not all of them")
def settings_of_a_container_hold(aws: Server) -> None:
    """Or an image would run here that does not run on AWS."""
    code = (
        "import os, resource as r, socket; s = open('/proc/self/status').read();"
        "memory = next(p for p in ('/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes') if os.path.exists(p));"
        "print(r.getrlimit(r.RLIMIT_NOFILE)[0], int(open(memory).read()) >> 20, socket.gethostname(),"
        " int(s.split('CapEff:')[1].split()[0], 16) & 1, os.statvfs('/scratch').f_blocks * os.statvfs('/scratch').f_frsize >> 20)"
    )
    linux = {"Capabilities": {"Drop": ["ALL"]}, "Tmpfs": [{"ContainerPath": "/scratch", "Size": 7}]}
    run(
        aws,
        task(
            aws.image(), ["python", "-c", code], Memory=96, Hostname="shop", LinuxParameters=linux, mode="bridge",
            Ulimits=[{"Name": "nofile", "SoftLimit": 1234, "HardLimit": 2345}],
        ),
    )  # fmt: skip
    assert printed(aws) == ["1234 96 shop 0 7"]


def made_bucket(aws: Server) -> str:
    """Its name, which is this run's in all the world."""
    where = {} if aws.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": aws.region}}
    aws.client("s3").create_bucket(Bucket=f"{aws.name}-settings", **where)
    return f"{aws.name}-settings"


@acts("container_settings")
def variables_come_from_files(aws: Server) -> None:
    """The container's own go before those of its files."""
    s3 = aws.client("s3")
    bucket = made_bucket(aws)
    s3.put_object(Bucket=bucket, Key="prod/app.env", Body=b"# comment\nA=file\nB=x=y\n")
    code = "import os; print(os.environ['A'], os.environ['B'])"
    run(
        aws,
        task(
            aws.image(), ["python", "-c", code], Environment=[{"Name": "A", "Value": "own"}],
            EnvironmentFiles=[{"Type": "s3", "Value": f"arn:aws:s3:::{bucket}/prod/app.env"}],
        ),
    )  # fmt: skip
    assert printed(aws) == ["own x=y"]


@acts("task_containers")
def containers_of_a_task_share_localhost_and_start_in_order(aws: Server) -> None:
    """A proxy before an app, after a step that must succeed first."""
    image = aws.image()
    ask = "import urllib.request as u; print(u.urlopen('http://localhost:8080').read().decode())"
    check = {"Command": ["CMD", "python", "-c", ask], "Interval": aws.interval, "Retries": 10}
    definition = together(
        container("app", image, ask, DependsOn=[{"ContainerName": "web", "Condition": "HEALTHY"}]),
        container(
            "web", image, f"print('web', flush=True)\n{APP}", Essential=False, HealthCheck=check,
            DependsOn=[{"ContainerName": "first", "Condition": "SUCCESS"}],
        ),
        container("first", image, "import time; time.sleep(1); print('first')", Essential=False),
    )  # fmt: skip
    ended = run(aws, definition)
    assert printed(aws, 3) == ["first", "web", "hello"]
    assert {c["name"]: c.get("exitCode") for c in ended["containers"]}["app"] == 0
    until(lambda: not aws.running(), 15)


@acts("task_containers")
def a_condition_that_cannot_be_met_fails_the_task(aws: Server) -> None:
    """What needs a failed step never starts."""
    image = aws.image()
    definition = together(
        container("app", image, "print('app')", DependsOn=[{"ContainerName": "first", "Condition": "SUCCESS"}]),
        container("first", image, "raise SystemExit(3)", Essential=False),
    )
    ended = run(aws, definition)
    assert ended["stopCode"] == "TaskFailedToStart"
    assert {one["name"]: one.get("exitCode") for one in ended["containers"]}["app"] is None


@acts("task_volumes", only_here="its file system is but a name")
def containers_share_a_volume_that_goes_with_the_task(aws: Server) -> None:
    """And a file system stays for the next task."""
    image = aws.image()
    mounts = [{"SourceVolume": "shared", "ContainerPath": "/shared"}, {"SourceVolume": "files", "ContainerPath": "/files"}]
    look = "import os, time\nwhile not os.path.exists('/shared/x'): time.sleep(0.1)\nprint(len(os.listdir('/files')))"
    definition = together(
        container("app", image, look, MountPoints=mounts),
        container("writer", image, "import time; open('/shared/x', 'w'); open(f'/files/{time.time()}', 'w')",
                  Essential=False, MountPoints=mounts, DependsOn=[]),
        Volumes=[{"Name": "shared"}, {"Name": "files", "EFSVolumeConfiguration": {"FilesystemId": "fs-1"}}],
    )  # fmt: skip
    run(aws, definition)
    aws.client("ecs").run_task(cluster="c", taskDefinition="app", **aws.surroundings.service)
    counts = printed(aws, 2)
    assert int(counts[1]) == int(counts[0]) + 1


@acts("task_containers", only_here="AWS starts it again after a minute at the earliest")
def a_container_is_started_again_by_its_policy(aws: Server) -> None:
    """Unless it ran too short, or its exit code is to be ignored."""
    code = "import time, sys; print('{}', flush=True); time.sleep(1.5); sys.exit(1)"
    policy = {"Enabled": True, "RestartAttemptPeriod": 1}
    image = aws.image()
    definition = together(
        container("app", image, "import time; time.sleep(100)"),
        container("often", image, code.format("often"), Essential=False, RestartPolicy=policy),
        container("once", image, code.format("once"), Essential=False, RestartPolicy={**policy, "IgnoredExitCodes": [1]}),
        container("short", image, "print('short')", Essential=False, RestartPolicy=policy),
    )
    assert aws.deploy("d", {"Logs": LOGS, "Task": definition, "Cluster": CLUSTER}) == "CREATE_COMPLETE"
    aws.client("ecs").run_task(cluster="c", taskDefinition="app", **aws.surroundings.service)
    lines = until(lambda: (found := printed(aws)).count("often") == 3 and found, 30)
    assert (lines.count("once"), lines.count("short")) == (1, 1)


@acts("container_health")
def a_task_tells_how_healthy_its_containers_are(aws: Server) -> None:
    """By their own checks."""
    check = {"Command": ["CMD", "python", "-c", "import os; os.stat('/tmp/well')"], "Interval": aws.interval, "Retries": 1}
    code = f"import time; open('/tmp/well', 'w'); time.sleep({aws.late.seconds * 2}); import os; os.remove('/tmp/well'); time.sleep(600)"
    definition = task(aws.image(), ["python", "-c", code], HealthCheck=check)
    assert aws.deploy("d", {"Logs": LOGS, "Task": definition, "Cluster": CLUSTER}) == "CREATE_COMPLETE"
    ecs = aws.client("ecs")
    (started,) = ecs.run_task(cluster="c", taskDefinition="app", **aws.surroundings.service)["tasks"]
    for wanted in ("UNKNOWN", "HEALTHY", "UNHEALTHY"):
        until(lambda: ecs.describe_tasks(cluster="c", tasks=[started["taskArn"]])["tasks"][0]["healthStatus"] == wanted, 10)  # noqa: B023


@acts("container_health")
def a_version_whose_own_check_fails_is_given_up(aws: Server) -> None:
    """And the old version serves throughout."""
    image = aws.image()
    assert aws.deploy("u", service(image)) == "CREATE_COMPLETE"
    sick = service(image, HealthCheck={"Command": ["CMD", "false"], "Interval": aws.interval, "Retries": 1, "StartPeriod": 1})
    assert aws.deploy("u", sick, update=True) == "UPDATE_ROLLBACK_COMPLETE"
    assert any("failed container health checks" in event["message"] for event in aws.service("u")["events"])
    assert get(f"http://{aws.output('u', 'Address')}/")[0] == 200


@acts("task_definitions")
def secrets_and_settings_reach_the_container(aws: Server) -> None:
    """A secret of a template would silently not be there."""
    aws.client("ssm").put_parameter(Name="/s", Type="SecureString", Value="from ssm")
    secret = aws.client("secretsmanager").create_secret(Name="m", SecretString=json.dumps({"k": "from manager"}))["ARN"]
    code = "import os; print(os.environ['A'], '|', os.environ['B'])"
    secrets = [{"Name": "A", "ValueFrom": "/s"}, {"Name": "B", "ValueFrom": f"{secret}:k::"}]
    run(aws, task(aws.image(), ["python", "-c", code], Secrets=secrets))
    assert printed(aws) == ["from ssm | from manager"]


@acts("container_settings")
def a_container_runs_as_its_definition_says(aws: Server) -> None:
    """Entry point, user, init, read-only root."""
    code = "import os; print(os.getuid(), os.getpid() > 1, os.statvfs('/').f_flag & os.ST_RDONLY)"
    linux = {"InitProcessEnabled": True}
    run(
        aws,
        task(aws.image(), ["-c", code], EntryPoint=["python"], User="1234", ReadonlyRootFilesystem=True, LinuxParameters=linux),
    )
    assert printed(aws) == ["1234 True 1"]


@acts("task_network", only_here="it is the network of this machine")
def tasks_are_on_a_network_of_their_own_and_reach_the_local_aws(aws: Server) -> None:
    """And no port of theirs is open to the world."""
    code = (
        "import os, urllib.request as u; print(u.urlopen(os.environ['AWS_ENDPOINT_URL'] + '/_ministack/health').status, flush=True); "
        + APP
    )
    assert aws.deploy("n", service(aws.image(), code, mode="bridge")) == "CREATE_COMPLETE"
    events = until(lambda: aws.client("logs").filter_log_events(logGroupName="app")["events"], 10)
    assert events[0]["message"] == "200"
    (name,) = aws.docker.containers(f"dockyard.local={aws.name}")
    network = docker.from_env().containers.get(name).attrs["NetworkSettings"]
    assert list(network["Networks"]) == [aws.name]
    assert {binding["HostIp"] for bound in network["Ports"].values() for binding in bound or []} == {"127.0.0.1"}


@acts("task_network", only_here="it is called without a signature")
def a_queue_is_called_by_its_url_from_a_container(aws: Server) -> None:
    """As an SDK does; whether the template gave the URL or the queue was asked for it."""
    code = (
        "import json, os, urllib.request as u; given = os.environ['QUEUE_URL']; "
        "kind = {'Content-Type': 'application/x-amz-json-1.0'}; "
        "call = lambda url, action, **asked: json.load(u.urlopen(u.Request(url, json.dumps(asked).encode(), "
        "{**kind, 'X-Amz-Target': f'AmazonSQS.{action}'}))); "
        "told = call(os.environ['AWS_ENDPOINT_URL'], 'GetQueueUrl', QueueName='jobs')['QueueUrl']; "
        "[call(url, 'SendMessage', QueueUrl=url, MessageBody='hello') for url in (given, told)]; "
        "print(given == told, os.environ['OTHER'])"
    )
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "jobs"}}
    variables = [{"Name": "QUEUE_URL", "Value": {"Ref": "Queue"}}, {"Name": "OTHER", "Value": "http://localhost:8080/jobs"}]
    run(aws, task(aws.image(), ["python", "-c", code], Environment=variables), Queue=queue)
    assert printed(aws) == ["True http://localhost:8080/jobs"]
    url = aws.client("sqs").get_queue_url(QueueName="jobs")["QueueUrl"]
    told = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    assert told["Attributes"]["ApproximateNumberOfMessages"] == "2"


@acts("task_credentials")
def an_sdk_in_a_container_finds_credentials_and_region(aws: Server) -> None:
    """Or no app that uses AWS would run here unchanged; and what the app sets itself holds."""
    code = (
        "import os, urllib.request as u; e = os.environ; "
        "print(e['AWS_REGION'], e['AWS_DEFAULT_REGION'], e['AWS_EXECUTION_ENV'], 'AWS_CONTAINER_CREDENTIALS_FULL_URI' in e); "
        "key = f\"AWS4-HMAC-SHA256 Credential={e['AWS_ACCESS_KEY_ID']}/20260101/{e['AWS_REGION']}/sts/aws4_request, \" "
        "'SignedHeaders=host, Signature=' + e['AWS_SECRET_ACCESS_KEY']; "
        "ask = u.Request(e['AWS_ENDPOINT_URL'], b'Action=GetCallerIdentity&Version=2011-06-15', {'Authorization': key}); "
        "print(u.urlopen(ask).read().decode().split('<Account>')[1].split('<')[0])"
    )
    own = [{"Name": "AWS_DEFAULT_REGION", "Value": "eu-central-1"}]
    run(aws, task(aws.image(), ["python", "-c", code], Environment=own))
    assert printed(aws, 2) == ["us-east-1 eu-central-1 AWS_ECS_FARGATE False", aws.client("sts").get_caller_identity()["Account"]]


@acts("container_exits")
def each_container_tells_the_code_it_exited_with(aws: Server) -> None:
    """Its own where it ends when it is asked to, 137 where it is killed or takes too much memory."""
    image, wait = aws.image(), "signal.signal(15, {}); print('up', flush=True); time.sleep(100)"
    polite = "import signal, sys, time; " + wait.format("lambda *_: sys.exit(5)")
    definition = together(
        container("app", image, "import time; time.sleep(5); raise SystemExit(6)"),
        container("polite", image, polite, Essential=False),
        container("deaf", image, "import signal, time; " + wait.format("signal.SIG_IGN"), Essential=False, StopTimeout=2),
        container("greedy", image, "import time; time.sleep(1); len(bytearray(200 << 20))", Essential=False),
    )
    arn = run(aws, definition)["taskArn"]

    def codes() -> dict[str, int] | None:
        (found,) = aws.client("ecs").describe_tasks(cluster="c", tasks=[arn])["tasks"]
        told = {one["name"]: one["exitCode"] for one in found["containers"] if "exitCode" in one}
        return (
            {**told, **{one["name"]: one["reason"] for one in found["containers"] if "reason" in one}} if len(told) == 4 else None
        )

    assert until(codes, 20) == {
        "app": 6, "polite": 5, "deaf": 137, "greedy": "OutOfMemoryError: Container killed due to memory usage",
    }  # fmt: skip


@acts("stop_reasons")
def a_task_tells_why_it_ended_or_could_not_start(aws: Server) -> None:
    """In the words that one searches for, and without a URL of the engine."""
    image = aws.image()
    ended = run(aws, task(image, ["python", "-c", "raise SystemExit(3)"]))
    assert (ended["stopCode"], ended["stoppedReason"]) == ("EssentialContainerExited", "Essential container in task exited")
    assert "startedBy" not in ended
    ecs = aws.client("ecs")
    for name, settings, words in (
        ("pull", {"image": image.replace("v1", "missing")}, "CannotPullContainerError: Error response from daemon: "),
        ("start", {"image": image, "command": ["/missing"]}, "CannotStartContainerError: Error response from daemon: "),
    ):
        ecs.register_task_definition(family=name, containerDefinitions=[{"name": "app", "memory": 64, **settings}])
        (started,) = ecs.run_task(cluster="c", taskDefinition=name)["tasks"]
        assert not {"stopCode", "stoppedReason"} & started.keys()
        failed = until(lambda: _ended(ecs, started["taskArn"]), 20)  # noqa: B023
        assert (failed["stopCode"], failed["stoppedReason"][: len(words)]) == ("TaskFailedToStart", words)
        assert "missing" in failed["stoppedReason"]
        assert "http" not in failed["stoppedReason"]
        assert "localhost" not in failed["stoppedReason"]


@acts("container_starts", only_here="the engine's containers are looked at")
def a_container_that_cannot_start_leaves_nothing(aws: Server) -> None:
    """And its task tells why, also where the definition names the platform."""
    machine = {"arm64": "ARM64", "amd64": "X86_64"}[docker.from_env().version()["Arch"]]
    ecs = aws.client("ecs")
    ecs.create_cluster(clusterName="c")
    ecs.register_task_definition(
        family="app", containerDefinitions=[{"name": "app", "image": aws.image(), "memory": 64, "command": ["/missing"]}],
        runtimePlatform={"cpuArchitecture": machine, "operatingSystemFamily": "LINUX"},
    )  # fmt: skip
    (started,) = ecs.run_task(cluster="c", taskDefinition="app")["tasks"]
    failed = until(lambda: _ended(ecs, started["taskArn"]), 20)
    assert "/missing" in failed["stoppedReason"]
    label = f"com.amazonaws.ecs.task-arn={started['taskArn']}"
    assert docker.from_env().containers.list(all=True, filters={"label": label}) == []


@acts("task_definition_checks")
def a_wrong_task_definition_is_refused(aws: Server) -> None:
    """Or the real deploy would be the first to tell. A stack rolls back with AWS's words."""
    needs = [{"ContainerName": "app", "Condition": "START"}]
    wrong = task(aws.image(), ["true"], DependsOn=needs)
    assert aws.deploy("d", {"Logs": LOGS, "Task": wrong}) == "ROLLBACK_COMPLETE"
    events = aws.client("cloudformation").describe_stack_events(StackName="d")["StackEvents"]
    assert any("depend on each other: app" in event.get("ResourceStatusReason", "") for event in events)
    with pytest.raises(ClientError, match="No Fargate configuration exists for given values: 256 CPU, 8192 memory"):
        aws.client("ecs").register_task_definition(
            family="app", requiresCompatibilities=["FARGATE"], networkMode="awsvpc", cpu="256", memory="8192",
            containerDefinitions=[{"name": "app", "image": aws.image_again()}],
        )  # fmt: skip


@refused("task_definition_checks")
def log_drivers_and_settings_that_are_not_done(aws: Server) -> None:
    """Rather than taken and forgotten."""
    settings = {"logConfiguration": {"logDriver": "splunk"}, "repositoryCredentials": {"credentialsParameter": "arn"}}
    with pytest.raises(ClientError, match="pidMode task, log driver splunk, repositoryCredentials: not done by the local AWS"):
        aws.client("ecs").register_task_definition(
            family="app", pidMode="task", containerDefinitions=[{"name": "app", "image": "app", "memory": 64, **settings}]
        )


@acts("container_settings")
def kernel_settings_and_names_hold(aws: Server) -> None:
    """`systemControls`, DNS search domains, and hosts that the definition names."""
    code = (
        "import socket; print(open('/proc/sys/net/core/somaxconn').read().strip(), socket.gethostbyname('old.host'),"
        " 'corp.example' in open('/etc/resolv.conf').read())"
    )
    definition = task(
        aws.image(), ["python", "-c", code], mode="bridge", DnsSearchDomains=["corp.example"],
        SystemControls=[{"Namespace": "net.core.somaxconn", "Value": "777"}],
        ExtraHosts=[{"Hostname": "old.host", "IpAddress": "192.0.2.7"}],
    )  # fmt: skip
    run(aws, definition)
    assert printed(aws) == ["777 192.0.2.7 True"]


@acts("task_definitions")
def a_secret_is_of_the_version_that_is_asked_for(aws: Server) -> None:
    """After a rotation the one before, and no other where there is none."""
    manager = aws.client("secretsmanager")
    made = manager.create_secret(Name="m", SecretString=json.dumps({"k": "old"}))
    manager.put_secret_value(SecretId="m", SecretString=json.dumps({"k": "new"}))
    image, arn = aws.image(), made["ARN"]
    code = "import os; print(os.environ['A'], os.environ['B'], os.environ['C'])"
    asked = {"A": f"{arn}:k::", "B": f"{arn}:k:AWSPREVIOUS:", "C": f"{arn}:k::{made['VersionId']}"}
    run(aws, task(image, ["python", "-c", code], Secrets=[{"Name": name, "ValueFrom": value} for name, value in asked.items()]))
    assert printed(aws) == ["new old old"]
    missing = {"name": "app", "image": image, "memory": 64, "secrets": [{"name": "A", "valueFrom": f"{arn}:k:NONE:"}]}
    aws.client("ecs").register_task_definition(family="missing", containerDefinitions=[missing])
    (started,) = aws.client("ecs").run_task(cluster="c", taskDefinition="missing")["tasks"]
    ended = until(lambda: _ended(aws.client("ecs"), started["taskArn"]), 20)
    assert ended["stoppedReason"].startswith("ResourceInitializationError: unable to pull secrets or registry auth")


@acts("log_groups")
def a_container_without_its_log_group_does_not_start(aws: Server) -> None:
    """Or a template that forgot it would work here, without logs."""
    ecs, options = aws.client("ecs"), {"awslogs-group": "none", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "app"}
    logs = {"logDriver": "awslogs", "options": options}
    ecs.create_cluster(clusterName="c")
    ecs.register_task_definition(
        family="app", networkMode="awsvpc", cpu="256", memory="512", executionRoleArn="arn:aws:iam::000000000000:role/any",
        containerDefinitions=[{"name": "app", "image": aws.image(), "command": ["python", "-V"], "logConfiguration": logs}],
    )  # fmt: skip
    (started,) = ecs.run_task(cluster="c", taskDefinition="app", launchType="FARGATE")["tasks"]
    ended = until(lambda: _ended(ecs, started["taskArn"]), 20)
    assert ended["stopCode"] == "TaskFailedToStart"
    assert ended["stoppedReason"].startswith("ResourceInitializationError: failed to validate logger args:")


@stored_only("log_routers")
def a_log_router_takes_what_containers_print(aws: Server) -> None:
    """FireLens: the task runs without it, logs into the router's log group, and needs no image of a public registry."""
    routed = {"LogDriver": "awsfirelens", "Options": {"Name": "datadog", "Host": "intake.example.com"}}
    needs = [{"ContainerName": "router", "Condition": "START"}]
    definition = together(
        container("app", aws.image(), "print('hello')", LogConfiguration=routed, DependsOn=needs),
        {**container("router", "registry.invalid/router:1", ""), "FirelensConfiguration": {"Type": "fluentbit"}},
    )
    ended = run(aws, definition)
    assert [(one["name"], one["exitCode"]) for one in ended["containers"]] == [("app", 0)]
    assert printed(aws) == ["hello"]
    (event,) = aws.client("logs").filter_log_events(logGroupName="app")["events"]
    assert event["logStreamName"].startswith("app/app/")
    how = "no log router runs, and what containers print is in its log group"
    assert aws.local.resources()["simulated"] == {"FireLens of AWS::ECS::TaskDefinition": {"count": 1, "how": how}}
    containers = [{"name": "app", "image": "app", "memory": 64, "logConfiguration": {"logDriver": "awsfirelens"}}]
    with pytest.raises(ClientError, match="a firelens configuration object must be configured in one of the containers"):
        aws.client("ecs").register_task_definition(family="alone", containerDefinitions=containers)
    router = {"name": "router", "image": "router", "memory": 64, "firelensConfiguration": {"type": "fluentbit"}}
    made = aws.client("ecs").register_task_definition(family="api", containerDefinitions=[*containers, router])
    assert [one["name"] for one in made["taskDefinition"]["containerDefinitions"]] == ["app"]


@acts("run_task_checks")
def a_task_that_cannot_be_run_is_refused(aws: Server) -> None:
    """And a call that is repeated with its token starts nothing more."""
    ecs, container = aws.client("ecs"), {"name": "app", "image": aws.image(), "memory": 64, "command": ["python", "-V"]}
    ecs.create_cluster(clusterName="c")
    for family in ("app", "old"):
        arn = ecs.register_task_definition(family=family, containerDefinitions=[container])["taskDefinition"]["taskDefinitionArn"]
    ecs.deregister_task_definition(taskDefinition=arn)
    for asked, words in (
        ({"cluster": "none"}, "ClusterNotFoundException.*Cluster not found."),
        ({"taskDefinition": "none"}, "TaskDefinition not found."),
        ({"taskDefinition": "old:1"}, "TaskDefinition is inactive"),
        ({"count": 11}, "between 1 and 10"),
        ({"overrides": {"containerOverrides": [{"name": "none"}]}}, "none is not a container in the TaskDefinition."),
        ({"launchType": "FARGATE"}, "does not support launch_type FARGATE."),
    ):
        with pytest.raises(ClientError, match=words):
            ecs.run_task(**{"cluster": "c", "taskDefinition": "app", **asked})
    assert ecs.list_clusters()["clusterArns"] == [ecs.describe_clusters(clusters=["c"])["clusters"][0]["clusterArn"]]
    first, again = [ecs.run_task(cluster="c", taskDefinition="app", clientToken="t")["tasks"][0]["taskArn"] for _ in range(2)]
    assert first == again
    with pytest.raises(ClientError, match="ConflictException"):
        ecs.run_task(cluster="c", taskDefinition="app", clientToken="t", count=2)
