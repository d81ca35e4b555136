"""Images of other registries, copied into ECR, and run from there."""

import json
import shutil

import pytest

from dockyard.build.copy import copy
from dockyard.doors.distribution import Repository
from dockyard.doors.registry import RegistryError, UnansweredError
from dockyard.doors.registry_auth import Credentials, of_docker
from dockyard.errors import BuildError
from tests.integration import images
from tests.integration.bearer import PASSWORD, USER, Front
from tests.integration.support import get

PLATFORMS = ("linux/amd64", "linux/arm64")


@pytest.fixture(scope="module")
def upstream(site):
    """An image for two platforms, of which nobody has two layers alike."""
    made = images.Repository(site, "upstream/app")
    entries = []
    for platform in PLATFORMS:
        system, architecture = platform.split("/")
        digest = made.push(f"{platform} {'x' * 300_000}")
        entry = {"mediaType": images.OCI, "digest": digest, "size": 1, "platform": {"os": system, "architecture": architecture}}
        entries.append(entry)
    answer = made.put({"schemaVersion": 2, "mediaType": images.OCI_INDEX, "manifests": entries}, "1")
    made.digest = answer.headers["docker-content-digest"]
    made.children = dict(zip(PLATFORMS, [entry["digest"] for entry in entries], strict=True))
    yield made
    made.ecr.delete_repository(repositoryName=made.name, force=True)


@pytest.fixture
def target(site):
    made = images.Repository(site, "copies/app")
    yield made
    made.ecr.delete_repository(repositoryName=made.name, force=True)


@pytest.fixture
def front(upstream, tmp_path, monkeypatch):
    """Another registry with that image, and a login to it."""
    with Front(upstream.registry) as made:
        login = {"auths": {made.host: {"auth": images.basic_of(USER, PASSWORD)}}}
        (tmp_path / "config.json").write_text(json.dumps(login))
        monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
        yield made


@pytest.fixture
def copied(upstream, target, front):
    """Copy it, for a platform or for all; the digest."""

    def run(platform=None, version="1", told=lambda _: None):
        ours = Credentials(target.registry.username, target.registry.password)
        with (
            Repository(front.host, upstream.name, of_docker(front.host)) as source,
            Repository(target.registry.host, target.name, ours) as ecr,
        ):
            return copy(source, ecr, source.manifest(version), "t", platform=platform, told=told)

    return run


def test_an_image_keeps_its_digest_and_has_all_its_platforms(upstream, target, front, copied):
    seen = []
    assert copied(told=seen.append) == upstream.digest
    assert target.describe(imageTag="t")["imageDigest"] == upstream.digest
    assert {image["imageDigest"] for image in target.ecr.list_images(repositoryName=target.name)["imageIds"]} == {
        upstream.digest, *upstream.children.values(),
    }  # fmt: skip
    assert seen[-1].done == seen[-1].of > 600_000
    assert set(front.scopes) == {"repository:upstream/app:pull"}
    assert front.strayed == []


def test_of_several_platforms_the_one_that_runs_is_copied(upstream, target, front, copied):
    assert copied("linux/arm64") == upstream.children["linux/arm64"]
    assert [image["imageDigest"] for image in target.ecr.list_images(repositoryName=target.name)["imageIds"]] == [
        upstream.children["linux/arm64"]
    ]
    with pytest.raises(BuildError, match=r"for linux/amd64, linux/arm64, and not for linux/s390x"):
        copied("linux/s390x")


def test_what_is_there_is_not_copied_again(front, copied):
    copied("linux/amd64")
    front.asked.clear()
    copied()
    blobs = [asked for asked in front.asked if "/blobs/" in asked]
    assert len(blobs) == 2  # configuration and layer of the other platform


def test_after_a_layer_that_broke_off_another_attempt_copies_the_rest(upstream, front, copied):
    front.breaks_off = 1
    with pytest.raises(UnansweredError, match="broke off"):
        copied("linux/amd64")
    front.asked.clear()
    assert copied("linux/amd64") == upstream.children["linux/amd64"]
    assert len([asked for asked in front.asked if "/blobs/" in asked]) == 1


def test_what_is_not_what_its_digest_says_is_refused(target, front, copied):
    front.is_forged = 9
    with pytest.raises(RegistryError, match="what came for sha256:"):
        copied("linux/amd64")
    assert target.tags() == set()


def test_a_name_that_is_not_there_is_told(copied):
    with pytest.raises(RegistryError, match="404 MANIFEST_UNKNOWN") as caught:
        copied(version="2")
    assert caught.value.hint is None


def test_without_a_login_it_is_told_how_to_log_in(copied, monkeypatch, tmp_path):
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "none"))
    with pytest.raises(RegistryError, match="401") as caught:
        copied()
    assert "docker login localhost:" in caught.value.hint


@pytest.fixture
def nginx(site):
    """A service of an image that is nobody's here, running."""
    folder = site.root / "services/front"
    folder.mkdir()
    (folder / "service.yaml").write_text("kind: web\nimage: {from: nginx:stable}\nport: 80\nhttp: {path: /}")
    yield site.up()
    shutil.rmtree(folder)
    site.client("cloudformation").delete_stack(StackName="demo-dev-front")
    site.up()
    site.client("ecr").delete_repository(repositoryName="demo/front", force=True)


def test_an_image_of_another_registry_is_copied_and_runs_and_answers(site, nginx):
    """Where no registry can be reached, by its stand-in; where one can, from there."""
    assert "front: image copied from " in nginx.stderr
    status, answer = get(site.addresses()["front"])
    assert status == 200
    assert "Welcome to nginx!" in answer["text"]
    local = site.account()
    (row,) = json.loads(site.dockyard("mirror", "--json", **local).stdout)
    assert (row["service"], row["from"], row["repository"]) == ("front", "nginx:stable", "demo/front")
    ecs = site.client("ecs")
    (definition,) = ecs.list_task_definitions(familyPrefix="demodevfront")["taskDefinitionArns"]
    (container,) = ecs.describe_task_definition(taskDefinition=definition)["taskDefinition"]["containerDefinitions"]
    assert container["image"].endswith(f"/demo/front:{row['tag']}")
    assert "nothing to copy for hello-node: it is built" in site.dockyard("mirror", "hello-node", code=2, **local).stderr
