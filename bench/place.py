"""Where Dockyard and a peer are measured: the same apps, one engine, one local AWS."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import boto3

from bench.measure import Cost, command
from dockyard.build.bases import Bases, readdressed
from dockyard.build.builder import ca_bundle
from dockyard.build.of_project import recipe
from dockyard.config import load_project
from dockyard.doors.docker import Docker
from dockyard.doors.process import Processes
from dockyard.local.lifecycle import LocalAws

ROOT = Path(__file__).parents[1]
PORT = 4599


class Place:
    """A copy of the project with these services, the peer beside it, and one local AWS for both."""

    def __init__(self, folder: Path, services: Path, peer: Path) -> None:
        self.ours, self.peer = folder / "ours", folder / "peer"
        self.ours.mkdir()
        shutil.copytree(services, self.ours / "services")
        shutil.copytree(ROOT / "stacks", self.ours / "stacks")
        for name in ("app.py", "cdk.json", "dockyard.yaml"):
            shutil.copy(ROOT / name, self.ours / name)
        shutil.copytree(peer, self.peer)
        tools = os.pathsep.join([os.path.dirname(sys.executable), str(ROOT / "node_modules/.bin"), os.environ["PATH"]])  # noqa: PTH120
        kept = {name: os.environ[name] for name in ("HOME", "DOCKER_CONFIG") if name in os.environ}
        self.plain = {**kept, "PATH": tools}
        self.dockyard("local", "up", "--port", str(PORT))
        self.local = LocalAws(self.ours / ".dockyard")
        self.env = {**self.plain, **self.local.environment()}
        self._write_peer_services()

    @classmethod
    def of_eight(cls, folder: Path) -> "Place":
        """With four of each of the sample services."""
        for sample in (ROOT / "services").iterdir():
            for number in range(4):
                copied = folder / "eight" / f"{sample.name}-{number}"
                shutil.copytree(sample, copied)
                for file in (path for path in copied.iterdir() if path.name in ("service.yaml", "main.py", "server.js")):
                    file.write_text(file.read_text().replace(sample.name, copied.name))
        return cls(folder, folder / "eight", ROOT / "bench/peer")

    def _write_peer_services(self) -> None:
        """The same sources with the Dockerfiles that Dockyard generates, and the docker program that it would use."""
        project = load_project(self.ours)
        bases = Bases.read({}, str(self.local.stand_ins))
        for name, service in project.environment().services.items():
            made = recipe(project, name, service, bases)
            assert made  # all are built
            target = self.peer / "services" / name
            shutil.copytree(self.ours / "services" / name, target)
            (target / "service.yaml").unlink()
            (target / "Dockerfile").write_text(readdressed(made.dockerfile, {}, bases, f"localhost:{PORT}"))
        cli = Docker(Processes(self.plain)).cli
        self.env |= {"CDK_DOCKER": cli.program if cli else "docker", "DOCKER_BUILDKIT": "1", "PEER_CA": str(ca_bundle({}) or "")}

    def dockyard(self, *arguments: str) -> Cost:
        """Dockyard's own way."""
        return command(["dockyard", *arguments], cwd=self.ours, env=self.plain)

    def deploy(self) -> Cost:
        """`dockyard deploy`, where `cdk deploy` would be called."""
        return command(["dockyard", "deploy"], cwd=self.ours, env=self.env)

    def cdk(self, folder: Path, *more: str) -> Cost:
        """Plain CDK, in our folder or the peer's. `more`: names of stacks, else all are deployed; and options."""
        stacks = () if more and not more[0].startswith("-") else ("--all",)
        return command(["cdk", "deploy", *stacks, *more, "--require-approval", "never"], cwd=folder, env=self.env)

    def client(self, service: str) -> Any:
        """A client of the local AWS."""
        return boto3.client(
            service, endpoint_url=self.env["AWS_ENDPOINT_URL"], region_name="us-east-1", aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106
        )  # fmt: skip

    def emptied(self) -> None:
        """An empty account, bootstrapped, with the base images in its registry; no build cache, and no image of either way."""
        self.dockyard("local", "reset")
        self.dockyard("local", "up")
        command(["cdk", "bootstrap", "aws://000000000000/us-east-1"], cwd=Path(tempfile.gettempdir()), env=self.env)
        docker = self.env["CDK_DOCKER"]
        subprocess.run([docker, "builder", "prune", "--all", "--force"], env=self.plain, check=True, capture_output=True)
        for name in ("demo/*", "cdkasset-*", "*/cdk-*", "*/*/cdk-*", f"localhost:{PORT}/*/*"):
            found = subprocess.run([docker, "images", "-q", name], env=self.plain, check=True, capture_output=True, text=True)
            if ids := found.stdout.split():
                subprocess.run([docker, "rmi", "--force", *ids], env=self.plain, check=False, capture_output=True)

    def address(self, stack: str, key: str) -> str:
        """Output of a stack."""
        outputs = self.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]
        return next(str(o["OutputValue"]) for o in outputs if o["OutputKey"].startswith(key))
