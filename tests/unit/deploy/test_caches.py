"""Which caches the build of an image may use, with doors that only say what they have."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from dockyard.build.bases import Bases
from dockyard.build.builder import Options, Workshop
from dockyard.build.caches import NO_CACHES, inline_cache
from dockyard.build.recipe import Recipe
from dockyard.deploy.caches import BuildCaches
from dockyard.doors.buildx import Cli

RECIPE = Recipe("web", "shop/web", Path(), "FROM a", "FROM a", False, (), (), {})
GITHUB = {"ACTIONS_RESULTS_URL": "https://r", "ACTIONS_RUNTIME_TOKEN": "t"}
INLINE = ("--build-arg", "BUILDKIT_INLINE_CACHE=1")


class FakeDocker:
    def __init__(self, cli=Cli("docker", buildx=True), *, keeps_indexes=False, built=False):  # noqa: B008
        self.cli, self.keeps_indexes, self._built = cli, keeps_indexes, built

    def image_id(self, name):
        return "sha256:1" if self._built and name == "shop/web:t1" else None


class FakeAws:
    def __init__(self, tag=None, fault=None):
        self._tag, self._fault = tag, fault

    def latest_tag(self, repository):
        if self._fault:
            raise self._fault
        return self._tag

    def repository_address(self, repository):
        return f"host/{repository}" if self._tag else None

    def registry(self):
        return "who we are"


def caches(docker, aws, *, builder="default", environment=None, recipe=RECIPE):
    workshop = Workshop(docker, Bases(), "", Path(), options=Options(builder=builder), environment=environment or {})
    return BuildCaches(SimpleNamespace(workshop=workshop, reading=aws)).of(recipe)


def test_the_engines_builder_takes_layers_from_the_last_image_where_it_does_not_have_that():
    found = caches(FakeDocker(), FakeAws("t1"))
    assert (found.read, found.write, found.registry) == (("--cache-from", "host/shop/web:t1"), INLINE, "who we are")
    assert caches(FakeDocker(built=True), FakeAws("t1")).read == ()
    assert caches(FakeDocker(), FakeAws()).write == INLINE


def test_another_builder_has_a_tag_in_ecr_for_it():
    """As has what makes an index. It is written with the image, in the role that may."""
    read = ("--cache-from", "type=registry,ref=host/shop/web:cache-layers")
    found = caches(FakeDocker(), FakeAws("t1"), builder="far")
    assert (found.read, found.write, found.registry) == (read, (), "who we are")
    several = replace(RECIPE, platforms=("linux/amd64", "linux/arm64"))
    assert caches(FakeDocker(keeps_indexes=True), FakeAws("t1"), recipe=several).read == read
    assert caches(FakeDocker(), FakeAws(), builder="far") == NO_CACHES


@pytest.mark.parametrize(
    ("docker", "builder", "used"),
    [
        (FakeDocker(), "far", True),
        (FakeDocker(keeps_indexes=True), "default", True),
        (FakeDocker(), "default", False),
        (FakeDocker(Cli("docker", buildx=False), keeps_indexes=True), "default", False),
    ],
)
def test_the_cache_of_github_actions_is_used_where_the_builder_can(docker, builder, used):
    found = caches(docker, FakeAws("t1"), builder=builder, environment=GITHUB)
    assert (found.write == ("--cache-to", "type=gha,scope=shop/web,mode=max,ignore-error=true")) is used
    assert "gha" not in str(caches(docker, FakeAws("t1"), builder=builder, environment={"GITHUB_ACTIONS": "true"}))


def test_where_nobody_may_look_there_is_no_cache_and_no_fault():
    denied = ClientError({"Error": {"Code": "AccessDeniedException"}}, "DescribeImages")
    assert caches(FakeDocker(), FakeAws("t1", denied)) == NO_CACHES
    assert caches(FakeDocker(None), FakeAws("t1")) == NO_CACHES


def test_an_engine_that_may_crash_by_it_keeps_no_layers_in_images():
    old = FakeDocker(Cli("docker", buildx=False))
    assert (caches(FakeDocker(), FakeAws("t1")).write, caches(old, FakeAws("t1")).write) == (
        inline_cache(None).write,
        (),
    )
    assert caches(old, FakeAws("t1")).read == caches(FakeDocker(), FakeAws("t1")).read
