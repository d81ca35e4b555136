"""Which images are built, with a door that only remembers."""

import threading
import time
from pathlib import Path

import pytest

from dockyard.build.plan import State, plan, side_by_side
from dockyard.build.recipe import Recipe
from dockyard.errors import BuildError

RECIPE = Recipe("web", "shop/web", Path(), "FROM a", "FROM a", False, (), (), {})


class FakeAws:
    def __init__(self, digest):
        self.digest = digest

    def image_digest(self, repository, tag):
        return self.digest


@pytest.mark.parametrize(
    ("digest", "local", "state"), [("sha256:a", False, State.PUSHED), (None, True, State.BUILT), (None, False, State.MISSING)]
)
def test_an_image_is_where_it_is(digest, local, state):
    (planned,) = plan([RECIPE], FakeAws(digest), lambda name: local and name == f"shop/web:{RECIPE.tag}")
    assert planned.state is state


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
