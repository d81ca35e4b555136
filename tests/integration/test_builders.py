"""A builder elsewhere: images go from it straight to ECR, for several platforms, with attestations and a cache there."""

import json
import subprocess
import time
from dataclasses import replace

import pytest

from dockyard.build import Bases
from dockyard.build.builder import Options, Workshop
from dockyard.build.of_project import recipe
from dockyard.build.plan import Planned, State, build_all
from dockyard.build.publish import publish
from dockyard.config import load_project
from dockyard.doors.aws import Aws
from dockyard.doors.docker import Docker
from dockyard.errors import BuildError, PrerequisiteError
from dockyard.progress import Silent
from tests.integration.local_aws import Server
from tests.integration.remote_builder import RemoteBuilder, why_not
from tests.integration.support import environment

SERVICE = "kind: web\nimage: {build: {platforms: [linux/arm64, linux/amd64], provenance: min}}"

SCANNER = "docker/buildkit-syft-scanner:stable-1"


@pytest.fixture(scope="module")
def builder(engine, tmp_path_factory):
    if reason := why_not(engine):
        pytest.skip(reason)
    with RemoteBuilder(engine, str(tmp_path_factory.mktemp("buildx"))) as made:
        yield made


@pytest.fixture(scope="module")
def server(builder, tmp_path_factory):
    made = Server(tmp_path_factory.mktemp("aws"))
    yield made
    made.stop()


@pytest.fixture
def aws(server, monkeypatch):
    for name, value in {
        "ENDPOINT_URL": f"http://localhost:{server.port}",
        "ACCESS_KEY_ID": "test",
        "SECRET_ACCESS_KEY": "test",
    }.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    return Aws(region="us-east-1")


@pytest.fixture
def workshop(builder, tmp_path):
    return Workshop(Docker(builder.processes), Bases(), "", tmp_path / "own", options=Options(builder=builder.name))


def made(folder, text, service=SERVICE):
    files = {"dockyard.yaml": "name: far\nenvironments: {dev: {}}", "services/web/service.yaml": service}
    for name, content in {
        **files,
        "services/web/Dockerfile": "FROM scratch\nCOPY a b /\n",
        "services/web/a": "1",
        "services/web/b": text,
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    project = load_project(folder)
    return recipe(project, "web", project.environment().services["web"], Bases())


class Told(Silent):
    def __init__(self):
        self.ends = []

    def done(self, subject, text):
        self.ends.append(text)


def bring(recipe, aws, workshop, progress=Silent()):  # noqa: B008
    build_all([recipe], workshop, progress)
    return publish(Planned(recipe, State.BUILT), aws, aws.registry(), workshop, progress)


def manifest(aws, name, repository="far/web"):
    """Of a tag or a digest."""
    wanted = {"imageDigest" if ":" in name else "imageTag": name}
    images = aws.ecr.batch_get_image(repositoryName=repository, imageIds=[wanted])["images"]
    return json.loads(images[0]["imageManifest"])


def test_an_index_for_several_platforms_goes_to_ecr_with_its_provenance_and_its_cache(aws, workshop, tmp_path):
    with pytest.raises(BuildError, match="no repository far/web"):
        bring(made(tmp_path, "1"), aws, workshop)
    aws.make_repository("far/web")
    recipe = made(tmp_path, "1")
    done = bring(recipe, aws, workshop)
    assert done.digest == aws.image_digest("far/web", recipe.tag)
    found = manifest(aws, recipe.tag)["manifests"]
    platforms = [f"{entry['platform']['os']}/{entry['platform']['architecture']}" for entry in found]
    assert sorted(platforms) == ["linux/amd64", "linux/arm64", "unknown/unknown", "unknown/unknown"]
    assert manifest(aws, "cache-layers")["config"]["mediaType"] == "application/vnd.buildkit.cacheconfig.v0"
    assert aws.latest_tag("far/web") == recipe.tag


def test_an_image_has_its_sbom_under_the_tag_that_it_has_without(aws, workshop, engine, tmp_path):
    """By the scanner that buildx takes by itself."""
    if subprocess.run([engine.cli.program, "pull", "--quiet", SCANNER], env=environment(), check=False).returncode:
        pytest.skip(f"{SCANNER} cannot be had here")
    aws.make_repository("listed/web")
    recipe = replace(made(tmp_path, "6", "kind: web"), repository="listed/web")
    done = bring(recipe, aws, replace(workshop, options=replace(workshop.options, sbom=True)))
    assert done.digest == aws.image_digest("listed/web", recipe.tag)
    image, attached = manifest(aws, recipe.tag, "listed/web")["manifests"]
    assert image["platform"] == {"os": "linux", "architecture": "amd64"}
    assert attached["annotations"]["vnd.docker.reference.digest"] == image["digest"]
    (layer,) = manifest(aws, attached["digest"], "listed/web")["layers"]
    assert layer["annotations"] == {"in-toto.io/predicate-type": "https://spdx.dev/Document"}


def test_a_push_that_comes_second_adopts_the_image_of_the_first(aws, workshop, tmp_path):
    aws.ecr.create_repository(repositoryName="other/web", imageTagMutability="IMMUTABLE")
    recipe, told = replace(made(tmp_path, "2"), repository="other/web"), Told()
    first = bring(recipe, aws, workshop, told)
    time.sleep(1)  # another one says so by its time of creation
    assert bring(recipe, aws, workshop, told).digest == first.digest
    assert [text.split(" in ")[0] for text in told.ends] == [
        "image built", "image pushed", "image built", f"another push came first, its image is used: {first.digest}",
    ]  # fmt: skip


def test_the_engines_own_builder_pushes_an_index_where_its_store_can_keep_one(aws, workshop, tmp_path):
    """Buildx before 0.14 pushes it twice then; what was there first stays, and is ours."""
    aws.ecr.create_repository(repositoryName="own/web", imageTagMutability="IMMUTABLE")
    recipe, told = replace(made(tmp_path, "5"), repository="own/web"), Told()
    done = bring(recipe, aws, replace(workshop, options=Options()), told)
    assert done.digest == aws.image_digest("own/web", recipe.tag)
    assert told.ends[-1].startswith("image pushed in ")
    assert workshop.docker.image_id(f"{aws.repository_address('own/web')}:{recipe.tag}") is None


def test_a_cache_that_cannot_be_written_is_no_fault(aws, workshop, tmp_path):
    """The tag of the cache does not move in this repository."""
    aws.ecr.create_repository(repositoryName="fixed/web", imageTagMutability="IMMUTABLE")
    for text in ("3", "4"):
        recipe = replace(made(tmp_path, text), repository="fixed/web")
        assert bring(recipe, aws, workshop).digest == aws.image_digest("fixed/web", recipe.tag)


def test_a_builder_that_is_not_there_is_told(workshop, tmp_path):
    with pytest.raises(PrerequisiteError, match="buildx has no builder nope"):
        build_all([made(tmp_path, "1")], replace(workshop, options=Options(builder="nope")), Silent())
