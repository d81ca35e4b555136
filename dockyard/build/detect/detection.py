"""What is found in a folder with an app: the language, how it is built and started, and where each was read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Detection:
    """What an app without a Dockerfile is."""

    language: str
    """Name of a module in `dockyard.build.detect`, and of a template."""
    version: str
    """Version of the language, as a tag of its image has it: `3.13`, `24`."""
    package_manager: str
    """`pip`, `npm`, …; `none` where there is nothing to install."""
    start: tuple[str, ...]
    """Program and arguments, in exec form."""
    images: Mapping[str, str]
    """What the template's stages start from, by the template's own names: `{"base": "python:3.13-slim"}`. A name without a
    registry is an official image of Docker Hub, and is taken from where `base_images` in dockyard.yaml says."""
    framework: str | None = None
    """The web framework, in lower case as its package is called: `fastapi`, `next`."""
    port: int = 8080
    """Where the app listens: it is told by PORT, and by its start command."""
    build: tuple[str, ...] = ()
    """Shell commands that make what `start` runs, in order."""
    details: Mapping[str, Any] = field(default_factory=dict)
    """What the language's template needs beside these; its module says what."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Field to the file that it was read from, with the key where it has some; `default` where no file says it."""
    left_out: tuple[str, ...] = ()
    """Patterns, as in a .dockerignore, of what this app's tools leave in the folder, beside its language's `LEFT_OUT`."""
    read: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Files of variables that the build reads, with those that it takes; they may be left out of it."""
    warnings: tuple[str, ...] = ()
    """What a user should know: versions that are not locked, a port that the app does not take from PORT."""
