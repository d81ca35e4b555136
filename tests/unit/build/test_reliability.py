"""The page of faults tells what the tests hold."""

from tests.integration.fault_table import PAGE, TESTS, faults, written


def test_the_table_of_faults_is_current():
    page = PAGE.read_text()
    assert written(page) == page, "run: python -m tests.integration.fault_table"


def test_every_test_that_the_page_names_is_there():
    assert [one.test for one in faults() if f"def {one.test}(" not in (TESTS / one.file).read_text()] == []
