"""A builder pushes an image itself, in as many attempts as it may take; told as a push of the engine is."""

from dataclasses import replace
from pathlib import Path

import pytest

from dockyard.build.bases import Bases
from dockyard.build.builder import Options, Workshop
from dockyard.build.plan import Planned, State
from dockyard.build.publish import publish
from dockyard.build.recipe import Recipe
from dockyard.build.retries import Retries
from dockyard.defaults import ENGINE
from dockyard.doors.buildx import Cli
from dockyard.doors.registry import Registry
from dockyard.errors import BuildError
from dockyard.progress import Silent

RECIPE = Recipe("web", "shop/web", Path(), "FROM a", "FROM a", False, (), (), {})
NAME = f"localhost:1/shop/web:{RECIPE.tag}"
MINE, OTHER = f"sha256:{'1' * 64}", f"sha256:{'2' * 64}"


class FakeAws:
    """A registry in which the tag is there as soon as it has `digest`."""

    account, region, digest, tokens = "000000000000", "us-east-1", None, 0

    def image_digest(self, repository, tag):
        return self.digest

    def image_size(self, repository, digest):
        return 2_000_000

    def repository_address(self, repository):
        return "localhost:1/shop/web"

    def registry(self):
        self.tokens += 1
        return Registry("localhost:1", "AWS", f"token {self.tokens}")


class FakeDocker:
    """Pushes fail with what `faults` say, one each; then ECR has the image."""

    cli = Cli("docker", buildx=True)

    def __init__(self, aws, *faults, step="exporting to image"):
        self.aws, self.faults, self.step, self.passwords = aws, list(faults), step, []
        self.untagged = []

    def untag(self, name):
        self.untagged.append(name)

    def answers(self):
        return True

    def build(self, arguments, *, buildkit, on_line, registry):
        self.passwords.append(registry.password)
        for line in (self.step, "pushing layers", f"pushing manifest for {NAME}@{MINE}"):
            on_line(f"#9 {line}")
        if self.faults:
            on_line(f"#9 ERROR: {self.faults.pop(0)}")
            return 1
        self.aws.digest = MINE
        return 0


class Told(Silent):
    def __init__(self):
        self.ends, self.notes = [], []

    def note(self, subject, text):
        self.notes.append(text)

    def done(self, subject, text):
        self.ends.append(text.split(" in ")[0])


@pytest.fixture
def published(tmp_path):
    def act(aws, docker, builder="far"):
        told = Told()
        workshop = Workshop(
            docker, Bases(), "", tmp_path / "own", options=Options(builder=builder), retries=Retries(attempts=3, first=0)
        )
        recipe = replace(RECIPE, context=tmp_path)
        return publish(Planned(recipe, State.MISSING), aws, Registry("localhost:1", "AWS", "first"), workshop, told), told

    return act


def refused(what):
    return f"failed to push {NAME}: {what}"


def test_what_failed_is_tried_again_with_a_new_token_and_told(published):
    aws = FakeAws()
    docker = FakeDocker(
        aws, refused("unexpected status from PUT request to http://localhost:1/v2/: 429 Too Many Requests"), refused("EOF")
    )
    result, told = published(aws, docker)
    assert (result.state, result.digest, result.size) == (State.PUSHED, MINE, 2_000_000)
    assert docker.passwords == ["first", "token 1", "token 2"]
    assert told.ends == ["image pushed"]
    assert told.notes == [
        "push failed: unexpected status from PUT request to http://localhost:1/v2/: 429 Too Many Requests; attempt 2 of 3 in 0.0 s",
        "push failed: EOF; attempt 3 of 3 in 0.0 s",
    ]


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("unexpected status from POST request to http://localhost:1/v2/: 403 Forbidden", "docs/permissions.md"),
        ("denied: User: arn:aws:iam::1:user/a is not authorized to perform: ecr:InitiateLayerUpload", "docs/permissions.md"),
        ("server message: NAME_UNKNOWN: The repository does not exist", "run: dockyard deploy"),
        ("unexpected status from PUT request to http://localhost:1/v2/: 503 Service Unavailable", "run the same command again"),
    ],
)
def test_a_refusal_is_told_as_that_of_a_push_of_the_engine(published, said, hint):
    aws = FakeAws()
    docker = FakeDocker(aws, *[refused(said)] * 9)
    with pytest.raises(BuildError) as caught:
        published(aws, docker)
    assert str(caught.value) == f"failed to push shop/web:{RECIPE.tag}: {said}"
    assert hint in caught.value.hint
    assert len(docker.passwords) == (1 if "NAME_UNKNOWN" in said else 3)


def test_a_step_that_fails_is_no_push_and_fails_at_once(published):
    aws = FakeAws()
    docker = FakeDocker(aws, "exit code: 1", step="[2/2] RUN make")
    with pytest.raises(BuildError, match=r"^failed to build web at \[2/2\] RUN make: exit code: 1"):
        published(aws, docker)
    assert len(docker.passwords) == 1


@pytest.mark.parametrize(
    ("digest", "end"), [(MINE, "image pushed"), (OTHER, f"another push came first, its image is used: {OTHER}")]
)
def test_a_tag_that_is_there_by_now_is_not_pushed_again(published, digest, end):
    """By another push; or by our own, whose answer was lost, or which buildx did a second time."""
    aws = FakeAws()
    aws.digest = digest
    docker = FakeDocker(aws, "unknown: tag invalid", step=f"pushing {NAME} with docker")
    result, told = published(aws, docker)
    assert (result.digest, told.ends, told.notes, len(docker.passwords)) == (digest, [end], [], 1)


@pytest.mark.parametrize(("builder", "untagged"), [("far", []), (ENGINE, [NAME])])
def test_the_engine_keeps_no_name_of_what_its_own_builder_pushed(published, builder, untagged):
    docker = FakeDocker(aws := FakeAws())
    published(aws, docker, builder)
    assert docker.untagged == untagged


def test_an_image_that_ecr_does_not_have_after_the_push_is_an_error(published):
    with pytest.raises(BuildError, match="ECR does not have it after the push"):
        published(FakeAws(), FakeDocker(FakeAws()))
