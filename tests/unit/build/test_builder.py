"""How the builders are called."""

from dataclasses import replace
from pathlib import Path

import pytest

from dockyard.build.bases import Bases
from dockyard.build.builder import Options, Workshop, build, ca_bundle
from dockyard.build.caches import registry_cache
from dockyard.build.command import KEEP, Call, cli_arguments, load, push_to
from dockyard.build.context import contents, ignore_patterns
from dockyard.build.recipe import Recipe
from dockyard.doors.buildkit import LocalImage
from dockyard.doors.buildx import Cli
from dockyard.errors import BuildError
from dockyard.progress import Silent

RECIPE = Recipe("web", "shop/web", Path(), "FROM a", "FROM a", False, (), (), {}, {"A": "b c"}, "final")


def test_buildx_and_the_cli_of_old_get_the_same_but_for_their_start():
    call = Call(load(f"shop/web:{RECIPE.tag}"), Path("/d/Dockerfile"), {"dockyard.service": "web"}, Path("/ca.crt"))
    buildx = cli_arguments(RECIPE, call, buildx=True)
    old = cli_arguments(RECIPE, call, buildx=False)
    assert buildx[:6] == ["buildx", "build", "--builder", "default", "--load", "--provenance=false"]
    assert old[0] == "build"
    assert buildx[6:] == old[1:]
    assert old[1:] == [
        "--progress=plain", "--platform", "linux/amd64", "--file", "/d/Dockerfile", "--tag", f"shop/web:{RECIPE.tag}",
        "--label", "dockyard.service=web", "--build-arg", "A=b c", "--target", "final", "--secret", "id=ca,src=/ca.crt",
    ]  # fmt: skip


def test_another_builder_keeps_an_index_and_then_sends_it_to_the_registry():
    """With its caches; what is made anew goes there as well."""
    several = replace(RECIPE, platforms=("linux/amd64", "linux/arm64"), attestations=("--provenance=mode=min",))
    caches = registry_cache("host/shop/web")
    kept = cli_arguments(several, Call(KEEP, Path("/d"), builder="far", no_cache=True, caches=caches), buildx=True)
    assert kept == [
        "buildx", "build", "--builder", "far", "--output", "type=cacheonly", "--provenance=mode=min", "--progress=plain",
        "--platform", "linux/amd64,linux/arm64", "--file", "/d", "--build-arg", "A=b c", "--target", "final", "--no-cache", *caches.write,
    ]  # fmt: skip
    goal = push_to("host/shop/web:t")
    pushed = cli_arguments(several, Call(goal, Path("/d"), builder="far", caches=caches), buildx=True)
    assert pushed[4:6] == ["--push", "--provenance=mode=min"]
    assert pushed[-4:] == [
        "--cache-from", "type=registry,ref=host/shop/web:cache-layers", "--cache-to",
        "type=registry,ref=host/shop/web:cache-layers,mode=max,image-manifest=true,oci-mediatypes=true,ignore-error=true",
    ]  # fmt: skip


def test_an_sbom_is_asked_for_once_and_is_no_part_of_the_tag():
    own = replace(RECIPE, attestations=("--provenance=mode=min", "--sbom=true"))
    for recipe, asked in ((RECIPE, ("--provenance=false", "--sbom=true")), (own, own.attestations)):
        arguments = cli_arguments(recipe, Call(KEEP, Path("/d"), builder="far", sbom=True), buildx=True)
        assert tuple(arguments[6 : arguments.index("--progress=plain")]) == asked


def test_the_hosts_certificates_are_those_of_the_variable_and_else_the_systems(tmp_path):
    own = tmp_path / "ca.pem"
    own.write_text("x")
    assert ca_bundle({"REQUESTS_CA_BUNDLE": str(own)}) == own
    assert ca_bundle({"SSL_CERT_FILE": str(tmp_path / "gone"), "PIP_CERT": str(own)}) == own


class FakeDocker:
    """Remembers what is in the context while a build would run."""

    def __init__(self, cli):
        self.cli, self.seen = cli, {}

    def image_id(self, name):
        return "sha256:old" if self.old else None

    old = False

    def image(self, name):
        return LocalImage("sha256:1", 1, {}, ())

    def build(self, arguments, *, buildkit, on_line, registry):
        return self._look(arguments[-1], arguments[arguments.index("--file") + 1])

    def classic_build(self, on_line, *, path, dockerfile, **options):
        self._look(path, dockerfile)

    def _look(self, context, dockerfile):
        self.seen = {"files": sorted(str(file.relative_to(context)) for file in Path(context).rglob("*"))}
        self.seen["beside"] = sorted(file.name for file in Path(dockerfile).parent.iterdir())
        return 0


@pytest.mark.parametrize("cli", [Cli("docker", buildx=True), Cli("docker", buildx=False), None])
def test_every_builder_is_given_what_was_hashed_and_no_ignore_file_of_its_own(tmp_path, cli):
    context = tmp_path / "source"
    context.mkdir()
    for name in ("main.py", ".dockerignore", "Dockerfile", "Dockerfile.dockerignore"):
        (context / name).write_text("FROM a")
    files = contents(context, ignore_patterns(context, None, ())).entries
    docker = FakeDocker(cli)
    build(replace(RECIPE, context=context, files=files), Workshop(docker, Bases(), "", tmp_path / "own"), Silent())
    assert docker.seen == {"files": ["Dockerfile", "Dockerfile.dockerignore", "main.py"], "beside": ["Dockerfile", "context"]}


def test_a_disk_without_room_for_the_log_is_told_with_the_folder(tmp_path):
    """/dev/full is such a disk."""

    class Talking(FakeDocker):
        def build(self, arguments, *, buildkit, on_line, registry=None):
            on_line("#1 [internal] load build definition")

    own = tmp_path / "own"
    (own / "logs").mkdir(parents=True)
    (own / "logs/build-web.log").symlink_to("/dev/full")
    with pytest.raises(BuildError, match=f"failed to build web: no space left for {own}$"):
        build(RECIPE, Workshop(Talking(Cli("docker", buildx=False)), Bases(), "", own), Silent())
    assert list((own / "build").iterdir()) == []


def test_an_image_that_the_engine_has_is_built_again_on_wish_only(tmp_path):
    docker = FakeDocker(Cli("docker", buildx=True))
    docker.old = True
    workshop = Workshop(docker, Bases(), "", tmp_path / "own")
    (tmp_path / "source").mkdir()
    recipe = replace(RECIPE, context=tmp_path / "source")
    build(recipe, workshop, Silent())
    assert docker.seen == {}
    build(recipe, replace(workshop, options=Options(no_cache=True)), Silent())
    assert docker.seen
