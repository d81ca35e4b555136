"""What the local AWS bears: python -m bench.local_aws (some minutes; wrk on PATH for the throughput).

Start, reset and stop; twenty services in twenty stacks at once; one task to ten and back; an image of 500 MB; requests a
second through the load balancer beside the container asked directly.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psutil

from dockyard.local.archive import make_archive
from tests.integration.local_aws import APP, Server, service, until
from tests.integration.soak import PARAMETERS, PLATFORM
from tests.integration.support import get

SERVICES = 20
TASKS = 10
IMAGE_MB = 500
CONNECTIONS = (1, 16, 64)
FIXED = """
import asyncio
ANSWER = b"HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\n\\r\\nhello"
class App(asyncio.Protocol):
    def connection_made(self, transport): self.transport = transport
    def data_received(self, data): self.transport.write(ANSWER * data.count(b"\\r\\n\\r\\n"))
async def main(): await (await asyncio.get_running_loop().create_server(App, "", 8080)).serve_forever()
asyncio.run(main())
"""
"""As little work as an app in Python can have."""


def main() -> None:
    """Print the table."""
    print("| What | |\n|---|---|")
    for part in (manners, scaling, twenty_services, large_image, throughput):
        with tempfile.TemporaryDirectory() as folder:
            for what, found in part(Path(folder)):
                print(f"| {what} | {found} |", flush=True)


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """A local AWS for the block."""
    server = Server(folder)
    try:
        yield server
    finally:
        server.stop()


def seconds(act: Callable[[], object]) -> str:
    """How long it took."""
    begun = time.monotonic()
    act()
    return f"{time.monotonic() - begun:.1f} s"


def manners(folder: Path) -> Iterator[tuple[str, str]]:
    """How it starts, is emptied and ends."""
    begun = time.monotonic()
    with running(folder) as server:
        yield "start", f"{time.monotonic() - begun:.1f} s"
        server.deploy("m", service(server.image(), count=4))
        yield "reset with 4 tasks", seconds(lambda: server.local.reset(server.docker))
        server.deploy("m", service(server.image(), count=4))
        yield "stop with 4 tasks", seconds(server.stop)
        left = server.docker.containers(f"dockyard.local={server.name}", ended=True)
        yield "containers left", str(len(left))


def scaling(folder: Path) -> Iterator[tuple[str, str]]:
    """More tasks and fewer."""
    with running(folder) as server:
        server.deploy("s", service(server.image()))
        arn, (group,) = server.output("s", "Service"), server.client("elbv2").describe_target_groups()["TargetGroups"]

        def tasks(count: int) -> None:
            server.client("ecs").update_service(cluster="c", service=arn, desiredCount=count)

            def there() -> bool:
                found = server.client("elbv2").describe_target_health(TargetGroupArn=group["TargetGroupArn"])
                states = [one["TargetHealth"]["State"] for one in found["TargetHealthDescriptions"]]
                return states == ["healthy"] * count and len(server.docker.containers(f"dockyard.local={server.name}")) == count

            assert until(there, 120)

        yield f"1 to {TASKS} tasks, all healthy", seconds(lambda: tasks(TASKS))
        yield f"{TASKS} tasks to 1, drained and gone", seconds(lambda: tasks(1))


def twenty_services(folder: Path) -> Iterator[tuple[str, str]]:
    """Many stacks side by side."""
    with running(folder) as server:
        image = server.image()
        server.deploy("platform", PLATFORM)
        address = f"http://{server.output('platform', 'Address')}"

        def deploy(number: int) -> None:
            status = server.deploy(f"s{number}", _routed(image, number), PARAMETERS)
            assert status == "CREATE_COMPLETE", status
            assert get(f"{address}/s{number}") == (200, {"text": f"s{number}"})

        def all_at_once() -> None:
            with ThreadPoolExecutor(SERVICES) as pool:
                list(pool.map(deploy, range(SERVICES)))

        yield f"{SERVICES} services in {SERVICES} stacks at once, each answers", seconds(all_at_once)
        process = psutil.Process(server.local.status(server.docker).pid)
        process.cpu_percent()
        time.sleep(10)
        yield f"CPU of the local AWS with {SERVICES} idle services", f"{process.cpu_percent():.0f} %"


def _routed(image: str, number: int) -> dict:
    resources = service(image, APP, Environment=[{"Name": "ANSWER", "Value": f"s{number}"}])
    for name in ("Cluster", "Balancer", "Listener", "Logs"):
        del resources[name]
    del resources["Task"]["Properties"]["ContainerDefinitions"][0]["LogConfiguration"]
    resources["Task"]["Properties"]["Family"] = f"s{number}"
    resources["Service"]["DependsOn"] = "Rule"
    resources["Rule"] = {"Type": "AWS::ElasticLoadBalancingV2::ListenerRule", "Properties": {
        "ListenerArn": {"Ref": "Listener"}, "Priority": number + 1,
        "Conditions": [{"Field": "path-pattern", "Values": [f"/s{number}"]}],
        "Actions": [{"Type": "forward", "TargetGroupArn": {"Ref": "Targets"}}]}}  # fmt: skip
    return resources


def large_image(folder: Path) -> Iterator[tuple[str, str]]:
    """What a large image costs in memory and on disk."""
    layer = folder / "layer.tar"
    with layer.open("wb") as file:
        for _ in range(IMAGE_MB):
            file.write(os.urandom(1 << 20))
    archive = make_archive(layer, folder / "image", {}, {})
    with running(folder) as server:
        process = psutil.Process(server.local.status(server.docker).pid)
        ecr = server.client("ecr")
        ecr.create_repository(repositoryName="large")
        before = process.memory_info().rss
        yield f"push of an image of {IMAGE_MB} MB", seconds(lambda: archive.upload(server.registry(), "large", "v1"))
        pushed = process.memory_info().rss
        ecr.batch_delete_image(repositoryName="large", imageIds=[{"imageTag": "v1"}])
        after = process.memory_info().rss
        yield (
            "memory before, after the push, after its deletion",
            " / ".join(f"{rss >> 20} MiB" for rss in (before, pushed, after)),
        )
        left = sum(file.stat().st_size for file in (server.local.folder / "local").rglob("*") if file.is_file())
        yield "on disk after its deletion", f"{left >> 20} MiB"


def throughput(folder: Path) -> Iterator[tuple[str, str]]:
    """Requests a second, beside the container without the load balancer."""
    if not shutil.which("wrk"):
        print("no wrk on PATH: no throughput (apt-get install wrk)", file=sys.stderr)
        return
    with running(folder) as server:
        assert server.deploy("t", service(server.image(), FIXED)) == "CREATE_COMPLETE"
        (name,) = server.docker.containers(f"dockyard.local={server.name}")
        inspected = subprocess.run(
            ["docker", "inspect", "-f", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", name],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        direct, through = f"http://{inspected.stdout.strip()}:8080/", f"http://{server.output('t', 'Address')}/"
        for connections in CONNECTIONS:
            rates = [_rate(address, connections) for address in (through, direct)]
            told = f"{rates[0]:,.0f} / {rates[1]:,.0f} requests a second; ratio {rates[0] / rates[1]:.2f}"
            yield f"through the load balancer / directly, {connections} connections", told


def _rate(address: str, connections: int) -> float:
    arguments = ["wrk", f"-t{min(2, connections)}", f"-c{connections}", "-d5s", address]
    told = subprocess.run(arguments, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in told or "Socket errors" in told:
        raise RuntimeError(told)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", told)[1])


if __name__ == "__main__":
    main()
