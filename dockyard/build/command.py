"""How `docker` is called for a build."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dockyard.build.caches import NO_CACHES, Caches
from dockyard.build.recipe import SBOM, Recipe
from dockyard.build.secrets import secret_arguments
from dockyard.defaults import ENGINE


@dataclass(frozen=True)
class Goal:
    """What becomes of what was built."""

    arguments: tuple[str, ...]
    """For buildx."""
    name: str | None = None
    """Name of the image, with its tag."""


def load(name: str) -> Goal:
    """The engine has it, under this name."""
    return Goal(("--load",), name)


KEEP = Goal(("--output", "type=cacheonly"))
"""The builder keeps its layers, and nothing else is made."""


def push_to(name: str) -> Goal:
    """The registry has it; the builder sends it there itself."""
    return Goal(("--push",), name)


@dataclass(frozen=True)
class Call:
    """One call of the builder."""

    goal: Goal
    dockerfile: Path
    labels: Mapping[str, str] = field(default_factory=dict)
    ca: Path | None = None
    """This machine's certificates."""
    builder: str = ENGINE
    no_cache: bool = False
    caches: Caches = NO_CACHES
    sbom: bool = False
    """Also where the recipe has none."""


def cli_arguments(recipe: Recipe, call: Call, *, buildx: bool) -> list[str]:
    """Arguments of `docker`, but for the folder at the end."""
    attestations = _attestations(recipe, call)
    start = ["buildx", "build", "--builder", call.builder, *call.goal.arguments, *attestations] if buildx else ["build"]
    return [
        *start,
        "--progress=plain",
        *("--platform", ",".join(recipe.platforms)),
        *("--file", str(call.dockerfile)),
        *(("--tag", call.goal.name) if call.goal.name else ()),
        *(word for name, value in call.labels.items() for word in ("--label", f"{name}={value}")),
        *(word for name, value in recipe.args.items() for word in ("--build-arg", f"{name}={value}")),
        *(("--target", recipe.target) if recipe.target else ()),
        *(("--secret", f"id=ca,src={call.ca}") if call.ca else ()),
        *secret_arguments(recipe),
        *(("--no-cache",) if call.no_cache else call.caches.read),
        *call.caches.write,
    ]


def _attestations(recipe: Recipe, call: Call) -> tuple[str, ...]:
    """https://docs.docker.com/build/metadata/attestations/."""
    given = recipe.attestations
    provenance = () if any(word.startswith("--provenance") for word in given) else ("--provenance=false",)  # else buildx adds one
    sbom = (SBOM,) if call.sbom and SBOM not in given else ()
    return (*provenance, *given, *sbom)
