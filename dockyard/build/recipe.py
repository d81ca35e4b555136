"""All that an image's content depends on, and the tag that follows from it.

The tag is a hash of the Dockerfile, the identities of its bases, build arguments, platform and the files that the build
sees. So it is known without Docker and without AWS, is the same on every machine, and changes when, and only when, the
image would.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dockyard.build.bases import Bases, references
from dockyard.build.build_settings import BuildSecret, BuildSettings
from dockyard.build.cautions import cautions, misplaced, unread
from dockyard.build.context import GENERATED_IGNORES, Entry, chosen, contents, ignore_patterns
from dockyard.build.copied import copied
from dockyard.build.exposed import other_port
from dockyard.build.hashes import Hashes
from dockyard.build.ignore import ignore_file
from dockyard.build.rendered import Rendered
from dockyard.build.text import text_of
from dockyard.build.variables import PLATFORM

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
            "files": sorted(entry.counted for entry in self.files),
            **({"attestations": self.attestations} if self.attestations else {}),
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:20]


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
    read: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Files of variables that a generated build reads."""


def source_of(settings: BuildSettings, render: Rendered | None = None) -> Source:
    """The Dockerfile of an image, its own or a generated one. Raises BuildError where the source does not tell how to build."""
    context, own = settings.context, settings.context / (settings.dockerfile or "Dockerfile")
    has_own = settings.dockerfile is not None or os.path.lexists(own)  # also a link to nowhere: one is meant to be there
    ignored: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    read: Mapping[str, tuple[str, ...]] = {}
    if has_own:
        text = classic = text_of(own)
        if settings.asked_port:
            warnings = tuple(other_port(own, text, settings.target, settings.asked_port))
    else:
        # All languages: a command that builds nothing is there sooner without them.
        from dockyard.build.detect import Wishes, detect, left_out  # noqa: PLC0415

        render = render or Rendered()
        app = detect(context, Wishes(settings.language, settings.version, settings.start, settings.port))
        text, classic = (render(app, base_prefix=settings.base_prefix, mounts=mounts) for mounts in (True, False))
        read = app.read
        ignored, warnings = (*GENERATED_IGNORES, *left_out(app.language), *app.left_out), app.warnings
        if settings.route:
            warnings += tuple(misplaced(context, app.details.get("served"), settings.route))
    return Source(context, text, classic, own if has_own else None, dict(settings.args), settings.target, ignored, warnings, read)


def recipe_of(settings: BuildSettings, bases: Bases, render: Rendered | None = None) -> Recipe:
    """The recipe of an image. Raises BuildError.

    :param render: what renders its Dockerfile, where it is generated.
    """
    source = source_of(settings, render)
    found = references(source.text, source.args, settings.platforms)
    patterns, below, without = _scope(source, settings)
    found_files = contents(source.context, patterns, below=below, without=without, hashes=Hashes(settings.hashes))
    return Recipe(
        service=settings.service,
        repository=settings.repository,
        context=source.context,
        dockerfile=source.text,
        classic_dockerfile=source.classic_text,
        generated=source.file is None,
        files=found_files.entries,
        bases=found,
        identities={reference: bases.identity(reference) for reference in found},
        args=source.args,
        target=source.target,
        platforms=settings.platforms,
        secrets=settings.secrets,
        ssh=settings.ssh,
        attestations=settings.attestations,
        refresh=settings.refresh,
        cautions=(*source.warnings, *cautions(source.context, found_files), *unread(source.context, source.read, found_files)),
    )


def files_seen(settings: BuildSettings) -> dict[str, tuple[int, ...]]:
    """Path of each file that counts for the image to what the file system says of it, without reading it. Raises BuildError.

    Size, times of the last change of content and of anything, inode.
    """
    source = source_of(settings)
    found = {entry.path: entry.stat(follow_symlinks=False) for _, entry in chosen(source.context, *_scope(source, settings))}
    beside = (source.file, ignore_file(source.context, source.file))
    found |= {str(file): file.stat() for file in beside if file and file.is_file()}
    return {path: (facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_ino) for path, facts in found.items()}


def _scope(source: Source, settings: BuildSettings) -> tuple[list[str], tuple[str, ...] | None, frozenset[str]]:
    """What of the context counts: patterns of what does not, paths that alone do, or None for all, and paths that never do."""
    patterns = ignore_patterns(source.context, source.file, source.ignored)
    below = copied(source.text, source.context, source.args, settings.platforms)
    return patterns, below, frozenset(_left_out(settings.secrets, source.context))


def _left_out(secrets: Mapping[str, BuildSecret], context: Path) -> Iterator[str]:
    """Paths of the files with secrets: they are no files of the build, wherever they are. Of a link, also where it leads."""
    for file in (secret.file for secret in secrets.values() if secret.file):
        folder, name = os.path.split(file)
        for path in (Path(os.path.realpath(folder), name), Path(os.path.realpath(file))):  # which never raises
            if path.is_relative_to(context):
                yield path.relative_to(context).as_posix()
