"""Work in the order of its needs."""

import threading

import pytest

from dockyard.deploy.graph import Node, run_graph
from dockyard.errors import BuildError, DeployError


def fails(message):
    def work():
        raise BuildError(message, hint=f"mend {message}")

    return work


def test_what_is_needed_is_done_first():
    order = []
    nodes = {
        name: Node(lambda name=name: order.append(name), frozenset(needs))
        for name, needs in {"c": "ab", "b": "a", "a": ""}.items()
    }
    run_graph(nodes)
    assert order == ["a", "b", "c"]


def test_what_does_not_need_each_other_is_done_at_once():
    both = threading.Barrier(2, timeout=10)
    assert run_graph({"a": Node(both.wait), "b": Node(both.wait)}).keys() == {"a", "b"}


def test_needs_that_are_not_part_of_the_work_count_as_done():
    assert run_graph({"a": Node(lambda: 1, frozenset({"elsewhere"}))}) == {"a": 1}


def test_what_needs_a_failed_piece_is_left_undone_and_all_else_is_done():
    done = []
    nodes = {
        "bad": Node(fails("bad")), "worse": Node(fails("worse")), "good": Node(lambda: done.append("good")),
        "after good": Node(lambda: done.append("after good"), frozenset({"good"})),
        "after bad": Node(lambda: done.append("after bad"), frozenset({"bad"})),
        "long after bad": Node(lambda: done.append("long after bad"), frozenset({"after bad", "good"})),
    }  # fmt: skip
    with pytest.raises(DeployError) as caught:
        run_graph(nodes)
    assert done == ["good", "after good"]
    assert set(str(caught.value).splitlines()) == {"bad", "worse"}
    assert caught.value.hint.startswith("mend ")


def test_another_error_is_raised_as_it_is():
    with pytest.raises(ZeroDivisionError):
        run_graph({"a": Node(lambda: 1 / 0)})
