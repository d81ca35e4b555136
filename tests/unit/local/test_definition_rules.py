import pytest

from dockyard.local.definition_rules import faults, not_done, units

ROLE = "arn:aws:iam::000000000000:role/execution"
FARGATE = {
    "networkMode": "awsvpc",
    "requiresCompatibilities": ["FARGATE"],
    "cpu": "256",
    "memory": "512",
    "executionRoleArn": ROLE,
}
CHECK = {"healthCheck": {"command": ["CMD-SHELL", "exit 0"]}}
ROUTED = {"logConfiguration": {"logDriver": "awsfirelens"}}
LOGS = {"logConfiguration": {"logDriver": "awslogs"}}


def needs(name, condition="START"):
    return {"dependsOn": [{"containerName": name, "condition": condition}]}


def definition(*containers, **more):
    named = [{"name": name, "image": "i", "memory": 64, **one} for name, one in zip("ab", containers, strict=False)]
    return {"family": "f", "containerDefinitions": named, **more}


@pytest.mark.parametrize(
    "right",
    [
        definition({}),
        definition({"memory": None, "memoryReservation": 64}),
        definition({"memory": None}, memory="1 GB"),
        definition({"portMappings": [{"containerPort": 80, "hostPort": 8080}]}),
        definition({"portMappings": [{"containerPort": 80, "hostPort": 0}]}, networkMode="awsvpc"),
        definition({"links": ["b"]}, {}),
        definition(needs("b", "SUCCESS"), {"essential": False}),
        definition(needs("b", "HEALTHY"), CHECK),
        definition({"mountPoints": [{"sourceVolume": "v"}]}, volumes=[{"name": "v"}]),
        definition({"stopTimeout": 300, "privileged": True, "secrets": [{}], **LOGS}),
        definition({"stopTimeout": 120, "secrets": [{}], **LOGS}, **FARGATE),
        definition({}, **FARGATE | {"cpu": "1 vCPU", "memory": "8GB"}),
        definition({}, **FARGATE | {"cpu": ".25 vcpu", "memory": 2048}),
        definition({}, **FARGATE | {"cpu": 16384, "memory": 122880}),
    ],
)
def test_a_right_definition_has_no_fault(right):
    assert list(faults(right)) == []


@pytest.mark.parametrize(
    "wrong, words",
    [
        (definition({}, family="f!"), "Family contains"),
        (definition({"name": "a b"}), "Container.name contains"),
        (definition({"memory": None}), "At least one of 'memory' or 'memoryReservation' must be specified."),
        (definition({"memory": 1024}, memory="512"), "'memory' of 1024 MiB is more than the task's 512"),
        (definition({}, {"name": "a"}), "'a' is used by more than one"),
        (definition({"essential": False}), "at least one essential"),
        (definition(needs("z")), "there is no container 'z'"),
        (definition(needs("a")), "depend on each other: a"),
        (definition(needs("b"), needs("a")), "depend on each other: a, b"),
        (definition(needs("b", "READY"), {}), "condition 'READY'"),
        (definition(needs("b", "HEALTHY"), {}), "no health check"),
        (definition(needs("b", "COMPLETE"), {}), "is essential"),
        (definition({"mountPoints": [{"sourceVolume": "v"}]}), "Unknown volume 'v'."),
        (definition({"healthCheck": {"command": ["true"]}}), "must begin with one of CMD, CMD-SHELL, NONE"),
        (definition({"portMappings": [{"containerPort": 80, "hostPort": 8080}]}, networkMode="awsvpc"), "networkMode=awsvpc, the host"),
        (definition({"portMappings": [{"containerPort": 80, "hostPort": 8080}]}, networkMode="host"), "networkMode=host, the host"),
        (definition({"links": ["b"]}, {}, networkMode="awsvpc"), "Links are not supported"),
        (definition({"extraHosts": [{}]}, networkMode="awsvpc"), "Extra hosts are not supported"),
        (definition({}, **FARGATE | {"networkMode": "bridge"}), "only supports network mode"),
        (definition({}, **FARGATE | {"cpu": None}), "requires that 'cpu'"),
        (definition({}, **FARGATE | {"memory": None}), "requires that 'memory'"),
        (definition({}, **FARGATE | {"memory": "8192"}), "256 CPU, 8192 memory"),
        (definition({}, **FARGATE | {"cpu": "300"}), "300 CPU, 512 memory"),
        (definition({}, volumes=[{"name": "v", "host": {"sourcePath": "/etc"}}], **FARGATE), "host.sourcePath"),
        (definition({}, pidMode="host", **FARGATE), "pidMode 'host'"),
        (definition({"privileged": True}, **FARGATE), "do not support privileged"),
        (definition({"linuxParameters": {"devices": [{}]}}, **FARGATE), "do not support devices"),
        (definition({"stopTimeout": 121}, **FARGATE), "at most 120 seconds"),
        (definition(LOGS, **FARGATE | {"executionRoleArn": ""}), "support log driver awslogs"),
        (definition({"logConfiguration": {"logDriver": "awsfirelens"}}), "a firelens configuration object must be configured in one of the containers"),
        (definition({"firelensConfiguration": {"type": "fluentbit"}, **ROUTED}), "cannot have log driver awsfirelens itself"),
        (definition({"firelensConfiguration": {"type": "vector"}}), "should have type fluentd or fluentbit"),
        (definition({"firelensConfiguration": {"type": "fluentbit", "options": {"config-file-type": "s3"}}}, **FARGATE),
         "config-file-type of file only"),
        (definition({"secrets": [{}]}, **FARGATE | {"executionRoleArn": ""}), "specifying container secrets"),
    ],
)  # fmt: skip
def test_a_wrong_definition_is_told_by_its_fault(wrong, words):
    (fault,) = faults(wrong)
    assert words in fault


@pytest.mark.parametrize(
    "asked, told",
    [
        (definition({"logConfiguration": {"logDriver": "splunk"}}), ["log driver splunk"]),
        (definition({"repositoryCredentials": {"credentialsParameter": "x"}}), ["repositoryCredentials"]),
        (definition({}, pidMode="task", ipcMode="task"), ["pidMode task", "ipcMode task"]),
        (definition({}, pidMode="host", ipcMode="none"), []),
        (definition({"logConfiguration": {"logDriver": "json-file"}}, LOGS), []),
    ],
)
def test_what_is_not_done_is_told(asked, told):
    assert list(not_done(asked)) == told


@pytest.mark.parametrize(
    "text, count", [("256", 256), (512, 512), ("0.5 vCPU", 512), ("1GB", 1024), ("", None), (None, None), ("x", None)]
)
def test_units_of_cpu_and_memory(text, count):
    assert units(text) == count
