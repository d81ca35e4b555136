"""From a recipe to an image, by the best builder that is there.

`docker buildx` where it is; else BuildKit by the CLI's own client; else the engine's classic builder. All three see the
same folder, which holds the files of the recipe and no others.
"""

import datetime
import errno
import os
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from dockyard.build.bases import Bases, readdressed
from dockyard.build.caches import NO_CACHES, Caches
from dockyard.build.command import KEEP, Call, Goal, cli_arguments, load
from dockyard.build.context import stage
from dockyard.build.failures import PassingError, engine_gone, failure, no_room
from dockyard.build.labels import oci_labels
from dockyard.build.recipe import Recipe
from dockyard.build.refresh import refreshed
from dockyard.build.retries import USUAL, Retries
from dockyard.build.secrets import redaction
from dockyard.build.sizes import size
from dockyard.build.steps import Steps
from dockyard.defaults import ENGINE, JOBS
from dockyard.doors.folders import temporary
from dockyard.doors.git import Git
from dockyard.doors.process import Processes, is_running
from dockyard.doors.registry import Registry
from dockyard.progress import Progress

if TYPE_CHECKING:
    from dockyard.build.mirrored import Wanted
    from dockyard.doors.buildkit import LocalImage
    from dockyard.doors.docker import Docker

STAND_IN_LABEL = "dockyard.stand-in"
"""Label of an image that is built on a stand-in; it is never pushed outside this machine."""
_CA_VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "PIP_CERT", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
_CA_FILES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")


@dataclass(frozen=True)
class Options:
    """How images are built this time."""

    jobs: int = JOBS
    """How many at once."""
    no_cache: bool = False
    """Make every layer anew, also of images that the engine has."""
    builder: str = ENGINE
    """Builder of buildx."""
    sbom: bool = False
    """Attach a list of what is in it to each image, also where its service does not ask for one. No tag follows from it."""


@dataclass(frozen=True)
class Workshop:
    """What a build needs beside its recipe."""

    docker: "Docker"
    bases: Bases
    registry: str
    """Host that serves the stand-ins."""
    folder: Path
    """Dockyard's own folder in the project."""
    ca_bundle: Path | None = None
    """The host's certificates: a build secret, for where a company's proxy re-signs TLS."""
    options: Options = Options()
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables, for build secrets and for caches of the place where this runs."""
    git: Git | None = None
    retries: Retries = USUAL

    def with_engine(self) -> "Workshop":
        """The same with all of the engine, where only the program that builds was at hand (`dockyard.doors.buildkit`)."""
        from dockyard.doors.docker import Docker  # noqa: PLC0415  # it takes longer to import than a build of one changed line

        return replace(self, docker=Docker(Processes(self.environment), self.docker.cli))

    def loads(self, recipe: Recipe) -> bool:
        """Whether the engine has the image after its build. Else the builder sends it to the registry itself."""
        return self.options.builder == ENGINE and not recipe.is_index and not self.options.sbom

    def stand_ins(self, recipe: Recipe) -> str:
        """The bases of this image that a stand-in takes the place of."""
        return ", ".join(base for base in recipe.bases if base in self.bases.stand_ins)


@dataclass(frozen=True)
class Built:
    """An image after its build."""

    recipe: Recipe
    image: str | None
    """Its name in the engine; None where the builder keeps it."""
    local: "LocalImage | None" = None
    """What the engine tells of it."""
    seconds: float = 0.0

    @property
    def size(self) -> int | None:
        """Bytes, in the engine."""
        return self.local.size if self.local else None


def ca_bundle(environment: Mapping[str, str]) -> Path | None:
    """The certificates that this machine trusts: where a variable says, else where the system keeps them."""
    candidates = [*(environment.get(name) for name in _CA_VARIABLES), *_CA_FILES]
    return next((Path(path) for path in candidates if path and Path(path).is_file()), None)


def local_name(image: "Wanted") -> str:
    """Name of the image in the local engine."""
    return f"{image.repository}:{image.tag}"


def log_of(recipe: Recipe, workshop: Workshop) -> Path:
    """Where all is kept that the builder printed the last time, but for secrets."""
    return workshop.folder / "logs" / f"build-{recipe.service}.log"


def build(recipe: Recipe, workshop: Workshop, progress: Progress, caches: Caches = NO_CACHES) -> Built:
    """Build the image, unless the engine has it. Raises BuildError with the step that failed.

    Where the engine cannot have it, the builder keeps what it made, so that `publish` has little left to do.
    """
    name, docker = local_name(recipe), workshop.docker
    loads = workshop.loads(recipe)
    if loads and not workshop.options.no_cache and docker.image_id(name):
        progress.done(recipe.service, "image is built already")
        return Built(recipe, name, docker.image(name))
    begun = time.monotonic()
    make(recipe, workshop, progress, load(name) if loads else KEEP, caches, caches.registry)
    return told(Built(recipe, name if loads else None, seconds=time.monotonic() - begun), workshop, progress)


def told(built: Built, workshop: Workshop, progress: Progress) -> Built:
    """Tell of an image that was just built; the same with what the engine tells of it."""
    service = built.recipe.service
    if built.image is None:
        progress.done(service, f"image built in {built.seconds:.1f} s by builder {workshop.options.builder}")
        return built
    local = workshop.docker.image(built.image)
    progress.done(service, f"image built in {built.seconds:.1f} s, {size(local.size)}")
    return replace(built, local=local)


def make(
    recipe: Recipe,
    workshop: Workshop,
    progress: Progress,
    goal: Goal,
    caches: Caches = NO_CACHES,
    registry: Registry | None = None,
) -> None:
    """Run the builder. Raises BuildError with the step that failed; a cache that fails is left out.

    :param registry: what the builder pushes to, and takes caches from.
    """
    try:
        workshop.retries.run(
            lambda: _make(recipe, workshop, progress, goal, caches, registry),
            lambda fault: isinstance(fault, PassingError),
            lambda text: progress.note(recipe.service, text),
        )
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise no_room(recipe.service, workshop.folder) from error


def _make(recipe: Recipe, workshop: Workshop, progress: Progress, goal: Goal, caches: Caches, registry: Registry | None) -> None:
    log = log_of(recipe, workshop)
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("", encoding="utf-8")
    with temporary(_prefix(recipe.service), _rooms(workshop.folder / "build")) as room:
        stage(recipe.context, recipe.files, room / "context")
        for tried in (caches, NO_CACHES):
            steps = Steps()
            fault = _run(recipe, workshop, progress, _Place(room, log, steps), goal, tried, registry)
            if fault is None:
                return
            if tried == NO_CACHES or not steps.failed.is_of_cache:
                break
    if not workshop.docker.answers():
        raise engine_gone(recipe.service, steps)
    raise failure(recipe.service, steps, fault or "", log, workshop.bases)


@dataclass(frozen=True)
class _Place:
    room: Path
    log: Path
    steps: Steps


def _run(
    recipe: Recipe, workshop: Workshop, progress: Progress, place: _Place, goal: Goal, caches: Caches, registry: Registry | None
) -> str | None:
    """None where the build worked; else the builder's last word."""
    redact = redaction(recipe, workshop.environment)
    with place.log.open("a") as file:

        def on_line(line: str) -> None:
            line = redact(line)
            file.write(line + "\n")
            file.flush()
            if step := place.steps.read(line):
                progress.update(recipe.service, step)

        if workshop.docker.cli is None:
            return _classic(recipe, workshop, place.room, goal, on_line)
        no_cache = workshop.options.no_cache and "--push" not in goal.arguments  # what is pushed then was made anew just now
        call = Call(
            goal,
            _dockerfile(recipe, workshop, place.room, classic=False),
            _labels(recipe, workshop),
            ca=workshop.ca_bundle,
            builder=workshop.options.builder,
            no_cache=no_cache,
            caches=caches,
            sbom=workshop.options.sbom,
        )
        buildx = workshop.docker.cli.buildx
        arguments = [*cli_arguments(recipe, call, buildx=buildx), str(place.room / "context")]
        code = workshop.docker.build(arguments, buildkit=not buildx, on_line=on_line, registry=registry)
        return None if code == 0 else f"exit code {code}"


def _classic(recipe: Recipe, workshop: Workshop, room: Path, goal: Goal, on_line: Callable[[str], None]) -> str | None:
    return workshop.docker.classic_build(
        on_line,
        path=str(room / "context"),
        dockerfile=str(_dockerfile(recipe, workshop, room, classic=True)),
        tag=goal.name,
        labels=_labels(recipe, workshop),
        buildargs=dict(recipe.args),
        target=recipe.target,
        platform=recipe.platforms[0],
        nocache=workshop.options.no_cache,
    )


def _dockerfile(recipe: Recipe, workshop: Workshop, room: Path, *, classic: bool) -> Path:
    text = recipe.classic_dockerfile if classic else recipe.dockerfile
    addressed = readdressed(text, recipe.args, workshop.bases, workshop.registry, recipe.platforms)
    file = room / "Dockerfile"
    file.write_text(refreshed(addressed, recipe.refresh) if recipe.refresh else addressed, encoding="utf-8")
    return file


def _labels(recipe: Recipe, workshop: Workshop) -> dict[str, str]:
    revision = workshop.git.revision(recipe.context) if workshop.git else None
    stand_ins = workshop.stand_ins(recipe)
    return {
        "dockyard.service": recipe.service,
        **({STAND_IN_LABEL: stand_ins} if stand_ins else {}),
        **oci_labels(recipe, revision, datetime.datetime.now(datetime.UTC)),
    }


def _rooms(folder: Path) -> Path:
    """Where builds have their folders; those of builds that were killed go."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        owner = old.name.split(".")[0]
        if owner.isdigit() and not is_running(int(owner)):
            shutil.rmtree(old, ignore_errors=True)
    return folder


def _prefix(service: str) -> str:
    return f"{os.getpid()}.{service}."
