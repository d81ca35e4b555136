"""What the stacks of each kind have in them."""

import json
import shutil

import pytest

from dockyard.config import load_project
from dockyard.config.service import KINDS
from tests.synth.projects import ROOT, resources, stacks

PROJECT = (
    "name: shop\nenvironments: {dev: {account: '111122223333', region: eu-west-1}}\ncluster: {ec2: {instance_types: [t3.small]}}"
)
IMAGE = "image: {from: nginx, mirror: false}"


@pytest.fixture
def template(tmp_path):
    """The template of one service of a project of these."""

    def made(name, **services):
        """Where the name is None, the artifacts and a function that reads a template."""
        files = {f"services/{service}/service.yaml": f"{text}\n{IMAGE}" for service, text in services.items()}
        artifacts, read = stacks(tmp_path, files={"dockyard.yaml": PROJECT, **files})
        return read(f"shop-dev-{name}") if name else (artifacts, read)

    return made


def test_a_task_is_a_definition_that_is_run_when_asked_for(template):
    found = template("migrate", migrate="kind: task")
    assert resources(found, "ECS::Service") == []
    assert len(resources(found, "ECS::TaskDefinition")) == 1
    how = json.dumps(found["Outputs"]["RunTask"]["Value"])
    assert "FARGATE" in how
    assert "awsvpcConfiguration" in how


def test_a_task_on_servers_has_their_network(template):
    how = json.dumps(template("migrate", migrate="kind: task\nruns_on: ec2")["Outputs"]["RunTask"]["Value"])
    assert "awsvpcConfiguration" not in how
    assert "capacityProviderStrategy" in how


def test_a_web_service_finds_the_backends_that_it_calls_and_waits_for_them(template):
    artifacts, read = template(None, web="kind: web\ncalls: [api]", api="kind: backend")
    assert "shop-dev-api" in artifacts["shop-dev-web"]["dependencies"]
    web, api = (resources(read(f"shop-dev-{name}"), "ECS::Service")[0] for name in ("web", "api"))
    assert web["ServiceConnectConfiguration"]["Namespace"] == api["ServiceConnectConfiguration"]["Namespace"]
    assert len(web["NetworkConfiguration"]["AwsvpcConfiguration"]["SecurityGroups"]) == 2
    assert "Services" not in web["ServiceConnectConfiguration"]


def test_a_web_service_that_calls_nobody_has_no_proxy_beside_it(template):
    (web,) = resources(template("web", web="kind: web", api="kind: backend"), "ECS::Service")
    assert "ServiceConnectConfiguration" not in web


def test_a_backend_has_its_health_check(template):
    found = template("api", api="kind: backend\nport: 81\nprotocol: grpc\nhealth: {command: curl -f localhost:81, retries: 5}")
    (container,) = resources(found, "ECS::TaskDefinition")[0]["ContainerDefinitions"]
    assert container["HealthCheck"]["Command"] == ["CMD-SHELL", "curl -f localhost:81"]
    assert container["HealthCheck"]["Retries"] == 5
    assert container["PortMappings"][0]["AppProtocol"] == "grpc"


def test_servers_let_in_services_that_call_services_on_servers(template):
    _, read = template(None, api="kind: backend\nruns_on: ec2", web="kind: web\nruns_on: ec2\ncalls: [api]")
    platform = read("shop-dev-platform")
    rules = [r for r in resources(platform, "EC2::SecurityGroupIngress") if "call" in r.get("Description", "")]
    assert [(r["FromPort"], r["ToPort"]) for r in rules] == [(32768, 65535), (32768, 65535)]
    assert resources(read("shop-dev-api"), "EC2::SecurityGroup") == []


def test_a_worker_tells_where_its_queues_are_and_subscribes_to_topics_by_name(template):
    found = template("mail", mail="kind: worker\ntopics: [{name: orders, filter: {type: [created]}}]\nqueue: {max_receives: 2}")
    assert {"QueueUrl", "DeadLetterQueueUrl"} <= found["Outputs"].keys()
    (subscription,) = resources(found, "SNS::Subscription")
    assert ":sns:eu-west-1:111122223333:orders" in json.dumps(subscription["TopicArn"])
    assert subscription["FilterPolicyScope"] == "MessageAttributes"


def test_a_job_is_run_by_its_schedule_and_when_asked_for(template):
    found = template("nightly", nightly="kind: job\nschedule: rate(1 hour)\ntime_zone: Europe/Berlin\ntimeout: 60")
    (schedule,) = resources(found, "Scheduler::Schedule")
    assert (schedule["ScheduleExpression"], schedule["ScheduleExpressionTimezone"]) == ("rate(1 hour)", "Europe/Berlin")
    assert "RunTask" in found["Outputs"]


def test_there_is_an_example_of_each_kind_and_all_make_stacks(tmp_path):
    names = {kind: "api" if kind == "backend" else f"my-{kind}" for kind in (*KINDS, "tcp")}
    for kind, name in names.items():
        shutil.copytree(ROOT / "examples" / kind, tmp_path / "services" / name)
    artifacts, _ = stacks(tmp_path, files={"dockyard.yaml": PROJECT})
    assert {f"shop-dev-{name}" for name in names.values()} < artifacts.keys()
    services = load_project(tmp_path).environment().services
    assert {kind: services[name].kind for kind, name in names.items()} == {kind: kind for kind in KINDS} | {"tcp": "web"}


PLAIN = {
    "web": "kind: web",
    "backend": "kind: backend",
    "worker": "kind: worker",
    "job": "kind: job\nschedule: rate(1 hour)",
    "task": "kind: task",
}
RUNTIME = """
command: serve --all
entry_point: [/init]
user: '1000'
stop_timeout: 60
init: false
restart: {ignored_exit_codes: [0], attempt_period: 60}
ulimits: {nofile: 65536}
writable: {/scratch: 64}
"""


@pytest.mark.parametrize("runs_on", ["fargate", "ec2"])
@pytest.mark.parametrize("kind", PLAIN)
def test_a_container_of_any_kind_is_started_kept_and_ended_as_told(template, kind, runs_on):
    found = template("it", it=f"{PLAIN[kind]}\nruns_on: {runs_on}\nread_only: true{RUNTIME}")
    (container,) = resources(found, "ECS::TaskDefinition")[0]["ContainerDefinitions"]
    assert (container["Command"], container["EntryPoint"]) == (["serve", "--all"], ["/init"])
    assert (container["User"], container["StopTimeout"], container["ReadonlyRootFilesystem"]) == ("1000", 60, True)
    assert container["RestartPolicy"] == {"Enabled": True, "IgnoredExitCodes": [0], "RestartAttemptPeriod": 60}
    assert container["Ulimits"] == [{"Name": "nofile", "SoftLimit": 65536, "HardLimit": 65536}]
    assert container["LinuxParameters"]["Tmpfs"] == [{"ContainerPath": "/scratch", "Size": 64}]
    assert container["LinuxParameters"]["InitProcessEnabled"] is False


@pytest.mark.parametrize("kind", PLAIN)
def test_a_container_has_little_by_default(template, kind):
    found = template("it", it=PLAIN[kind])
    (container,) = resources(found, "ECS::TaskDefinition")[0]["ContainerDefinitions"]
    assert container["LinuxParameters"] == {"Capabilities": {}, "InitProcessEnabled": True}
    assert container["StopTimeout"] == (60 if kind == "worker" else 30)
    others = {"Command", "EntryPoint", "User", "ReadonlyRootFilesystem", "RestartPolicy", "Ulimits"}
    assert not others & container.keys()
    assert "ssmmessages" not in json.dumps(found)


@pytest.mark.parametrize("kind", PLAIN)
def test_commands_may_be_run_in_a_container_where_it_is_asked_for(template, kind):
    found = template("it", it=f"{PLAIN[kind]}\nexec: true")
    statements = [s for p in resources(found, "IAM::Policy") for s in p["PolicyDocument"]["Statement"]]
    (channels,) = [s for s in statements if "ssmmessages:OpenDataChannel" in s["Action"]]
    assert len([action for action in channels["Action"] if action.startswith("ssmmessages:")]) == 4
    if kind in ("job", "task"):
        assert '\\"enableExecuteCommand\\":true' in json.dumps(found["Outputs"]["RunTask"]["Value"])
    else:
        assert resources(found, "ECS::Service")[0]["EnableExecuteCommand"] is True
    if kind == "job":
        assert '\\"EnableExecuteCommand\\":true' in json.dumps(resources(found, "StepFunctions::StateMachine"))


@pytest.mark.parametrize("kind", PLAIN)
def test_a_service_takes_its_own_secrets_by_a_rule_and_its_role_may_read_just_these(template, kind):
    found = template("it", it=f"{PLAIN[kind]}\nsecrets: [TOKEN]")
    (container,) = resources(found, "ECS::TaskDefinition")[0]["ContainerDefinitions"]
    (secret,) = container["Secrets"]
    assert (secret["Name"], json.dumps(secret["ValueFrom"]).count("parameter/shop/dev/it/TOKEN")) == ("TOKEN", 1)
    statements = [s for p in resources(found, "IAM::Policy") for s in p["PolicyDocument"]["Statement"]]
    (reading,) = [s for s in statements if "ssm:GetParameters" in s["Action"]]
    assert "parameter/shop/dev/it/TOKEN" in json.dumps(reading["Resource"])


VOLUMES = """
volumes:
  files: {path: /files, type: efs}
  old: {path: /old, type: efs, file_system: fs-01234567, access_point: fsap-01234567, security_group: sg-01234567, read_only: true}
  scratch: {path: /scratch}
"""


@pytest.mark.parametrize("runs_on", ["fargate", "ec2"])
@pytest.mark.parametrize("kind", PLAIN)
def test_volumes_of_any_kind(template, kind, runs_on):
    found = template("it", it=f"{PLAIN[kind]}\nruns_on: {runs_on}{VOLUMES}")
    (definition,) = resources(found, "ECS::TaskDefinition")
    mounts = {
        m["SourceVolume"]: (m["ContainerPath"], m["ReadOnly"]) for m in definition["ContainerDefinitions"][0]["MountPoints"]
    }
    assert mounts == {"files": ("/files", False), "old": ("/old", True), "scratch": ("/scratch", False)}
    files, old, scratch = definition["Volumes"]
    assert scratch == {"Name": "scratch"}
    for volume in (files, old):
        efs = volume["EFSVolumeConfiguration"]
        assert (efs["TransitEncryption"], efs["AuthorizationConfig"]["IAM"]) == ("ENABLED", "ENABLED")
    assert old["EFSVolumeConfiguration"]["FilesystemId"] == "fs-01234567"
    (system,) = resources(found, "EFS::FileSystem")
    assert (system["Encrypted"], system["BackupPolicy"]) == (True, {"Status": "ENABLED"})
    assert [s["Effect"] for s in system["FileSystemPolicy"]["Statement"]] == ["Deny"]
    assert len(resources(found, "EFS::MountTarget")) == 2
    (point,) = resources(found, "EFS::AccessPoint")
    assert (point["RootDirectory"]["Path"], point["PosixUser"]["Uid"]) == ("/files", "1000")
    statements = [s for p in resources(found, "IAM::Policy") for s in p["PolicyDocument"]["Statement"]]
    rights = [s["Action"] for s in statements if "elasticfilesystem" in json.dumps(s["Action"])]
    assert rights == [["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"], "elasticfilesystem:ClientMount"]
    let_in = [r for r in resources(found, "EC2::SecurityGroupIngress") if r["FromPort"] == 2049]
    assert len(let_in) == 2
    assert all(("instancesecuritygroup" in json.dumps(r["SourceSecurityGroupId"])) == (runs_on == "ec2") for r in let_in)


def test_a_file_system_stays_and_tasks_wait_until_it_can_be_reached(template):
    found = template("it", it="kind: web\nvolumes: {files: {path: /files, type: efs}}")["Resources"]
    (system,) = [r for r in found.values() if r["Type"] == "AWS::EFS::FileSystem"]
    assert (system["DeletionPolicy"], system["UpdateReplacePolicy"]) == ("Retain", "Retain")
    (service,) = [r for r in found.values() if r["Type"] == "AWS::ECS::Service"]
    waits_for = [found[name]["Type"] for name in service["DependsOn"]]
    assert {"AWS::EFS::MountTarget", "AWS::EC2::SecurityGroupIngress", "AWS::IAM::Policy"} <= set(waits_for)


@pytest.mark.parametrize("runs_on", ["fargate", "ec2"])
@pytest.mark.parametrize("kind", ["web", "backend", "worker"])
def test_each_task_of_a_service_may_have_a_disk_of_its_own(template, kind, runs_on):
    found = template("it", it=f"{PLAIN[kind]}\nruns_on: {runs_on}\nvolumes: {{disk: {{path: /disk, type: ebs, size: 50}}}}")
    (service,) = resources(found, "ECS::Service")
    (disk,) = service["VolumeConfigurations"]
    assert (disk["Name"], disk["ManagedEBSVolume"]["SizeInGiB"], disk["ManagedEBSVolume"]["Encrypted"]) == ("disk", 50, True)
    assert resources(found, "ECS::TaskDefinition")[0]["Volumes"] == [{"ConfiguredAtLaunch": True, "Name": "disk"}]


SIDECARS = """
memory: 1024
tracing: otel
volumes: {logs: {path: /logs}}
depends_on: {init: success}
sidecars:
  init: {image: {from: busybox}, command: echo, essential: false}
  cache:
    image: {from: redis, mirror: false}
    port: 6379
    env: {SIZE: 1}
    secrets: [TOKEN]
    cpu: 0.125
    memory: 256
    user: redis
    read_only: true
    health: {command: redis-cli ping}
    mounts: {logs: {path: /var/log, read_only: true}}
  late: {image: {from: public.ecr.aws/docker/library/busybox}, depends_on: {app: start}}
"""


@pytest.mark.parametrize("runs_on", ["fargate", "ec2"])
@pytest.mark.parametrize("kind", PLAIN)
def test_containers_beside_that_of_any_kind(template, kind, runs_on):
    _, read = template(None, it=f"{PLAIN[kind]}\nruns_on: {runs_on}{SIDECARS}")
    found = read("shop-dev-it")
    app, init, cache, late, otel = resources(found, "ECS::TaskDefinition")[0]["ContainerDefinitions"]
    assert [one["Name"] for one in (app, init, cache, late, otel)] == ["app", "init", "cache", "late", "otel"]
    assert app["DependsOn"] == [{"Condition": "SUCCESS", "ContainerName": "init"}]
    assert late["DependsOn"] == [{"Condition": "START", "ContainerName": "app"}]
    assert [one["Essential"] for one in (app, init, cache, late, otel)] == [True, False, True, True, False]
    assert (cache["Image"], cache["User"], cache["ReadonlyRootFilesystem"]) == ("redis", "redis", True)
    assert {"Name": "PORT", "Value": "6379"} in cache["Environment"]
    assert (cache["Cpu"], cache["Memory"], cache["HealthCheck"]["Command"][1]) == (128, 256, "redis-cli ping")
    assert cache["MountPoints"] == [{"ContainerPath": "/var/log", "ReadOnly": True, "SourceVolume": "logs"}]
    assert "parameter/shop/dev/it/TOKEN" in json.dumps(cache["Secrets"])
    assert cache["LogConfiguration"]["Options"]["awslogs-stream-prefix"] == "cache"
    if runs_on == "ec2":
        assert (app["Memory"], init["Memory"], app["Cpu"]) == (1024 - 128 - 256 - 128 - 128, 128, 128)
        assert app["Links"] == ["init", "cache", "otel"]
    else:
        assert not {"Memory", "Cpu", "Links"} & (app.keys() | init.keys())
    repositories = {one["RepositoryName"] for one in resources(read("shop-registry"), "ECR::Repository")}
    assert "shop/it/init" in repositories
    assert not {"shop/it/cache", "shop/it/late"} & repositories


@pytest.mark.parametrize("runs_on", ["fargate", "ec2"])
def test_a_collector_of_traces_is_found_and_may_hand_them_on(template, runs_on):
    found = template("it", it=f"kind: web\ntracing: otel\nruns_on: {runs_on}\nenv: {{OTEL_SERVICE_NAME: other}}")
    app, otel = resources(found, "ECS::TaskDefinition")[0]["ContainerDefinitions"]
    variables = {one["Name"]: one["Value"] for one in app["Environment"]}
    host = "localhost" if runs_on == "fargate" else "otel"
    assert variables["OTEL_EXPORTER_OTLP_ENDPOINT"] == f"http://{host}:4318"
    assert variables["OTEL_SERVICE_NAME"] == "other"
    assert variables["OTEL_RESOURCE_ATTRIBUTES"] == "service.namespace=shop,deployment.environment.name=dev"
    assert otel["Image"].startswith("public.ecr.aws/aws-observability/aws-otel-collector:")
    assert otel["RestartPolicy"] == {"Enabled": True, "RestartAttemptPeriod": 60}
    statements = [s for p in resources(found, "IAM::Policy") for s in p["PolicyDocument"]["Statement"]]
    (metrics,) = [s for s in statements if "logs:CreateLogGroup" in s["Action"]]
    assert "log-group:/aws/ecs/application/metrics:*" in json.dumps(metrics["Resource"])
    assert [s for s in statements if "xray:PutTraceSegments" in s["Action"]]


def test_an_sdk_of_x_ray_finds_the_collector(template):
    found = template("it", it="kind: web\ntracing: xray")
    app, _ = resources(found, "ECS::TaskDefinition")[0]["ContainerDefinitions"]
    assert {"Name": "AWS_XRAY_DAEMON_ADDRESS", "Value": "localhost:2000"} in app["Environment"]
    assert "OTEL_" not in json.dumps(app)
