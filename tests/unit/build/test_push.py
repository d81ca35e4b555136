"""An image is pushed, in as many attempts as it may take, with doors that only remember."""

from pathlib import Path

import pytest

from dockyard.build.bases import Bases
from dockyard.build.builder import Workshop
from dockyard.build.plan import Planned, State
from dockyard.build.push import push
from dockyard.build.recipe import Recipe
from dockyard.build.retries import Retries
from dockyard.doors.buildkit import LocalImage
from dockyard.doors.engine_faults import ENGINE_GONE, MAKE_ROOM, START_ENGINE, PushError
from dockyard.doors.registry import Registry
from dockyard.errors import BuildError
from dockyard.progress import Silent

RECIPE = Recipe("web", "shop/web", Path(), "FROM a", "FROM a", False, (), (), {})
ADDRESS = f"localhost:1/shop/web:{RECIPE.tag}"
REGISTRY = Registry("localhost:1", "AWS", "first")
AT_ONCE = Retries(attempts=3, first=0)


class FakeAws:
    account, region = "000000000000", "us-east-1"

    def __init__(self, digests=(), address="localhost:1/shop/web"):
        self.digests, self.address, self.tokens = list(digests), address, 0

    def image_digest(self, repository, tag):
        return self.digests.pop(0) if self.digests else None

    def repository_address(self, repository):
        return self.address

    def registry(self):
        self.tokens += 1
        return Registry("localhost:1", "AWS", f"token {self.tokens}")


class FakeDocker:
    """Fails with these faults, one a push, then works."""

    def __init__(self, *faults, pushed="sha256:mine", labels=None):
        self.faults, self.pushed, self._labels, self.done = list(faults), pushed, labels or {}, []

    def image(self, name):
        return LocalImage("sha256:1", 2005, self._labels, ("sha256:a", "sha256:b"))

    def tag(self, name, repository, tag):
        self.done.append(("tag", name, f"{repository}:{tag}"))

    def untag(self, name):
        self.done.append(("untag", name))

    def push(self, repository, tag, auth, on_line, *, silence):
        self.done.append(("push", repository, tag, auth["password"]))
        for line in ("0123456789ab Layer already exists", "ba9876543210 Pushing 5/2000"):
            on_line(line)
        if self.faults:
            raise self.faults.pop(0)
        return self.pushed

    def of(self, kind):
        return [entry[1:] for entry in self.done if entry[0] == kind]


class Told(Silent):
    def __init__(self):
        self.ends, self.notes = [], []

    def note(self, subject, text):
        self.notes.append(text)

    def done(self, subject, text):
        self.ends.append(text)


def pushed(aws, docker):
    told = Told()
    workshop = Workshop(docker, Bases(), "", Path(), retries=AT_ONCE)
    return push(Planned(RECIPE, State.BUILT), aws, REGISTRY, workshop, told), told


def test_a_push_names_the_image_for_the_registry_and_takes_the_name_away_again():
    docker = FakeDocker()
    result, told = pushed(FakeAws(["sha256:mine"]), docker)
    assert docker.done == [
        ("tag", "sha256:1", ADDRESS), ("push", "localhost:1/shop/web", RECIPE.tag, "first"), ("untag", ADDRESS),
    ]  # fmt: skip
    assert (result.state, result.digest, told.notes) == (State.PUSHED, "sha256:mine", [])
    assert (result.layers.pushed, result.layers.reused) == (1, 1)
    assert [end.split(": ")[1] for end in told.ends] == ["1 layer pushed (5 B), 1 reused"]


def test_what_failed_is_tried_again_with_a_new_token_and_told():
    docker = FakeDocker(PushError("toomanyrequests: slow down"), PushError("denied: Your authorization token has expired."))
    result, told = pushed(FakeAws(["sha256:mine"]), docker)
    assert (result.digest, len(told.ends)) == ("sha256:mine", 1)
    assert [password for _, _, password in docker.of("push")] == ["first", "token 1", "token 2"]
    assert told.notes == [
        "push failed: toomanyrequests: slow down; attempt 2 of 3 in 0.0 s",
        "push failed: denied: Your authorization token has expired.; attempt 3 of 3 in 0.0 s",
    ]


def test_the_last_attempt_is_told_and_leaves_no_name_behind():
    docker = FakeDocker(*[PushError("received unexpected HTTP status: 503 Service Unavailable", ["3f2a"])] * 9)
    with pytest.raises(BuildError, match=r"failed to push shop/web:\w+: received unexpected .* 503 .* \(layer 3f2a\)$") as caught:
        pushed(FakeAws(), docker)
    assert caught.value.hint.startswith("run the same command again")
    assert (len(docker.of("push")), docker.done[-1]) == (3, ("untag", ADDRESS))


@pytest.mark.parametrize(("host", "other"), [("localhost:1", "127.0.0.1:1"), ("1.dkr.ecr.eu", "1.DKR.ECR.EU")])
def test_after_a_stall_the_registry_has_another_name_as_the_engine_holds_the_layer_under_the_last(host, other):
    docker = FakeDocker(
        PushError("nothing was heard", stalled=True), PushError("EOF"), PushError("nothing was heard", stalled=True)
    )
    with pytest.raises(BuildError) as caught:
        pushed(FakeAws(address=f"{host}/shop/web"), docker)
    assert [name for name, *_ in docker.of("push")] == [f"{host}/shop/web", f"{other}/shop/web", f"{other}/shop/web"]
    assert "restart the Docker engine" in caught.value.hint


@pytest.mark.parametrize(
    "fault",
    [
        PushError("name unknown: The repository does not exist"),
        PushError("error from registry: The repository with name 'shop/web' does not exist in the registry with id '1'"),
        BuildError(ENGINE_GONE, hint=START_ENGINE),
    ],
)
def test_what_another_attempt_does_not_change_is_told_at_once(fault):
    docker = FakeDocker(fault)
    with pytest.raises(BuildError, match=f"failed to push shop/web:{RECIPE.tag}: {fault}") as caught:
        pushed(FakeAws(), docker)
    assert len(docker.of("push")) == 1
    assert fault.hint in (None, caught.value.hint)


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("denied: User: arn:aws:iam::1:user/a is not authorized to perform: ecr:InitiateLayerUpload", "docs/permissions.md"),
        ("name unknown: The repository with name 'shop/web' does not exist", "run: dockyard deploy"),
        (
            "digest invalid: uploaded blob digest did not match provided digest",
            f"docker image rm shop/web:{RECIPE.tag}; then run",
        ),
        ("error from registry: User: arn:aws:iam::1:user/a is not authorized to perform: ecr:PutImage", "docs/permissions.md"),
        ("error from registry: The repository with name 'shop/web' does not exist", "run: dockyard deploy"),
        ("error from registry: uploaded blob digest did not match provided digest", "docker image rm shop/web:"),
        ("received unexpected HTTP status: 503 Service Unavailable", "run the same command again"),
    ],
)
def test_a_refusal_is_told_with_what_to_do_about_it(said, hint):
    with pytest.raises(BuildError) as caught:
        pushed(FakeAws(), FakeDocker(*[PushError(said)] * 3))
    assert hint in caught.value.hint


def test_a_full_disk_is_told_with_the_commands_that_make_room():
    with pytest.raises(BuildError) as caught:
        pushed(FakeAws(), FakeDocker(*[PushError("write /var/lib/docker/x: no space left on device")] * 3))
    assert caught.value.hint == MAKE_ROOM


def test_where_another_push_came_first_its_image_is_adopted_and_that_is_said():
    result, told = pushed(FakeAws(["sha256:other"]), FakeDocker())
    assert (result.digest, told.ends) == ("sha256:other", ["another push came first, its image is used: sha256:other"])


@pytest.mark.parametrize(
    "said",
    [
        "tag invalid: The image tag '1' already exists",
        "error from registry: The image tag '1' already exists in the 'shop/web' repository and cannot be overwritten because the tag "
        "is immutable.",
    ],
)
def test_a_refused_push_of_a_tag_that_is_there_adopts_it_at_once(said):
    docker = FakeDocker(PushError(said))
    result, told = pushed(FakeAws(["sha256:other", "sha256:other"]), docker)
    assert (result.digest, told.notes, len(docker.of("push"))) == ("sha256:other", [], 1)


def test_an_image_that_ecr_does_not_have_after_the_push_is_an_error():
    with pytest.raises(BuildError, match="ECR does not have it after the push"):
        pushed(FakeAws(), FakeDocker())


def test_without_the_repository_it_is_said_what_makes_it():
    with pytest.raises(BuildError, match="no repository shop/web in account 000000000000") as caught:
        pushed(FakeAws(address=None), FakeDocker())
    assert "dockyard deploy" in caught.value.hint


def test_an_image_on_a_stand_in_is_pushed_to_no_other_machine():
    docker = FakeDocker(labels={"dockyard.stand-in": "python:3.13-slim"})
    with pytest.raises(BuildError, match=r"built on a stand-in for python:3\.13-slim"):
        pushed(FakeAws(address="123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web"), docker)
    assert docker.done == []
    assert pushed(FakeAws(["sha256:mine"]), docker)[0].digest == "sha256:mine"
