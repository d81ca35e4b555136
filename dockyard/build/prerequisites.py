"""What must be there before the first image is built, told before it."""

from collections.abc import Sequence

from dockyard.build.builder import Workshop
from dockyard.build.recipe import Recipe
from dockyard.build.secrets import check_build_secrets
from dockyard.defaults import ENGINE
from dockyard.errors import PrerequisiteError

INSTALL = "sudo apt-get install docker-buildx (Debian 13, Ubuntu), or docker-buildx-plugin (Docker's own packages)"
SEVERAL = "docker buildx create --name several --driver docker-container, then --builder several; or use containerd's image store"


def check(recipes: Sequence[Recipe], workshop: Workshop) -> None:
    """Raise PrerequisiteError where the builder is not there, or cannot do what one of these wants; BuildError for secrets."""
    if not recipes:
        return
    builder, cli = workshop.options.builder, workshop.docker.cli
    if cli is None and (hiding := [recipe.service for recipe in recipes if recipe.secrets or recipe.ssh]):
        raise PrerequisiteError(
            f"{', '.join(hiding)}: build secrets and SSH want BuildKit, and this machine has the engine's classic builder alone",
            hint=INSTALL,
        )
    check_build_secrets(recipes, workshop.environment)
    direct = [recipe for recipe in recipes if not workshop.loads(recipe)]
    if not direct:
        return
    if cli is None or not cli.buildx:
        what = f"builder {builder}" if builder != ENGINE else f"{direct[0].service}: {_wish(direct[0])}"
        raise PrerequisiteError(f"{what} wants docker buildx, which is not on this machine", hint=INSTALL)
    if builder != ENGINE:
        _check_builder(builder, workshop)
    elif not workshop.docker.keeps_indexes:
        raise PrerequisiteError(
            f"{direct[0].service}: {_wish(direct[0])} wants a builder that can make an index; the engine's own cannot",
            hint=SEVERAL,
        )


def _check_builder(builder: str, workshop: Workshop) -> None:
    driver = workshop.docker.driver(builder)
    if driver is None:
        raise PrerequisiteError(f"buildx has no builder {builder}", hint="docker buildx ls; docker buildx create --name …")
    if driver == "docker":
        raise PrerequisiteError(
            f"builder {builder} is the engine of a Docker context", hint=f"name no builder, and set DOCKER_CONTEXT={builder}"
        )


def _wish(recipe: Recipe) -> str:
    return "an image for several platforms" if len(recipe.platforms) > 1 else "an SBOM or a provenance"
