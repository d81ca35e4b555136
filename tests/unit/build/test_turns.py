import threading

from hypothesis import given, settings
from hypothesis import strategies as st

from dockyard.build.turns import Turns
from dockyard.threads import Threads


def test_of_images_with_a_layer_in_common_one_goes_first() -> None:
    turns = Turns({"a": ["base", "a"], "b": ["base", "b"], "c": ["base", "c"]})
    assert turns.waits_for("a") == []
    assert turns.waits_for("b") == turns.waits_for("c") == ["a"]
    with turns.turn("a"):
        assert turns.waits_for("b") == ["a"]
    assert turns.waits_for("b") == []


def test_each_base_has_its_own_first_image_and_those_come_before_all_others() -> None:
    turns = Turns({"p1": ["os", "py", "1"], "p2": ["os", "py", "2"], "n1": ["os", "node", "3"], "n2": ["os", "node", "4"]})
    assert turns.order() == ["p1", "n1", "p2", "n2"]
    assert turns.waits_for("n1") == ["p1"]
    assert turns.waits_for("n2") == ["p1", "n1"]


def test_images_that_share_nothing_and_images_whose_layers_are_not_known_wait_for_nobody() -> None:
    turns = Turns({"a": ["1"], "b": ["2", "2"], "built elsewhere": [], "so, too": []})
    assert [turns.waits_for(name) for name in turns.order()] == [[], [], [], []]


def test_who_waits_for_nobody_does_not_queue_behind_those_who_wait() -> None:
    turns = Turns({"a": ["base"], "b": ["base"], "c": ["base"], "alone": ["1"], "copied": []})
    assert turns.order() == ["a", "alone", "copied", "b", "c"]
    two = Turns({"p": ["os", "py"], "n": ["os", "node"], "n2": ["os", "node"], "alone": ["1"]})
    assert two.order() == ["p", "alone", "n", "n2"]


def test_a_push_that_fails_lets_the_others_go() -> None:
    turns = Turns({"a": ["base"], "b": ["base"]})
    try:
        with turns.turn("a"):
            raise OSError("no route")
    except OSError:
        pass
    assert turns.waits_for("b") == []


_IMAGES = st.dictionaries(st.integers(0, 9).map(str), st.lists(st.sampled_from("abcdef"), unique=True), max_size=8)


@settings(deadline=None)  # it has threads
@given(_IMAGES, st.integers(1, 4))
def test_all_get_their_turn_however_few_work_and_no_layer_is_sent_twice(images: dict[str, list[str]], jobs: int) -> None:
    turns, sent, twice, lock = Turns(images), set[str](), list[str](), threading.Lock()
    sending: set[str] = set()

    def push(name: str) -> None:
        with turns.turn(name):
            with lock:
                lacking = [layer for layer in images[name] if layer not in sent]
                twice.extend(layer for layer in lacking if layer in sending)
                sending.update(lacking)
            with lock:
                sent.update(lacking)

    with Threads(max_workers=jobs) as pool:
        done = [pool.submit(push, name) for name in turns.order()]
    assert all(one.result(timeout=5) is None for one in done)
    assert not twice
    assert sent == {layer for found in images.values() for layer in found}
