"""What is done where the registry of an image does not answer, with doors that only remember; nobody listens on port 1."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from dockyard.build import Mirrored
from dockyard.build.bases import Bases, StandIn
from dockyard.build.builder import Workshop
from dockyard.build.mirror import mirror, to_engine
from dockyard.build.plan import Planned, State
from dockyard.build.retries import Retries
from dockyard.doors.buildkit import LocalImage
from dockyard.doors.registry import Registry
from dockyard.errors import BuildError
from dockyard.progress import Silent
from tests.unit.answering import Registry as Answering

SOURCE, DIGEST = "localhost:1/a/b:1", "sha256:" + "a" * 64
IMAGE = Mirrored("front", "shop/front", SOURCE, SOURCE, "linux/amd64")
NAME = f"shop/front:{IMAGE.tag}"
HERE, ELSEWHERE = "localhost:2/shop/front", "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/front"


class Aws:
    account, region = "123456789012", "eu-west-1"

    def __init__(self, address=HERE):
        self.address = address

    def repository_address(self, repository):
        return self.address

    digest = "sha256:pushed"

    def image_digest(self, repository, tag):
        return self.digest

    asked = 0

    def registry(self):
        self.asked += 1
        return Registry("localhost:2", "AWS", f"token {self.asked}")


class Docker:
    """An engine with these images, that can or cannot pull."""

    def __init__(self, *images, fault=None, platform="linux/amd64"):
        self.images, self.fault, self.platform, self.done = set(images), fault, platform, []

    def image_id(self, name):
        return name if name in self.images else None

    def image_platform(self, name):
        return self.platform

    def image(self, name):
        return LocalImage("sha256:1", 1, {}, ())

    def pull(self, name, platform):
        self.done.append(("pull", name, platform))
        return self.fault

    def login(self, registry):
        self.done.append(("login", registry.host, registry.password))

    def tag(self, name, repository, tag):
        self.done.append(("tag", name, f"{repository}:{tag}"))

    def untag(self, name):
        self.done.append(("untag", name))

    def push(self, repository, tag, auth, on_line, *, silence):
        self.done.append(("push", f"{repository}:{tag}"))
        return "sha256:pushed"


@pytest.fixture
def registry():
    with Answering() as made:
        yield made


class Told(Silent):
    def __init__(self):
        self.notes = []

    def note(self, subject, text):
        self.notes.append(text)


def mirrored(docker, bases=None, aws=None, image=IMAGE, told=None):
    workshop = Workshop(docker, bases or Bases(), "localhost:1", Path(), retries=Retries(attempts=3, first=0.01))
    return mirror(Planned(image, State.MISSING), aws or Aws(), Registry("localhost:2", "AWS", "x"), workshop, told or Told())


def test_the_image_that_the_engine_has_is_pushed_and_that_is_said():
    docker, told = Docker(SOURCE), Told()
    assert mirrored(docker, told=told).digest == "sha256:pushed"
    address = f"{HERE}:{IMAGE.tag}"
    assert docker.done == [
        ("tag", SOURCE, NAME), ("tag", "sha256:1", address), ("push", address), ("untag", address), ("untag", NAME),
    ]  # fmt: skip
    assert "the image that this engine has is used" in told.notes[0]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_registry_that_cannot_answer_for_now_is_none_that_answers(registry, status):
    registry.status = status
    image = replace(IMAGE, source=f"{registry.host}/a/b:1")
    assert mirrored(Docker(image.source), image=image).state is State.PUSHED


@pytest.mark.parametrize("status", [401, 403, 404])
def test_what_a_registry_refuses_is_told_and_the_engine_not_asked(registry, status):
    registry.status = status
    image = replace(IMAGE, source=f"{registry.host}/a/b:1")
    with pytest.raises(BuildError, match=f"failed to copy {image.source}: .*: {status} ") as caught:
        mirrored(Docker(image.source), image=image)
    assert caught.value.hint


def test_an_image_of_the_engine_for_another_platform_is_refused():
    with pytest.raises(BuildError, match="the engine's is for linux/arm64, and not for linux/amd64"):
        mirrored(Docker(SOURCE, platform="linux/arm64"))


def test_where_a_digest_is_locked_only_this_image_is_taken():
    with pytest.raises(BuildError, match="failed to copy localhost:1/a/b:1"):
        mirrored(Docker(SOURCE), Bases({SOURCE: DIGEST}))
    docker = Docker(f"localhost:1/a/b@{DIGEST}")
    assert mirrored(docker, Bases({SOURCE: DIGEST})).state is State.PUSHED


def test_where_there_is_none_it_is_told_what_was_tried():
    with pytest.raises(BuildError, match=r"tried: its registry, this engine's images, stand-ins") as caught:
        mirrored(Docker())
    assert caught.value.hint


def test_the_engine_has_not_all_platforms():
    every = Mirrored("front", "shop/front", SOURCE, SOURCE, None)
    with pytest.raises(BuildError, match="failed to copy"):
        mirrored(Docker(SOURCE), image=every)


def test_a_stand_in_goes_to_no_other_machine():
    bases = Bases(stand_ins={SOURCE: StandIn("docker-hub/library/b", "1", DIGEST)})
    with pytest.raises(BuildError, match="is built on a stand-in"):
        mirrored(Docker(), bases, Aws(ELSEWHERE))


@pytest.mark.parametrize(
    ("bases", "pulled"),
    [
        (Bases(), SOURCE),
        (Bases({SOURCE: DIGEST}), f"localhost:1/a/b@{DIGEST}"),
        (Bases(stand_ins={SOURCE: StandIn("docker-hub/library/b", "1", DIGEST)}), f"localhost:9/docker-hub/library/b@{DIGEST}"),
    ],
)
def test_for_the_cdk_cli_the_engine_pulls_what_is_known(bases, pulled):
    docker = Docker()
    assert to_engine(IMAGE, Aws, Workshop(docker, bases, "localhost:9", Path()), Silent()) == NAME
    assert docker.done == [("pull", pulled, "linux/amd64"), ("tag", pulled, NAME)]


def test_for_the_cdk_cli_what_the_engine_has_is_enough():
    docker = Docker(NAME)
    assert to_engine(IMAGE, Aws, Workshop(docker, Bases(), "", Path()), Silent()) == NAME
    assert docker.done == []
    docker = Docker(SOURCE, fault="no such host")
    assert to_engine(IMAGE, Aws, Workshop(docker, Bases(), "", Path()), Silent()) == NAME


def test_where_ecr_refuses_the_copy_the_rights_are_told_and_no_login(registry):
    registry.content = b'{"schemaVersion": 2, "layers": []}'
    image = replace(IMAGE, source=f"{registry.host}/a/b:1", platform=None)
    with Answering() as ecr:
        ecr.status, aws = 403, Aws(f"{ecr.host}/shop/front")
        aws.digest = None
        with pytest.raises(BuildError, match=f"^{ecr.host}/shop/front: 403") as caught:
            mirrored(Docker(), aws=aws, image=image)
    assert caught.value.hint.startswith("docs/permissions.md")


@pytest.mark.parametrize(
    ("registry", "logins"),
    [
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.com", 1), ("210987654321.dkr.ecr.eu-west-1.amazonaws.com", 1),
        ("123456789012.dkr.ecr.us-east-1.amazonaws.com", 0), ("ghcr.io", 0),
    ],
)  # fmt: skip
def test_for_the_cdk_cli_the_engine_is_logged_in_to_private_registries_of_ecr_for_which_the_token_is_good(registry, logins):
    docker, source = Docker(), f"{registry}/a/b:1"
    to_engine(replace(IMAGE, source=source), Aws, Workshop(docker, Bases(), "", Path()), Silent())
    assert docker.done[:-1] == [("login", registry, "token 1")] * logins + [("pull", source, "linux/amd64")]


@pytest.mark.parametrize(("status", "attempts"), [(500, 3), (401, 3), (403, 3), (404, 1), (400, 1)])
def test_a_copy_is_tried_again_with_a_new_token_where_that_may_help(registry, status, attempts):
    config = {"digest": DIGEST, "size": 1}
    registry.content = json.dumps({"schemaVersion": 2, "config": config, "layers": []}).encode()
    image, told = replace(IMAGE, source=f"{registry.host}/a/b:1", platform=None), Told()
    with Answering() as ecr:
        ecr.answers = {"HEAD": 404}
        ecr.status, aws = status, Aws(f"{ecr.host}/shop/front")
        aws.digest = None
        with pytest.raises(BuildError, match=f"^{ecr.host}/shop/front: {status}"):
            mirrored(Docker(), aws=aws, image=image, told=told)
        assert len([one for one in ecr.asked if one.startswith("POST")]) == attempts
    assert aws.asked == len(told.notes) == attempts - 1
    assert all("copy failed" in note for note in told.notes)
