"""What a build wants and this machine has not, told before the first image."""

from dataclasses import replace
from pathlib import Path

import pytest

from dockyard.build.bases import Bases
from dockyard.build.builder import Options, Workshop
from dockyard.build.prerequisites import check
from dockyard.build.recipe import Recipe
from dockyard.doors.buildx import Cli
from dockyard.errors import PrerequisiteError

RECIPE = Recipe("web", "shop/web", Path(), "FROM a", "FROM a", False, (), (), {})
SEVERAL = replace(RECIPE, platforms=("linux/amd64", "linux/arm64"))
BUILDX, OLD = Cli("docker", buildx=True), Cli("docker", buildx=False)


class FakeDocker:
    def __init__(self, cli, *, keeps_indexes=False, drivers=None):
        self.cli, self.keeps_indexes, self._drivers = cli, keeps_indexes, drivers or {}

    def driver(self, builder):
        return self._drivers.get(builder)


def refused(recipe, docker, builder="default", *, sbom=False):
    options = Options(builder=builder, sbom=sbom)
    workshop = Workshop(docker, Bases(), "", Path(), options=options, environment={"SSH_AUTH_SOCK": "/s"})
    try:
        check([RECIPE, recipe], workshop)
    except PrerequisiteError as error:
        return f"{error}; {error.hint}"
    return None


@pytest.mark.parametrize(
    ("recipe", "docker", "builder", "text"),
    [
        (replace(RECIPE, ssh=True), FakeDocker(None), "default", "web: build secrets and SSH want BuildKit"),
        (SEVERAL, FakeDocker(OLD), "default", "web: an image for several platforms wants docker buildx, which is not on this machine; sudo apt-get install"),
        (SEVERAL, FakeDocker(BUILDX), "default", "an image for several platforms wants a builder that can make an index; the engine's own cannot; docker buildx create"),
        (replace(RECIPE, attestations=("--sbom=true",)), FakeDocker(BUILDX), "default", "an SBOM or a provenance wants a builder"),
        (RECIPE, FakeDocker(OLD), "far", "builder far wants docker buildx"),
        (RECIPE, FakeDocker(BUILDX), "far", "buildx has no builder far; docker buildx ls"),
        (RECIPE, FakeDocker(BUILDX, drivers={"far": "docker"}), "far", "far is the engine of a Docker context; name no builder, and set DOCKER_CONTEXT=far"),
    ],
)  # fmt: skip
def test_it_is_told_with_what_to_do(recipe, docker, builder, text):
    assert text in refused(recipe, docker, builder)


@pytest.mark.parametrize(
    ("recipe", "docker", "builder"),
    [
        (RECIPE, FakeDocker(None), "default"),
        (replace(RECIPE, ssh=True), FakeDocker(OLD), "default"),
        (replace(RECIPE, platforms=("linux/arm64",)), FakeDocker(OLD), "default"),
        (SEVERAL, FakeDocker(BUILDX, keeps_indexes=True), "default"),
        (SEVERAL, FakeDocker(BUILDX, drivers={"far": "kubernetes"}), "far"),
    ],
)
def test_what_can_be_done_is_not_refused(recipe, docker, builder):
    assert refused(recipe, docker, builder) is None


def test_an_sbom_that_is_asked_for_wants_a_builder_that_can_attach_one():
    assert "web: an SBOM or a provenance wants a builder" in refused(RECIPE, FakeDocker(BUILDX), sbom=True)
    assert refused(RECIPE, FakeDocker(BUILDX, keeps_indexes=True), sbom=True) is None
    assert refused(RECIPE, FakeDocker(BUILDX, drivers={"far": "docker-container"}), "far", sbom=True) is None
