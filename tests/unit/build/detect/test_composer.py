"""Constraints on PHP, as Composer reads them."""

import pytest

from dockyard.build.detect.composer import fits, written_for


@pytest.mark.parametrize(
    ("constraint", "yes", "no"),
    [
        ("^8.2", "8.2 8.4", "8.1 7.4"),
        ("~8.2", "8.2 8.4", "8.1 7.4"),
        ("~8.2.0", "8.2", "8.1 8.3"),
        ("8.2.*", "8.2", "8.1 8.3"),
        ("8.*", "8.0 8.4", "7.4"),
        (">=7.2.5", "7.2 8.4", "7.1"),
        (">=7.4 <8.3", "7.4 8.2", "8.3"),
        (">=7.4,<8.3.5", "8.3", "8.4"),
        ("^7.4|^8.0", "7.4 8.3", "7.3"),
        ("^7.4 || ~8.1.0", "7.4 8.1", "8.0 8.2"),
        ("7.4 - 8.1", "", "7.3"),
        ("*", "7.0 8.4", ""),
        ("", "8.4", ""),
    ],
)
def test_releases_that_fit(constraint, yes, no):
    assert all(fits(constraint, release) for release in yes.split())
    assert not any(fits(constraint, release) for release in no.split())


@pytest.mark.parametrize(
    ("constraint", "locked", "release"),
    [
        ("^8.2", [], "8.2"),
        ("^8.0", ["^8.0", ">=8.1"], "8.1"),
        (">=7.2.5", ["^7.4|^8"], "8.4"),
        ("^7.4 || ^8.0", [], "8.0"),
        ("^7.4 || ^8.0", [">=9"], "8.0"),
        (">=8.1 <8.3", [], "8.1"),
        ("~8.3.0", ["*"], "8.3"),
        ("*", [], None),
        ("", [], None),
        ("^9.9", [], None),
    ],
)
def test_the_release_that_an_app_was_written_for(constraint, locked, release):
    assert written_for(constraint, locked, "8.4") == release
