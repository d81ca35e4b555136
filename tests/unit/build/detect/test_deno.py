"""What is recognised of deno apps, by the table in cases/deno.py."""

import pytest

from tests.unit.build.detect.cases.deno import CASES
from tests.unit.build.detect.expectations import check


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_an_app_is_recognised_and_has_a_dockerfile(case, tmp_path):
    check(case, tmp_path, "deno")
