"""A machine on which one service is built and pushed: its project, its engine, its way to a local AWS."""

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from botocore.credentials import Credentials

from dockyard.build import Bases, Recipe
from dockyard.build.builder import Workshop, build
from dockyard.build.of_project import recipe
from dockyard.build.plan import Planned, State
from dockyard.build.push import push
from dockyard.build.retries import Retries
from dockyard.config import load_project
from dockyard.doors.aws import Aws
from dockyard.doors.aws_models import Session
from dockyard.doors.docker import Docker
from dockyard.doors.process import Processes
from dockyard.progress import Silent
from tests.integration.support import environment

QUICK = Retries(first=0.2, silence=30)


class Told(Silent):
    """What was told, a line each."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.ends: list[str] = []

    def note(self, subject: str, text: str) -> None:
        self.notes.append(text)

    def done(self, subject: str, text: str) -> None:
        self.ends.append(text)


class At(Session):
    """AWS is on this port."""

    def __init__(self, port: int) -> None:
        super().__init__("us-east-1", credentials=Credentials("test", "test"))
        self._port = port

    def client(self, service: str, **options: Any) -> Any:
        return super().client(service, endpoint_url=f"http://localhost:{self._port}", **options)


class Workplace:
    """The service `web` of the project `shop`, of two layers that no other image has. Needs no base image.

    :param port: where AWS is to this machine.
    :param engine: address of the engine; the machine's own where none is named.
    """

    def __init__(self, folder: Path, port: int, *, engine: str = "", retries: Retries = QUICK) -> None:
        self.folder, self.retries = folder, retries
        self._built: set[str] = set()
        self.variables = {
            **environment(), "AWS_ENDPOINT_URL": f"http://localhost:{port}", "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1", **({"DOCKER_HOST": engine} if engine else {}),
        }  # fmt: skip
        self.docker = Docker(Processes(self.variables))
        self.aws = Aws(session=At(port))
        assert self.aws.ecr.meta.endpoint_url == f"http://localhost:{port}"  # made here: not in two threads at once
        self.service = folder / "services/web"
        self.service.mkdir(parents=True)
        (folder / "dockyard.yaml").write_text("name: shop\nenvironments: {dev: {}}")
        (self.service / "service.yaml").write_text("kind: web")
        for name in "ab":
            (self.service / name).write_bytes(os.urandom(400_000))
        self.dockerfile("COPY a /", "COPY b /")

    def dockerfile(self, *lines: str) -> None:
        (self.service / "Dockerfile").write_text("\n".join(["FROM scratch", *lines]) + "\n")

    def programs(self) -> None:
        """A folder `root` in the context, with which a step can sleep."""
        printed = subprocess.run(["ldd", "/bin/sleep"], capture_output=True, text=True, check=True).stdout
        for file in ("/bin/sleep", *re.findall(r"/\S+", printed)):
            target = self.service / "root" / file.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target)

    @property
    def recipe(self) -> Recipe:
        project = load_project(self.folder)
        found = recipe(project, "web", project.environment().services["web"], Bases())
        assert found
        return found

    @property
    def workshop(self) -> Workshop:
        return Workshop(self.docker, Bases(), "", self.folder / ".dockyard", retries=self.retries)

    def build(self) -> Told:
        told = Told()
        self._built.add(str(build(self.recipe, self.workshop, told).image))
        return told

    def clean(self) -> None:
        """Remove what was built."""
        for name in self._built:
            self.docker.untag(name)

    def push(self) -> tuple[Planned, Told]:
        """Push what `build` has built."""
        told = Told()
        planned = Planned(self.recipe, State.BUILT)
        return push(planned, self.aws, self.aws.registry(), self.workshop, told), told

    @contextlib.contextmanager
    def running(self, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
        """The program itself, which does not outlive the block."""
        with subprocess.Popen(
            ["dockyard", *arguments], cwd=self.folder, env=self.variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:  # fmt: skip
            try:
                yield process
            finally:
                process.kill()

    def names(self) -> set[str]:
        """All names of the image in the engine."""
        tags = [tag for image in self.docker._engine.api.images() for tag in image["RepoTags"] or ()]
        return {tag for tag in tags if tag.endswith(f":{self.recipe.tag}")}

    def left(self) -> list[Path]:
        """What is left of builds in the folder."""
        return list((self.folder / ".dockyard/build").glob("*"))
