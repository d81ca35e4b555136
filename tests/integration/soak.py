"""Random operations on a local AWS, and after each: what runs is what was asked for, and nothing else.

python -m tests.integration.soak [--minutes 60] [--seed N] [--restart-engine]

Deploys, bad deploys, scaling, removals, crashes of tasks, stops and kills of the local AWS, and, on wish, restarts of the
engine, which must be one that this command may restart. A seed does the same again.
"""

import argparse
import contextlib
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import docker
import psutil

from dockyard.doors.process import Processes
from dockyard.local.engine import Engine
from dockyard.local.stand_ins import archive_of
from tests.integration.local_aws import APP, DEAF, DYING, Server, sick, until
from tests.integration.support import environment, get

SETTLE_SECONDS = 60
SAVED_SECONDS = 6.0
"""The account is written down every five seconds."""
NAMES = ("one", "two", "three")
BAD = {"exits": DYING, "opens no port": DEAF, "answers 404 to its health check": sick(404)}


@dataclass
class Wanted:
    """What is to run of a service."""

    version: str
    count: int


@dataclass
class World:
    """The local AWS, and what was asked of it."""

    folder: Path
    random: random.Random
    engine: Engine | None
    wanted: dict[str, Wanted] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.server = Server(self.folder, persist=True)
        self.image = self.server.image()
        assert self.server.deploy("platform", PLATFORM) == "CREATE_COMPLETE"
        self.address = f"http://{self.server.output('platform', 'Address')}"

    def step(self) -> str:
        """Do one thing; what it was."""
        choices: list[tuple[int, Callable[[], str]]] = [(6, self.deploy), (3, self.kill), (2, self.restart)]
        if self.wanted:
            choices += [(6, self.deploy_bad), (6, self.scale), (3, self.remove), (4, self.crash)]
        if self.engine:
            choices.append((2, self.restart_engine))
        (doing,) = self.random.choices([act for _, act in choices], [weight for weight, _ in choices])
        told = doing()
        self.done[doing.__name__] += 1
        return told

    def deploy(self) -> str:
        name, version = self.random.choice(NAMES), f"v{self.random.randrange(10**6)}"
        known = name in self.wanted
        status = self.server.deploy(name, self._service(name, APP, version), PARAMETERS, update=known)
        assert status == ("UPDATE_COMPLETE" if known else "CREATE_COMPLETE"), status
        self.wanted[name] = Wanted(version, self.wanted[name].count if known else 1)
        return f"deployed {name} {version}"

    def deploy_bad(self) -> str:
        name, (how, code) = self._any(), self.random.choice(list(BAD.items()))
        if self.wanted[name].count == 0:
            return f"{name} has no tasks, so no bad version would be noticed"
        status = self.server.deploy(name, self._service(name, code, "bad"), PARAMETERS, update=True)
        assert status == "UPDATE_ROLLBACK_COMPLETE", status
        return f"deployed a {name} that {how}: rolled back"

    def scale(self) -> str:
        name, count = self._any(), self.random.randrange(4)
        self.server.client("ecs").update_service(cluster="c", service=name, desiredCount=count)
        self.wanted[name].count = count
        return f"scaled {name} to {count}"

    def remove(self) -> str:
        name = self._any()
        client = self.server.client("cloudformation")
        client.delete_stack(StackName=name)
        client.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": SETTLE_SECONDS})
        del self.wanted[name]
        return f"removed {name}"

    def crash(self) -> str:
        names = self._containers()
        if not names:
            return "no task to crash"
        name = self.random.choice(names)
        docker.from_env().containers.get(name).kill()
        return f"a task crashed: {name}"

    def kill(self) -> str:
        time.sleep(SAVED_SECONDS)
        daemon = self.server.local._daemon
        psutil.Process(self.server.local.status(self.server.docker).pid).kill()
        daemon._child.wait()
        self.server = Server(self.folder, persist=True)
        return "killed the local AWS, and started it"

    def restart(self) -> str:
        self.server.stop()
        assert not self._containers(ended=True), "containers outlive the local AWS"
        self.server = Server(self.folder, persist=True)
        return "stopped the local AWS, and started it"

    def restart_engine(self) -> str:
        assert self.engine
        self.engine._daemon.stop(30)  # `stop` would spare an engine with containers on it
        self.engine.ensure()
        return "restarted the engine"

    def check(self) -> float:
        """Wait until all is as it was asked for, and see that it stays so; the seconds that it took."""
        begun, seen = time.monotonic(), ""

        def as_wanted() -> bool:
            nonlocal seen
            seen = self._difference()
            return not seen

        try:
            until(as_wanted, SETTLE_SECONDS)
        except AssertionError:
            raise AssertionError(f"after {SETTLE_SECONDS} s: {seen}") from None
        took = time.monotonic() - begun
        time.sleep(1)
        then = self._difference()
        assert not then, f"was as wanted, and then: {then}"
        return took

    def story(self) -> str:
        """What the services tell of themselves, and the tasks of theirs: to understand why something is not as asked for."""
        ecs, lines = self.server.client("ecs"), list[str]()
        for name in self.wanted:
            (service,) = ecs.describe_services(cluster="c", services=[name])["services"]
            lines += [f"{event['createdAt']:%H:%M:%S.%f} {event['message']}" for event in service["events"][:20]]
            for status in ("RUNNING", "STOPPED"):
                arns = ecs.list_tasks(cluster="c", serviceName=name, desiredStatus=status)["taskArns"]
                for task in ecs.describe_tasks(cluster="c", tasks=arns)["tasks"] if arns else []:
                    times = [str(task.get(key)) for key in ("createdAt", "startedAt", "stoppingAt", "stoppedAt", "stoppedReason")]
                    lines.append(f"{name} {task['taskArn'][-8:]} {task['lastStatus']} {task.get('startedBy')} {times}")
        return "\n".join([*lines, f"containers now: {self._containers(ended=True)}"])

    def _difference(self) -> str:
        """What is not as it was asked for; empty where all is."""
        containers, total = self._containers(), sum(one.count for one in self.wanted.values())
        if len(containers) != total:
            return f"{total} containers are wanted, these are there: {containers}"
        for name, wanted in self.wanted.items():
            (service,) = self.server.client("ecs").describe_services(cluster="c", services=[name])["services"]
            counts = (service["runningCount"], service["desiredCount"])
            if counts != (wanted.count, wanted.count):
                return f"{name}: {wanted.count} wanted, running and desired are {counts}"
            answer = get(f"{self.address}/{name}") if wanted.count else (200, {"text": wanted.version})
            if answer != (200, {"text": wanted.version}):
                return f"{name}: {wanted.version} wanted, the answer is {answer}"
        return ""

    def _any(self) -> str:
        return self.random.choice(sorted(self.wanted))

    def _containers(self, *, ended: bool = False) -> list[str]:
        """One that has ended by itself stays for two minutes, for its logs."""
        return sorted(self.server.docker.containers(f"dockyard.local={self.server.name}", ended=ended))

    def _service(self, name: str, code: str, version: str) -> dict:
        container = {
            "Name": "app", "Image": self.image, "Memory": 64, "Command": ["python", "-c", code],
            "PortMappings": [{"ContainerPort": 8080}], "Environment": [{"Name": "ANSWER", "Value": version}],
        }  # fmt: skip
        return {
            "Task": {"Type": "AWS::ECS::TaskDefinition", "Properties": {
                "Family": name, "NetworkMode": "awsvpc", "ContainerDefinitions": [container]}},
            "Targets": {"Type": "AWS::ElasticLoadBalancingV2::TargetGroup", "Properties": {
                "Port": 80, "Protocol": "HTTP", "TargetType": "ip", "HealthCheckIntervalSeconds": 5,
                "HealthCheckTimeoutSeconds": 4, "UnhealthyThresholdCount": 2, "HealthyThresholdCount": 2,
                "TargetGroupAttributes": [{"Key": "deregistration_delay.timeout_seconds", "Value": "2"}]}},
            "Rule": {"Type": "AWS::ElasticLoadBalancingV2::ListenerRule", "Properties": {
                "ListenerArn": {"Ref": "Listener"}, "Priority": NAMES.index(name) + 1,
                "Conditions": [{"Field": "path-pattern", "Values": [f"/{name}"]}],
                "Actions": [{"Type": "forward", "TargetGroupArn": {"Ref": "Targets"}}]}},
            "Service": {"Type": "AWS::ECS::Service", "DependsOn": "Rule", "Properties": {
                "ServiceName": name, "Cluster": "c", "TaskDefinition": {"Ref": "Task"}, "HealthCheckGracePeriodSeconds": 3,
                "DeploymentConfiguration": {"DeploymentCircuitBreaker": {"Enable": True, "Rollback": True}},
                "LoadBalancers": [{"ContainerName": "app", "ContainerPort": 8080, "TargetGroupArn": {"Ref": "Targets"}}]}},
        }  # fmt: skip


PARAMETERS = {"Listener": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/listener"}}
PLATFORM = {
    "Cluster": {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": "c"}},
    "Balancer": {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "Properties": {"Name": "front", "Type": "application"}},
    "Listener": {"Type": "AWS::ElasticLoadBalancingV2::Listener", "Properties": {
        "LoadBalancerArn": {"Ref": "Balancer"}, "Port": 80, "Protocol": "HTTP",
        "DefaultActions": [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]}},
    "Parameter": {"Type": "AWS::SSM::Parameter", "Properties": {
        "Name": "/listener", "Type": "String", "Value": {"Ref": "Listener"}}},
}  # fmt: skip


def soak(folder: Path, seconds: float, seed: int, engine: Engine | None) -> Counter[str]:
    """Do random things for so long; how often what was done. Raises AssertionError where something is not as asked for."""
    world, end = World(folder, random.Random(seed), engine), time.monotonic() + seconds  # noqa: S311  # to be repeated
    try:
        while time.monotonic() < end:
            told = world.step()
            print(f"{time.strftime('%H:%M:%S')} {told}; as wanted after {world.check():.1f} s", flush=True)
    except BaseException:
        print(f"seed {seed}; asked for: {world.wanted}\n{world.server.local._daemon.tail(40)}", file=sys.stderr)
        with contextlib.suppress(Exception):
            print(world.story(), file=sys.stderr)
        raise
    finally:
        world.server.stop()
    left = world._containers(ended=True)
    assert not left, f"containers are left: {left}"
    return world.done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))  # noqa: S311  # no secret
    parser.add_argument("--restart-engine", action="store_true", help="also restart the engine: one that this command starts")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}")
    with tempfile.TemporaryDirectory() as room, contextlib.ExitStack() as after:
        engine = Engine(Path(room) / "engine", Processes(environment()), print)
        if not engine.ensure().image_id("python:3.13-slim") and not archive_of("python").is_there:
            parser.error("no image with Python is here; run `make up` once, which makes one")
        after.callback(engine.stop)
        if arguments.restart_engine and engine.pid is None:
            parser.error("an engine answers already, and was not started by this command: stop it first")
        folder = Path(room) / "project"
        done = soak(folder, arguments.minutes * 60, arguments.seed, engine if arguments.restart_engine else None)
    print(f"{done.total()} operations: " + ", ".join(f"{count} x {name}" for name, count in done.most_common()))


if __name__ == "__main__":
    main()
