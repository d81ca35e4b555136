"""Which images are built, with a door that only remembers."""

import threading
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from dockyard.build.builder import Options
from dockyard.build.plan import SomeBuiltError, State, build_all, by_base, plan, side_by_side
from dockyard.build.recipe import Recipe
from dockyard.deploy import building
from dockyard.errors import BuildError
from dockyard.progress import Silent

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


def test_one_of_each_base_is_built_first():
    images = [replace(RECIPE, service=name, bases=tuple(name[0].split())) for name in ("n1", "n2", "n3", "p1", "p2", "r1")]
    assert [one.service for one in by_base(images)] == ["n1", "p1", "r1", "n2", "p2", "n3"]
    assert by_base([]) == []


def test_what_became_of_the_others_is_told_where_one_cannot_be_built(monkeypatch):
    def make(recipe, *_):
        if recipe.service in failing:
            raise BuildError(f"failed to build {recipe.service}", hint="mend it")
        return SimpleNamespace(recipe=recipe)

    monkeypatch.setattr("dockyard.build.plan.build", make)
    monkeypatch.setattr("dockyard.build.plan.check", lambda *_: None)
    workshop = SimpleNamespace(options=Options())
    images = [replace(RECIPE, service=name) for name in ("mailer", "web", "shop")]
    failing = {"web"}
    with pytest.raises(SomeBuiltError, match=r"^failed to build web\nmailer, shop are built$") as caught:
        build_all(images, workshop, Silent())
    assert (caught.value.built, caught.value.hint) == (("mailer", "shop"), "mend it")

    def built(*_):
        raise caught.value

    monkeypatch.setattr("dockyard.deploy.building.bring", built)
    with pytest.raises(BuildError) as told:
        building.brought_images(SimpleNamespace(environment=SimpleNamespace(name="dev")), images, Silent(), None)
    assert str(told.value).splitlines() == [
        "failed to build web",
        "mailer, shop are built, and not deployed; to deploy without the others: dockyard deploy mailer shop --env dev",
    ]
    failing |= {"mailer", "shop"}
    with pytest.raises(BuildError, match=r"shop$"):
        build_all(images, workshop, Silent())
