"""How long after a fault it is tried again."""

import pytest

from dockyard.build.retries import USUAL, Retries
from dockyard.errors import BuildError


def test_pauses_grow_to_a_bound_and_are_partly_chance():
    seen = [list(Retries(attempts=6, first=1, longest=4).pauses()) for _ in range(50)]
    for number, most in enumerate((1, 2, 4, 4, 4)):
        pauses = [one[number] for one in seen]
        assert most / 2 <= min(pauses) < max(pauses) <= most


def test_all_pauses_together_last_half_a_minute_at_most():
    assert sum(min(USUAL.longest, USUAL.first * 2**number) for number in range(USUAL.attempts - 1)) == 30


def test_attempts_are_bounded_and_each_but_the_last_is_told():
    tried, told = [], []

    def fails():
        tried.append(1)
        raise BuildError("503")

    with pytest.raises(BuildError, match="503"):
        Retries(attempts=3, first=0).run(fails, lambda _: True, told.append)
    assert (len(tried), told) == (3, ["503; attempt 2 of 3 in 0.0 s", "503; attempt 3 of 3 in 0.0 s"])
