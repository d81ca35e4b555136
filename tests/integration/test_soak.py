"""Two minutes of random operations; `python -m tests.integration.soak` does an hour of them, and other seeds."""

import pytest

from tests.integration.soak import soak

pytestmark = pytest.mark.flaky(reruns=0)  # what is found seldom is what it is for
SECONDS, SEED = 120, 7


def test_what_runs_is_what_was_asked_for_whatever_happens(base_image, tmp_path):
    done = soak(tmp_path, SECONDS, SEED, engine=None)
    assert done.total() > 5, done
