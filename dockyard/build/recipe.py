"""All that an image's content depends on, and the tag that follows from it.

The tag is a hash of the Dockerfile, the identities of its bases, build arguments, platform and the files that the build
sees. So it is known without Docker and without AWS, is the same on every machine, and changes when, and only when, the
image would.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dockyard.build.bases import Bases, references
from dockyard.build.cautions import cautions, misplaced
from dockyard.build.context import GENERATED_IGNORES, Entry, chosen, contents, ignore_patterns
from dockyard.build.copied import copied
from dockyard.build.exposed import other_port
from dockyard.build.hashes import Hashes
from dockyard.build.ignore import ignore_file
from dockyard.build.text import text_of
from dockyard.build.variables import PLATFORM
from dockyard.config import SEPARATOR, Backend, Build, BuildSecret, Environment, Project, Service, Sidecar, Web

SBOM = "--sbom=true"
"""How buildx is told to attach one, by the scanner that is BuildKit's own choice."""
FORMAT = 4
"""Part of every tag; raised when the meaning of a recipe changes."""


@dataclass(frozen=True)
class Recipe:
    """How one service's image is made."""

    service: str
    repository: str
    context: Path
    dockerfile: str
    """Text of the Dockerfile, with the names of its bases as they were written."""
    classic_dockerfile: str
    """The same for a builder without BuildKit; differs where it was generated."""
    generated: bool
    files: tuple[Entry, ...]
    bases: tuple[str, ...]
    identities: Mapping[str, str]
    """Base to what it really is."""
    args: Mapping[str, str] = field(default_factory=dict)
    target: str | None = None
    platforms: tuple[str, ...] = (PLATFORM,)
    secrets: Mapping[str, BuildSecret] = field(default_factory=dict)
    """Id to where the value is. Their values are no part of the image."""
    ssh: bool = False
    """Whether steps may use the SSH agent."""
    attestations: tuple[str, ...] = ()
    """What is attached to the image, as arguments of buildx."""
    refresh: str | None = None
    """When system packages were last to be had anew (dockyard.lock)."""
    cautions: tuple[str, ...] = ()
    """What its user should know: secrets among the files, far too many of them, versions that are not locked."""

    @property
    def is_index(self) -> bool:
        """Whether a registry has it as an index: for several platforms, or with attestations."""
        return len(self.platforms) > 1 or bool(self.attestations)

    @property
    def tag(self) -> str:
        """20 hexadecimal digits."""
        content = {
            "format": FORMAT,
            "platform": ",".join(self.platforms),
            "dockerfile": self.dockerfile,
            "bases": dict(self.identities),
            "args": dict(self.args),
            "target": self.target,
            "refresh": self.refresh,
            "files": [entry.counted for entry in self.files],
            **({"attestations": self.attestations} if self.attestations else {}),
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:20]


def repository_name(project: Project, image: str) -> str:
    """Name of the repository in ECR: `app/service`, and `app/service/sidecar` of a sidecar."""
    return f"{project.name}/{image.replace(SEPARATOR, '/')}"


@dataclass(frozen=True)
class Source:
    """What a service's image is built from, before its files are looked at."""

    context: Path
    text: str
    """The Dockerfile."""
    classic_text: str
    file: Path | None
    """Where that is the app's own; None where it is generated."""
    args: Mapping[str, str]
    target: str | None
    ignored: tuple[str, ...] = ()
    """Patterns of what counts for nothing where there is no .dockerignore."""
    warnings: tuple[str, ...] = ()
    """Of the detection, where it is generated; else of its port."""


def contexts(project: Project, environment: Environment) -> list[Path]:
    """Folders that images of the environment are built from, or would be without a pin."""
    built = {name: one.image.build or Build() for name, one in environment.images.items() if not one.image.from_}
    return list(dict.fromkeys((project.service_folder(name) / build.context).resolve() for name, build in built.items()))


def dockerfile_of(project: Project, name: str, service: Service | Sidecar) -> Source | None:
    """The Dockerfile of this service, its own or a generated one; None where the service takes an image from a registry.

    Raises BuildError where the source does not tell how to build it.
    """
    if service.image.from_:
        return None
    build = service.image.build or Build()
    context = (project.service_folder(name) / build.context).resolve()
    own = context / (build.dockerfile or "Dockerfile")
    has_own = build.dockerfile is not None or os.path.lexists(own)  # also a link to nowhere: one is meant to be there
    ignored: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    if has_own:
        text = classic = text_of(own)
        port = _asked_port(service)
        warnings = tuple(other_port(own, text, build.target, port)) if port else ()
    else:
        # All languages and their templates: a command that builds nothing is there a sixth of a second earlier without them.
        from dockyard.build.detect import Wishes, detect, left_out  # noqa: PLC0415
        from dockyard.build.dockerfile import render  # noqa: PLC0415

        app = detect(context, Wishes(build.language, build.version, build.start, _port(service)))
        text, classic = (render(app, base_prefix=project.base_images, mounts=mounts) for mounts in (True, False))
        ignored, warnings = (*GENERATED_IGNORES, *left_out(app.language)), app.warnings
        if isinstance(service, Web) and service.http:
            warnings += tuple(misplaced(context, app.details.get("served"), service.http.path))
    return Source(context, text, classic, own if has_own else None, dict(build.args), build.target, ignored, warnings)


def recipe(
    project: Project, name: str, service: Service | Sidecar, bases: Bases, platforms: Sequence[str] | None = None
) -> Recipe | None:
    """The recipe of this service's or sidecar's image; None where the service takes an image from a registry. Raises BuildError.

    :param platforms: build it for these. Default: those of the service.
    """
    source = dockerfile_of(project, name, service)
    if source is None:
        return None
    build = service.image.build or Build()
    wanted = tuple(platforms or build.platforms)
    found = references(source.text, source.args, wanted)
    secrets = _secrets(project, name, build)
    patterns, below = _scope(source, secrets, wanted)
    hashes = Hashes(project.own_folder / "hashes" / f"{name}.json")
    found_files = contents(source.context, patterns, below=below, hashes=hashes)
    return Recipe(
        service=name,
        repository=repository_name(project, name),
        context=source.context,
        dockerfile=source.text,
        classic_dockerfile=source.classic_text,
        generated=source.file is None,
        files=found_files.entries,
        bases=found,
        identities={reference: bases.identity(reference) for reference in found},
        args=source.args,
        target=source.target,
        platforms=wanted,
        secrets=secrets,
        ssh=build.ssh,
        attestations=_attestations(build),
        refresh=project.lock.refresh,
        cautions=(*source.warnings, *cautions(source.context, found_files)),
    )


def seen(project: Project, name: str, service: Service | Sidecar) -> dict[str, tuple[int, ...]]:
    """Path of each file that counts for the image to what the file system says of it, without reading it. Raises BuildError.

    Size, times of the last change of content and of anything, inode; nothing where the service takes an image from a registry.
    """
    source = dockerfile_of(project, name, service)
    if source is None:
        return {}
    build = service.image.build or Build()
    patterns, below = _scope(source, _secrets(project, name, build), build.platforms)
    found = {entry.path: entry.stat(follow_symlinks=False) for _, entry in chosen(source.context, patterns, below)}
    beside = (source.file, ignore_file(source.context, source.file))
    found |= {str(file): file.stat() for file in beside if file and file.is_file()}
    return {path: (facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_ino) for path, facts in found.items()}


def _secrets(project: Project, name: str, build: Build) -> dict[str, BuildSecret]:
    return {id: _located(secret, project.service_folder(name)) for id, secret in build.secrets.items()}


def _scope(
    source: Source, secrets: Mapping[str, BuildSecret], platforms: Sequence[str]
) -> tuple[list[str], tuple[str, ...] | None]:
    """What of the context counts: patterns of what does not, and the paths that alone do, or None for all."""
    patterns = [*ignore_patterns(source.context, source.file, source.ignored), *_left_out(secrets, source.context)]
    return patterns, copied(source.text, source.context, source.args, platforms)


def _port(service: Service | Sidecar) -> int | None:
    """Where the app is to listen; None where its kind has no port."""
    return service.port if isinstance(service, Web | Backend | Sidecar) else None


def _asked_port(service: Service | Sidecar) -> int | None:
    """Where a load balancer or other services ask it; None where nobody does, or `nlb` alone, at ports of its own."""
    if isinstance(service, Web):
        by_nlb = service.nlb and any(port == service.port and to != "udp" for port, to in service.nlb.targets(service.port))
        return service.port if service.http or by_nlb else None
    return service.port if isinstance(service, Backend) else None


def _located(secret: BuildSecret, folder: Path) -> BuildSecret:
    """The same with the whole path of its file; a user who is not on this machine has none, which is told where it is built."""
    if not secret.file:
        return secret
    return secret.model_copy(update={"file": str(folder / os.path.expanduser(secret.file))})  # noqa: PTH111  # never raises


def _left_out(secrets: Mapping[str, BuildSecret], context: Path) -> Iterator[str]:
    """Patterns of the files with secrets: they are no files of the build, wherever they are."""
    named = [Path(secret.file) for secret in secrets.values() if secret.file]
    for file in (path.parent.resolve() / path.name for path in named):
        if file.is_relative_to(context):
            yield re.sub(r"([*?\[\]\\])", r"\\\1", file.relative_to(context).as_posix())


def _attestations(build: Build) -> tuple[str, ...]:
    """https://docs.docker.com/build/metadata/attestations/."""
    provenance = () if build.provenance == "off" else (f"--provenance=mode={build.provenance}",)
    return (*provenance, *((SBOM,) if build.sbom else ()))
