"""What `dockyard scale` makes of a wish and of what there is."""

import pytest

from dockyard.config.count import Bounds
from dockyard.errors import UsageError
from dockyard.operate.scale import Scaled, Wish, check_kind, decide


@pytest.mark.parametrize(
    ("now", "wish", "wanted"),
    [
        (Scaled(1), Wish(10), Scaled(10)),
        (Scaled(3), Wish(0), Scaled(0)),
        (Scaled(2, Bounds(1, 5)), Wish(5), Scaled(5, Bounds(1, 5))),
        (Scaled(2, Bounds(1, 5)), Wish(9, max=9), Scaled(9, Bounds(1, 9))),
        (Scaled(2, Bounds(1, 5)), Wish(min=3), Scaled(3, Bounds(3, 5))),
        (Scaled(5, Bounds(1, 5)), Wish(max=2), Scaled(2, Bounds(1, 2))),
        (Scaled(2, Bounds(1, 5)), Wish(min=0, max=7), Scaled(2, Bounds(0, 7))),
    ],
)
def test_a_count_is_taken_and_bounds_take_the_count_with_them(now, wish, wanted):
    assert decide("web", now, wish) == wanted


@pytest.mark.parametrize(
    ("now", "wish", "said", "hint"),
    [
        (Scaled(1), Wish(), "nothing to change for web", "dockyard scale web 3"),
        (Scaled(1), Wish(max=4), "web has no bounds: its count is a number", "count: {min: 1, max: 10}"),
        (Scaled(1), Wish(2, min=1), "web has no bounds: its count is a number", "a number of tasks alone"),
        (Scaled(1, Bounds(1, 5)), Wish(6), "web has 1 to 5 tasks, got 6", "dockyard scale web 6 --max 6"),
        (Scaled(2, Bounds(2, 5)), Wish(0), "web has 2 to 5 tasks, got 0", "dockyard scale web 0 --min 0"),
        (Scaled(1, Bounds(1, 5)), Wish(min=6), "min of web should be at most max (5), got 6", "--min and --max"),
    ],
)
def test_what_would_not_last_or_has_no_meaning_is_refused(now, wish, said, hint):
    with pytest.raises(UsageError, match=r".") as caught:
        decide("web", now, wish)
    assert str(caught.value) == said
    assert hint in caught.value.hint


@pytest.mark.parametrize("kind", ["job", "task"])
def test_what_has_no_count_is_told_by_its_kind(kind):
    with pytest.raises(UsageError, match=f"^tool is a {kind}; scale is for web, backend and worker$"):
        check_kind("tool", kind)


@pytest.mark.parametrize("kind", ["web", "backend", "worker"])
def test_what_has_a_count_is_scaled(kind):
    check_kind("shop", kind)
