"""Work in the order of its needs."""

import threading

import pytest

from dockyard.deploy.graph import Node, run_graph
from dockyard.errors import BuildError, DeployError, UnwellError


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
    first, way_out, last = str(caught.value).splitlines()
    assert {first, last} == {"bad", "worse"}
    assert (way_out, caught.value.hint) == (f"try:   mend {first}", f"mend {last}")


def test_one_that_fails_is_told_at_once_while_others_go_on():
    told, heard = [], threading.Event()

    def early(name, fault):
        told.append((name, str(fault)))
        heard.set()

    def slow():
        assert heard.wait(10)
        raise DeployError("worse")

    with pytest.raises(DeployError, match=r"bad\n(.*\n)?worse"):
        run_graph({"quick": Node(fails("bad")), "slow": Node(slow)}, early)
    assert told == [("quick", "bad")]


def test_what_is_to_be_done_about_all_is_told_once():
    def fails_alike():
        raise UnwellError("bad", hint="wait")

    with pytest.raises(UnwellError) as caught:
        run_graph({"a": Node(fails_alike), "b": Node(fails_alike)})
    assert (str(caught.value), caught.value.hint) == ("bad\nbad", "wait")


def test_another_error_is_raised_as_it_is():
    with pytest.raises(ZeroDivisionError):
        run_graph({"a": Node(lambda: 1 / 0)})
