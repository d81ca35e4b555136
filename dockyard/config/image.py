"""The `image` part of a service.yaml."""

import re
from collections.abc import Callable, Collection
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from dockyard.config.model import Model, VariableName, words
from dockyard.config.reference import ECR_PUBLIC, Reference
from dockyard.config.shown import show

Way = Literal["build", "mirror", "pull-through", "registry"]
"""How an image comes to ECS: built here; copied into ECR; by a pull-through cache of ECR; from the registry that is named."""


_OF_DOCKERFILES = re.compile(r"(docker|container)file[^/]*$", re.IGNORECASE)


def _inside(value: str) -> str:
    if value.startswith(("/", "~")):
        raise ValueError(f'should be a path relative to the service\'s folder, got "{value}"')
    return value


def _image_name(value: str) -> str:
    Reference.parse(value)
    return value


RelativePath = Annotated[str, AfterValidator(_inside)]


Language = Literal[
    "python", "node", "deno", "go", "java", "dotnet", "ruby", "php", "rust", "elixir", "static", "scala", "clojure", "dart",
    "swift", "crystal", "haskell", "zig", "gleam", "cpp", "shell",
]  # fmt: skip
"""What `dockyard.build.detect` knows."""


Platform = Literal["linux/amd64", "linux/arm64"]
"""What containers of ECS may run on: x86-64 or Graviton."""


def _each_once(platforms: tuple[Platform, ...]) -> tuple[Platform, ...]:
    return tuple(sorted(set(platforms)))


class BuildSecret(Model):
    """Where the value of a build secret is, on the machine that builds. It is no part of the image, nor of its tag."""

    env: VariableName | None = None
    """A variable of the environment."""
    file: str | None = Field(default=None, min_length=1)
    """A file, relative to the service's folder. `~` is the user's own folder."""

    @model_validator(mode="after")
    def _one_of_both(self) -> "BuildSecret":
        if (self.env is None) == (self.file is None):
            raise ValueError(f"should have env or file, got {'both' if self.env else 'neither'}")
        return self


def _not_ours(id: str) -> str:
    if id == "ca":
        raise ValueError("is Dockyard's own: the certificates of the machine that builds; give yours another id")
    return id


SecretId = Annotated[
    str, words("an id of letters, digits, `_`, `.` and `-`", r"[A-Za-z0-9_][A-Za-z0-9_.-]*"), AfterValidator(_not_ours)
]


def _no_text(value: Any, meant: Callable[[str], str]) -> Any:
    """The same. Raises ValueError for a text, with what it may be meant to be."""
    if isinstance(value, str):
        raise ValueError(f"should be a mapping of keys, got {show(value)}; write {meant(value)}")
    return value


def _meant(text: str) -> str:
    """What `image` may be to be, where it is a text: the name of an image, or a file or folder as elsewhere."""
    try:
        _image_name(text)
    except ValueError:
        return f"{{build: {_build_meant(text)}}}"
    return f"{{from: {text}}}"


def _build_meant(text: str) -> str:
    """What `build` may be to be: other tools take a Dockerfile there, or a folder."""
    return f"{{{'dockerfile' if _OF_DOCKERFILES.search(text) else 'context'}: {text}}}"


class Build(Model):
    """How the image is built from source."""

    context: RelativePath = "."
    """Folder with the source, relative to the service's folder."""
    dockerfile: RelativePath | None = None
    """Own Dockerfile, relative to the context. Default: `Dockerfile` where there is one, else one is generated."""
    target: str | None = None
    """Stage of the Dockerfile to build. Default: the last."""
    args: dict[str, str] = Field(default_factory=dict)
    """Build arguments. Not for secrets: they stay in the image's history."""
    platforms: Annotated[tuple[Platform, ...], AfterValidator(_each_once)] = Field(default=("linux/amd64",), min_length=1)
    """What the image is for; several make an index of one image each. The service runs on the first of x86-64 and Graviton
    (`linux/arm64`) that is there."""
    secrets: dict[SecretId, BuildSecret] = Field(default_factory=dict)
    """Secrets that a step may see, by id: `RUN --mount=type=secret,id=…`. They stay out of the image, its tag and all logs."""
    ssh: bool = False
    """Whether a step may use the SSH agent of the machine that builds: `RUN --mount=type=ssh`."""
    sbom: bool = False
    """Whether a list of what is in the image (SBOM) is attached to it in the registry."""
    provenance: Literal["off", "min", "max"] = "off"
    """How much of a record of how it was built (SLSA) is attached to it. `max` holds the build arguments."""
    language: Language | None = None
    """Language of the app, where there is no Dockerfile and its files do not tell."""
    version: str | None = Field(default=None, min_length=1, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    """Version of the language, as a tag of its image has it. Default: what the app's files say."""
    start: str | None = Field(default=None, min_length=1)
    """Start command of an app without a Dockerfile. Default: that of a Procfile, else what its files say."""

    @model_validator(mode="before")
    @classmethod
    def _is_no_text(cls, value: Any) -> Any:
        return _no_text(value, _build_meant)


class Image(Model):
    """Where the image comes from: `build` it, or take it `from` a registry."""

    build: Build | None = None
    """Build it from source (the default)."""
    from_: Annotated[str, AfterValidator(_image_name)] | None = Field(default=None, alias="from")
    """Use this image as it is, for example `nginx:1.29`."""
    mirror: bool | None = None
    """Whether ECR gets a copy, and ECS runs that. Default: yes, unless the image is in ECR already (ECR Public included) or
    its registry has a rule in `pull_through`. `false`: ECS pulls from the registry that `from` names."""
    platforms: Literal["needed", "all"] = "needed"
    """What of an image for several platforms is copied: that on which the service runs, or all, under the index's digest."""

    @model_validator(mode="before")
    @classmethod
    def _is_no_text(cls, value: Any) -> Any:
        return _no_text(value, _meant)

    @model_validator(mode="after")
    def _one_of_both(self) -> "Image":
        if self.build and self.from_:
            raise ValueError("should have build or from, got both")
        for key in ("mirror", "platforms"):
            if key in self.model_fields_set and not self.from_:
                raise ValueError(f"{key} is about an image of a registry: give from, or remove it")
        if self.mirror is False and self.platforms == "all":
            raise ValueError("platforms is about the copy, and mirror is false: remove one of both")
        return self

    @property
    def reference(self) -> Reference | None:
        """What `from` names."""
        return Reference.parse(self.from_) if self.from_ else None

    def way(self, cached: Collection[str]) -> Way:
        """How it comes to ECS. `cached`: the registries that have a pull-through cache."""
        if self.reference is None:
            return "build"
        if self.mirror is not None:
            return "mirror" if self.mirror else "registry"
        if self.reference.registry in cached:
            return "pull-through"
        return "registry" if self.reference.ecr or self.reference.registry == ECR_PUBLIC else "mirror"
