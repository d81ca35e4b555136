"""Which images are built and pushed, with doors that only remember."""

import threading
import time
from pathlib import Path

import pytest

from dockyard.build.bases import Bases
from dockyard.build.builder import Workshop
from dockyard.build.plan import Planned, State, plan, push, side_by_side
from dockyard.build.recipe import Recipe
from dockyard.doors.aws import Registry
from dockyard.errors import BuildError
from dockyard.progress import Silent

RECIPE = Recipe("web", "shop/web", Path(), "FROM a", "FROM a", False, (), (), {})
REGISTRY = Registry("localhost:1", "AWS", "x")


class FakeAws:
    account, region = "000000000000", "us-east-1"

    def __init__(self, digests=(), address="localhost:1/shop/web"):
        self.digests, self.address = list(digests), address

    def image_digest(self, repository, tag):
        return self.digests.pop(0) if self.digests else None

    def repository_address(self, repository):
        return self.address


class FakeDocker:
    def __init__(self, pushed="sha256:mine", error=None, labels=None):
        self.pushed, self.error, self._labels, self.done = pushed, error, labels or {}, []

    def labels(self, name):
        return self._labels

    def tag(self, name, repository, tag):
        self.done.append(("tag", name, f"{repository}:{tag}"))

    def untag(self, name):
        self.done.append(("untag", name))

    def push(self, repository, tag, auth, on_line):
        if self.error:
            raise BuildError(self.error)
        self.done.append(("push", repository, tag, auth["username"]))
        for line in ("2 layers", "0123456789ab Layer already exists", "ba9876543210 Pushing 5/2000"):
            on_line(line)
        return self.pushed


class Told(Silent):
    def __init__(self):
        self.ends = []

    def done(self, subject, text):
        self.ends.append(text)


def pushed(aws, docker):
    told = Told()
    result = push(Planned(RECIPE, State.BUILT), aws, REGISTRY, Workshop(docker, Bases(), "", Path()), told)
    return result, told.ends


@pytest.mark.parametrize(
    ("digests", "local", "state"),
    [(["sha256:a"], False, State.PUSHED), ([None], True, State.BUILT), ([None], False, State.MISSING)],
)
def test_an_image_is_where_it_is(digests, local, state):
    (planned,) = plan([RECIPE], FakeAws(digests), lambda name: local and name == f"shop/web:{RECIPE.tag}")
    assert planned.state is state


def test_a_push_names_the_image_for_the_registry_and_takes_the_name_away_again():
    docker = FakeDocker()
    result, ends = pushed(FakeAws(["sha256:mine"]), docker)
    address = f"localhost:1/shop/web:{RECIPE.tag}"
    assert docker.done == [
        ("tag", f"shop/web:{RECIPE.tag}", address), ("push", "localhost:1/shop/web", RECIPE.tag, "AWS"), ("untag", address),
    ]  # fmt: skip
    assert (result.state, result.digest, result.layers.pushed, result.layers.reused) == (State.PUSHED, "sha256:mine", 1, 1)
    assert [end.split(": ")[1] for end in ends] == ["1 layer pushed (5 B), 1 reused"]


def test_where_another_push_came_first_its_image_is_adopted_and_that_is_said():
    result, ends = pushed(FakeAws(["sha256:other"]), FakeDocker())
    assert (result.digest, ends) == ("sha256:other", ["another push came first, its image is used: sha256:other"])


def test_a_refused_push_of_a_tag_that_is_there_adopts_it_too():
    result, _ = pushed(FakeAws(["sha256:other", "sha256:other"]), FakeDocker(error="tag is immutable"))
    assert result.digest == "sha256:other"


def test_a_failed_push_is_an_error_and_leaves_no_name_behind():
    docker = FakeDocker(error="no basic auth credentials")
    with pytest.raises(BuildError, match="no basic auth credentials"):
        pushed(FakeAws(), docker)
    assert docker.done[-1][0] == "untag"


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


def test_the_faults_of_all_are_told_together():
    def work(item):
        if item:
            raise BuildError(f"{item} failed")
        return item

    assert side_by_side(work, [0, 0]) == [0, 0]
    with pytest.raises(BuildError, match="a failed\nb failed"):
        side_by_side(work, ["a", 0, "b"])


@pytest.mark.parametrize("jobs", [1, 3])
def test_so_many_are_done_at_once_as_is_wished(jobs):
    running, most, lock = 0, [], threading.Lock()

    def work(_):
        nonlocal running
        with lock:
            running += 1
            most.append(running)
        time.sleep(0.05)
        with lock:
            running -= 1

    side_by_side(work, range(6), jobs)
    assert max(most) == jobs


def test_each_of_several_faults_has_its_own_hint():
    def work(item):
        raise BuildError(f"{item[0]} failed", hint=item[1])

    with pytest.raises(BuildError, match=r"^a failed\nb failed$") as caught:
        side_by_side(work, [("a", "mend it"), ("b", "mend it")])
    assert caught.value.hint == "mend it"
    with pytest.raises(BuildError, match=r"^a failed\n  try: mend it\nb failed$") as caught:
        side_by_side(work, [("a", "mend it"), ("b", None)])
    assert caught.value.hint is None
