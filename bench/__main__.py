"""`make bench`: Dockyard and the peer by turns, on one local AWS, and their ratios."""

import datetime
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.measure import Cost, command, until_answer
from dockyard.build.bases import Bases, readdressed
from dockyard.build.builder import ca_bundle
from dockyard.build.recipe import recipe
from dockyard.config import load_project
from dockyard.doors.docker import Docker
from dockyard.doors.process import Processes
from dockyard.local.lifecycle import LocalAws

ROOT = Path(__file__).parents[1]
ROUNDS = 3
PORT = 4599
SETTLE = ["sleep", "3"]


class Place:
    """A copy of the project, the peer beside it, and one local AWS for both."""

    def __init__(self, folder: Path) -> None:
        self.ours, self.peer = folder / "ours", folder / "peer"
        for name in ("services", "stacks", "app.py", "cdk.json", "dockyard.yaml"):
            source = ROOT / name
            self.ours.mkdir(exist_ok=True)
            copy = shutil.copytree if source.is_dir() else shutil.copy
            copy(source, self.ours / name)
        shutil.copytree(ROOT / "bench/peer", self.peer)
        tools = os.pathsep.join([os.path.dirname(sys.executable), str(ROOT / "node_modules/.bin"), os.environ["PATH"]])  # noqa: PTH120
        self.plain = {"PATH": tools, "HOME": os.environ["HOME"]}
        self.dockyard("local", "up", "--port", str(PORT))
        self.local = LocalAws(self.ours / ".dockyard")
        self.env = {**self.plain, **self.local.environment()}
        self._write_peer_services()

    def _write_peer_services(self) -> None:
        """The same sources with the Dockerfiles that Dockyard generates, and the docker program that it would use."""
        project = load_project(self.ours)
        bases = Bases.read({}, str(self.local.stand_ins))
        for name, service in project.environment().services.items():
            made = recipe(project, name, service, bases)
            assert made  # both are built
            target = self.peer / "services" / name
            shutil.copytree(self.ours / "services" / name, target)
            (target / "service.yaml").unlink()
            (target / "Dockerfile").write_text(readdressed(made.dockerfile, {}, bases, f"localhost:{PORT}"))
        cli = Docker(Processes(self.plain)).cli
        self.env |= {"CDK_DOCKER": cli.program if cli else "docker", "DOCKER_BUILDKIT": "1", "PEER_CA": str(ca_bundle({}) or "")}

    def dockyard(self, *arguments: str) -> Cost:
        """Dockyard's own way."""
        return command(["dockyard", *arguments], cwd=self.ours, env=self.plain)

    def cdk(self, folder: Path) -> Cost:
        """Plain CDK, in our folder or the peer's."""
        return command(["cdk", "deploy", "--all", "--require-approval", "never"], cwd=folder, env=self.env)

    def emptied(self) -> None:
        """An empty account, bootstrapped, with the base images in its registry, and an empty build cache."""
        self.dockyard("local", "reset")
        self.dockyard("local", "up")
        command(["cdk", "bootstrap", "aws://000000000000/us-east-1"], cwd=Path(tempfile.gettempdir()), env=self.env)
        docker = self.env["CDK_DOCKER"]
        subprocess.run([docker, "builder", "prune", "--all", "--force"], env=self.plain, check=True, capture_output=True)
        images = subprocess.run([docker, "images", "-q", "demo/*"], env=self.plain, check=True, capture_output=True, text=True)
        if images.stdout.split():
            subprocess.run([docker, "rmi", "--force", *images.stdout.split()], env=self.plain, check=False, capture_output=True)

    def address(self, stack: str, key: str) -> str:
        """Output of a stack."""
        import boto3  # noqa: PLC0415

        client = boto3.client(
            "cloudformation", endpoint_url=self.env["AWS_ENDPOINT_URL"], region_name="us-east-1", aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106
        )  # fmt: skip
        outputs = client.describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]
        return next(str(o["OutputValue"]) for o in outputs if o["OutputKey"].startswith(key))


def edit(folder: Path, version: str) -> None:
    """One line changed."""
    file = folder / "services/hello-python/main.py"
    lines = [f'VERSION = "{version}"' if line.startswith("VERSION = ") else line for line in file.read_text().splitlines()]
    file.write_text("\n".join(lines) + "\n")


def row(name: str, ours: list[float], peer: list[float], unit: str = "s") -> str:
    """One line of the table: medians, ranges, and the peer's over ours."""

    def text(values: list[float]) -> str:
        return f"{statistics.median(values):.1f} ({min(values):.1f} to {max(values):.1f})"

    return f"| {name} | {text(ours)} | {text(peer)} | {unit} | **{statistics.median(peer) / statistics.median(ours):.1f}** |"


def deploys(place: Place) -> list[str]:
    """First deploy, nothing changed, one line changed; ours by the tool, ours by plain CDK, the peer by plain CDK."""
    first: dict[str, list[float]] = {"ours": [], "peer": []}
    same: dict[str, list[float]] = {"ours": [], "bare": [], "peer": []}
    line: dict[str, list[float]] = {"ours": [], "bare": [], "peer": []}
    ends: dict[str, list[float]] = {"ours": [], "bare": [], "peer": []}
    for number in range(ROUNDS):
        ways: dict[str, Callable[[], Cost]] = {"ours": lambda: place.dockyard("up"), "peer": lambda: place.cdk(place.peer)}
        for way in sorted(ways, reverse=bool(number % 2)):
            place.emptied()
            first[way].append(ways[way]().seconds)
            _settle()
            addresses = {
                "ours": lambda: place.address("demo-dev-hello-python", "Address"),
                "peer": lambda: place.address("Peer-hello-python", "ServiceServiceURL") + "/hello-python",
            }
            deploy: dict[str, Callable[[], Cost]] = {
                way: ways[way],
                **({"bare": lambda: place.cdk(place.ours)} if way == "ours" else {}),
            }
            for kind, run in deploy.items():
                run()
                same[kind].append(run().seconds)
                _settle()
                folder = place.peer if way == "peer" else place.ours
                version = f"{number}-{kind}"
                edit(folder, version)
                answered, ended = until_answer(addresses[way](), version, run)
                line[kind].append(answered)
                ends[kind].append(ended)
                _settle()
    return [
        row("first deploy, empty account, no build cache", first["ours"], first["peer"]),
        row("nothing changed", same["ours"], same["peer"]),
        row("one line changed, until it answers", line["ours"], line["peer"]),
        row("one line changed, until the command ends", ends["ours"], ends["peer"]),
        row("our app by bare `cdk deploy`: nothing changed", same["bare"], same["peer"]),
        row("our app by bare `cdk deploy`: one line, until it answers", line["bare"], line["peer"]),
    ]


def synths(folder: Path, env: dict[str, str]) -> list[str]:
    """Synth of 1, 10 and 50 services of a public image, without the validator, which costs both the same."""
    rows = []
    for count in (1, 10, 50):
        ours = folder / f"synth-{count}"
        shutil.copytree(ROOT / "stacks", ours / "stacks")
        shutil.copy(ROOT / "app.py", ours)
        (ours / "dockyard.yaml").write_text("name: many\nenvironments: {dev: {}}\n")
        for number in range(count):
            path = ours / f"services/s{number}/service.yaml"
            path.parent.mkdir(parents=True)
            path.write_text(f"kind: web\nimage: {{from: 'public.ecr.aws/nginx/nginx:1.29'}}\nhttp: {{path: /s{number}}}\n")
        base = {**env, "CDK_VALIDATION": "false", "CDK_DEFAULT_ACCOUNT": "123456789012", "CDK_DEFAULT_REGION": "eu-west-1"}
        costs: dict[str, list[Cost]] = {"ours": [], "peer": []}
        for _ in range(ROUNDS):
            python = shutil.which("python", path=env["PATH"]) or sys.executable
            costs["ours"].append(command([python, "app.py"], cwd=ours, env={**base, "CDK_OUTDIR": str(folder / "out-ours")}))
            peer = {**base, "CDK_OUTDIR": str(folder / "out-peer"), "PEER_SERVICES": str(count)}
            costs["peer"].append(command([python, "app.py"], cwd=ROOT / "bench/peer", env=peer))
        rows.append(row(f"synth, {count} services", [c.seconds for c in costs["ours"]], [c.seconds for c in costs["peer"]]))
        rows.append(
            row(f"synth, {count} services, peak memory", [c.mib for c in costs["ours"]], [c.mib for c in costs["peer"]], "MiB")
        )
    return rows


def _settle() -> None:
    subprocess.run(SETTLE, check=True)


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(prefix="dockyard-bench-") as folder:
        place = Place(Path(folder))
        try:
            rows = [*deploys(place), *synths(Path(folder), place.plain)]
        finally:
            place.dockyard("local", "down")
    today = datetime.datetime.now(datetime.UTC).date()
    print(f"{today}, {os.cpu_count()} cores, Python {platform.python_version()}, {ROUNDS} rounds, medians (range)\n")
    print("| | Dockyard | plain CDK | | plain CDK / Dockyard |\n|---|---|---|---|---|")
    print("\n".join(rows))


if __name__ == "__main__":
    main()
