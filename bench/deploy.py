"""Deploys of eight services, beside `cdk deploy` of a plain CDK app of the same eight: python -m bench.deploy.

By turns, on one engine and one local AWS, services settled between the runs. The lower bound beside them is what no tool can do
without: build the image, push it, give it to the service by `update_service`.
"""

import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.measure import Cost, command, heading, row, until_answer
from bench.place import PORT, Place
from dockyard.doors.docker_config import configured
from tests.integration.support import registry_of

ROUNDS = 3
CHANGED = "hello-python-0"
"""The service whose line changes."""
_FOR_REGISTRATION = ("family", "taskRoleArn", "executionRoleArn", "networkMode", "containerDefinitions", "volumes",
                     "requiresCompatibilities", "cpu", "memory", "runtimePlatform")  # fmt: skip


def edit(folder: Path, version: str) -> None:
    """One line changed."""
    file = folder / f"services/{CHANGED}/main.py"
    lines = [f'VERSION = "{version}"' if line.startswith("VERSION = ") else line for line in file.read_text().splitlines()]
    file.write_text("\n".join(lines) + "\n")


def deploys(place: Place) -> list[str]:
    """First deploy, nothing changed, one line changed; ours by the tool, ours by plain CDK, the peer by plain CDK; the bound."""
    first: dict[str, list[float]] = {"ours": [], "peer": []}
    same: dict[str, list[float]] = {"ours": [], "bare": [], "peer": []}
    line: dict[str, list[float]] = {"ours": [], "bare": [], "peer": []}
    ends: dict[str, list[float]] = {"ours": [], "bare": [], "peer": []}
    bound: list[float] = []
    addresses = {
        "ours": lambda: place.address(f"demo-dev-{CHANGED}", "Address"),
        "peer": lambda: place.address(f"Peer-{CHANGED}", "ServiceServiceURL") + f"/{CHANGED}",
    }
    for number in range(ROUNDS):
        ways: dict[str, Callable[[], Cost]] = {"ours": place.deploy, "peer": lambda: place.cdk(place.peer)}
        for way in sorted(ways, reverse=bool(number % 2)):
            place.emptied()
            first[way].append(ways[way]().seconds)
            _settle()
            deploy: dict[str, Callable[[], Cost]] = {
                way: ways[way],
                **({"bare": lambda: place.cdk(place.ours)} if way == "ours" else {}),
            }
            for kind, run in deploy.items():
                run()
                same[kind].append(run().seconds)
                _settle()
                version = f"{number}-{kind}"
                edit(place.peer if way == "peer" else place.ours, version)
                answered, ended = until_answer(addresses[way](), version, run)
                line[kind].append(answered)
                ends[kind].append(ended)
                _settle()
            if way == "ours":
                version = f"{number}-bound"
                edit(place.peer, version)
                bound.append(until_answer(addresses[way](), version, lambda version=version: by_hand(place, version))[0])
    return [
        row("first deploy, empty account, no build cache", first["ours"], first["peer"]),
        row("nothing changed", same["ours"], same["peer"]),
        row("one line changed, until it answers", line["ours"], line["peer"]),
        row("one line changed, until the command ends", ends["ours"], ends["peer"]),
        row("our app by bare `cdk deploy`: nothing changed", same["bare"], same["peer"]),
        row("our app by bare `cdk deploy`: one line, until it answers", line["bare"], line["peer"]),
        row("one line changed, until it answers; in place of plain CDK the lower bound", line["ours"], bound),
    ]


def by_hand(place: Place, version: str) -> None:
    """Build the changed service's image, push it and give it to the service, which Dockyard has deployed."""
    ecs, program = place.client("ecs"), place.env["CDK_DOCKER"]
    image = f"localhost:{PORT}/demo/{CHANGED}:raw-{version}"
    secret = ["--secret", f"id=ca,src={place.env['PEER_CA']}"] if place.env["PEER_CA"] else []
    # with an attestation it would be an index, each manifest of which some engines push under the tag, and tags do not move
    environment = {**place.plain, "DOCKER_BUILDKIT": "1", "BUILDX_NO_DEFAULT_ATTESTATIONS": "1"}
    folder = place.peer / "services" / CHANGED
    with configured(environment, [registry_of(place.client("ecr"), PORT)]) as configuration:
        environment |= configuration
        command([program, "build", "--quiet", *secret, "--tag", image, str(folder)], cwd=folder, env=environment)
        command([program, "push", "--quiet", image], cwd=folder, env=environment)
    (cluster,) = ecs.list_clusters()["clusterArns"]
    service = next(arn for arn in ecs.list_services(cluster=cluster)["serviceArns"] if CHANGED in arn)
    (found,) = ecs.describe_services(cluster=cluster, services=[service])["services"]
    definition = ecs.describe_task_definition(taskDefinition=found["taskDefinition"])["taskDefinition"]
    definition["containerDefinitions"][0]["image"] = image
    made = ecs.register_task_definition(**{key: definition[key] for key in _FOR_REGISTRATION if key in definition})
    ecs.update_service(cluster=cluster, service=service, taskDefinition=made["taskDefinition"]["taskDefinitionArn"])


def _settle() -> None:
    subprocess.run(["sleep", "3"], check=True)


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(prefix="dockyard-bench-") as folder:
        place = Place.of_eight(Path(folder))
        try:
            rows = deploys(place)
        finally:
            place.dockyard("local", "down")
    print("\n".join([*heading(ROUNDS), *rows]))


if __name__ == "__main__":
    main()
