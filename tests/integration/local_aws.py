"""A local AWS without a project, and templates for it."""

import contextlib
import json
import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from dockyard.doors.docker import Docker
from dockyard.doors.process import Processes
from dockyard.doors.registry import Registry
from dockyard.local.lifecycle import LocalAws
from dockyard.local.stand_ins import archive_of
from tests.integration.support import environment, free_port, registry_of
from tests.integration.surroundings import Surroundings, default_network, role

APP = """
import http.server, os, signal, sys, threading, time
class App(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        time.sleep(2 if self.path == "/slow" else 0)
        body = os.environ.get("ANSWER", "hello").encode()
        self.send_response(404 if self.path == "/sick" else 200)
        self.send_header("Content-Length", str(len(body))); self.end_headers(); self.wfile.write(body)
    def log_message(self, *_): pass
server = http.server.ThreadingHTTPServer(("", 8080), App)
server.daemon_threads = True
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))  # no grace of its own: what is under way is lost
server.serve_forever()
"""
DYING = "import sys; print('no database'); sys.exit(7)"
DEAF = "import time; time.sleep(600)"


def sick(status: int) -> str:
    """An app that answers so to its health check."""
    return APP.replace("404 if", f"{status} if").replace('"/sick"', '"/"')


@dataclass
class Pace:
    """How long `until` waits at most: what the local AWS needs, with room for a busy machine, or minutes of AWS."""

    times: float = 1
    least: float = 30
    pause: float = 0.1


PACE = Pace()


class Server:
    """A running local AWS."""

    patience = 60.0
    """Seconds that a stack may take."""
    interval = 1
    """Seconds between health checks of a container, as few as it takes."""
    late = timedelta(seconds=2)
    """How late a schedule may be, and a state be told."""
    account, region = "000000000000", "us-east-1"

    def __init__(self, folder: Path, without: tuple[str, ...] = (), *, persist: bool | None = None) -> None:
        self.docker = Docker(Processes(environment()))
        self.local = LocalAws(folder, without)
        port = None if (folder / "local/kept.json").is_file() else free_port()
        self.port = self.local.up(self.docker, port, None, print, persist)
        self.name = self.local.name

    def client(self, service: str, **settings: Any):
        """A client; with settings that it needs to reach the local AWS by one name."""
        return boto3.client(
            service, endpoint_url=f"http://localhost:{self.port}", region_name=self.region, aws_access_key_id="test",
            aws_secret_access_key="test", config=Config(retries={"max_attempts": 0}, **settings),
        )  # fmt: skip

    @property
    def surroundings(self) -> Surroundings:
        """What its tasks and services have around them; the account may have been emptied before."""
        return Surroundings(*default_network(self.client("ec2")), role(self.client("iam"), "behaviours"))

    def running(self) -> int:
        """How many containers there are."""
        return len(self.docker.containers(f"dockyard.local={self.name}"))

    def reset(self) -> None:
        """Empty the account."""
        self.local.reset(self.docker)

    def stop(self) -> None:
        self.local.down(self.docker)

    def image(self) -> str:
        """An image with Python in this registry, as a template on AWS would name it."""
        self.client("ecr").create_repository(repositoryName="app")
        push_python(self.docker, self.registry(), "app")
        return "000000000000.dkr.ecr.us-east-1.amazonaws.com/app:v1"

    def image_again(self) -> str:
        """The name of the image that `image` has made."""
        return "000000000000.dkr.ecr.us-east-1.amazonaws.com/app:v1"

    def registry(self) -> Registry:
        """Where images are pushed to, with a token."""
        return registry_of(self.client("ecr"), self.port)

    def deploy(self, name: str, resources: dict, parameters: dict | None = None, *, update: bool = False) -> str:
        """Create or update a stack, and wait; its status at the end."""
        client = self.client("cloudformation")
        completed = self.surroundings.complete(resources)
        body = json.dumps({"Parameters": parameters or {}, "Resources": completed, "Outputs": _outputs(resources)})
        (client.update_stack if update else client.create_stack)(
            StackName=name, TemplateBody=body, Capabilities=["CAPABILITY_NAMED_IAM"]
        )
        return until(lambda: self._ended(name), self.patience)

    def delete(self, name: str) -> None:
        """Delete a stack, and wait. Raises AssertionError where it cannot be deleted."""
        client = self.client("cloudformation")
        arn = client.describe_stacks(StackName=name)["Stacks"][0]["StackId"]
        client.delete_stack(StackName=name)
        status = until(lambda: self._ended(arn), self.patience)
        assert status == "DELETE_COMPLETE", client.describe_stack_events(StackName=arn)["StackEvents"]

    def _ended(self, name: str) -> str | None:
        status = self.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
        return None if status.endswith("_IN_PROGRESS") else status

    def output(self, stack: str, key: str) -> str:
        outputs = self.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]
        return next(o["OutputValue"] for o in outputs if o["OutputKey"] == key)

    def service(self, stack: str) -> dict:
        arn = self.output(stack, "Service")
        return self.client("ecs").describe_services(cluster="c", services=[arn])["services"][0]


def push_python(docker: Docker, registry: Registry, repository: str) -> None:
    """Push an image with Python as `v1`: the official one, or the stand-in, which a registry of this machine alone takes."""
    if docker.image_id("python:3.13-slim"):
        address = f"{registry.host}/{repository}"
        docker.tag("python:3.13-slim", address, "v1")
        docker.push(address, "v1", {"username": registry.username, "password": registry.password}, lambda _: None)
    else:
        archive_of("python").upload(registry, repository, "v1")


def _outputs(resources: dict) -> dict:
    outputs = {name: {"Value": {"Ref": name}} for name in ("Service", "Targets") if name in resources}
    if "Balancer" in resources:
        outputs["Address"] = {"Value": {"Fn::GetAtt": ["Balancer", "DNSName"]}}
    return outputs


def until(found, seconds: float):
    """What `found` returns once it returns something. Raises AssertionError when the time is over."""
    end = time.monotonic() + max(seconds * PACE.times, PACE.least)
    while time.monotonic() < end:
        with contextlib.suppress(LookupError, ValueError, OSError):
            if value := found():
                return value
        time.sleep(PACE.pause)
    raise AssertionError(f"not seen within {max(seconds * PACE.times, PACE.least)} seconds")


def never(found, seconds: float) -> None:
    """See that `found` returns nothing for so long. Raises AssertionError where it does."""
    end = time.monotonic() + seconds * PACE.times
    while time.monotonic() < end:
        assert not found(), "seen, though it should not be"
        time.sleep(PACE.pause)


def in_background(work) -> threading.Thread:
    """Do it in a thread; it may fail when the local AWS ends before it."""

    def run() -> None:
        with contextlib.suppress(Exception):
            work()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def task(image: str, command: list[str], *, mode: str = "awsvpc", **container) -> dict:
    definition = {
        "Name": "app", "Image": image, "Memory": 64, "Command": command, "PortMappings": [{"ContainerPort": 8080}],
        "LogConfiguration": {"LogDriver": "awslogs", "Options": {
            "awslogs-group": {"Ref": "Logs"}, "awslogs-region": {"Ref": "AWS::Region"}, "awslogs-stream-prefix": "app"}},
        **container,
    }  # fmt: skip
    return {
        "Type": "AWS::ECS::TaskDefinition",
        "Properties": {"Family": "app", "NetworkMode": mode, "ContainerDefinitions": [definition]},
    }


def service(
    image: str, code: str = APP, *, path: str = "/", count: int = 1, grace: int = 5, mode: str = "awsvpc", **container
) -> dict:
    """Resources of a service behind a load balancer."""
    definition = task(image, ["python", "-c", code], **container)
    definition["Properties"]["NetworkMode"] = mode
    forward = [{"Type": "forward", "TargetGroupArn": {"Ref": "Targets"}}]
    return {
        "Cluster": {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": "c"}},
        "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "app"}},
        "Task": definition,
        "Balancer": {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "Properties": {"Name": "front", "Type": "application"}},
        "Targets": {"Type": "AWS::ElasticLoadBalancingV2::TargetGroup", "Properties": {
            "Port": 8080, "Protocol": "HTTP", "TargetType": "ip", "HealthCheckPath": path, "HealthCheckIntervalSeconds": 5,
            "HealthCheckTimeoutSeconds": 2, "UnhealthyThresholdCount": 2, "HealthyThresholdCount": 2,
            "TargetGroupAttributes": [{"Key": "deregistration_delay.timeout_seconds", "Value": "5"}]}},
        "Listener": {"Type": "AWS::ElasticLoadBalancingV2::Listener", "Properties": {
            "LoadBalancerArn": {"Ref": "Balancer"}, "Port": 80, "Protocol": "HTTP", "DefaultActions": forward}},
        "Service": {"Type": "AWS::ECS::Service", "DependsOn": ["Listener", "Cluster"], "Properties": {
            "Cluster": "c", "TaskDefinition": {"Ref": "Task"}, "DesiredCount": count, "HealthCheckGracePeriodSeconds": grace,
            "DeploymentConfiguration": {"DeploymentCircuitBreaker": {"Enable": True, "Rollback": True}},
            "LoadBalancers": [{"ContainerName": "app", "ContainerPort": 8080, "TargetGroupArn": {"Ref": "Targets"}}]}},
    }  # fmt: skip
