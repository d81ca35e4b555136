"""What a log router (FireLens) is in a template."""

import json

import pytest

from dockyard_constructs import LogRouter
from tests.synth.projects import resources, stacks
from tests.synth.test_kinds import PLAIN, PROJECT
from tests.synth.test_lint import WAYS, linted

IMAGE = "image: {from: nginx, mirror: false}"
ALL = """
memory: 1024
tracing: otel
log_retention: 7
firelens:
  options: {Name: datadog, Host: http-intake.logs.datadoghq.eu, TLS: on, log-driver-buffer-limit: 2097152}
  secrets: {apikey: {secretsmanager: datadog, key: apiKey}}
  config: /extra.conf
  image: {from: 'fluent/fluent-bit:3.2'}
  memory: 100
  metadata: false
sidecars:
  cache: {image: {from: redis}, depends_on: {quiet: start}}
  quiet: {image: {from: redis}, firelens: false}
"""


@pytest.fixture
def template(tmp_path):
    """The template of the service `it`."""

    def made(text):
        _, read = stacks(tmp_path, files={"dockyard.yaml": PROJECT, "services/it/service.yaml": f"{text}\n{IMAGE}"})
        return read("shop-dev-it")

    return made


def containers(found):
    return {one["Name"]: one for one in resources(found, "ECS::TaskDefinition")[0]["ContainerDefinitions"]}


def statements(found):
    return [s for p in resources(found, "IAM::Policy") for s in p["PolicyDocument"]["Statement"]]


@pytest.mark.parametrize("kind", PLAIN)
def test_the_router_of_any_kind_starts_first_and_prints_to_a_group_of_its_own(template, kind):
    found = template(f"{PLAIN[kind]}\nfirelens: {{options: {{Name: http, Host: logs.example.com}}}}")
    app, router = containers(found)["app"], containers(found)["log-router"]
    assert router["FirelensConfiguration"] == {"Type": "fluentbit", "Options": {"enable-ecs-log-metadata": "true"}}
    assert router["Image"].startswith("public.ecr.aws/aws-observability/aws-for-fluent-bit:init-")
    assert (router["Essential"], router["MemoryReservation"], router.get("Environment")) == (True, 64, None)
    assert app["DependsOn"] == [{"Condition": "START", "ContainerName": "log-router"}]
    assert app["LogConfiguration"] == {"LogDriver": "awsfirelens", "Options": {"Name": "http", "Host": "logs.example.com"}}
    assert "RouterLogs" in json.dumps(router["LogConfiguration"]["Options"]["awslogs-group"])
    assert len(resources(found, "Logs::LogGroup")) >= 2
    assert "logs.example.com" not in json.dumps(statements(found))


@pytest.mark.parametrize("runs_on", ["fargate", "ec2"])
def test_all_that_can_be_set_reaches_the_template(template, runs_on):
    found = template(f"kind: web\nruns_on: {runs_on}{ALL}")
    app, cache, quiet, otel, router = (containers(found)[name] for name in ("app", "cache", "quiet", "otel", "log-router"))
    assert next(iter(containers(found))) == "app"
    assert router["FirelensConfiguration"]["Options"] == {
        "enable-ecs-log-metadata": "false", "config-file-type": "file", "config-file-value": "/extra.conf",
    }  # fmt: skip
    assert "it/log-router" in json.dumps(router["Image"])  # the copy in ECR
    assert router["MemoryReservation"] == 100
    assert app["LogConfiguration"] == cache["LogConfiguration"]
    assert app["LogConfiguration"]["Options"]["TLS"] == "on"
    assert app["LogConfiguration"]["Options"]["log-driver-buffer-limit"] == "2097152"
    (secret,) = app["LogConfiguration"]["SecretOptions"]
    assert secret["Name"] == "apikey"
    assert ":apiKey::" in json.dumps(secret["ValueFrom"])
    assert "datadog" in json.dumps([s for s in statements(found) if "secretsmanager:GetSecretValue" in s["Action"]])
    for one in (quiet, otel):
        assert one["LogConfiguration"]["LogDriver"] == "awslogs"
        assert "RouterLogs" not in json.dumps(one["LogConfiguration"])
    waiting = {one["ContainerName"] for one in cache["DependsOn"]}
    assert waiting == {"log-router", "quiet"}
    assert {group["RetentionInDays"] for group in resources(found, "Logs::LogGroup")} == {7}
    if runs_on == "ec2":
        assert app["Memory"] == 1024 - 3 * 128 - 100


WRITING = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]


@pytest.mark.parametrize(
    ("options", "actions", "resource"),
    [
        ("Name: kinesis_firehose, delivery_stream: a", ["firehose:PutRecordBatch"], "firehose:eu-west-1:111122223333:deliverystream/a"),
        ("Name: kinesis_streams, stream: a, region: us-east-1", ["kinesis:PutRecords"], "kinesis:us-east-1:111122223333:stream/a"),
        ("Name: s3, bucket: logs-of-shop", ["s3:PutObject"], "s3:::logs-of-shop/*"),
        ("Name: cloudwatch_logs, log_group_name: /a/b", WRITING, "logs:eu-west-1:111122223333:log-group:/a/b:*"),
        ("Name: cloudwatch, log_group_name: a, auto_create_group: on, log_retention_days: 7",
         [*WRITING, "logs:CreateLogGroup", "logs:PutRetentionPolicy"], "logs:eu-west-1:111122223333:log-group:a:*"),
    ],
)  # fmt: skip
def test_the_task_may_write_to_the_one_destination_that_is_named(template, options, actions, resource):
    found = template(f"kind: task\nfirelens: {{options: {{{options}}}}}")
    (mine,) = [s for s in statements(found) if f":{resource}" in json.dumps(s["Resource"])]
    assert {*actions} == ({mine["Action"]} if len(actions) == 1 else {*mine["Action"]})
    region = containers(found)["app"]["LogConfiguration"]["Options"]["region"]
    assert region == ("us-east-1" if "us-east-1" in options else "eu-west-1")


def test_cloudwatch_logs_alone_means_the_log_group_of_the_service(template):
    found = template("kind: web\nfirelens: {options: {Name: cloudwatch_logs}}")
    options = containers(found)["app"]["LogConfiguration"]["Options"]
    group = options["log_group_name"]["Ref"]
    assert group.startswith("WebLogs")
    assert (options["log_stream_prefix"], options["region"]) == ("log-router/", "eu-west-1")
    (mine,) = [s for s in statements(found) if "logs:DescribeLogStreams" in s["Action"]]
    assert mine["Resource"] == {"Fn::GetAtt": [group, "Arn"]}


def test_a_name_that_is_filled_in_later_gives_no_right_and_a_warning(tmp_path):
    text = "kind: task\nfirelens: {options: {Name: cloudwatch_logs, log_group_name: '/x/$(ecs_cluster)', log_stream_prefix: a}}"
    _, read = stacks(tmp_path, files={"dockyard.yaml": PROJECT, "services/it/service.yaml": f"{text}\n{IMAGE}"})
    assert "logs:PutLogEvents" not in json.dumps([s for s in statements(read("shop-dev-it")) if "ecs_cluster" in json.dumps(s)])
    assert "/x/$(ecs_cluster), a name that is filled in later: grant it" in (
        tmp_path / "cdk.out/manifest.json"
    ).read_text() + "".join(path.read_text() for path in (tmp_path / "cdk.out").glob("*.metadata.json"))


def test_a_file_of_s3_is_read_in_the_task_role(template):
    found = template("kind: task\nfirelens: {config: 's3://conf-of-shop/fluent/extra.conf'}")
    router = containers(found)["log-router"]
    (variable,) = router["Environment"]
    assert variable["Name"] == "aws_fluent_bit_init_s3_1"
    assert json.dumps(variable["Value"]).rstrip('"]}').endswith(":s3:::conf-of-shop/fluent/extra.conf")
    assert "config-file-value" not in router["FirelensConfiguration"]["Options"]
    mine = {s["Action"]: json.dumps(s["Resource"]).rstrip('"]}') for s in statements(found) if str(s["Action"]).startswith("s3:")}
    assert mine["s3:GetObject"].endswith(":s3:::conf-of-shop/fluent/extra.conf")
    assert mine["s3:GetBucketLocation"].endswith(":s3:::conf-of-shop")
    assert containers(found)["app"]["LogConfiguration"] == {"LogDriver": "awsfirelens"}


PATHS = {"web": "\nhttp: {{path: /{}}}"}
DEFAULTS = "firelens: {options: {Name: cloudwatch_logs}}"


def test_cfn_lint_finds_nothing_in_any_kind_on_any_capacity(tmp_path):
    project = "name: shop\nenvironments: {dev: {}}\ncluster: {managed: {}, ec2: {instance_types: [t3.small]}}"
    files = {"dockyard.yaml": project}
    ways = list(WAYS.items())
    for number, (kind, text) in enumerate(PLAIN.items()):
        for key, (way, place) in {"all": ways[number % len(ways)], "few": ways[(number + 1) % len(ways)]}.items():
            own = f"{text}{PATHS.get(kind, '').format(key)}\n{place}\n{IMAGE}\n{ALL if key == 'all' else DEFAULTS}"
            files[f"services/{kind}-{way}-{key}/service.yaml"] = own
    files["services/s3/service.yaml"] = (
        f"kind: task\n{IMAGE}\nfirelens: {{config: 's3://conf/a.conf', options: {{Name: s3, bucket: b-of-logs}}}}"
    )
    stacks(tmp_path, files=files)
    assert linted(tmp_path / "cdk.out") == (0, "")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "options should have Name, an output plugin, or config_file its outputs"),
        ({"Name": "kinesis_firehose"}, "options should have delivery_stream, which kinesis_firehose needs"),
    ],
)
def test_a_router_that_would_send_nothing_is_refused(options, told):
    with pytest.raises(ValueError, match=told):
        LogRouter(options=options)
