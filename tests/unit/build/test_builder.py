"""How the builders are called."""

from dataclasses import replace
from pathlib import Path

import pytest

from dockyard.build.bases import Bases
from dockyard.build.builder import Workshop, build, ca_bundle, cli_arguments
from dockyard.build.context import contents, ignore_patterns
from dockyard.build.recipe import Recipe
from dockyard.doors.docker import Cli
from dockyard.errors import BuildError
from dockyard.progress import Silent

RECIPE = Recipe("web", "shop/web", Path(), "FROM a", "FROM a", False, (), (), {}, {"A": "b c"}, "final")


def test_buildx_and_the_cli_of_old_get_the_same_but_for_their_start():
    common = {"dockerfile": Path("/d/Dockerfile"), "labels": {"dockyard.service": "web"}, "ca": Path("/ca.crt")}
    buildx = cli_arguments(RECIPE, buildx=True, **common)
    old = cli_arguments(RECIPE, buildx=False, **common)
    assert buildx[:6] == ["buildx", "build", "--builder", "default", "--load", "--provenance=false"]
    assert old[0] == "build"
    assert buildx[6:] == old[1:]
    assert old[1:] == [
        "--progress=plain", "--platform", "linux/amd64", "--file", "/d/Dockerfile", "--tag", f"shop/web:{RECIPE.tag}",
        "--label", "dockyard.service=web", "--build-arg", "A=b c", "--target", "final", "--secret", "id=ca,src=/ca.crt",
    ]  # fmt: skip


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
        return None

    def build(self, arguments, *, buildkit, on_line):
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
        def build(self, arguments, *, buildkit, on_line):
            on_line("#1 [internal] load build definition")

    own = tmp_path / "own"
    (own / "logs").mkdir(parents=True)
    (own / "logs/build-web.log").symlink_to("/dev/full")
    with pytest.raises(BuildError, match=f"failed to build web: no space left for {own}$"):
        build(RECIPE, Workshop(Talking(Cli("docker", buildx=False)), Bases(), "", own), Silent())
    assert list((own / "build").iterdir()) == []
