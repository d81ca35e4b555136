"""The page of the local AWS tells what its tests hold."""

from tests.integration.behaviours.table import PAGE, written


def test_the_table_of_behaviours_is_current():
    page = PAGE.read_text()
    assert written(page) == page, "run: python -m tests.integration.behaviours.table"
