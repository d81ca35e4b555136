"""Bugs of plain ministack, each with the shortest code that shows it: python -m tests.integration.upstream.

It starts ministack without our extensions on loopback, tries each finding, prints BUG or OK for it, and writes those that are
there to docs/upstream.md, ready to be reported. One that is OK after an update of ministack can go, with its extension.
"""

import contextlib
import http.client
import http.server
import importlib.metadata
import inspect
import json
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import boto3
from botocore.exceptions import ClientError

from dockyard.doors.docker import Docker
from dockyard.doors.process import Processes
from tests.integration.local_aws import push_python, until
from tests.integration.support import environment, free_port, registry_of

PAGE = Path(__file__).parents[2] / "docs" / "upstream.md"
DOCS = "https://docs.aws.amazon.com/"
PORT = free_port()
IMAGE = f"localhost:{PORT}/app:v1"
LAYER = "sha256:" + "0" * 64
MANIFEST = {
    "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
    "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": LAYER, "size": 10},
    "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": LAYER, "size": 1000}],
}  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """What AWS does, by which of its pages, and code that answers with what is done."""

    expected: object
    page: str
    extension: str
    """Ours that mends it."""
    code: Callable[[], object]

    @property
    def sentence(self) -> str:
        words = self.code.__name__.replace("_", " ")
        return f"{words[0].upper()}{words[1:]}"

    def got(self) -> object:
        try:
            return self.code()
        except ClientError as error:
            return error.response["Error"]["Code"]


FINDINGS: list[Finding] = []


def finding(expected: object, page: str, extension: str) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """A finding for the list."""

    def register(code: Callable[[], object]) -> Callable[[], object]:
        FINDINGS.append(Finding(expected, f"{DOCS}{page}", extension, code))
        return code

    return register


def client(service: str) -> Any:
    return boto3.client(
        service, endpoint_url=f"http://localhost:{PORT}", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
    )  # fmt: skip


def get(balancer: str, path: str = "/") -> int:
    """Status of a request to a load balancer."""
    connection = http.client.HTTPConnection("localhost", PORT, timeout=30)
    connection.request("GET", path, headers={"Host": f"{balancer}.alb.localhost:{PORT}"})
    return connection.getresponse().status


def deploy(name: str, **resources: dict) -> str:
    """Create a stack; its status at the end."""
    client("cloudformation").create_stack(StackName=name, TemplateBody=json.dumps({"Resources": resources}))

    def ended() -> str:
        status = client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
        return "" if status.endswith("_IN_PROGRESS") else status

    return until(ended, 30)


def kept(name: str, value: object) -> dict:
    return {"Type": "AWS::SSM::Parameter", "Properties": {"Name": name, "Type": "String", "Value": value}}


def parameter(name: str) -> str:
    return client("ssm").get_parameter(Name=name)["Parameter"]["Value"]


def balancer(name: str, *rules: dict) -> str:
    """A load balancer that answers 404, or 200 where the condition of a rule holds; ARN of its listener."""
    elbv2 = client("elbv2")
    arn = elbv2.create_load_balancer(Name=name)["LoadBalancers"][0]["LoadBalancerArn"]
    default = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
    made = elbv2.create_listener(LoadBalancerArn=arn, Port=80, Protocol="HTTP", DefaultActions=[default])
    listener = made["Listeners"][0]["ListenerArn"]
    fixed = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}
    for number, condition in enumerate(rules, 1):
        elbv2.create_rule(ListenerArn=listener, Priority=number, Conditions=[condition], Actions=[fixed])
    return listener


def group(name: str, port: int) -> str:
    """ARN of a target group with one target on this machine."""
    elbv2 = client("elbv2")
    made = elbv2.create_target_group(Name=name, Protocol="HTTP", Port=80, TargetType="ip", VpcId="vpc-1")
    elbv2.register_targets(TargetGroupArn=made["TargetGroups"][0]["TargetGroupArn"], Targets=[{"Id": "127.0.0.1", "Port": port}])
    return made["TargetGroups"][0]["TargetGroupArn"]


# -- ECR --


@finding("ImageNotFoundException", "AmazonECR/latest/APIReference/API_DescribeImages.html", "registry_images")
def describe_images_of_an_unknown_tag_answers_an_empty_list():
    client("ecr").create_repository(repositoryName="empty")
    return client("ecr").describe_images(repositoryName="empty", imageIds=[{"imageTag": "v1"}])["imageDetails"]


@finding("LayersNotFoundException", "AmazonECR/latest/APIReference/API_PutImage.html", "registry_pushes")
def an_image_is_taken_whose_layers_are_not_there():
    client("ecr").create_repository(repositoryName="missing")
    answer = client("ecr").put_image(repositoryName="missing", imageManifest=json.dumps(MANIFEST), imageTag="v1")
    return f"image {answer['image']['imageId']['imageTag']}"


def two_tags(name: str):
    """A client, and a repository with one image that has the tags v1 and v2."""
    ecr = client("ecr")
    ecr.create_repository(repositoryName=name)
    for tag in ("v1", "v2"):
        ecr.put_image(repositoryName=name, imageManifest=json.dumps(MANIFEST), imageTag=tag)
    return ecr


@finding(["v1", "v2"], "AmazonECR/latest/APIReference/API_ListImages.html", "registry_images")
def list_images_has_but_one_tag_of_an_image():
    found = two_tags("listed").list_images(repositoryName="listed")["imageIds"]
    return sorted(image["imageTag"] for image in found)


@finding("v1", "AmazonECR/latest/APIReference/API_BatchGetImage.html", "registry_images")
def batch_get_image_answers_with_another_tag_than_was_asked_for():
    ecr = two_tags("asked")
    return ecr.batch_get_image(repositoryName="asked", imageIds=[{"imageTag": "v1"}])["images"][0]["imageId"]["imageTag"]


@finding(["v2"], "AmazonECR/latest/APIReference/API_BatchDeleteImage.html", "registry_images")
def batch_delete_image_by_a_tag_deletes_the_other_tags_too():
    ecr = two_tags("deleted")
    ecr.batch_delete_image(repositoryName="deleted", imageIds=[{"imageTag": "v1"}])
    return [image["imageTag"] for image in ecr.list_images(repositoryName="deleted")["imageIds"]]


@finding(1010, "AmazonECR/latest/APIReference/API_ImageDetail.html", "registry_images")
def the_size_of_an_image_is_that_of_its_manifest():
    return two_tags("sized").describe_images(repositoryName="sized")["imageDetails"][0]["imageSizeInBytes"]


@finding(404, "AmazonECR/latest/APIReference/API_DeleteRepository.html", "registry_blobs")
def a_layer_stays_when_its_repository_is_deleted():
    client("ecr").create_repository(repositoryName="gone")
    push_python(Docker(Processes(environment())), registry_of(client("ecr"), PORT), "gone")
    connection = http.client.HTTPConnection("localhost", PORT)
    connection.request("GET", "/v2/gone/manifests/v1")
    digest = json.loads(connection.getresponse().read())["layers"][0]["digest"]
    client("ecr").delete_repository(repositoryName="gone", force=True)
    client("ecr").create_repository(repositoryName="gone")
    connection.request("HEAD", f"/v2/gone/blobs/{digest}")
    return connection.getresponse().status


# -- CloudFormation --


@finding(True, "AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html", "secrets")
def ref_of_a_secret_is_its_name_and_not_its_arn():
    secret = {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": "mine", "SecretString": "x"}}
    deploy("secret", Secret=secret, Kept=kept("/secret", {"Ref": "Secret"}))
    return parameter("/secret").startswith("arn:aws:secretsmanager:")


@finding("10.9.0.0/16", "AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-vpc.html", "resource_types")
def a_vpc_has_no_cidr_block_to_get():
    vpc = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.9.0.0/16"}}
    status = deploy("vpc", Vpc=vpc, Kept=kept("/cidr", {"Fn::GetAtt": ["Vpc", "CidrBlock"]}))
    return parameter("/cidr") if status == "CREATE_COMPLETE" else status


def definition(**container: object) -> dict:
    return {"Type": "AWS::ECS::TaskDefinition", "Properties": {"Family": "f", "ContainerDefinitions": [
        {"Name": "app", "Image": "none", "Memory": 64, **container}]}}  # fmt: skip


@finding(
    [{"name": "S", "valueFrom": "/s"}], "AWSCloudFormation/latest/TemplateReference/aws-properties-ecs-taskdefinition-secret.html",
    "task_definitions",
)  # fmt: skip
def secrets_of_a_task_definition_in_a_template_keep_the_keys_of_the_template():
    deploy("secrets", Task=definition(Secrets=[{"Name": "S", "ValueFrom": "/s"}]))
    found = client("ecs").describe_task_definition(taskDefinition="f")["taskDefinition"]["containerDefinitions"][0]
    return found["secrets"]


@finding((33, True), "AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-service.html", "task_definitions")
def settings_of_a_service_in_a_template_are_dropped():
    properties = {"ServiceName": "s", "TaskDefinition": {"Ref": "Task"}, "DesiredCount": 0,
                  "HealthCheckGracePeriodSeconds": 33, "EnableExecuteCommand": True}  # fmt: skip
    deploy("settings", Task=definition(), Service={"Type": "AWS::ECS::Service", "Properties": properties})
    (found,) = client("ecs").describe_services(services=["s"])["services"]
    return found.get("healthCheckGracePeriodSeconds"), found.get("enableExecuteCommand")


@finding("ROLLBACK_COMPLETE", "AmazonECS/latest/APIReference/API_CreateService.html", "stack_waits")
def a_service_of_a_template_needs_no_task_definition():
    return deploy("none", Service={"Type": "AWS::ECS::Service", "Properties": {"TaskDefinition": "none:1", "DesiredCount": 0}})


# -- ECS --


@finding("IN_PROGRESS", "AmazonECS/latest/APIReference/API_Deployment.html", "deployments")
def a_deployment_is_completed_before_its_first_task_runs():
    ecs = client("ecs")
    ecs.create_cluster(clusterName="c")
    ecs.register_task_definition(family="slow", containerDefinitions=[{"name": "app", "image": "localhost:1/none", "memory": 64}])
    made = ecs.create_service(cluster="c", serviceName="slow", taskDefinition="slow", desiredCount=1)["service"]
    ecs.delete_service(cluster="c", service="slow", force=True)
    return made["deployments"][0]["rolloutState"]


@finding("sesame", "AmazonECS/latest/developerguide/secrets-envvar-ssm-paramstore.html", "task_definitions")
def a_secure_string_reaches_the_container_encrypted():
    client("ecr").create_repository(repositoryName="app")
    push_python(Docker(Processes(environment())), registry_of(client("ecr"), PORT), "app")
    client("ssm").put_parameter(Name="/word", Type="SecureString", Value="sesame")
    ecs = client("ecs")
    ecs.create_cluster(clusterName="c")
    container = {
        "name": "app", "image": IMAGE, "memory": 64, "secrets": [{"name": "WORD", "valueFrom": "/word"}],
        "command": ["python", "-c", "import os; print(os.environ['WORD'])"], "logConfiguration": {"logDriver": "awslogs", "options": {
            "awslogs-group": "words", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "app"}},
    }  # fmt: skip
    client("logs").create_log_group(logGroupName="words")
    ecs.register_task_definition(family="word", containerDefinitions=[container])
    ecs.run_task(cluster="c", taskDefinition="word")
    return until(lambda: client("logs").filter_log_events(logGroupName="words")["events"], 60)[0]["message"]


# -- Load balancers --


@finding(404, "elasticloadbalancing/latest/application/rule-condition-types.html", "load_balancer_rules")
def a_rule_on_the_query_string_matches_every_request():
    balancer("query", {"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "v", "Value": "2"}]}})
    return get("query", "/?v=3")


@finding(404, "elasticloadbalancing/latest/application/rule-condition-types.html", "load_balancer_rules")
def a_rule_on_the_source_address_matches_every_request():
    balancer("source", {"Field": "source-ip", "SourceIpConfig": {"Values": ["192.0.2.0/24"]}})
    return get("source")


@finding(200, "elasticloadbalancing/latest/application/rule-condition-types.html", "load_balancer_rules")
def a_rule_on_a_regular_expression_matches_no_request():
    balancer("regex", {"Field": "path-pattern", "PathPatternConfig": {"RegexValues": ["^/v[0-9]+$"]}})
    return get("regex", "/v12")


@finding(404, "elasticloadbalancing/latest/application/rule-condition-types.html", "load_balancer_rules")
def brackets_in_a_path_pattern_are_taken_as_a_set_of_characters():
    balancer("brackets", {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/[ab]"]}})
    return get("brackets", "/a")


@finding(200, "elasticloadbalancing/latest/application/load-balancer-listeners.html", "load_balancer_rules")
def a_weighted_forward_is_502():
    with target() as port:
        weights = [{"TargetGroupArn": group(name, port), "Weight": 1} for name in ("one", "two")]
        client("elbv2").modify_listener(
            ListenerArn=balancer("weights"), DefaultActions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": weights}}]
        )
        return get("weights")


@finding(504, "elasticloadbalancing/latest/application/load-balancer-troubleshooting.html", "load_balancers")
def a_target_that_does_not_answer_in_time_is_502():
    with target(seconds=62) as port:
        forward = [{"Type": "forward", "TargetGroupArn": group("late", port)}]
        client("elbv2").modify_listener(ListenerArn=balancer("late"), DefaultActions=forward)
        connection = http.client.HTTPConnection("localhost", PORT, timeout=90)
        connection.request("GET", "/", headers={"Host": f"late.alb.localhost:{PORT}"})
        return connection.getresponse().status


@finding("unhealthy", "elasticloadbalancing/latest/application/target-group-health-checks.html", "target_health")
def a_target_is_healthy_that_nobody_listens_on():
    arn = group("dead", 1)
    client("elbv2").modify_target_group(TargetGroupArn=arn, HealthCheckIntervalSeconds=5, UnhealthyThresholdCount=2)
    client("elbv2").modify_listener(ListenerArn=balancer("dead"), DefaultActions=[{"Type": "forward", "TargetGroupArn": arn}])
    time.sleep(12)
    return client("elbv2").describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"][0]["TargetHealth"]["State"]


# -- CloudWatch, Scheduler --


@finding("INSUFFICIENT_DATA", "AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html", "alarms")
def an_alarm_goes_off_by_a_metric_with_other_dimensions():
    cloudwatch = client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="b", Namespace="App", MetricName="Errors", Dimensions=[{"Name": "Service", "Value": "b"}], Statistic="Maximum",
        Period=60, EvaluationPeriods=1, Threshold=5, ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    data = {"MetricName": "Errors", "Dimensions": [{"Name": "Service", "Value": "a"}], "Value": 9}
    cloudwatch.put_metric_data(Namespace="App", MetricData=[data])
    return cloudwatch.describe_alarms(AlarmNames=["b"])["MetricAlarms"][0]["StateValue"]


@finding([], "scheduler/latest/UserGuide/schedule-types.html", "scheduled_events")
def a_schedule_is_read_in_utc_whatever_its_time_zone():
    url = client("sqs").create_queue(QueueName="due")["QueueUrl"]
    in_an_hour = datetime.now(ZoneInfo("America/Los_Angeles")) + timedelta(hours=1)
    client("scheduler").create_schedule(
        Name="s", ScheduleExpression=f"at({in_an_hour:%Y-%m-%dT%H:%M:%S})", ScheduleExpressionTimezone="America/Los_Angeles",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": "arn:aws:sqs:us-east-1:000000000000:due", "RoleArn": "arn:aws:iam::000000000000:role/any", "Input": "now"},
    )  # fmt: skip
    time.sleep(25)
    return [message["Body"] for message in client("sqs").receive_message(QueueUrl=url).get("Messages", [])]


@contextlib.contextmanager
def target(seconds: float = 0) -> Iterator[int]:
    """A server that answers 200 after so long; its port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            time.sleep(seconds)
            with contextlib.suppress(OSError):
                self.send_response(200)
                self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()


@contextlib.contextmanager
def ministack() -> Iterator[None]:
    """It alone, on loopback, with nothing of ours."""
    with tempfile.TemporaryDirectory() as folder:
        settings = {"GATEWAY_PORT": str(PORT), "BIND_HOST": "127.0.0.1", "LOG_LEVEL": "WARNING", "S3_DATA_DIR": folder}
        settings |= {"STATE_DIR": folder, "IOT_MTLS_ENABLED": "0", "SFTP_ENABLED": "0"}
        process = subprocess.Popen([sys.executable, "-m", "ministack"], env={**environment(), **settings}, cwd=folder)
        try:
            until(lambda: urllib.request.urlopen(f"http://localhost:{PORT}/_ministack/health").status == http.HTTPStatus.OK, 20)
            yield
        finally:
            process.terminate()
            process.wait(30)
            docker = Docker(Processes(environment()))
            if docker.image_id(IMAGE):
                docker.untag(IMAGE)


def section(one: Finding, got: object) -> str:
    code = textwrap.dedent("".join(inspect.getsourcelines(one.code)[0]))
    code = code[code.index("\ndef ") + 1 :].rstrip()
    return (
        f"## {one.sentence}\n\nExpected `{one.expected!r}` ([AWS]({one.page})), got `{got!r}`. Here: `{one.extension}`.\n\n"
        f"```python\n{code}\n```\n"
    )


HEAD = """# Bugs of ministack {version}

Each was seen with plain ministack, without an extension, and is ready to be reported. This page is written by
`python -m tests.integration.upstream`, which tries all of them in some three minutes; the helpers that the code below uses
(`client`, `deploy`, `balancer`, `two_tags`, …) are in that file. What is merely not there is not here, but in
[local_aws.md](local_aws.md).

"""


def main(*names: str) -> None:
    """All, or those of these names; only all are written down."""
    seen = []
    with ministack():
        for one in FINDINGS:
            if names and one.code.__name__ not in names:
                continue
            got = one.got()
            print(f"{'OK ' if got == one.expected else 'BUG'} {one.sentence}: expected {one.expected!r}, got {got!r}", flush=True)
            if got != one.expected:
                seen.append(section(one, got))
    if not names:
        PAGE.write_text(HEAD.format(version=importlib.metadata.version("ministack")) + "\n".join(seen))


if __name__ == "__main__":
    main(*sys.argv[1:])
