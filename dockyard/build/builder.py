"""From a recipe to a local image, by the best builder that is there.

`docker buildx` where it is; else BuildKit by the CLI's own client; else the engine's classic builder. All three see the
same folder, which holds the files of the recipe and no others.
"""

import errno
import os
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from dockyard.build.bases import Bases, readdressed
from dockyard.build.context import stage
from dockyard.build.failures import PassingError, engine_gone, failure, no_room
from dockyard.build.mirrored import Wanted
from dockyard.build.recipe import Recipe
from dockyard.build.refresh import refreshed
from dockyard.build.retries import USUAL, Retries
from dockyard.build.steps import Steps
from dockyard.doors.docker import Docker
from dockyard.doors.folders import temporary
from dockyard.progress import Progress

STAND_IN_LABEL = "dockyard.stand-in"
"""Label of an image that is built on a stand-in; it is never pushed outside this machine."""

_CA_VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "PIP_CERT", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
_CA_FILES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")


@dataclass(frozen=True)
class Workshop:
    """What a build needs beside its recipe."""

    docker: Docker
    bases: Bases
    registry: str
    """Host that serves the stand-ins."""
    folder: Path
    """Dockyard's own folder in the project."""
    ca_bundle: Path | None = None
    """The host's certificates: a build secret, for where a company's proxy re-signs TLS."""
    retries: Retries = USUAL


def ca_bundle(environment: Mapping[str, str]) -> Path | None:
    """The certificates that this machine trusts: where a variable says, else where the system keeps them."""
    candidates = [*(environment.get(name) for name in _CA_VARIABLES), *_CA_FILES]
    return next((Path(path) for path in candidates if path and Path(path).is_file()), None)


def local_name(image: Wanted) -> str:
    """Name of the image in the local engine."""
    return f"{image.repository}:{image.tag}"


def build(recipe: Recipe, workshop: Workshop, progress: Progress) -> str:
    """Build the image unless the engine has it; its local name. Raises BuildError with the step that failed."""
    name = local_name(recipe)
    if workshop.docker.image_id(name):
        progress.done(recipe.service, "image is built already")
        return name
    begun = time.monotonic()
    try:
        workshop.retries.run(
            lambda: _build(recipe, workshop, progress),
            lambda fault: isinstance(fault, PassingError),
            lambda text: progress.note(recipe.service, text),
        )
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise no_room(recipe.service, workshop.folder) from error
    progress.done(recipe.service, f"image built in {time.monotonic() - begun:.1f} s")
    return name


def _build(recipe: Recipe, workshop: Workshop, progress: Progress) -> None:
    log = workshop.folder / "logs" / f"build-{recipe.service}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    steps = Steps()
    with temporary(_prefix(recipe.service), _rooms(workshop.folder / "build")) as room, log.open("w") as file:

        def on_line(line: str) -> None:
            file.write(line + "\n")
            file.flush()
            if step := steps.read(line):
                progress.update(recipe.service, step)

        stage(recipe.context, recipe.files, room / "context")
        fault = _run(recipe, workshop, room, on_line)
    if fault is not None:
        if not workshop.docker.answers():
            raise engine_gone(recipe.service, steps)
        raise failure(recipe.service, steps, fault, log, workshop.bases.stand_ins)


def _run(recipe: Recipe, workshop: Workshop, room: Path, on_line: Callable[[str], None]) -> str | None:
    """None where the build worked; else the builder's last word."""
    cli = workshop.docker.cli
    text = recipe.dockerfile if cli else recipe.classic_dockerfile
    dockerfile = room / "Dockerfile"
    addressed = readdressed(text, recipe.args, workshop.bases, workshop.registry)
    dockerfile.write_text(refreshed(addressed, recipe.refresh) if recipe.refresh else addressed, encoding="utf-8")
    stand_ins = ", ".join(base for base in recipe.bases if base in workshop.bases.stand_ins)
    labels = {"dockyard.service": recipe.service, **({STAND_IN_LABEL: stand_ins} if stand_ins else {})}
    if cli is None:
        return workshop.docker.classic_build(
            on_line, path=str(room / "context"), dockerfile=str(dockerfile), tag=local_name(recipe), labels=labels,
            buildargs=dict(recipe.args), target=recipe.target, platform=recipe.platform,
        )  # fmt: skip
    arguments = cli_arguments(recipe, buildx=cli.buildx, dockerfile=dockerfile, labels=labels, ca=workshop.ca_bundle)
    code = workshop.docker.build([*arguments, str(room / "context")], buildkit=not cli.buildx, on_line=on_line)
    return None if code == 0 else f"exit code {code}"


def cli_arguments(recipe: Recipe, *, buildx: bool, dockerfile: Path, labels: Mapping[str, str], ca: Path | None) -> list[str]:
    """Arguments of `docker`, but for the folder at the end."""
    start = ["buildx", "build", "--builder", "default", "--load", "--provenance=false"] if buildx else ["build"]
    return [
        *start,
        "--progress=plain",
        *("--platform", recipe.platform),
        *("--file", str(dockerfile)),
        *("--tag", local_name(recipe)),
        *(word for name, value in labels.items() for word in ("--label", f"{name}={value}")),
        *(word for name, value in recipe.args.items() for word in ("--build-arg", f"{name}={value}")),
        *(("--target", recipe.target) if recipe.target else ()),
        *(("--secret", f"id=ca,src={ca}") if ca else ()),
    ]


def _rooms(folder: Path) -> Path:
    """Where builds have their folders; those of builds that were killed go."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        owner = old.name.split(".")[0]
        if owner.isdigit() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(old, ignore_errors=True)
    return folder


def _prefix(service: str) -> str:
    return f"{os.getpid()}.{service}."
