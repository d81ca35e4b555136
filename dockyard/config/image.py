"""The `image` part of a service.yaml."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from dockyard.config.model import Model


def _inside(value: str) -> str:
    if value.startswith(("/", "~")):
        raise ValueError(f'should be a path relative to the service\'s folder, got "{value}"')
    return value


RelativePath = Annotated[str, AfterValidator(_inside)]


Language = Literal[
    "python", "node", "deno", "go", "java", "dotnet", "ruby", "php", "rust", "elixir", "static", "scala", "clojure", "dart",
    "swift", "crystal", "haskell", "zig", "gleam", "cpp", "shell",
]  # fmt: skip
"""What `dockyard.build.detect` knows."""


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
    language: Language | None = None
    """Language of the app, where there is no Dockerfile and its files do not tell."""
    version: str | None = Field(default=None, min_length=1, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    """Version of the language, as a tag of its image has it. Default: what the app's files say."""
    start: str | None = Field(default=None, min_length=1)
    """Start command of an app without a Dockerfile. Default: that of a Procfile, else what its files say."""


class Image(Model):
    """Where the image comes from: `build` it, or take it `from` a registry."""

    build: Build | None = None
    """Build it from source (the default)."""
    from_: str | None = Field(default=None, alias="from", min_length=1)
    """Use this image as it is, for example `nginx:1.29`."""

    @model_validator(mode="after")
    def _one_of_both(self) -> "Image":
        if self.build and self.from_:
            raise ValueError("should have build or from, got both")
        return self
