"""Images are pushed as they are built, and no layer twice."""

import threading
import time
from concurrent.futures import Future

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockyard.build.bring import Ways, build_and_push
from dockyard.build.plan import Planned, SomeBuiltError, State
from dockyard.errors import BuildError
from dockyard.progress import Silent


class Image:
    def __init__(self, service):
        self.service, self.bases = service, ()


class World:
    """What is built and pushed, in order; an event lets a build or a push end that is named in `held`."""

    def __init__(self, layers, failing=()):
        self.layers, self.failing, self.done, self.told = layers, failing, [], []
        self.held = {}
        self.ways = Ways(self.build, self.push, lambda entry: self.layers[entry.image.service])

    def _do(self, what, service):
        if event := self.held.get(f"{what} {service}"):
            assert event.wait(10)
        self.done.append(f"{what} {service}")
        if f"{what} {service}" in self.failing:
            raise BuildError(f"failed to {what} {service}")

    def build(self, recipe):
        self._do("build", recipe.service)
        return Planned(recipe, State.BUILT, size=1)

    def push(self, entry, on_there):
        self.tell = on_there
        self._do("push", entry.image.service)
        return Planned(entry.image, State.PUSHED, "sha256:1")

    def bring(self, built=(), there=(), jobs=4, may_push=None):
        """`there`: names, or their sizes as well."""
        world = self
        there = there if isinstance(there, dict) else dict.fromkeys(there)

        class Told(Silent):
            def update(self, subject, text):
                world.told.append(f"{subject}: {text}")

        others = [Planned(Image(name), State.MISSING, size=size) for name, size in there.items()]
        done = build_and_push([Image(name) for name in built], others, self.ways, Told(), jobs, may_push)
        return [one.image.service for one in done]


def until(found):
    end = time.monotonic() + 10
    while not found():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_an_image_is_pushed_while_others_are_still_built():
    world = World({"quick": ["1"], "slow": ["2"], "copied": []})
    world.held["build slow"] = go_on = threading.Event()
    bringing = threading.Thread(target=lambda: world.bring(["slow", "quick"], ["copied"]))
    bringing.start()
    until(lambda: {"push quick", "push copied"} <= set(world.done))
    assert "build slow" not in world.done
    go_on.set()
    bringing.join(10)
    assert world.done[-2:] == ["build slow", "push slow"]


def test_of_images_with_a_layer_in_common_one_goes_first_and_those_with_none_do_not_wait():
    world = World({"a": ["base", "a"], "b": ["base", "b"], "c": ["base", "c"], "alone": ["1"]})
    world.held["push a"] = go_on = threading.Event()
    bringing = threading.Thread(target=lambda: world.bring(there=["a", "b", "c", "alone"], jobs=2))
    bringing.start()
    until(lambda: "push alone" in world.done)
    assert world.done == ["push alone"]
    assert set(world.told) == {f"{name}: waiting for a, with layers in common" for name in "bc"}
    go_on.set()
    bringing.join(10)
    assert world.done[1] == "push a"
    assert set(world.done[2:]) == {"push b", "push c"}


def test_who_has_a_layer_in_common_goes_once_that_one_is_there():
    """The largest first; and waits for no other that has it, too."""
    world = World({"a": ["base", "a"], "b": ["base", "b"], "c": ["base", "c"]})
    world.held = {f"push {name}": threading.Event() for name in "abc"}
    bringing = threading.Thread(target=lambda: world.bring(there={"b": 1, "c": 2, "a": 3}))
    bringing.start()
    until(lambda: len(set(world.told)) == 2)
    assert {one.split(",")[0] for one in world.told} == {"b: waiting for a", "c: waiting for a"}
    world.tell("base")
    world.held["push b"].set()
    world.held["push c"].set()
    until(lambda: len(world.done) == 2)
    world.held["push a"].set()
    bringing.join(10)
    assert world.done[2:] == ["push a"]


def test_nothing_is_pushed_before_the_repositories_are_there_and_nothing_at_all_where_they_will_not_be():
    for may, expected in (True, {"build a", "push a", "push b"}), (False, {"build a"}):
        world, gate = World({"a": [], "b": []}), Future()
        bringing = threading.Thread(target=lambda world=world, gate=gate: world.bring(["a"], ["b"], may_push=gate))
        bringing.start()
        until(lambda world=world: world.done == ["build a"])
        assert bringing.is_alive()
        gate.set_result(may)
        bringing.join(10)
        assert set(world.done) == expected


class Late(Future):
    """It is set just after it was asked for."""

    def __init__(self, value):
        super().__init__()
        self.value = value

    def done(self):
        before = super().done()
        if not before:
            self.set_result(self.value)
        return before


@pytest.mark.parametrize("may", [True, False])
def test_a_gate_that_is_set_at_any_moment_is_seen(may):
    world, brought = World({"a": []}), []
    bringing = threading.Thread(target=lambda: brought.append(world.bring(there=["a"], may_push=Late(may))), daemon=True)
    bringing.start()
    bringing.join(10)
    assert brought == ([["a"]] if may else [[]])


def test_what_is_not_being_built_is_not_built_where_nothing_will_be_pushed():
    world, gate = World({"a": [], "b": [], "c": []}), Future()
    world.held["build a"] = go_on = threading.Event()
    bringing = threading.Thread(target=lambda: world.bring("abc", jobs=1, may_push=gate))
    bringing.start()
    gate.set_result(False)
    time.sleep(0.05)
    go_on.set()
    bringing.join(10)
    assert world.done == ["build a"]


def test_where_one_cannot_be_built_no_push_begins_any_more_and_all_faults_are_told():
    world = World({"a": [], "bad": [], "late": [], "worse": []}, failing=["build bad", "build worse", "push a"])
    world.held = {"build bad": (a := threading.Event()), "build worse": a, "build late": (b := threading.Event())}
    caught = []

    def run():
        with pytest.raises(SomeBuiltError) as found:
            world.bring(["a", "bad", "worse", "late"])
        caught.append(found.value)

    bringing = threading.Thread(target=run)
    bringing.start()
    until(lambda: "push a" in world.done)
    a.set()
    until(lambda: "build worse" in world.done and "build bad" in world.done)
    b.set()
    bringing.join(10)
    assert caught[0].built == ("late",)  # a is built, and could not be pushed
    assert {"failed to build bad", "failed to build worse", "failed to push a"} <= set(str(caught[0]).splitlines())
    assert "push late" not in world.done


def test_nothing_is_built_and_a_push_fails():
    world = World({"a": ["base"], "b": ["base"]}, failing=["push a"])
    with pytest.raises(BuildError, match=r"^failed to push a$"):
        world.bring(there=["a", "b"])
    assert world.done == ["push a", "push b"]
    with pytest.raises(BuildError, match=r"^failed to build c$"):
        World({}, failing=["build c"]).bring(["c"])
    assert World({}).bring() == []


def test_a_fault_that_is_none_of_an_image_is_raised_as_it_is():
    world = World({"a": []})
    world.ways = Ways(lambda _: 1 / 0, world.push, lambda _: [])
    with pytest.raises(ZeroDivisionError):
        world.bring(["a"])


_IMAGES = st.dictionaries(st.integers(0, 9).map(str), st.lists(st.sampled_from("abcdef"), unique=True), max_size=8)


@settings(deadline=None)  # it has threads
@given(_IMAGES, st.integers(1, 4), st.data())
def test_all_arrive_however_few_work_and_no_layer_is_sent_twice(images, jobs, data):
    built = data.draw(st.sets(st.sampled_from(sorted(images)))) if images else set()
    world, sent, twice, sending, lock = World(images), set(), [], set(), threading.Lock()

    def push(entry, _):
        with lock:
            lacking = [layer for layer in images[entry.image.service] if layer not in sent]
            twice.extend(layer for layer in lacking if layer in sending)
            sending.update(lacking)
        time.sleep(0.0005)
        with lock:
            sending.difference_update(lacking)
            sent.update(lacking)
        return Planned(entry.image, State.PUSHED, "sha256:1")

    world.ways = Ways(world.build, push, world.ways.layers)
    assert sorted(world.bring(sorted(built), sorted(images.keys() - built), jobs)) == sorted(images)
    assert not twice
