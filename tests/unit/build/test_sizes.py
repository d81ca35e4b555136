"""Sizes as `docker images` tells them."""

import pytest

from dockyard.build.sizes import size


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (9949, "9.9 kB"), (9950, "10 kB"), (999_499, "999 kB"), (999_500, "1.0 MB"),
     (142_000_000, "142 MB"), (5 * 10**15, "5000 TB")],
)  # fmt: skip
def test_a_size_has_two_digits_or_more(count, text):
    assert size(count) == text
